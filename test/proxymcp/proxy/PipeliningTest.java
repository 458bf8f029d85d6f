package proxymcp.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import proxymcp.exchange.EndedBy;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.Outcome;
import proxymcp.proxy.ScriptedOrigin.Step;

/** Requests sent without waiting are answered in order, on one connection to the origin (RFC 9112 section 9.3.2). */
@Timeout(60)
final class PipeliningTest {
    private static final Step ANSWER_EACH = new Step.Repeat(List.of(new Step.ReadRequest(), ScriptedOrigin.respond("ok")));

    private RunningProxy proxy;

    @BeforeEach
    void start() throws Exception {
        proxy = RunningProxy.start();
    }

    @AfterEach
    void stop() {
        proxy.close();
    }

    private static String get(ScriptedOrigin origin, String path) {
        return "GET http://%s%s HTTP/1.1\r\nHost: %s\r\n\r\n".formatted(origin.authority(), path, origin.authority());
    }

    private static String post(ScriptedOrigin origin, String framingAndBody) {
        return "POST http://%s/ HTTP/1.1\r\nHost: %s\r\n%s".formatted(origin.authority(), origin.authority(), framingAndBody);
    }

    @Test
    void allAreAnsweredInOrder() throws Exception {
        try (ScriptedOrigin origin = ScriptedOrigin.each(ANSWER_EACH); RawClient client = proxy.client()) {
            StringBuilder requests = new StringBuilder();
            for (int i = 0; i < 100; i++) {
                requests.append(get(origin, "/" + i));
            }
            client.send(requests.toString());
            for (int i = 0; i < 100; i++) {
                assertEquals("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", client.readResponse("GET").wire());
            }
            List<ScriptedOrigin.Received> received = origin.connection(0).requests();
            for (int i = 0; i < 100; i++) {
                assertEquals("/" + i, received.get(i).head().target());
                assertEquals("/" + i, proxy.exchange(i).start().path());
            }
            assertEquals(1, origin.connectionCount());
        }
    }

    @Test
    void bodiesEndWhereTheirFramingSays() throws Exception {
        try (ScriptedOrigin origin = ScriptedOrigin.each(ANSWER_EACH); RawClient client = proxy.client()) {
            client.send(post(origin, "Content-Length: 18\r\n\r\nGET / HTTP/1.1\r\n\r\n")
                    + post(origin, "Transfer-Encoding: chunked\r\n\r\n4\r\nGET \r\n0\r\nT: 1\r\n\r\n")
                    + post(origin, "Content-Length: 0\r\n\r\n") + "\r\n" + get(origin, "/last"));
            for (int i = 0; i < 4; i++) {
                assertEquals("ok", client.readResponse("GET").bodyText());
            }
            List<String> bodies = origin.connection(0).requests().stream().map(ScriptedOrigin.Received::bodyText).toList();
            assertEquals(List.of("GET / HTTP/1.1\r\n\r\n", "GET ", "", ""), bodies);
        }
    }

    @Test
    void requestsBehindTheLastOneAreNotServed() throws Exception {
        try (ScriptedOrigin origin = ScriptedOrigin.each(ANSWER_EACH); RawClient client = proxy.client()) {
            client.send(get(origin, "/1").replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n") + get(origin, "/2"));
            assertEquals("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok", client.readToEnd());
            origin.connection(0).awaitEnd();
            assertEquals(1, origin.connection(0).requests().size());
        }
        assertEquals(1, proxy.exchanges().size());
    }

    @Test
    void aFailureInTheMiddleIsAnsweredInItsPlace() throws Exception {
        try (ScriptedOrigin origin = ScriptedOrigin.each(ANSWER_EACH); RawClient client = proxy.client()) {
            String toNobody = get(origin, "/").replace(":" + origin.port(), ":" + RunningProxy.closedPort());
            client.send(get(origin, "/1") + toNobody + get(origin, "/2"));
            assertEquals(200, client.readResponse("GET").status());
            assertEquals(502, client.readResponse("GET").status());
            assertEquals(200, client.readResponse("GET").status());
        }
    }

    @Test
    void requestsThatComeWhileTheOriginIsSlowAreKeptForLater() throws Exception {
        // Longer than the proxy waits before it looks whether the client is still there: by then it reads ahead.
        CountDownLatch gate = new CountDownLatch(1);
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadRequest(), new Step.Await(gate), ScriptedOrigin.respond("slow"),
                new Step.ReadRequest(), ScriptedOrigin.respond("second"));
                RawClient client = proxy.client()) {
            client.send(post(origin, "Content-Length: 10000\r\n\r\n" + "x".repeat(10_000)));
            ProxyThreads.awaitStarted("client-watch");
            gate.countDown();
            assertEquals("slow", client.readResponse("POST").bodyText());
            client.send(get(origin, "/second"));
            assertEquals("second", client.readResponse("GET").bodyText());
        }
        assertTrue(proxy.exchange(1).start().url().endsWith("/second"));
    }

    /** In origin form under TLS. */
    private static String get(ScriptedOrigin origin, String path, boolean tls) {
        String plain = get(origin, path);
        return tls ? plain.replaceFirst("http://[^/]*", "") : plain;
    }

    private RawClient clientOf(ScriptedOrigin origin, boolean tls) throws Exception {
        if (!tls) {
            return proxy.client();
        }
        RawClient client = proxy.tunnelTo(origin.authority());
        client.startTls(RunningProxy.clientTls(), "127.0.0.1");
        return client;
    }

    private static ScriptedOrigin origin(boolean tls, Step... steps) throws Exception {
        return tls ? ScriptedOrigin.each(RunningProxy.originTls(), steps) : ScriptedOrigin.each(steps);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aClientThatLeavesBehindARequestNotServedYetIsNoticed(boolean tls) throws Exception {
        try (ScriptedOrigin origin = origin(tls, new Step.ReadRequest(),
                ScriptedOrigin.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: x\n\n"), new Step.ReadToEnd())) {
            try (RawClient client = clientOf(origin, tls)) {
                client.send(get(origin, "/idle", tls) + "G");
                client.readHead();
                client.readBytes(9);
                ProxyThreads.awaitStarted("client-watch"); // It has the octet already, or is about to.
            }
            assertEquals(ScriptedOrigin.End.PLAYED, origin.connection(0).awaitEnd());
        }
        Exchange exchange = proxy.exchange(0);
        assertEquals(Optional.of(EndedBy.CLIENT), exchange.stream().orElseThrow().endedBy());
        assertEquals(ErrorClass.CLIENT_ABORTED, ((Outcome.Incomplete) exchange.outcome()).errorClass());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aRequestThatComesInPiecesWhileTheOriginIsSlowIsServed(boolean tls) throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        try (ScriptedOrigin origin = origin(tls, new Step.ReadRequest(), new Step.Await(gate), ScriptedOrigin.respond("slow"),
                new Step.ReadRequest(), ScriptedOrigin.respond("second"), new Step.ReadRequest(), ScriptedOrigin.respond("third"));
                RawClient client = clientOf(origin, tls)) {
            client.send(get(origin, "/first", tls));
            ProxyThreads.awaitStarted("client-watch");
            String second = get(origin, "/second", tls);
            client.send(second.substring(0, 1));
            client.send(second.substring(1, 20));
            gate.countDown();
            assertEquals("slow", client.readResponse("GET").bodyText());
            client.send(second.substring(20) + get(origin, "/third", tls));
            assertEquals("second", client.readResponse("GET").bodyText());
            assertEquals("third", client.readResponse("GET").bodyText());
        }
    }
}
