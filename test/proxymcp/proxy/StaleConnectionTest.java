package proxymcp.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.Outcome;
import proxymcp.proxy.ScriptedOrigin.Step;

/** An origin may close a kept connection at any time: that must cost nobody a request, and no request may be done twice. */
@Timeout(60)
final class StaleConnectionTest {
    private RunningProxy proxy;

    @BeforeEach
    void start() throws Exception {
        proxy = RunningProxy.start();
    }

    @AfterEach
    void stop() {
        proxy.close();
    }

    private static String get(ScriptedOrigin origin) {
        return "GET http://%s/ HTTP/1.1\r\nHost: %s\r\n\r\n".formatted(origin.authority(), origin.authority());
    }

    private static String post(ScriptedOrigin origin) {
        return "POST http://%s/ HTTP/1.1\r\nHost: %s\r\nContent-Length: 1\r\n\r\nx".formatted(origin.authority(), origin.authority());
    }

    private static final List<Step> SECOND = List.of(new Step.ReadRequest(), ScriptedOrigin.respond("second"));

    @Test
    void aConnectionIsReused() throws Exception {
        try (ScriptedOrigin origin = ScriptedOrigin.inOrder(List.of(List.of(new Step.Repeat(SECOND)))); RawClient client = proxy.client()) {
            for (int i = 0; i < 3; i++) {
                client.send(i == 1 ? post(origin) : get(origin));
                assertEquals(200, client.readResponse("GET").status());
            }
            assertFalse(proxy.exchange(0).route().orElseThrow().reused());
            assertTrue(proxy.exchange(2).route().orElseThrow().reused());
        }
    }

    @Test
    void aGetIsSentAgainWhenTheConnectionTurnsOutClosed() throws Exception {
        try (ScriptedOrigin origin = ScriptedOrigin.inOrder(List.of(
                List.of(new Step.ReadRequest(), ScriptedOrigin.respond("first"), new Step.ReadRequest(), new Step.Close()), SECOND));
                RawClient client = proxy.client()) {
            client.send(get(origin));
            assertEquals("first", client.readResponse("GET").bodyText());
            client.send(get(origin));
            assertEquals("second", client.readResponse("GET").bodyText());
            Exchange exchange = proxy.exchange(1);
            assertEquals(new Outcome.Complete(), exchange.outcome());
            assertFalse(exchange.route().orElseThrow().reused());
        }
    }

    @Test
    void aGetIsSentAgainOnceOnly() throws Exception {
        try (ScriptedOrigin origin = ScriptedOrigin.inOrder(List.of(
                List.of(new Step.ReadRequest(), ScriptedOrigin.respond("first"), new Step.ReadRequest(), new Step.Reset()),
                List.of(new Step.ReadRequest(), new Step.Reset())));
                RawClient client = proxy.client()) {
            client.send(get(origin));
            assertEquals("first", client.readResponse("GET").bodyText());
            client.send(get(origin));
            assertEquals(502, client.readResponse("GET").status());
            assertEquals(2, origin.connectionCount());
        }
    }

    @Test
    void aPostIsNotSentAgainWhenItMayHaveBeenDone() throws Exception {
        try (ScriptedOrigin origin = ScriptedOrigin.inOrder(List.of(
                List.of(new Step.ReadRequest(), ScriptedOrigin.respond("first"), new Step.ReadRequest(), new Step.Close())));
                RawClient client = proxy.client()) {
            client.send(post(origin));
            assertEquals("first", client.readResponse("POST").bodyText());
            client.send(post(origin));
            RawClient.Response failed = client.readResponse("POST");
            assertEquals(502, failed.status());
            assertEquals("proxy-mcp; error=http_response_incomplete", failed.head().fields().first("Proxy-Status").orElseThrow());
            assertEquals(2, origin.connection(0).requests().size());
            assertEquals(1, origin.connectionCount());
        }
        assertEquals(ErrorClass.CLOSED, ((Outcome.Incomplete) proxy.exchange(1).outcome()).errorClass());
    }

