package proxymcp;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/** Counts and prints what happens in a run of tests: failures at once, with stack traces; skips and slow tests at the end. */
final class TestReport implements TestExecutionListener {
    private static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final int SLOW_SHOWN = 10;

    private record Slow(String test, long nanos) { }

    private final PrintStream out;
    private final boolean requireAll;
    private final Map<String, Long> startedNanos = new ConcurrentHashMap<>();
    private final List<String> failures = new ArrayList<>();
    private final List<String> skips = new ArrayList<>();
    private final List<Slow> slow = new ArrayList<>();
    private TestPlan plan;
    private int passed;
    private int failed;
    private int skipped;

    TestReport(PrintStream out, boolean requireAll) {
        this.out = out;
        this.requireAll = requireAll;
    }

    @Override
    public void testPlanExecutionStarted(TestPlan testPlan) {
        plan = testPlan;
    }

    @Override
    public void executionStarted(TestIdentifier test) {
        startedNanos.put(test.getUniqueId(), System.nanoTime());
    }

    @Override
    public synchronized void executionSkipped(TestIdentifier test, String reason) {
        // A skipped class skips each of its tests.
        long tests = test.isTest() ? 1
                : Math.max(1, plan.getDescendants(test).stream().filter(TestIdentifier::isTest).count());
        skipped += (int) tests;
        skips.add(nameOf(test) + (tests > 1 ? " (" + tests + " tests)" : "") + ": " + reason);
    }

    @Override
    public synchronized void executionFinished(TestIdentifier test, TestExecutionResult result) {
        long nanos = System.nanoTime() - startedNanos.remove(test.getUniqueId());
        if (test.isTest() && nanos >= SLOW_NANOS) {
            slow.add(new Slow(nameOf(test), nanos));
        }
        switch (result.getStatus()) {
            case SUCCESSFUL -> passed += test.isTest() ? 1 : 0;
            case ABORTED -> executionSkipped(test, result.getThrowable().map(Throwable::getMessage).orElse("no reason"));
            case FAILED -> fail(test, result);
        }
    }

    private void fail(TestIdentifier test, TestExecutionResult result) {
        failed++;
        failures.add(nameOf(test));
        out.println();
        out.println("FAILED " + nameOf(test));
        result.getThrowable().ifPresent(thrown -> thrown.printStackTrace(new PrintWriter(out, true)));
        out.flush();
    }

    /**
     * Prints what was slow, skipped and failed.
     *
     * @param only what was asked for, named when nothing of that name exists
     * @return true if something ran and nothing failed
     */
    synchronized boolean finish(List<String> only) {
        slow.sort(Comparator.comparingLong(Slow::nanos).reversed());
        slow.stream().limit(SLOW_SHOWN).forEach(test ->
                out.println("slow    " + TimeUnit.NANOSECONDS.toMillis(test.nanos()) + " ms  " + test.test()));
        skips.forEach(skip -> out.println("skipped " + skip));
        failures.forEach(failure -> out.println("failed  " + failure));
        if (requireAll && skipped > 0) {
            out.println("REQUIRE_ALL=1: the " + skipped + " skipped count as failed");
            failed += skipped;
            skipped = 0;
        }
        if (passed + failed + skipped == 0) {
            out.println(only.isEmpty() ? "there are no tests" : "no test is named " + String.join(", ", only));
        }
        return failed == 0 && passed + skipped > 0;
    }

    /** The counts, as the last line shows them. */
    synchronized String lastLine() {
        return passed + " passed, " + failed + " failed, " + skipped + " skipped";
    }

    private static String nameOf(TestIdentifier test) {
        String shown = test.getDisplayName();
        return switch (test.getSource().orElse(null)) {
            case MethodSource source -> {
                String name = source.getClassName() + "#" + source.getMethodName();
                yield shown.startsWith(source.getMethodName()) ? name : name + " " + shown;
            }
            case ClassSource source -> source.getClassName();
            case null, default -> shown;
        };
    }
}
