package proxymcp.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.exchange.CapturedBody;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.Outcome;
import proxymcp.proxy.ScriptedOrigin.Step;
import proxymcp.upstream.UpstreamLimits;

/** Each way in which an exchange can end early has its class and its answer, and costs that exchange alone. */
@Timeout(60)
final class FailureTest {
    private RunningProxy proxy;

    @BeforeEach
    void start() throws Exception {
        proxy = RunningProxy.start();
    }

    @AfterEach
    void stop() {
        proxy.close();
    }

    private static String get(String authority) {
        return "GET http://%s/ HTTP/1.1\r\nHost: %s\r\n\r\n".formatted(authority, authority);
    }

    private static String post(ScriptedOrigin origin, int length) {
        return "POST http://%s/ HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n\r\n".formatted(origin.authority(), origin.authority(), length);
    }

    /** Other bounds of the way out. */
    static UnaryOperator<ProxySettings> waiting(long connectMillis, long responseMillis) {
        UpstreamLimits upstream = UpstreamLimits.DEFAULT;
        ProxyLimits limits = ProxyLimits.DEFAULT;
        UpstreamLimits impatient = new UpstreamLimits(connectMillis, upstream.handshakeMillis(), responseMillis, upstream.idleMillis(),
                upstream.idleConnectionsMax(), upstream.head());
        return settings -> settings.withLimits(new ProxyLimits(limits.head(), limits.connectionsMax(), limits.headMillis(),
                limits.idleMillis(), limits.bodyMillis(), limits.handshakeMillis(), limits.tunnelIdleMillis(), impatient));
    }

    private void restart(UnaryOperator<ProxySettings> change) throws IOException {
        proxy.close();
        proxy = RunningProxy.start(change);
    }

    /** Sends a GET to {@code authority}, expects this answer on a connection that goes on, and this record of it. */
    private void assertFails(String authority, int status, String proxyStatus, ErrorClass errorClass, String reason) throws Exception {
        try (ScriptedOrigin good = ScriptedOrigin.each(new Step.ReadRequest(), ScriptedOrigin.respond("ok"));
                RawClient client = proxy.client()) {
            client.send(get(authority));
            RawClient.Response answer = client.readResponse("GET");
            assertEquals("proxy-mcp: " + reason + "\n", answer.bodyText());
            assertEquals(status, answer.status());
            assertEquals(Optional.of("proxy-mcp; error=" + proxyStatus), answer.head().fields().first("Proxy-Status"));
            client.send(get(good.authority()));
            assertEquals("ok", client.readResponse("GET").bodyText());
        }
        Exchange exchange = proxy.exchange(0);
        assertEquals(new Outcome.Incomplete(errorClass, reason), exchange.outcome());
        assertEquals(List.of("the client was answered " + status + " by the proxy"), exchange.notes());
        assertEquals(Optional.empty(), exchange.response());
    }

    private ErrorClass errorClass(int index) throws InterruptedException {
        return switch (proxy.exchange(index).outcome()) {
            case Outcome.Incomplete(ErrorClass errorClass, String reason) -> errorClass;
            case Outcome.Complete complete -> throw new AssertionError("complete");
            case Outcome.InFlight inFlight -> throw new AssertionError("in flight");
        };
    }

    @Test
    void aNameThatDoesNotResolve() throws Exception {
        assertFails("no-such-name.invalid", 502, "dns_error", ErrorClass.DNS, "host name no-such-name.invalid does not resolve");
    }

    @Test
    void aPortWhereNobodyListens() throws Exception {
        String authority = "127.0.0.1:" + RunningProxy.closedPort();
        assertFails(authority, 502, "connection_refused", ErrorClass.CONNECT_REFUSED,
                authority + " (127.0.0.1) refused the connection: nothing listens there");
    }

