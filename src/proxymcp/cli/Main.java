package proxymcp.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import proxymcp.tls.TlsSetup;

/** The program: reads the command line, runs one command, ends with its exit code. */
public final class Main {
    private Main() {}

    /**
     * Runs a command and ends the process.
     *
     * @param args the command line
     */
    public static void main(String[] args) {
        OutputStream out = new FileOutputStream(FileDescriptor.out);
        // From here on nothing but what is meant for it reaches stdout: a library that prints would spoil the protocol.
        System.setOut(System.err);
        TlsSetup.beforeFirstUse();
        TlsSetup.requireCloseNotify();
        Closing closing = new Closing();
        closing.exit(run(args, out, closing));
    }

    private static ExitCode run(String[] args, OutputStream out, Closing closing) {
        try {
            return run(OptionsParser.parse(args, System.getenv()), out, closing);
        } catch (BadCommandLine e) {
            System.err.println("proxy-mcp: " + e.getMessage() + "\ntry --help");
            return ExitCode.BAD_COMMAND_LINE;
        } catch (CouldNotStart e) {
            System.err.println("proxy-mcp: " + e.getMessage());
            return ExitCode.COULD_NOT_START;
        } catch (InterruptedException e) {
            return ExitCode.FINE;
        }
    }

    private static ExitCode run(Options options, OutputStream out, Closing closing)
            throws BadCommandLine, CouldNotStart, InterruptedException {
        // Before the switch over all commands, whose first use costs more than the rest of the way to the first answer.
        if (options.command() instanceof Command.ServeStdio) {
            return StdioCommand.run(options, out, closing);
        }
        Terminal terminal = Terminal.of(out);
        return switch (options.command()) {
            case Command.ServeStdio serve -> StdioCommand.run(options, out, closing);
            case Command.ServeHttp http -> HttpCommand.run(options, http, terminal, closing);
            case Command.Run run -> RunCommand.run(options, run, terminal, closing);
            case Command.Capture capture -> CaptureCommand.run(options, capture, terminal, closing);
            case Command.Call call -> CallCommand.run(options, call, terminal, closing);
            case Command.Worker worker -> WorkerCommand.run(options, worker, terminal, closing);
            case Command.Tools tools -> ToolsCommand.run(options, tools.tool(), terminal, closing);
            case Command.Doctor doctor -> DoctorCommand.run(options, terminal);
            case Command.Demo demo -> DemoCommand.run(options, terminal, closing);
            case Command.Version version -> print(terminal, "proxy-mcp " + Version.text());
            case Command.Help help -> print(terminal, HelpText.of(help.command()).stripTrailing());
        };
    }

    private static ExitCode print(Terminal terminal, String text) {
        terminal.line(text);
        return ExitCode.FINE;
    }
}
