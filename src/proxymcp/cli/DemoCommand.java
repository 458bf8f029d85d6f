package proxymcp.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.CallOrigin;
import proxymcp.selftest.Narration;
import proxymcp.selftest.SelfTest;
import proxymcp.selftest.SelfTestReport;
import proxymcp.selftest.StepResult;

/** The self-test for a reader: each step with its question, its facts and the calls that found them. */
final class DemoCommand {
    private DemoCommand() {}

    static ExitCode run(Options options, Terminal terminal, Closing closing) throws CouldNotStart {
        Wiring.openHome(options, closing);
        SelfTest test = closing.addSession(Wiring.selfTest(options));
        terminal.line("A server, a proxy, a shop with TLS and its customer start on 127.0.0.1; no network is needed, and nothing is left behind.\n");
        long begun = System.nanoTime();
        Optional<SelfTestReport> report;
        try (Telling telling = new Telling(terminal)) {
            report = test.run(CallContext.detached(CallOrigin.STDIO), telling);
        } catch (CancellationException e) {
            return ExitCode.TOOL_ERROR; // The process was told to end.
        } catch (IOException e) {
            throw new CouldNotStart("the home " + options.home() + " cannot be used (" + e + "); choose another with --home");
        }
        SelfTestReport found = report.orElseThrow(() -> new CouldNotStart("a demo runs in this process already"));
        terminal.line("\n" + verdict(found, System.nanoTime() - begun));
        return found.ok() ? ExitCode.FINE : ExitCode.TOOL_ERROR;
    }

    private static String verdict(SelfTestReport report, long nanos) {
        int fine = report.count(StepResult.Verdict.OK);
        int skipped = report.count(StepResult.Verdict.SKIPPED);
        String seconds = Duration.ofNanos(nanos).toMillis() / 100 / 10.0 + " s";
        String left = skipped == 0 ? "" : ", " + skipped + (skipped == 1 ? " was" : " were") + " skipped";
        return report.ok() ? fine + " steps proved themselves in " + seconds + left + ". Next: capture traffic of your own (see capture --help)."
                : report.count(StepResult.Verdict.FAILED) + " failed, " + fine + " steps proved themselves" + left + ". Try doctor.";
    }

    /** Prints what a step asked, what came out and the calls that found it; where a step takes long, a bar that goes when it ends. */
    private static final class Telling implements Narration, AutoCloseable {
        private final Terminal terminal;
        private final ProgressBar bar;

        Telling(Terminal terminal) {
            this.terminal = terminal;
            this.bar = new ProgressBar(terminal);
        }

        @Override
        public void begins(int number, int total, String what) {
            bar.show(number - 1, total, what);
        }

        @Override
        public void ended(int number, StepResult step) {
            bar.hide();
            String mark = switch (step.verdict()) {
                case OK -> terminal.paint(32, "ok  ");
                case FAILED -> terminal.paint(31, "FAIL");
                case SKIPPED -> terminal.paint(33, "skip");
            };
            terminal.line(mark + " " + number + ". " + step.what());
            terminal.line("     " + Terminal.clean(step.detail()) + " (" + step.millis() + " ms)");
            if (!step.calls().isEmpty()) {
                terminal.line("     " + terminal.paint(36, Terminal.clean(shown(step.calls()))));
            }
        }

        /** The first call whole, of those behind it the names. */
        private static String shown(List<String> calls) {
            List<String> others = new ArrayList<>();
            for (String call : calls.subList(1, calls.size())) {
                String name = call.split(" ", 2)[0];
                if (!others.contains(name)) {
                    others.add(name);
                }
            }
            return calls.get(0) + (others.isEmpty() ? "" : ", then " + String.join(", ", others));
        }

        @Override
        public void close() {
            bar.close();
        }
    }
}
