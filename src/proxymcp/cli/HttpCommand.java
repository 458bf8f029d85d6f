package proxymcp.cli;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import proxymcp.mcp.HttpOptions;
import proxymcp.mcp.HttpTransport;

/** MCP over Streamable HTTP, until the process is told to end. */
final class HttpCommand {
    private static final long KEEP_ALIVE_MILLIS = 10_000;

    private HttpCommand() {}

    static ExitCode run(Options options, Command.ServeHttp command, Terminal terminal, Closing closing)
            throws CouldNotStart, InterruptedException {
        Wiring.openHome(options, closing);
        Wiring wiring = Wiring.of(options, closing);
        HttpTransport transport = listen(wiring, command, closing);
        SessionStart.recoverBeside(wiring);
        terminal.line("proxy-mcp " + Version.text() + ": MCP at " + transport.url()
                + (command.token().isPresent() ? ", with the token given" : ", without a token"));
        new CountDownLatch(1).await();
        return ExitCode.FINE;
    }

    /**
     * Starts the endpoint.
     *
     * @throws CouldNotStart naming address and port
     */
    static HttpTransport listen(Wiring wiring, Command.ServeHttp command, Closing closing) throws CouldNotStart {
        HttpOptions http = options(command.bindAddress(), command.port(), command.token());
        try {
            HttpTransport transport = closing.add(HttpTransport.start(wiring.server(), http));
            wiring.control().ownPorts().add(transport.port());
            return transport;
        } catch (BindException e) {
            throw new CouldNotStart("MCP cannot listen on " + command.bindAddress() + " port " + command.port() + ": " + e.getMessage()
                    + "; choose another with --port");
        } catch (IOException e) {
            throw new CouldNotStart("MCP cannot listen on " + command.bindAddress() + " port " + command.port() + ": " + e);
        }
    }

    private static HttpOptions options(String bindAddress, int port, Optional<String> token) throws CouldNotStart {
        try {
            return new HttpOptions(InetAddress.getByName(bindAddress), port, token, KEEP_ALIVE_MILLIS);
        } catch (UnknownHostException e) {
            throw new CouldNotStart("--bind: " + Terminal.clean(bindAddress) + " is no address of this machine");
        } catch (IllegalArgumentException e) {
            throw new CouldNotStart("MCP cannot listen: " + e.getMessage() + " (--token)");
        }
    }
}
