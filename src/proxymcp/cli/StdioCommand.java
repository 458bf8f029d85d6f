package proxymcp.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.OutputStream;
import proxymcp.mcp.StdioTransport;

/** MCP over stdin and stdout, until stdin ends. */
final class StdioCommand {
    private StdioCommand() {}

    static ExitCode run(Options options, OutputStream out, Closing closing) throws InterruptedException {
        Wiring wiring = Wiring.of(options, closing);
        StdioTransport transport = new StdioTransport(wiring.server(), new FileInputStream(FileDescriptor.in),
                new FirstAnswer(out, new Recovery(wiring)));
        Thread opener = new HomeOpener(options, closing);
        opener.start();
        transport.serve();
        return ExitCode.FINE;
    }

    /** Recovers what dead processes left. Not a lambda, whose first use costs more than the rest of the way to the first answer. */
    private static final class Recovery extends Thread {
        private final Wiring wiring;

        Recovery(Wiring wiring) {
            this.wiring = wiring;
            setName("recovery");
            setDaemon(true);
        }

        @Override
        public void run() {
            SessionStart.recoverLeftBehind(wiring);
        }
    }

    /**
     * Opens the home beside the first answer, which does not need it: the file system costs more than the whole answer. When it fails,
     * the tools that need the home say so.
     */
    private static final class HomeOpener extends Thread {
        private final Options options;
        private final Closing closing;

        HomeOpener(Options options, Closing closing) {
            this.options = options;
            this.closing = closing;
            setName("home");
            setDaemon(true);
        }

        @Override
        public void run() {
            try {
                Wiring.openHome(options, closing);
            } catch (CouldNotStart e) {
                System.err.println("proxy-mcp: " + e.getMessage());
            }
        }
    }
}
