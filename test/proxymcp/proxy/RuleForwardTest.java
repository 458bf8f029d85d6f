package proxymcp.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.SentMessage;
import proxymcp.proxy.ScriptedOrigin.Step;
import proxymcp.rule.HeadEdits.Edit;
import proxymcp.rule.Pace;
import proxymcp.rule.Rule;
import proxymcp.rule.RuleAction;
import proxymcp.rule.RuleMatcher;
import proxymcp.rule.Transforms;

/** Requests that a rule sends to another origin than the client asked. */
@Timeout(60)
final class RuleForwardTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private RuledProxy ruled;

    @BeforeEach
    void start() throws Exception {
        ruled = RuledProxy.start();
    }

    @AfterEach
    void stop() {
        ruled.close();
    }

    private static RuleAction.Forward to(String base, Transforms transforms) {
        return new RuleAction.Forward(URI.create(base), transforms, Pace.FREE);
    }

    @Test
    void baseGoesBeforePathAndQueryAndHostFollows() throws Exception {
        for (boolean secure : RuledProxy.PLAIN_AND_TLS) {
            for (boolean secureTarget : RuledProxy.PLAIN_AND_TLS) {
                try (ScriptedOrigin asked = RuledProxy.origin(secure);
                        ScriptedOrigin target = RuledProxy.origin(secureTarget, new Step.Repeat(List.of(new Step.ReadRequest(), ScriptedOrigin.send(OK))));
                        RawClient client = ruled.client(asked, secure)) {
                    int before = ruled.proxy().exchanges().size();
                    String base = (secureTarget ? "https://" : "http://") + target.authority();
                    Rule rule = ruled.add(RuleMatcher.ANY, to(base + "/base/", Transforms.NONE));
                    client.send(RuledProxy.request(asked, secure, "POST", "/path/a%2Fb?q=1&r=|", "X: y\nContent-Length: 5\n\nhello"));
                    assertEquals(OK, client.readResponse("POST").wire());
                    String expected = "POST /base/path/a%2Fb?q=1&r=| HTTP/1.1\r\nHost: " + target.authority()
                            + "\r\nX: y\r\nContent-Length: 5\r\n\r\nhello";
                    assertEquals(expected, target.connection(0).receivedText());
                    Exchange exchange = ruled.proxy().exchange(before);
                    SentMessage sent = exchange.sent().request().orElseThrow();
                    assertEquals(expected, RuledProxy.text(sent.head()) + RuledProxy.text(sent.body()));
                    assertEquals(base + "/base/path/a%2Fb?q=1&r=|", sent.url());
                    assertTrue(exchange.start().url().contains(asked.authority() + "/path/"), exchange.start().url());
                    assertEquals(RuledProxy.matches(rule), exchange.rules());
                    client.send(RuledProxy.request(asked, secure, "GET", "/", "\n"));
                    assertEquals(OK, client.readResponse("GET").wire());
                    assertEquals("/base/", target.connection(0).requests().get(1).head().target());
                    assertEquals(0, asked.connectionCount());
                    ruled.book().remove(rule.id());
                }
            }
        }
    }

    @Test
    void transformsApplyOnTheNewWay() throws Exception {
        try (ScriptedOrigin target = ScriptedOrigin.each(new Step.ReadRequest(), ScriptedOrigin.send(OK), new Step.ReadToEnd());
                RawClient client = ruled.proxy().client()) {
            ruled.add(RuleMatcher.ANY, to("http://" + target.authority(), new Transforms(RuledProxy.requestFields(new Edit.Set("X", "y")),
                    RuledProxy.responseBody(RuledProxy.literal("ok", "fine")))));
            client.sendLines("GET http://nowhere.invalid/a HTTP/1.1\nHost: nowhere.invalid\n\n");
            assertEquals("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine", client.readResponse("GET").wire());
            assertEquals("GET /a HTTP/1.1\r\nHost: " + target.authority() + "\r\nX: y\r\n\r\n", target.connection(0).receivedText());
        }
    }

    @Test
    void requestsWithRuleAndWithoutKeepTheirOriginsApart() throws Exception {
        Step.Repeat asked = new Step.Repeat(List.of(new Step.ReadRequest(), ScriptedOrigin.respond("asked")));
        Step.Repeat other = new Step.Repeat(List.of(new Step.ReadRequest(), ScriptedOrigin.respond("target")));
        try (ScriptedOrigin first = ScriptedOrigin.each(asked); ScriptedOrigin target = ScriptedOrigin.each(other);
                RawClient client = ruled.proxy().client()) {
            ruled.add(to("http://" + target.authority(), Transforms.NONE));
            for (int i = 0; i < 20; i++) {
                client.send(RuledProxy.request(first, false, "GET", i % 3 == 0 ? "/path" : "/other", "\n"));
                assertEquals(i % 3 == 0 ? "target" : "asked", client.readResponse("GET").bodyText());
            }
        }
    }

    @Test
    void aTargetThatCannotBeReachedIsToldToTheClient() throws Exception {
        ruled.add(RuleMatcher.ANY, to("http://127.0.0.1:" + RunningProxy.closedPort(), Transforms.NONE));
        try (RawClient client = ruled.proxy().client()) {
            client.sendLines("GET http://nowhere.invalid/ HTTP/1.1\nHost: nowhere.invalid\n\n");
            assertEquals(502, client.readResponse("GET").status());
        }
        Exchange exchange = ruled.proxy().exchange(0);
        assertEquals(ErrorClass.CONNECT_REFUSED, ((Outcome.Incomplete) exchange.outcome()).errorClass());
        assertEquals(1, exchange.rules().size());
        assertTrue(exchange.sent().request().isEmpty(), "nothing was sent");
    }

    @Test
    void aForwardToTheProxyItselfIsRefusedAsALoop() throws Exception {
        ruled.add(RuleMatcher.ANY, to("http://127.0.0.1:" + ruled.proxy().port(), Transforms.NONE));
        try (RawClient client = ruled.proxy().client()) {
            client.sendLines("GET http://nowhere.invalid/ HTTP/1.1\nHost: nowhere.invalid\n\n");
            assertTrue(client.readResponse("GET").status() >= 500);
        }
        assertEquals(ErrorClass.LOOP, ((Outcome.Incomplete) ruled.proxy().exchange(0).outcome()).errorClass());
    }
}
