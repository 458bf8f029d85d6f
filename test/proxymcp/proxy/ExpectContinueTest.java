package proxymcp.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.Outcome;
import proxymcp.http.ResponseHead;
import proxymcp.proxy.ScriptedOrigin.Step;

/** {@code Expect: 100-continue} is between client and origin; the proxy passes what either says (RFC 9110 section 10.1.1). */
@Timeout(60)
final class ExpectContinueTest {
    private static final String CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";

    private RunningProxy proxy;

    @BeforeEach
    void start() throws Exception {
        proxy = RunningProxy.start();
    }

    @AfterEach
    void stop() {
        proxy.close();
    }

    private static String head(ScriptedOrigin origin, String framing) {
        return "POST http://%s/ HTTP/1.1\r\nHost: %s\r\nExpect: 100-continue\r\n%s\r\n\r\n"
                .formatted(origin.authority(), origin.authority(), framing);
    }

    @Test
    void theHeadArrivesBeforeTheBodyAndContinueComesBack() throws Exception {
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadHead(), ScriptedOrigin.send(CONTINUE), new Step.ReadBody(),
                ScriptedOrigin.respond("ok"));
                RawClient client = proxy.client()) {
            client.send(head(origin, "Content-Length: 5"));
            assertEquals(CONTINUE, client.readText(CONTINUE.length()));
            client.send("hello");
            assertEquals("ok", client.readResponse("POST").bodyText());
            assertEquals("POST / HTTP/1.1\r\nHost: " + origin.authority() + "\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello",
                    origin.connection(0).receivedText());
        }
        Exchange exchange = proxy.exchange(0);
        assertEquals(List.of(100), exchange.informational().stream().map(ResponseHead::status).toList());
        assertEquals(5, exchange.requestBody().size());
        assertEquals(new Outcome.Complete(), exchange.outcome());
    }

    @Test
    void aClientThatDoesNotWaitIsServedAndKept() throws Exception {
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.Repeat(List.of(new Step.ReadHead(), ScriptedOrigin.send(CONTINUE),
                new Step.ReadBody(), ScriptedOrigin.respond("ok"))));
                RawClient client = proxy.client()) {
            for (int i = 0; i < 2; i++) {
                client.send(head(origin, "Transfer-Encoding: chunked") + "5\r\nhello\r\n0\r\n\r\n");
                assertEquals(100, client.readResponse("POST").status());
                assertEquals("ok", client.readResponse("POST").bodyText());
            }
            assertEquals("hello", origin.connection(0).requests().get(1).bodyText());
            assertEquals(1, origin.connectionCount());
        }
    }

    @Test
    void aFinalResponseWithoutContinueEndsTheConnectionAsTheBodyMayCome() throws Exception {
        String refusal = "HTTP/1.1 417 Expectation Failed\r\nContent-Length: 2\r\n";
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadHead(), ScriptedOrigin.send(refusal + "\r\nno"), new Step.ReadToEnd());
                RawClient client = proxy.client()) {
            client.send(head(origin, "Content-Length: 5"));
            assertEquals(refusal + "Connection: close\r\n\r\nno", client.readToEnd());
            assertEquals(ScriptedOrigin.End.PLAYED, origin.connection(0).awaitEnd());
            assertEquals(1, origin.connection(0).requests().size());
        }
        Exchange exchange = proxy.exchange(0);
        assertEquals(417, exchange.response().orElseThrow().status());
        assertEquals(0, exchange.requestBody().size());
    }

    @Test
    void continueThenARefusalAreBothPassedOn() throws Exception {
        String refusal = "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n";
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadHead(), ScriptedOrigin.send(CONTINUE), new Step.ReadBody(),
                ScriptedOrigin.send(refusal));
                RawClient client = proxy.client()) {
            client.send(head(origin, "Content-Length: 1"));
            assertEquals(100, client.readResponse("POST").status());
            client.send("x");
            assertEquals(refusal, client.readResponse("POST").wire());
        }
    }
}
