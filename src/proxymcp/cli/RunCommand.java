package proxymcp.cli;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import proxymcp.mcp.HttpTransport;
import proxymcp.proxy.ProxyServer;
import proxymcp.proxy.ProxySettings;
import proxymcp.store.Manifest;

/** A proxy and an MCP endpoint over it, with a random token: what {@code make run} shows. */
final class RunCommand {
    private static final int TOKEN_BYTES = 16;
    private static final int MAX_DISK_MB = 1_024;
    /** Ports tried after the first one. */
    private static final int NEXT_PORTS = 50;

    private final Options options;
    private final Command.Run command;
    private final Closing closing;

    private RunCommand(Options options, Command.Run command, Closing closing) {
        this.options = options;
        this.command = command;
        this.closing = closing;
    }

    static ExitCode run(Options options, Command.Run command, Terminal terminal, Closing closing)
            throws CouldNotStart, InterruptedException {
        new RunCommand(options, command, closing).start(terminal);
        new CountDownLatch(1).await();
        return ExitCode.FINE;
    }

    private void start(Terminal terminal) throws CouldNotStart {
        Wiring.openHome(options, closing);
        Wiring wiring = Wiring.of(options, closing);
        String certificate = ProxyStart.authority(wiring.control()).certificateFile().toString();
        String token = command.token().orElseGet(RunCommand::randomToken);
        ProxyServer proxy = onFreePort(command.proxyPort(), port -> ProxyStart.start(wiring.control(),
                ProxySettings.onLoopback(port).withLimits(options.limits().proxy()).withListener(command.listener())));
        Manifest session = SessionStart.start(wiring.sessions(), wiring.control(), new Command.Recorded(Optional.of("run"), "full", MAX_DISK_MB));
        HttpTransport mcp = onFreePort(command.mcpPort(),
                port -> HttpCommand.listen(wiring, new Command.ServeHttp("127.0.0.1", port, Optional.of(token)), closing));
        SessionStart.recoverBeside(wiring);
        String proxyUrl = "http://127.0.0.1:" + proxy.address().getPort();
        terminal.line(terminal.paint(32, "proxy-mcp " + Version.text() + " is running; Ctrl-C ends it"));
        terminal.line("  proxy   " + proxyUrl + "   (keeps the newest " + options.limits().exchangesMax() + " exchanges in memory)");
        proxy.transparentAddress().ifPresent(address -> terminal.line("  redirected traffic on port " + address.getPort()));
        terminal.line("  session " + SessionStart.shown(session) + " under " + options.home().resolve("sessions"));
        terminal.line("  MCP     " + mcp.url());
        terminal.line("  token   " + token);
        terminal.line("  CA      " + certificate);
        terminal.line("Send something through the proxy, then ask what passed:");
        terminal.line("  curl -x " + proxyUrl + " --cacert " + certificate + " https://example.com/");
        terminal.line("  curl -s " + mcp.url() + " -H 'Authorization: Bearer " + token + "' -H 'Content-Type: application/json'"
                + " -H 'Accept: application/json, text/event-stream' -d '{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\","
                + "\"params\":{\"name\":\"proxy_list_traffic\",\"arguments\":{}}}'");
    }

    /** Something that listens. */
    private interface Listener<T> {
        T listen(int port) throws CouldNotStart;
    }

    /** Tries one port after the other; when none will do, the first one's reason counts. */
    private static <T> T onFreePort(Command.PortChoice choice, Listener<T> listener) throws CouldNotStart {
        try {
            return listener.listen(choice.port());
        } catch (CouldNotStart taken) {
            for (int next = 1; next <= NEXT_PORTS && !choice.exact(); next++) {
                try {
                    return listener.listen(choice.port() + next);
                } catch (CouldNotStart alsoTaken) {
                    // The next one may be free.
                }
            }
            throw taken;
        }
    }

    private static String randomToken() {
        byte[] bytes = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
