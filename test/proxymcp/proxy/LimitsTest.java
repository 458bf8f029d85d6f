package proxymcp.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.Outcome;
import proxymcp.proxy.ScriptedOrigin.Step;

/** What a client can cost is bounded: octets of a head, lines, connections, and time. */
@Timeout(60)
final class LimitsTest {
    private static final int HEAD_BYTES_MAX = 64 * 1024;
    private static final Step ANSWER_EACH = new Step.Repeat(List.of(new Step.ReadRequest(), ScriptedOrigin.respond("ok")));
    private static final ProxyLimits USUAL = ProxyLimits.DEFAULT;
    private static final long SHORT_MILLIS = 300;

    private static RunningProxy with(int connectionsMax, long headMillis, long idleMillis, long bodyMillis, long handshakeMillis)
            throws Exception {
        return RunningProxy.start(settings -> settings.withLimits(new ProxyLimits(USUAL.head(), connectionsMax, headMillis, idleMillis,
                bodyMillis, handshakeMillis, USUAL.tunnelIdleMillis(), USUAL.upstream())));
    }

    private static String get(ScriptedOrigin origin, String more) {
        return "GET http://%1$s/ HTTP/1.1\r\nHost: %1$s\r\n%2$s\r\n".formatted(origin.authority(), more);
    }

    private static String ofBytes(ScriptedOrigin origin, int bytes) {
        return get(origin, "X: " + "x".repeat(bytes - get(origin, "X: \r\n").length()) + "\r\n");
    }

    private static void assertRefused(RunningProxy proxy, int status, String request) throws Exception {
        try (RawClient client = proxy.client()) {
            client.send(request);
            RawClient.Response answer = client.readResponse("GET");
            assertEquals(status, answer.status());
            assertEquals(List.of("close"), answer.head().fields().all("Connection"));
            assertEquals("", client.readToEnd());
        }
    }

    @Test
    void aHeadHas64KiB() throws Exception {
        try (RunningProxy proxy = RunningProxy.start(); ScriptedOrigin origin = ScriptedOrigin.each(ANSWER_EACH)) {
            try (RawClient client = proxy.client()) {
                // What goes on lacks the scheme and authority of the target: it fits.
                client.send(ofBytes(origin, HEAD_BYTES_MAX));
                assertEquals("ok", client.readResponse("GET").bodyText());
            }
            assertRefused(proxy, 431, ofBytes(origin, HEAD_BYTES_MAX + 1));
            assertRefused(proxy, 431, ofBytes(origin, 8 * HEAD_BYTES_MAX));
            assertRefused(proxy, 414, "GET http://" + origin.authority() + "/" + "x".repeat(2 * HEAD_BYTES_MAX));
            assertEquals(1, origin.connectionCount());
        }
    }

    @Test
    void aHeadHas500Lines() throws Exception {
        try (RunningProxy proxy = RunningProxy.start(); ScriptedOrigin origin = ScriptedOrigin.each(ANSWER_EACH)) {
            try (RawClient client = proxy.client()) {
                client.send(get(origin, "X: y\r\n".repeat(499)));
                assertEquals("ok", client.readResponse("GET").bodyText());
            }
            assertRefused(proxy, 431, get(origin, "X: y\r\n".repeat(500)));
        }
    }

