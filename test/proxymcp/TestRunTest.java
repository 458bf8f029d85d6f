package proxymcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.UniqueId;
import org.junit.platform.engine.support.descriptor.AbstractTestDescriptor;
import org.junit.platform.launcher.TestIdentifier;
import org.opentest4j.TestAbortedException;

/** What the runner of the tests counts, prints and selects. */
final class TestRunTest {
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    @Test void countsPassesFailuresAndSkips() {
        TestReport report = report(false);
        finish(report, "good", TestExecutionResult.successful());
        finish(report, "bad", TestExecutionResult.failed(new AssertionError("two is not three")));
        finish(report, "absent", TestExecutionResult.aborted(new TestAbortedException("curl is not installed")));
        report.executionSkipped(test("off"), "disabled");
        assertFalse(report.finish(List.of()));
        assertEquals("1 passed, 1 failed, 2 skipped", report.lastLine());
        List<String> lines = printed().lines().filter(line -> !line.startsWith("\t")).toList();
        assertEquals(List.of("", "FAILED bad", "java.lang.AssertionError: two is not three",
                "skipped absent: curl is not installed", "skipped off: disabled", "failed  bad"), lines);
    }

    @Test void skipsDoNotFailARun() {
        TestReport report = report(false);
        finish(report, "good", TestExecutionResult.successful());
        report.executionSkipped(test("off"), "disabled");
        assertTrue(report.finish(List.of()));
        assertEquals("1 passed, 0 failed, 1 skipped", report.lastLine());
    }

    @Test void whereAllIsRequiredASkipIsAFailure() {
        TestReport report = report(true);
        finish(report, "good", TestExecutionResult.successful());
        report.executionSkipped(test("off"), "disabled");
        assertFalse(report.finish(List.of()));
        assertEquals("1 passed, 1 failed, 0 skipped", report.lastLine());
        assertEquals("skipped off: disabled\nREQUIRE_ALL=1: the 1 skipped count as failed\n", printed());
    }

    @Test void aRunOfNothingFails() {
        TestReport report = report(false);
        assertFalse(report.finish(List.of("NoTest")));
        assertEquals("no test is named NoTest\n", printed());
    }

    @Test void namesStandForClassesAndPackages() {
        String nested = "proxymcp.proxy.ProxyTest$Inner";
        for (String name : List.of("ProxyTest", "proxymcp.proxy.ProxyTest", "proxy", "proxymcp.proxy", "proxymcp")) {
            assertTrue(TestRun.isType(nested, name), name);
        }
        for (String name : List.of("Proxy", "oxyTest", "prox", "tls", "proxymcp.prox")) {
            assertFalse(TestRun.isType(nested, name), name);
        }
    }

    private TestReport report(boolean requireAll) {
        return new TestReport(new PrintStream(printed, true, StandardCharsets.UTF_8), requireAll);
    }

    private String printed() {
        return printed.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
    }

    private static void finish(TestReport report, String name, TestExecutionResult result) {
        report.executionStarted(test(name));
        report.executionFinished(test(name), result);
    }

    private static TestIdentifier test(String name) {
        return TestIdentifier.from(new AbstractTestDescriptor(UniqueId.root("test", name), name) {
            @Override
            public Type getType() {
                return Type.TEST;
            }
        });
    }
}
