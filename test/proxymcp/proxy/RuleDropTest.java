package proxymcp.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.SocketException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.SentMessages;
import proxymcp.proxy.ScriptedOrigin.Step;
import proxymcp.rule.Pace;
import proxymcp.rule.Rule;
import proxymcp.rule.RuleAction;

/** Requests that a rule leaves without an answer: how the client's connection ends. */
@Timeout(60)
final class RuleDropTest {
    private RuledProxy ruled;

    @BeforeEach
    void start() throws Exception {
        ruled = RuledProxy.start();
    }

    @AfterEach
    void stop() {
        ruled.close();
    }

    private void assertRecorded(Rule rule, int index) throws InterruptedException {
        Exchange exchange = ruled.proxy().exchange(index);
        assertEquals(ErrorClass.BLOCKED_BY_RULE, ((Outcome.Incomplete) exchange.outcome()).errorClass());
        assertTrue(((Outcome.Incomplete) exchange.outcome()).reason().contains(rule.id()), exchange.outcome().toString());
        assertEquals(RuledProxy.matches(rule), exchange.rules());
        assertEquals(SentMessages.NONE, exchange.sent());
        assertEquals(Optional.empty(), exchange.response());
        assertEquals(Optional.empty(), exchange.route());
    }

    private static void assertReset(RawClient client) {
        AssertionError failed = assertThrows(AssertionError.class, client::readToEnd);
        assertTrue(failed.getCause() instanceof SocketException && failed.getCause().getMessage().contains("reset"), failed.toString());
        assertEquals("", client.receivedText());
    }

    @Test
    void resetIsSeenAsAReset() throws Exception {
        Rule rule = ruled.add(new RuleAction.Drop(RuleAction.Drop.Mode.RESET, Pace.FREE));
        for (boolean secure : RuledProxy.PLAIN_AND_TLS) {
            int before = ruled.proxy().exchanges().size();
            try (ScriptedOrigin origin = RuledProxy.origin(secure); RawClient client = ruled.client(origin, secure)) {
                client.send(RuledProxy.request(origin, secure, "POST", "/path", "Content-Length: 5\n\nhello"));
                assertReset(client);
                assertEquals(0, origin.connectionCount());
            }
            assertRecorded(rule, before);
        }
        assertEquals(2, ruled.book().hits(rule.id()));
    }

    @Test
    void closeIsAnEndInOrderWithoutAnOctet() throws Exception {
        Rule rule = ruled.add(new RuleAction.Drop(RuleAction.Drop.Mode.CLOSE, Pace.FREE));
        for (boolean secure : RuledProxy.PLAIN_AND_TLS) {
            // Octets that nobody reads would turn the close into a reset: the last body is longer than what buffers hold.
            for (String rest : List.of("\n", "Content-Length: 5\n\nhello", "Content-Length: 300000\n\n" + "x".repeat(300_000))) {
                int before = ruled.proxy().exchanges().size();
                try (ScriptedOrigin origin = RuledProxy.origin(secure); RawClient client = ruled.client(origin, secure)) {
                    client.send(RuledProxy.request(origin, secure, "POST", "/path", rest));
                    assertEquals("", client.readToEnd());
                    assertEquals("", client.receivedText());
                    assertEquals(0, origin.connectionCount());
                }
                assertRecorded(rule, before);
            }
        }
        assertEquals(6, ruled.book().hits(rule.id()));
    }

    @Test
    void requestsBeforeTheDroppedOneAreAnsweredAndThoseBehindAreNot() throws Exception {
        for (RuleAction.Drop.Mode mode : RuleAction.Drop.Mode.values()) {
            Rule rule = ruled.add(new RuleAction.Drop(mode, Pace.FREE));
            try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.Repeat(List.of(new Step.ReadRequest(), ScriptedOrigin.respond("ok"))));
                    RawClient client = ruled.proxy().client()) {
                client.send(RuledProxy.request(origin, false, "GET", "/1", "\n"));
                assertEquals("ok", client.readResponse("GET").bodyText());
                client.send(RuledProxy.request(origin, false, "GET", "/path", "\n") + RuledProxy.request(origin, false, "GET", "/2", "\n"));
                client.awaitGone();
                assertTrue(client.receivedText().endsWith("\r\n\r\nok"), client.receivedText());
                assertEquals(1, origin.connection(0).requests().size());
            }
            ruled.book().remove(rule.id());
        }
    }

    @Test
    void otherConnectionsGoOn() throws Exception {
        ruled.add(new RuleAction.Drop(RuleAction.Drop.Mode.RESET, Pace.FREE));
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.Repeat(List.of(new Step.ReadRequest(), ScriptedOrigin.respond("ok"))));
                RawClient dropped = ruled.proxy().client(); RawClient other = ruled.proxy().client()) {
            other.send(RuledProxy.request(origin, false, "GET", "/1", "\n"));
            assertEquals("ok", other.readResponse("GET").bodyText());
            dropped.send(RuledProxy.request(origin, false, "GET", "/path", "\n"));
            assertReset(dropped);
            other.send(RuledProxy.request(origin, false, "GET", "/2", "\n"));
            assertEquals("ok", other.readResponse("GET").bodyText());
        }
    }
}
