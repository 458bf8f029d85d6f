package proxymcp;

import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Runs the tests, class after class, and ends with the line {@code N passed, N failed, N skipped}.
 *
 * <p>Exit code 0 when at least one test ran and none failed, else 1. With {@code REQUIRE_ALL=1} in the environment a
 * skipped test counts as failed. A hanging test fails after two minutes with a dump of the threads; the whole run is ended
 * after thirty, as a machine may be busy; {@code -Dproxymcp.run.minutes} gives both more time, for the long versions.
 */
final class TestRun {
    private static final long MINUTES = Long.getLong("proxymcp.run.minutes", 30);
    private static final Duration TEST_TIMEOUT = MINUTES <= 30 ? Duration.ofSeconds(120) : Duration.ofMinutes(MINUTES);
    private static final Duration RUN_TIMEOUT = Duration.ofMinutes(MINUTES);

    private TestRun() {
    }

    /**
     * Runs the tests.
     *
     * @param args the folder of compiled tests, then what to run: nothing for all, or names of classes, packages
     *     ({@code proxy} stands for {@code proxymcp.proxy}) or methods ({@code ProxyTest#name}), separated by commas
     */
    public static void main(String[] args) {
        PrintStream out = System.out;
        Path classes = Path.of(args[0]);
        List<String> only = args.length < 2 ? List.of()
                : Arrays.stream(args[1].split("[, ]+")).filter(name -> !name.isEmpty()).toList();
        watchRun(out);
        TestReport report = new TestReport(out, "1".equals(System.getenv("REQUIRE_ALL")));
        boolean ran = run(classes, only, report, out);
        boolean passed = report.finish(only) && ran;
        end(out, report.lastLine(), passed ? 0 : 1);
    }

    private static boolean run(Path classes, List<String> only, TestReport report, PrintStream out) {
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(DiscoverySelectors.selectClasspathRoots(Set.of(classes)))
                .filters((PostDiscoveryFilter) test -> FilterResult.includedIf(isWanted(test, only)))
                .configurationParameter("junit.jupiter.execution.timeout.default", TEST_TIMEOUT.toSeconds() + " s")
                // A test that ignores its interrupt must not hold the run.
                .configurationParameter("junit.jupiter.execution.timeout.thread.mode.default", "SEPARATE_THREAD")
                .configurationParameter("junit.jupiter.execution.timeout.threaddump.enabled", "true")
                .build();
        Launcher launcher = LauncherFactory.create();
        try {
            launcher.execute(request, report);
            return true;
        } catch (RuntimeException broken) {
            out.println("the tests could not be run:");
            broken.printStackTrace(new PrintWriter(out, true));
            return false;
        }
    }

    private static boolean isWanted(TestDescriptor test, List<String> only) {
        return only.isEmpty() || only.stream().anyMatch(name -> isNamed(test, name));
    }

    /** Does {@code name} stand for this test? Containers of methods stay when one of their methods is meant. */
    private static boolean isNamed(TestDescriptor test, String name) {
        int hash = name.indexOf('#');
        String type = hash < 0 ? name : name.substring(0, hash);
        Optional<String> method = hash < 0 ? Optional.empty() : Optional.of(name.substring(hash + 1));
        return switch (test.getSource().orElse(null)) {
            case MethodSource source -> isType(source.getClassName(), type)
                    && method.map(source.getMethodName()::equals).orElse(true);
            case ClassSource source -> isType(source.getClassName(), type);
            case null, default -> true;
        };
    }

    static boolean isType(String className, String name) {
        String outer = className.contains("$") ? className.substring(0, className.indexOf('$')) : className;
        return outer.equals(name) || outer.endsWith("." + name)
                || outer.startsWith(name + ".") || outer.startsWith("proxymcp." + name + ".");
    }

    /** Ends the run when it takes too long, after printing what every thread does. */
    private static void watchRun(PrintStream out) {
        Thread watch = new Thread(() -> {
            try {
                TimeUnit.MILLISECONDS.sleep(RUN_TIMEOUT.toMillis());
            } catch (InterruptedException never) {
                throw new IllegalStateException("nobody interrupts the watch", never);
            }
            out.println("the run takes longer than " + RUN_TIMEOUT.toMinutes() + " minutes; threads:");
            for (ThreadInfo thread : ManagementFactory.getThreadMXBean().dumpAllThreads(true, true)) {
                out.print(thread);
            }
            end(out, "0 passed, 1 failed, 0 skipped", 1);
        }, "test-run-watch");
        watch.setDaemon(true);
        watch.start();
    }

    /** Makes {@code lastLine} the last line: children that were left are ended first, and nobody writes after it. */
    private static void end(PrintStream out, String lastLine, int exitCode) {
        ProcessHandle.current().descendants().forEach(child -> {
            out.println("ending a process that a test left: " + child.info().commandLine().orElse("pid " + child.pid()));
            child.destroyForcibly();
            child.onExit().orTimeout(5, TimeUnit.SECONDS).exceptionally(stays -> child).join();
        });
        PrintStream nobody = new PrintStream(OutputStream.nullOutputStream());
        System.err.flush();
        System.setErr(nobody);
        System.setOut(nobody);
        out.println();
        out.println(lastLine);
        out.flush();
        System.exit(exitCode);
    }
}
