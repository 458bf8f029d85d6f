package proxymcp.parity;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import proxymcp.json.JsonObject;

/** A report and its parts as JSON. */
public final class ParityJson {
    private static final double SCALE = 10_000;

    private ParityJson() {}

    /** All of a report. */
    public static JsonObject report(ParityReport report) {
        return JsonObject.builder().putAll(summary(report)).put("endpoints", list(report.endpoints(), ParityJson::endpoint))
                .put("unmatched", list(report.unmatched(), ParityJson::unmatched)).put("blocked", list(report.findings(Verdict.BLOCKED), ParityJson::pair))
                .put("unknown", list(report.findings(Verdict.UNKNOWN), ParityJson::pair)).put("findings", list(report.findings(), ParityJson::pair)).build();
    }

    /** A report without its lists: {@code baseline, other, verdict, score, severity, failOn, compared, counts, notes?}. */
    public static JsonObject summary(ParityReport report) {
        JsonObject.Builder json = JsonObject.builder().put("baseline", report.baseline()).put("other", report.other())
                .put("verdict", report.passed() ? "pass" : "fail").put("score", rounded(report.score())).put("severity", report.severity().word())
                .put("failOn", report.failOn().word()).put("compared", report.compared()).put("counts", counts(report.verdicts()));
        if (!report.notes().isEmpty()) {
            json.putStrings("notes", report.notes());
        }
        return json.build();
    }

    /** {@code {endpoint, compared, samples, verdicts, severity, score, drift, driftTotal?}}. */
    public static JsonObject endpoint(EndpointParity endpoint) {
        JsonObject.Builder json = JsonObject.builder().put("endpoint", endpoint.endpoint().toString()).put("compared", endpoint.compared())
                .put("samples", endpoint.samples()).put("verdicts", counts(endpoint.verdicts())).put("severity", endpoint.severity().word())
                .put("score", rounded(endpoint.score())).put("drift", list(endpoint.drift(), ParityJson::drift));
        if (endpoint.driftTotal() > endpoint.drift().size()) {
            json.put("driftTotal", endpoint.driftTotal());
        }
        return json.build();
    }

    /** {@code {location, kind, expected, actual, rate, severity}}. */
    public static JsonObject drift(Drift drift) {
        return JsonObject.builder().put("location", drift.location()).put("kind", drift.kind().word()).put("expected", drift.expected())
                .put("actual", drift.actual()).put("rate", rounded(drift.rate())).put("severity", drift.severity().word()).build();
    }

    /** {@code {endpoint, seq, otherSeq?, verdict, severity, transport, shape, value, reason?}}. */
    public static JsonObject pair(PairParity pair) {
        JsonObject.Builder json = JsonObject.builder().put("endpoint", pair.endpoint().toString()).put("seq", pair.seq());
        pair.otherSeq().ifPresent(seq -> json.put("otherSeq", seq));
        json.put("verdict", pair.verdict().word()).put("severity", pair.severity().word()).put("transport", pair.transport().word())
                .put("shape", pair.shape().word()).put("value", pair.value().word());
        if (!pair.reason().isEmpty()) {
            json.put("reason", pair.reason());
        }
        return json.build();
    }

    /** {@code {in: baseline|other, seq, endpoint, status}}. */
    public static JsonObject unmatched(ParityReport.Unmatched exchange) {
        return JsonObject.builder().put("in", exchange.ofBaseline() ? "baseline" : "other").put("seq", exchange.seq())
                .put("endpoint", exchange.endpoint().toString()).put("status", exchange.status()).build();
    }

    private static JsonObject counts(Map<Verdict, Long> verdicts) {
        JsonObject.Builder json = JsonObject.builder();
        for (Verdict verdict : Verdict.values()) {
            json.put(verdict.word(), verdicts.getOrDefault(verdict, 0L));
        }
        return json.build();
    }

    /** Rounded down, so that only what is whole says 1. */
    private static double rounded(double part) {
        return Math.floor(part * SCALE) / SCALE;
    }

    private interface Form<T> {
        JsonObject of(T item);
    }

    private static <T> List<JsonObject> list(List<T> items, Form<T> form) {
        List<JsonObject> list = new ArrayList<>();
        for (T item : items) {
            list.add(form.of(item));
        }
        return list;
    }
}
