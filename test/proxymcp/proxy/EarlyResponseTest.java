package proxymcp.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.exchange.CapturedBody;
import proxymcp.exchange.Exchange;
import proxymcp.proxy.ScriptedOrigin.Step;

/** An origin may answer before it has read the request (RFC 9112 section 9.3 and 9.5): the client hears it at once. */
@Timeout(60)
final class EarlyResponseTest {
    private static final int HALF = 100_000;
    private static final String TOO_LARGE = "HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n";

    private RunningProxy proxy;

    @BeforeEach
    void start() throws Exception {
        proxy = RunningProxy.start();
    }

    @AfterEach
    void stop() {
        proxy.close();
    }

    private static String post(ScriptedOrigin origin, int length) {
        return "POST http://%s/ HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n\r\n".formatted(origin.authority(), origin.authority(), length);
    }

    @Test
    void theClientReadsItWhileItsBodyIsUnderWayAndMayEndThere() throws Exception {
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadHead(), ScriptedOrigin.send(TOO_LARGE + "Connection: close\r\n\r\nno"),
                new Step.ReadToEnd());
                RawClient client = proxy.client()) {
            client.send(post(origin, 2 * HALF) + "x".repeat(HALF));
            assertEquals(TOO_LARGE + "Connection: close\r\n\r\nno", client.readToEnd());
            assertEquals(ScriptedOrigin.End.PLAYED, origin.connection(0).awaitEnd());
        }
        Exchange exchange = proxy.exchange(0);
        assertEquals(413, exchange.response().orElseThrow().status());
        assertEquals(CapturedBody.State.COMPLETE, exchange.responseBody().state());
        assertEquals(CapturedBody.State.INCOMPLETE, exchange.requestBody().state());
        assertEquals(List.of("the response ended before the request body had; the rest of that was not passed on"), exchange.notes());
    }

    @Test
    void aClientThatSendsOnAllTheSameIsNotResetBeforeItHasReadTheAnswer() throws Exception {
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadHead(), ScriptedOrigin.send(TOO_LARGE + "Connection: close\r\n\r\nno"),
                new Step.ReadToEnd());
                RawClient client = proxy.client()) {
            client.send(post(origin, 8 * HALF) + "x".repeat(HALF));
            proxy.await(all -> !all.isEmpty() && all.get(0).responseBody().state() == CapturedBody.State.COMPLETE);
            client.send("x".repeat(5 * HALF));
            assertEquals(TOO_LARGE + "Connection: close\r\n\r\nno", client.readToEnd());
        }
    }

    @Test
    void anOriginThatReadsOnGetsTheRestAndTheConnectionIsKept() throws Exception {
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.Repeat(List.of(new Step.ReadHead(), ScriptedOrigin.respond("early"),
                new Step.ReadBody())));
                RawClient client = proxy.client()) {
            client.send(post(origin, 2 * HALF) + "x".repeat(HALF));
            assertEquals("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nearly", client.readResponse("POST").wire());
            client.send("x".repeat(HALF));
            client.send(post(origin, 1) + "y");
            assertEquals("early", client.readResponse("POST").bodyText());
            proxy.exchange(1);
            assertEquals(1, origin.connectionCount());
        }
        assertEquals(2 * HALF, proxy.exchange(0).requestBody().size());
        assertEquals(CapturedBody.State.COMPLETE, proxy.exchange(0).requestBody().state());
    }

    @Test
    void aResponseStreamsWhileTheRequestDoes() throws Exception {
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadHead(),
                ScriptedOrigin.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n"), new Step.ReadBytes(HALF),
                ScriptedOrigin.send("1\r\nb\r\n"), new Step.ReadBytes(HALF), ScriptedOrigin.send("1\r\nc\r\n0\r\n\r\n"),
                new Step.ReadToEnd());
                RawClient client = proxy.client()) {
            String head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
            client.send(post(origin, 2 * HALF));
            client.send("x");
            assertEquals(head + "1\r\na\r\n", client.readText(head.length() + 6));
            client.send("x".repeat(HALF - 1));
            assertEquals("1\r\nb\r\n", client.readText(6));
            client.send("x".repeat(HALF));
            assertEquals("1\r\nc\r\n0\r\n\r\n", client.readText(11));
        }
    }
}