    @Test
    void anOriginThatDoesNotAccept() throws Exception {
        restart(waiting(400, 300_000));
        List<Socket> queued = new ArrayList<>();
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            fillBacklog(full, queued);
            String authority = "127.0.0.1:" + full.getLocalPort();
            assertFails(authority, 504, "connection_timeout", ErrorClass.CONNECT_TIMEOUT,
                    authority + " (127.0.0.1) did not answer within 400 ms");
        } finally {
            for (Socket socket : queued) {
                socket.close();
            }
        }
    }

    /** Until a connection attempt is no longer answered: the kernel drops those that find the queue full. */
    static void fillBacklog(ServerSocket full, List<Socket> queued) throws IOException {
        while (queued.size() < 100) {
            Socket socket = new Socket();
            queued.add(socket);
            try {
                socket.connect(new InetSocketAddress("127.0.0.1", full.getLocalPort()), 300);
            } catch (SocketTimeoutException e) {
                return;
            }
        }
        throw new AssertionError("the queue of a listener with a backlog of 1 took 100 connections");
    }

    @Test
    void aRequestToTheProxyItself() throws Exception {
        for (String host : List.of("127.0.0.1", "localhost", "127.1.2.3")) {
            restart(settings -> settings);
            String authority = host + ":" + proxy.port();
            assertFails(authority, 508, "proxy_loop_detected", ErrorClass.LOOP,
                    authority + " is a port of this proxy itself; requests to it are refused");
        }
    }

    @Test
    void aTunnelToTheProxyItself() throws Exception {
        try (RawClient client = proxy.tunnelTo("127.0.0.1:" + proxy.port())) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertEquals(508, client.readResponse("GET").status());
            assertEquals(ErrorClass.LOOP, errorClass(0));
        }
    }

    @Test
    void anOriginThatResetsBeforeItsAnswer() throws Exception {
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadRequest(), new Step.Reset())) {
            assertFails(origin.authority(), 502, "connection_terminated", ErrorClass.RESET,
                    origin.authority() + " broke the connection: Connection reset");
        }
    }

    @Test
    void anOriginThatClosesBeforeItsAnswer() throws Exception {
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadRequest(), new Step.Close())) {
            assertFails(origin.authority(), 502, "http_response_incomplete", ErrorClass.CLOSED,
                    origin.authority() + ": connection closed before a response");
        }
    }

    @Test
    void anOriginThatClosesWithinItsHead() throws Exception {
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadRequest(), ScriptedOrigin.send("HTTP/1.1 200 OK\r\nX: "),
                new Step.Close())) {
            assertFails(origin.authority(), 502, "http_response_incomplete", ErrorClass.CLOSED,
                    origin.authority() + ": connection closed after 20 bytes of a message head");
        }
    }

    @Test
    void anOriginThatIsSilent() throws Exception {
        restart(waiting(15_000, 300));
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadRequest(), new Step.Stall())) {
            assertFails(origin.authority(), 504, "http_response_timeout", ErrorClass.TIMEOUT,
                    origin.authority() + " was silent for 300 ms");
        }
    }

    @Test
    void anOriginThatSpeaksSomethingElse() throws Exception {
        try (ScriptedOrigin origin = ScriptedOrigin.each(ScriptedOrigin.send("SSH-2.0-OpenSSH\r\n\r\n"), new Step.ReadToEnd())) {
            assertFails(origin.authority(), 502, "http_protocol_error", ErrorClass.PROTOCOL,
                    origin.authority() + " sent a malformed response: answer does not begin with HTTP/1.0 or HTTP/1.1");
        }
    }

    @Test
    void anOriginWhoseLengthsContradictEachOther() throws Exception {
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadRequest(),
                ScriptedOrigin.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"), new Step.ReadToEnd());
                RawClient client = proxy.client()) {
            client.send(get(origin.authority()));
            assertEquals(502, client.readResponse("GET").status());
            assertEquals(ErrorClass.PROTOCOL, errorClass(0));
            // The head is what explains it.
            assertEquals(200, proxy.exchange(0).response().orElseThrow().status());
        }
    }

    @Test
    void anOriginWhoseCertificateIsNotTrusted() throws Exception {
        restart(settings -> ProxySettings.onLoopback(0));
        try (ScriptedOrigin origin = ScriptedOrigin.each(RunningProxy.originTls(), new Step.ReadRequest());
                RawClient client = proxy.tlsTo(origin.authority())) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            RawClient.Response answer = client.readResponse("GET");
            assertEquals(502, answer.status());
            assertEquals(Optional.of("proxy-mcp; error=tls_protocol_error"), answer.head().fields().first("Proxy-Status"));
            assertTrue(answer.bodyText().contains("insecure_upstream"), answer.bodyText());
            assertEquals(ErrorClass.TLS, errorClass(0));
            assertEquals(0, origin.connection(0).requests().size());
        }
        restart(settings -> ProxySettings.onLoopback(0).withInsecureUpstream(true));
        try (ScriptedOrigin origin = ScriptedOrigin.each(RunningProxy.originTls(), new Step.ReadRequest(), ScriptedOrigin.respond("ok"));
                RawClient client = proxy.tlsTo(origin.authority())) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertEquals("ok", client.readResponse("GET").bodyText());
        }
    }

    /** The client must be able to tell: it gets what came, and then the connection ends before the announced end. */
    private void assertTruncated(ErrorClass errorClass, String head, String part, Step... how) throws Exception {
        List<Step> steps = new ArrayList<>(List.of(new Step.ReadRequest(), ScriptedOrigin.send(head + part)));
        steps.addAll(List.of(how));
        try (ScriptedOrigin origin = ScriptedOrigin.each(steps.toArray(new Step[0])); RawClient client = proxy.client()) {
            client.send(get(origin.authority()));
            assertEquals(head + part, client.readToEnd());
        }
        int newest = proxy.exchanges().size() - 1;
        assertEquals(errorClass, errorClass(newest));
        CapturedBody body = proxy.exchange(newest).responseBody();
        assertEquals(CapturedBody.State.INCOMPLETE, body.state());
        assertEquals("hello", new String(body.bytes(), StandardCharsets.ISO_8859_1));
    }

    @Test
    void anOriginThatEndsWithinItsBody() throws Exception {
        String length = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n";
        String chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        assertTruncated(ErrorClass.CLOSED, length, "hello", new Step.Close());
        assertTruncated(ErrorClass.CLOSED, chunked, "5\r\nhello\r\n", new Step.Close());
    }

    @Test
    void anOriginThatResetsWithinItsBody() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadRequest(),
                ScriptedOrigin.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello"), new Step.Await(gate), new Step.Reset());
                RawClient client = proxy.client()) {
            client.send(get(origin.authority()));
            assertEquals("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello", client.readText(44));
            gate.countDown();
            assertEquals("", client.readToEnd());
            assertEquals(ErrorClass.RESET, errorClass(0));
        }
    }

    @Test
    void anOriginThatIsSilentWithinItsBody() throws Exception {
        restart(waiting(15_000, 300));
        assertTruncated(ErrorClass.TIMEOUT, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", "hello", new Step.Stall());
    }

    @Test
    void anOriginWhoseChunksAreMalformed() throws Exception {
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadRequest(),
                ScriptedOrigin.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nxyz\r\n"), new Step.ReadToEnd());
                RawClient client = proxy.client()) {
            client.send(get(origin.authority()));
            assertEquals("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", client.readToEnd());
            assertEquals(ErrorClass.PROTOCOL, errorClass(0));
        }
    }

    @Test
    void anOriginThatEndsWithinItsBodyInsideTls() throws Exception {
        try (ScriptedOrigin origin = ScriptedOrigin.each(RunningProxy.originTls(), new Step.ReadRequest(),
                ScriptedOrigin.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello"), new Step.Truncate());
                RawClient client = proxy.tlsTo(origin.authority())) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertEquals("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello", client.readToEnd());
        }
        assertEquals(ErrorClass.CLOSED, errorClass(0));
        assertEquals(CapturedBody.State.INCOMPLETE, proxy.exchange(0).responseBody().state());
    }

    @Test
    void aClientThatLeavesWhileTheOriginIsSilent() throws Exception {
        for (int bodyBytes : new int[] {0, 10, 300_000}) {
            try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadRequest(), new Step.ReadToEnd())) {
                try (RawClient client = proxy.client()) {
                    client.send(post(origin, bodyBytes) + "x".repeat(bodyBytes));
                    proxy.await(all -> !all.isEmpty() && all.getLast().outcome() instanceof Outcome.InFlight
                            && all.getLast().requestBody().state() == CapturedBody.State.COMPLETE);
                }
                assertEquals(ScriptedOrigin.End.PLAYED, origin.connection(0).awaitEnd());
                assertEquals(ErrorClass.CLIENT_ABORTED, errorClass(proxy.exchanges().size() - 1));
            }
        }
    }

    @Test
    void aClientThatLeavesWithinItsRequest() throws Exception {
        for (int sent : new int[] {0, 10, 200_000}) {
            try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadRequest())) {
                try (RawClient client = proxy.client()) {
                    client.send(post(origin, 300_000) + "x".repeat(sent));
                    proxy.await(all -> !all.isEmpty() && all.getLast().requestBody().size() == sent
                            && all.getLast().outcome() instanceof Outcome.InFlight);
                }
                Exchange exchange = proxy.exchange(proxy.exchanges().size() - 1);
                assertEquals(ErrorClass.CLIENT_ABORTED, errorClass(proxy.exchanges().size() - 1));
                assertEquals(sent, exchange.requestBody().size());
                assertEquals(CapturedBody.State.INCOMPLETE, exchange.requestBody().state());
                if (origin.connectionCount() > 0) {
                    assertEquals(ScriptedOrigin.End.PEER_CLOSED, origin.connection(0).awaitEnd());
                }
            }
        }
    }

    @Test
    void aClientThatIsKilledWithinTheResponse() throws Exception {
        byte[] block = new byte[64 * 1024];
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadRequest(),
                ScriptedOrigin.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n"), new Step.SendRepeated(block, 10_000_000))) {
            try (RawClient client = proxy.client()) {
                client.send(get(origin.authority()));
                client.skipBytes(1_000_000);
                client.reset();
            }
            assertEquals(ScriptedOrigin.End.PEER_RESET, origin.connection(0).awaitEnd());
        }
        Exchange exchange = proxy.exchange(0);
        assertEquals(ErrorClass.CLIENT_ABORTED, errorClass(0));
        assertTrue(exchange.responseBody().size() >= 900_000, () -> "only " + exchange.responseBody().size());
        assertEquals(CapturedBody.State.INCOMPLETE, exchange.responseBody().state());
    }

    @Test
    void aRequestThatIsInFlightWhenTheProxyStops() throws Exception {
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadRequest(), new Step.ReadToEnd());
                RawClient client = proxy.client()) {
            client.send(get(origin.authority()));
            origin.connection(0).awaitReceived("\r\n\r\n");
            proxy.close();
            assertEquals(new Outcome.Incomplete(ErrorClass.PROXY_STOPPED, "the proxy was stopped"), proxy.exchanges().get(0).outcome());
            client.awaitGone();
            assertEquals(ScriptedOrigin.End.PLAYED, origin.connection(0).awaitEnd());
        }
    }
}
