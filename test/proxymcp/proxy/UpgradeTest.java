package proxymcp.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.exchange.EndedBy;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.StreamKind;
import proxymcp.exchange.StreamSummary;
import proxymcp.proxy.ScriptedOrigin.Step;

/** After a 101 the connection belongs to another protocol: octets pass both ways and are recorded (RFC 9110 section 7.8). */
@Timeout(60)
final class UpgradeTest {
    private static final String SWITCHING =
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\nX: y\r\n\r\n";

    private RunningProxy proxy;

    @BeforeEach
    void start() throws Exception {
        proxy = RunningProxy.start();
    }

    @AfterEach
    void stop() {
        proxy.close();
    }

    private static String request(ScriptedOrigin origin, String target) {
        return "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: echo\r\nConnection: keep-alive, Upgrade\r\n\r\n".formatted(target, origin.authority());
    }

    /** Waits until the stream, which is open, says that so much passed. */
    private void awaitPassed(long in, long out) throws Exception {
        StreamSummary stream;
        do {
            Thread.onSpinWait(); // What is recorded comes behind what passes.
            stream = proxy.streams().find(1).orElseThrow().summary();
        } while (stream.bytesIn() < in || stream.bytesOut() < out);
        assertEquals(in + " " + out + " true", stream.bytesIn() + " " + stream.bytesOut() + " " + stream.closedAt().isEmpty());
    }

    private void assertRecorded(String sent, String received, EndedBy endedBy) throws Exception {
        Exchange exchange = proxy.exchange(0);
        assertEquals(101, exchange.response().orElseThrow().status());
        assertEquals(sent, new String(exchange.requestBody().bytes(), StandardCharsets.ISO_8859_1));
        assertEquals(received, new String(exchange.responseBody().bytes(), StandardCharsets.ISO_8859_1));
        assertEquals(List.of("the connection was upgraded to echo; what passed is kept as the two bodies"), exchange.notes());
        assertEquals(new Outcome.Complete(), exchange.outcome());
        StreamSummary stream = exchange.stream().orElseThrow();
        assertEquals(List.of(StreamKind.TUNNEL, "echo", Optional.of(endedBy), true), List.of(stream.kind(), stream.subprotocol(), stream.endedBy(),
                stream.closedAt().isPresent()));
        assertEquals(received.length() + " " + sent.length(), stream.bytesIn() + " " + stream.bytesOut());
    }

    @Test
    void octetsPassBothWaysUntilBothHaveEnded() throws Exception {
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadHead(), ScriptedOrigin.send(SWITCHING + "hello "), new Step.Echo());
                RawClient client = proxy.client()) {
            client.send(request(origin, "http://" + origin.authority() + "/") + "early ");
            assertEquals(SWITCHING + "hello early ", client.readText(SWITCHING.length() + 12));
            client.send("GET / HTTP/1.1\r\n\r\n");
            assertEquals("GET / HTTP/1.1\r\n\r\n", client.readText(18));
            awaitPassed(30, 24);
            client.halfClose();
            assertEquals("", client.readToEnd());
            assertEquals(request(origin, "/") + "early GET / HTTP/1.1\r\n\r\n", origin.connection(0).receivedText());
        }
        assertRecorded("early GET / HTTP/1.1\r\n\r\n", "hello early GET / HTTP/1.1\r\n\r\n", EndedBy.CLIENT);
    }

    @Test
    void insideTlsToo() throws Exception {
        try (ScriptedOrigin origin = ScriptedOrigin.each(RunningProxy.originTls(), new Step.ReadHead(), ScriptedOrigin.send(SWITCHING),
                new Step.Echo());
                RawClient client = proxy.tlsTo(origin.authority())) {
            client.send(request(origin, "/"));
            assertEquals(SWITCHING, client.readText(SWITCHING.length()));
            client.send("over tls");
            assertEquals("over tls", client.readText(8));
            client.halfClose();
            assertEquals("", client.readToEnd());
        }
        assertRecorded("over tls", "over tls", EndedBy.CLIENT);
    }

    @Test
    void theOriginMayEndFirst() throws Exception {
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadHead(), ScriptedOrigin.send(SWITCHING + "bye"), new Step.HalfClose(),
                new Step.ReadToEnd());
                RawClient client = proxy.client()) {
            client.send(request(origin, "http://" + origin.authority() + "/"));
            assertEquals(SWITCHING + "bye", client.readToEnd());
            client.send("still here");
            origin.connection(0).awaitReceived("still here");
        }
        assertRecorded("still here", "bye", EndedBy.SERVER);
    }

    @Test
    void aSlowUpgradeLosesNoOctetOfTheClient() throws Exception {
        // By the time the answer comes, the proxy reads ahead to notice a client that leaves: two threads must not read at once.
        CountDownLatch gate = new CountDownLatch(1);
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadHead(), new Step.Await(gate), ScriptedOrigin.send(SWITCHING + "hi"),
                new Step.Echo());
                RawClient client = proxy.client()) {
            client.send(request(origin, "http://" + origin.authority() + "/"));
            ProxyThreads.awaitStarted("client-watch");
            gate.countDown();
            assertEquals(SWITCHING + "hi", client.readText(SWITCHING.length() + 2));
            StringBuilder sent = new StringBuilder();
            for (int i = 0; i < 50; i++) {
                client.send("message " + i + "\n");
                sent.append("message ").append(i).append('\n');
            }
            assertEquals(sent.toString(), client.readText(sent.length()));
            client.halfClose();
            assertEquals("", client.readToEnd());
            assertRecorded(sent.toString(), "hi" + sent, EndedBy.CLIENT);
        }
    }

    @Test
    void aRefusedUpgradeIsAnOrdinaryResponse() throws Exception {
        String refusal = "HTTP/1.1 426 Upgrade Required\r\nUpgrade: other\r\nContent-Length: 2\r\n\r\nno";
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadHead(), ScriptedOrigin.send(refusal), new Step.ReadRequest(),
                ScriptedOrigin.respond("ok"));
                RawClient client = proxy.client()) {
            client.send(request(origin, "http://" + origin.authority() + "/"));
            assertEquals(refusal, client.readResponse("GET").wire());
            client.send("GET http://%s/ HTTP/1.1\r\nHost: %s\r\n\r\n".formatted(origin.authority(), origin.authority()));
            assertEquals("ok", client.readResponse("GET").bodyText());
        }
    }
}
