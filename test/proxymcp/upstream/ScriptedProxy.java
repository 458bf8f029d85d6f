package proxymcp.upstream;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import javax.net.ssl.SSLContext;
import proxymcp.exchange.Endpoint;
import proxymcp.http.Deadlines;
import proxymcp.http.HeadLimits;
import proxymcp.proxy.ScriptedOrigin;
import proxymcp.proxy.ScriptedOrigin.Step;

/** An upstream proxy that says exactly what a test wants, and a client that goes through it. */
final class ScriptedProxy implements AutoCloseable {
    static final UpstreamLimits LIMITS = new UpstreamLimits(2_000, 2_000, 2_000, 60_000, 8, HeadLimits.DEFAULT);

    private final ScriptedOrigin server;
    private final String scheme;
    private final Deadlines deadlines = new Deadlines(System::nanoTime);
    final OwnPorts ownPorts = new OwnPorts();
    final UpstreamClient client;

    private ScriptedProxy(String scheme, ScriptedOrigin server, UpstreamSettings settings) {
        this.scheme = scheme;
        this.server = server;
        this.client = new UpstreamClient(settings, ownPorts, deadlines, System::nanoTime);
    }

    /** Each connection plays these steps. */
    static ScriptedProxy each(String scheme, Step... steps) throws IOException {
        return inOrder(scheme, index -> List.of(steps));
    }

    static ScriptedProxy inOrder(String scheme, IntFunction<List<Step>> scripts) throws IOException {
        return with(scheme, LIMITS, Optional.empty(), scripts);
    }

    static ScriptedProxy with(String scheme, UpstreamLimits limits, Optional<SSLContext> tls, IntFunction<List<Step>> scripts) throws IOException {
        ScriptedOrigin server = new ScriptedOrigin(java.net.InetAddress.getByName("127.0.0.1"), tls, scripts);
        return new ScriptedProxy(scheme, server, new UpstreamSettings(false, Optional.empty(), limits));
    }

    /** {@code login} as it stands in the URL, with its @; may be empty. */
    UpstreamProxy proxy(String login) {
        return UpstreamProxy.parse(scheme + "://" + login + "127.0.0.1:" + port());
    }

    int port() {
        return server.port();
    }

    /** How messages name it. */
    String name() {
        return "upstream proxy " + scheme + "://127.0.0.1:" + port();
    }

    UpstreamConnection dial(Endpoint origin, String login) throws UpstreamException {
        return client.dial(new Way(origin, Optional.of(proxy(login))), false, new Dialling());
    }

    /** The failure of dialling {@code origin} through it; a success fails the test. */
    UpstreamException failure(Endpoint origin, String login) {
        try (UpstreamConnection made = dial(origin, login)) {
            throw new AssertionError("expected a failure, got " + made.route());
        } catch (UpstreamException e) {
            return e;
        }
    }

    /** What the n-th connection received, in hex with spaces. */
    String received(int index) throws InterruptedException {
        return HexFormat.ofDelimiter(" ").formatHex(server.connection(index).received());
    }

    String receivedText(int index) throws InterruptedException {
        return server.connection(index).receivedText();
    }

    int connections() {
        return server.connectionCount();
    }

    static Step hex(String octets) {
        return new Step.Send(HexFormat.of().parseHex(octets.replace(" ", "")));
    }

    /** The same, each octet in a segment of its own. */
    static Step slowly(String octets) {
        return new Step.SendSlowly(HexFormat.of().parseHex(octets.replace(" ", "")), 1);
    }

    /** Sends {@code octets} and ends, as a server that closes in the middle does. */
    static Step[] readThen(int count, Step... steps) {
        List<Step> all = new ArrayList<>(List.of(new Step.ReadBytes(count)));
        all.addAll(List.of(steps));
        return all.toArray(new Step[0]);
    }

    /** The hex of {@code text}. */
    static String hexOf(String text) {
        return HexFormat.ofDelimiter(" ").formatHex(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Reads {@code count} octets from the origin's side. */
    static String read(UpstreamConnection connection, int count) throws IOException {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        while (read.size() < count && connection.in().await()) {
            read.write(connection.in().peek(0));
            connection.in().consume(1);
        }
        return read.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        client.close();
        deadlines.close();
        server.close();
        if (deadlines.watchedCount() != 0) {
            throw new AssertionError("a connection was left open");
        }
    }
}
