package proxymcp.cli;

import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import proxymcp.exchange.LiveBuffer;
import proxymcp.exchange.SwitchSink;
import proxymcp.http.Authority;
import proxymcp.proxy.Credentials;
import proxymcp.proxy.ProxyServer;
import proxymcp.proxy.ProxySettings;
import proxymcp.store.Manifest;
import proxymcp.tool.ProxyControl;
import proxymcp.tool.SessionControl;

/** A proxy without MCP: a line for each exchange on the console, and a session on disk if asked for. */
final class CaptureCommand {
    private CaptureCommand() {}

    static ExitCode run(Options options, Command.Capture command, Terminal terminal, Closing closing)
            throws CouldNotStart, InterruptedException {
        Wiring.openHome(options, closing);
        ExchangeLines lines = closing.add(new ExchangeLines(terminal));
        LiveBuffer unused = new LiveBuffer(new LiveBuffer.Limits(1, 0, 0));
        SwitchSink sink = new SwitchSink(lines);
        SessionControl sessions = Wiring.sessions(options, sink, closing);
        ProxyControl control = closing.add(new ProxyControl(options.home(), unused, sink, Clock.systemUTC()));
        control.use(options.upstreams());
        ProxyServer proxy = ProxyStart.start(control, settings(options, command));
        Optional<Manifest> session = command.recorded().isPresent()
                ? Optional.of(SessionStart.start(sessions, control, command.recorded().get())) : Optional.empty();
        terminal.line("proxy-mcp " + Version.text() + ": proxy at http://" + shown(proxy) + ", CA "
                + ProxyStart.authority(control).certificateFile() + "; Ctrl-C ends it");
        proxy.transparentAddress().ifPresent(address -> terminal.line("proxy-mcp takes redirected traffic on port " + address.getPort()));
        if (session.isPresent()) {
            terminal.line("proxy-mcp records session " + SessionStart.shown(session.get()) + " under " + options.home().resolve("sessions"));
        }
        lines.start();
        new CountDownLatch(1).await();
        return ExitCode.FINE;
    }

    private static ProxySettings settings(Options options, Command.Capture command) {
        Optional<Credentials> credentials =
                command.requireAuth().isPresent() ? Optional.of(Credentials.parse(command.requireAuth().get())) : Optional.empty();
        return new ProxySettings(command.bindAddress(), command.port(), credentials, Optional.empty(), command.insecureUpstream(),
                command.upstreamCa(), options.limits().proxy(), command.listener());
    }

    private static String shown(ProxyServer proxy) {
        return Authority.uriHost(proxy.address().getAddress().getHostAddress()) + ":" + proxy.address().getPort();
    }
}
