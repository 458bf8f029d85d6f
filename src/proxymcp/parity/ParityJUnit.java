package proxymcp.parity;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import proxymcp.diff.Endpoint;

/**
 * A report as JUnit XML: a suite an endpoint, a case for each of its drifts, which fails where it reaches {@code failOn}, and one for each pair that is
 * blocked or unknown. An endpoint without any has one case that passes.
 */
public final class ParityJUnit {
    private final ParityReport report;
    private final StringBuilder out = new StringBuilder();
    private long tests;
    private long failures;

    private ParityJUnit(ParityReport report) {
        this.report = report;
    }

    /** The document as text; it says UTF-8. Characters that XML cannot hold are replaced. */
    public static String xml(ParityReport report) {
        return new ParityJUnit(report).write();
    }

    private String write() {
        Map<Endpoint, List<PairParity>> failing = new HashMap<>();
        for (PairParity pair : report.findings()) {
            if (pair.verdict() == Verdict.BLOCKED || pair.verdict() == Verdict.UNKNOWN) {
                failing.computeIfAbsent(pair.endpoint(), added -> new ArrayList<>()).add(pair);
            }
        }
        StringBuilder suites = new StringBuilder();
        for (EndpointParity endpoint : report.endpoints()) {
            suites.append(suite(endpoint, failing.getOrDefault(endpoint.endpoint(), List.of())));
        }
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"" + escaped("parity of " + report.other() + " with " + report.baseline()) + "\" tests=\""
                + tests + "\" failures=\"" + failures + "\" errors=\"0\">\n" + suites + "</testsuites>\n";
    }

    private String suite(EndpointParity endpoint, List<PairParity> failing) {
        out.setLength(0);
        long testsBefore = tests;
        long failuresBefore = failures;
        String name = endpoint.endpoint().toString();
        for (Drift drift : endpoint.drift()) {
            String message = "expected " + drift.expected() + ", got " + drift.actual();
            String detail = message + String.format(Locale.ROOT, "; in %.1f %% of %d pairs; severity %s", drift.rate() * 100, endpoint.compared(), drift.severity().word());
            testCase(name, drift.location() + " " + drift.kind().word(), drift.severity().isAtLeast(report.failOn()), drift.severity().word(), message, detail);
        }
        for (PairParity pair : failing) {
            testCase(name, "exchange " + pair.seq(), true, pair.verdict().word(), pair.reason(), pair.verdict().word() + ": " + pair.reason());
        }
        if (tests == testsBefore) {
            testCase(name, endpoint.compared() + " pairs", false, "", "", "");
        }
        return "  <testsuite name=\"" + escaped(name) + "\" tests=\"" + (tests - testsBefore) + "\" failures=\"" + (failures - failuresBefore)
                + "\" errors=\"0\" skipped=\"0\">\n" + out + "  </testsuite>\n";
    }

    private void testCase(String suite, String name, boolean fails, String type, String message, String detail) {
        tests++;
        out.append("    <testcase classname=\"").append(escaped(suite)).append("\" name=\"").append(escaped(name)).append('"');
        if (fails) {
            failures++;
            out.append(">\n      <failure type=\"").append(type).append("\" message=\"").append(escaped(message)).append("\">").append(escaped(detail))
                    .append("</failure>\n    </testcase>\n");
        } else if (!detail.isEmpty()) {
            out.append(">\n      <system-out>").append(escaped(detail)).append("</system-out>\n    </testcase>\n");
        } else {
            out.append("/>\n");
        }
    }

    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\n', '\t' -> escaped.append("&#").append(c).append(';');
                default -> {
                    boolean allowed = c >= 0x20 && c <= 0xD7FF || c >= 0xE000 && c <= 0xFFFD || c >= 0x10000;
                    escaped.appendCodePoint(allowed ? c : 0xFFFD);
                }
            }
        });
        return escaped.toString();
    }
}