    @Test
    void aPostFindsAClosedConnectionInTime() throws Exception {
        CountDownLatch closeNow = new CountDownLatch(1);
        try (ScriptedOrigin origin = ScriptedOrigin.inOrder(List.of(
                List.of(new Step.ReadRequest(), ScriptedOrigin.respond("first"), new Step.Await(closeNow), new Step.Close()), SECOND));
                RawClient client = proxy.client()) {
            client.send(post(origin));
            assertEquals("first", client.readResponse("POST").bodyText());
            closeNow.countDown();
            origin.connection(0).awaitEnd();
            client.send(post(origin));
            assertEquals("second", client.readResponse("POST").bodyText());
            assertEquals(1, origin.connection(1).requests().size());
        }
    }

    @Test
    void aPostUsesAnOpenConnection() throws Exception {
        for (boolean tls : new boolean[] {false, true}) {
            Step repeat = new Step.Repeat(SECOND);
            try (ScriptedOrigin origin = tls ? ScriptedOrigin.each(RunningProxy.originTls(), repeat) : ScriptedOrigin.each(repeat);
                    RawClient client = tls ? proxy.tlsTo(origin.authority()) : proxy.tunnelTo(origin.authority())) {
                for (int i = 0; i < 3; i++) {
                    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx");
                    assertEquals("second", client.readResponse("POST").bodyText());
                }
                assertEquals(1, origin.connectionCount());
            }
        }
    }

    @Test
    void nothingIsSentAgainOnceAnAnswerHasBegun() throws Exception {
        try (ScriptedOrigin origin = ScriptedOrigin.inOrder(List.of(List.of(new Step.ReadRequest(), ScriptedOrigin.respond("first"),
                new Step.ReadRequest(), ScriptedOrigin.send("HTTP/1.1 2"), new Step.Close())));
                RawClient client = proxy.client()) {
            client.send(get(origin));
            assertEquals("first", client.readResponse("GET").bodyText());
            client.send(get(origin));
            assertEquals(502, client.readResponse("GET").status());
            assertEquals(1, origin.connectionCount());
        }
    }

    @Test
    void octetsThatNobodyAskedForAreNotTakenForAnAnswer() throws Exception {
        try (ScriptedOrigin origin = ScriptedOrigin.inOrder(List.of(List.of(new Step.ReadRequest(),
                ScriptedOrigin.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged"),
                new Step.ReadToEnd()), SECOND));
                RawClient client = proxy.client()) {
            client.send(get(origin));
            assertEquals("a", client.readResponse("GET").bodyText());
            client.send(get(origin));
            assertEquals("second", client.readResponse("GET").bodyText());
        }
    }

    @Test
    void aConnectionServesOthersOnceItsClientHasLeft() throws Exception {
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.Repeat(SECOND))) {
            for (int i = 0; i < 2; i++) {
                try (RawClient client = proxy.client()) {
                    client.send(get(origin).replace("\r\n\r\n", "\r\nX: y\r\n\r\n"));
                    assertEquals("second", client.readResponse("GET").bodyText());
                }
                awaitIdle(1);
            }
            assertEquals(1, origin.connectionCount());
        }
    }

    @Test
    void aConnectionThatWasAuthenticatedIsNeverGivenToAnother() throws Exception {
        for (String scheme : List.of("NTLM", "Negotiate", "negotiate abc=", "Basic realm=\"x\"\r\nWWW-Authenticate: NTLM")) {
            String challenge = "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: " + scheme + "\r\nContent-Length: 0\r\n\r\n";
            try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadRequest(), ScriptedOrigin.send(challenge),
                    new Step.Repeat(SECOND))) {
                try (RawClient client = proxy.client()) {
                    client.send(get(origin));
                    assertEquals(401, client.readResponse("GET").status());
                    client.send(get(origin).replace("Host", "Authorization: NTLM abc=\r\nHost"));
                    assertEquals(200, client.readResponse("GET").status());
                    assertEquals(1, origin.connectionCount());
                }
                assertNotEquals(ScriptedOrigin.End.FAILED, origin.connection(0).awaitEnd());
                try (RawClient other = proxy.client()) {
                    other.send(get(origin));
                    assertEquals(401, other.readResponse("GET").status());
                    assertEquals(2, origin.connectionCount());
                }
            }
        }
    }

    private void awaitIdle(int count) throws InterruptedException {
        long due = System.nanoTime() + ScriptedOrigin.LIMIT.toNanos();
        while (proxy.server().idleUpstreamConnections() < count) {
            assertTrue(System.nanoTime() - due < 0, "no connection was given back");
            Thread.sleep(5);
        }
    }
}