    @Test
    void aResponseHeadHas64KiBToo() throws Exception {
        try (RunningProxy proxy = RunningProxy.start(); ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadRequest(),
                ScriptedOrigin.send("HTTP/1.1 200 OK\r\nX: " + "x".repeat(HEAD_BYTES_MAX) + "\r\n\r\n"), new Step.ReadToEnd());
                RawClient client = proxy.client()) {
            client.send(get(origin, ""));
            assertEquals(502, client.readResponse("GET").status());
            assertEquals(ErrorClass.PROTOCOL, ((Outcome.Incomplete) proxy.exchange(0).outcome()).errorClass());
        }
    }

    @Test
    void anIdleConnectionEnds() throws Exception {
        try (RunningProxy proxy = with(10, 60_000, SHORT_MILLIS, 60_000, 60_000);
                ScriptedOrigin origin = ScriptedOrigin.each(ANSWER_EACH);
                RawClient silent = proxy.client(); RawClient used = proxy.client()) {
            used.send(get(origin, ""));
            assertEquals("ok", used.readResponse("GET").bodyText());
            used.awaitGone();
            silent.awaitGone();
        }
    }

    @Test
    void aHeadThatDoesNotEndInTimeEndsTheConnection() throws Exception {
        try (RunningProxy proxy = with(10, SHORT_MILLIS, 60_000, 60_000, 60_000);
                ScriptedOrigin origin = ScriptedOrigin.each(ANSWER_EACH)) {
            try (RawClient client = proxy.client()) {
                client.send("GET ");
                client.awaitGone();
            }
            try (RawClient client = proxy.client()) {
                client.send(get(origin, "") + "GET http://");
                assertEquals("ok", client.readResponse("GET").bodyText());
                client.awaitGone();
            }
        }
    }

    @Test
    void trickledOctetsDoNotKeepAHeadAlive() throws Exception {
        try (RunningProxy proxy = with(10, SHORT_MILLIS, 60_000, 60_000, 60_000); RawClient client = proxy.client()) {
            Thread trickle = Thread.ofVirtual().start(() -> {
                try {
                    for (int i = 0; i < 10_000; i++) {
                        client.send("x");
                        Thread.sleep(20); // The trickle.
                    }
                } catch (IOException | InterruptedException e) {
                    return; // The connection ended, as it must.
                }
            });
            client.awaitGone();
            trickle.join(ScriptedOrigin.LIMIT);
            assertTrue(!trickle.isAlive());
        }
    }

    @Test
    void aBodyThatStopsComingEndsTheExchange() throws Exception {
        try (RunningProxy proxy = with(10, 60_000, 60_000, SHORT_MILLIS, 60_000);
                ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadRequest());
                RawClient client = proxy.client()) {
            client.send(get(origin, "Content-Length: 10\r\n").replace("GET", "POST") + "x");
            client.awaitGone();
            Outcome.Incomplete outcome = assertInstanceOf(Outcome.Incomplete.class, proxy.exchange(0).outcome());
            assertEquals(new Outcome.Incomplete(ErrorClass.TIMEOUT, "client was silent for too long while sending"), outcome);
        }
    }

    @Test
    void aClientThatDoesNotReadEndsTheExchange() throws Exception {
        try (RunningProxy proxy = with(10, 60_000, 60_000, SHORT_MILLIS, 60_000);
                ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadRequest(),
                        ScriptedOrigin.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n"),
                        new Step.SendRepeated(new byte[64 * 1024], 10_000_000));
                RawClient client = proxy.client()) {
            client.send(get(origin, ""));
            Outcome.Incomplete outcome = assertInstanceOf(Outcome.Incomplete.class, proxy.exchange(0).outcome());
            assertEquals(new Outcome.Incomplete(ErrorClass.TIMEOUT, "client was silent for too long while receiving"), outcome);
            assertEquals(ScriptedOrigin.End.PEER_RESET, origin.connection(0).awaitEnd());
        }
    }

    @Test
    void aHandshakeThatDoesNotEndInTimeEndsTheConnection() throws Exception {
        try (RunningProxy proxy = with(10, 60_000, 60_000, 60_000, SHORT_MILLIS)) {
            for (byte[] part : List.of(new byte[] {0x16}, new byte[] {0x16, 3, 1, 1, 0, 1, 0, 0, (byte) 0xfc, 3, 3})) {
                try (RawClient client = proxy.tunnelTo("127.0.0.1:" + RunningProxy.closedPort())) {
                    client.send(part);
                    client.awaitGone();
                }
            }
        }
    }

    @Test
    void oneConnectionTooManyIsToldSo() throws Exception {
        try (RunningProxy proxy = with(2, 60_000, 60_000, 60_000, 60_000); ScriptedOrigin origin = ScriptedOrigin.each(ANSWER_EACH);
                RawClient first = proxy.client()) {
            try (RawClient second = proxy.client()) {
                for (RawClient client : List.of(first, second)) {
                    client.send(get(origin, ""));
                    assertEquals("ok", client.readResponse("GET").bodyText());
                }
                assertRefused(proxy, 503, get(origin, "X: " + "x".repeat(100_000) + "\r\n"));
            }
            awaitConnections(proxy, 1);
            try (RawClient third = proxy.client()) {
                third.send(get(origin, ""));
                assertEquals("ok", third.readResponse("GET").bodyText());
            }
            first.send(get(origin, ""));
            assertEquals("ok", first.readResponse("GET").bodyText());
        }
    }

    private static void awaitConnections(RunningProxy proxy, int count) throws InterruptedException {
        long due = System.nanoTime() + ScriptedOrigin.LIMIT.toNanos();
        while (proxy.server().openConnections() > count) {
            assertTrue(System.nanoTime() - due < 0, "connections are left");
            Thread.sleep(5);
        }
    }
}
