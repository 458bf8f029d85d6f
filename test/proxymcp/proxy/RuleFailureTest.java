package proxymcp.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.SentMessage;
import proxymcp.exchange.SentMessages;
import proxymcp.http.Fields;
import proxymcp.proxy.ScriptedOrigin.Step;
import proxymcp.rule.HeadEdits.Edit;
import proxymcp.rule.MockBody;
import proxymcp.rule.Pace;
import proxymcp.rule.RequestEdits;
import proxymcp.rule.ResponseEdits;
import proxymcp.rule.Rule;
import proxymcp.rule.RuleAction;
import proxymcp.rule.RuleBook;
import proxymcp.rule.RuleDraft;
import proxymcp.rule.RuleMatcher;
import proxymcp.rule.Transforms;
import proxymcp.tls.OriginTlsSettings;
import proxymcp.upstream.UpstreamProxies;

/** Peers that fail, leave or answer early while a rule is at work. */
@Timeout(60)
final class RuleFailureTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final String CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";

    private RuledProxy ruled;

    @BeforeEach
    void start() throws Exception {
        ruled = RuledProxy.start();
    }

    @AfterEach
    void stop() {
        ruled.close();
    }

    private ErrorClass errorClass(int index) throws InterruptedException {
        return ((Outcome.Incomplete) ruled.proxy().exchange(index).outcome()).errorClass();
    }

    @Test
    void aChangedRequestIsSentAgainWholeAndRecordedOnce() throws Exception {
        ruled.add(RuleAction.Pass.of(new Transforms(new RequestEdits(RuledProxy.requestFields(new Edit.Set("X", "y")).headers(),
                Optional.empty(), Optional.empty(), RuledProxy.literal("hello", "goodbye")), ResponseEdits.NONE)));
        for (String body : List.of("", "hello", "none")) {
            int before = ruled.proxy().exchanges().size();
            List<Step> closing = List.of(new Step.ReadRequest(), ScriptedOrigin.respond("first"), new Step.ReadHead(), new Step.Close());
            try (ScriptedOrigin origin = ScriptedOrigin.inOrder(List.of(closing, List.of(new Step.ReadRequest(), ScriptedOrigin.respond("second"))));
                    RawClient client = ruled.proxy().client()) {
                client.send(RuledProxy.request(origin, false, "GET", "/path", "\n"));
                assertEquals("first", client.readResponse("GET").bodyText());
                String framed = body.isEmpty() ? "\n" : "Content-Length: " + body.length() + "\n\n" + body;
                client.send(RuledProxy.request(origin, false, body.isEmpty() ? "GET" : "PUT", "/path", framed));
                RawClient.Response answer = client.readResponse("GET");
                Exchange exchange = ruled.proxy().exchange(before + 1);
                if (answer.status() == 200) {
                    SentMessage sent = exchange.sent().request().orElseThrow();
                    assertEquals(origin.connection(1).receivedText(), RuledProxy.text(sent.head()) + RuledProxy.text(sent.body()));
                    assertTrue(sent.complete());
                } else {
                    assertFalse(body.isEmpty(), "a GET can be sent again: " + answer.wire());
                }
                assertEquals(1, exchange.rules().size());
            }
        }
    }

    @Test
    void theAsteriskOfOptionsStays() throws Exception {
        ruled.add(RuleMatcher.ANY, RuleAction.Pass.of(new Transforms(RuledProxy.requestFields(new Edit.Set("X", "y")),
                ResponseEdits.NONE)));
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadRequest(), ScriptedOrigin.send(OK)); RawClient client = ruled.proxy().client()) {
            client.send("OPTIONS http://" + origin.authority() + " HTTP/1.1\r\nHost: " + origin.authority() + "\r\n\r\n");
            assertEquals(OK, client.readResponse("OPTIONS").wire());
            assertEquals("OPTIONS * HTTP/1.1\r\nHost: " + origin.authority() + "\r\nX: y\r\n\r\n", origin.connection(0).receivedText());
        }
    }

    @Test
    void anOriginThatAnswersAChangedBodyEarlyIsHeard() throws Exception {
        ruled.add(RuledProxy.requestBody(RuledProxy.literal("a", "bb")));
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadHead(),
                ScriptedOrigin.send("HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno"), new Step.HalfClose(), new Step.Stall());
                RawClient client = ruled.proxy().client()) {
            client.send(RuledProxy.request(origin, false, "POST", "/path", "Content-Length: 7500000\n\n" + "a".repeat(7_500_000)));
            RawClient.Response answer = client.readResponse("POST");
            assertEquals("413 no", answer.status() + " " + answer.bodyText());
            SentMessage sent = ruled.proxy().exchange(0).sent().request().orElseThrow();
            assertFalse(sent.complete(), "whether the request was sent whole");
            assertEquals(Optional.empty(), sent.bodySha256());
        }
    }

    @Test
    void aClientThatLeavesBeforeItsBodyIsWholeCausesNoRequest() throws Exception {
        ruled.add(RuledProxy.requestBody(RuledProxy.literal("hello", "goodbye")));
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadToEnd()); RawClient client = ruled.proxy().client()) {
            client.send(RuledProxy.request(origin, false, "POST", "/path", "Content-Length: 10\n\nhello"));
            ruled.proxy().await(all -> !all.isEmpty() && all.get(0).requestBody().size() == 5);
            client.reset();
            assertEquals(ErrorClass.CLIENT_ABORTED, errorClass(0));
            assertEquals(SentMessages.NONE, ruled.proxy().exchange(0).sent());
            assertEquals(1, ruled.proxy().exchange(0).rules().size());
            assertTrue(origin.connectionCount() == 0 || origin.connection(0).receivedText().isEmpty(), "half a body went out");
        }
    }

    @Test
    void aMalformedBodyThatIsHeldIsRefused() throws Exception {
        ruled.add(RuledProxy.requestBody(RuledProxy.literal("hello", "goodbye")));
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadToEnd()); RawClient client = ruled.proxy().client()) {
            client.send(RuledProxy.request(origin, false, "POST", "/path", "Transfer-Encoding: chunked\n\n5\nhello\nzz\n"));
            assertEquals(400, client.readResponse("POST").status());
            assertEquals(ErrorClass.PROTOCOL, errorClass(0));
        }
    }

    @Test
    void aClientThatLeavesWhileAResponseIsHeldEndsTheExchange() throws Exception {
        ruled.add(RuledProxy.responseBody(RuledProxy.literal("hello", "goodbye")));
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadRequest(), ScriptedOrigin.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello"),
                new Step.ReadToEnd());
                RawClient client = ruled.proxy().client()) {
            client.send(RuledProxy.request(origin, false, "GET", "/path", "\n"));
            ruled.proxy().await(all -> !all.isEmpty() && all.get(0).responseBody().size() == 5);
            client.reset();
            assertEquals(ErrorClass.CLIENT_ABORTED, errorClass(0));
            assertEquals(Optional.empty(), ruled.proxy().exchange(0).sent().response(), "nothing was sent");
        }
    }

    @Test
    void aResponseThatBreaksOffIsRecordedAsFarAsItWasSent() throws Exception {
        ruled.add(RuledProxy.responseFields(new Edit.Set("X", "y")));
        for (String framed : List.of("Content-Length: 10\r\n\r\nhello", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")) {
            int before = ruled.proxy().exchanges().size();
            try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadRequest(), ScriptedOrigin.send("HTTP/1.1 200 OK\r\n" + framed));
                    RawClient client = ruled.proxy().client()) {
                client.send(RuledProxy.request(origin, false, "GET", "/path", "\n"));
                client.awaitGone();
                assertTrue(client.receivedText().contains("\r\nX: y\r\n") && client.receivedText().contains("hello"), client.receivedText());
                assertFalse(client.receivedText().contains("0\r\n\r\n") && framed.contains("chunked"), "a whole message: " + client.receivedText());
                assertEquals(ErrorClass.CLOSED, errorClass(before));
                SentMessage sent = ruled.proxy().exchange(before).sent().response().orElseThrow();
                assertEquals("hello", RuledProxy.text(sent.body()));
                assertFalse(sent.complete());
                assertEquals(Optional.empty(), sent.bodySha256());
            }
        }
    }

    @Test
    void leaveIsGivenOnceForALongBodyThatARuleLooksAt() throws Exception {
        RuleMatcher matcher = new RuleMatcher(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), List.of(), Optional.of("absent"));
        ruled.add(matcher, new RuleAction.Drop(RuleAction.Drop.Mode.RESET, Pace.FREE));
        for (String framing : List.of("Content-Length: 3000000", "Transfer-Encoding: chunked")) {
            try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadRequest(), ScriptedOrigin.send(OK), new Step.ReadToEnd());
                    RawClient client = ruled.proxy().client()) {
                client.send(RuledProxy.request(origin, false, "POST", "/path", "Expect: 100-continue\n" + framing + "\n\n"));
                assertEquals(CONTINUE, client.readText(CONTINUE.length()));
                String body = "x".repeat(3_000_000);
                client.send(framing.startsWith("C") ? body : "2dc6c0\r\n" + body + "\r\n0\r\n\r\n");
                assertEquals(OK, client.readResponse("POST").wire());
                assertEquals(3_000_000, origin.connection(0).requests().get(0).body().length);
                assertFalse(origin.connection(0).requests().get(0).head().fields().contains("Expect"), "the client was told to go on already");
            }
        }
    }

    @Test
    void credentialsAreAskedForBeforeAnyRule() throws Exception {
        RuleBook book = RuleBook.inMemory(Clock.systemUTC());
        Rule rule = book.add(RuleDraft.of("", RuleMatcher.ANY, new RuleAction.Mock(200, Fields.EMPTY, new MockBody.Text("mocked"), Pace.FREE)));
        try (RunningProxy proxy = RunningProxy.start(settings -> settings.withRequireAuth(Credentials.parse("user:password")),
                new ProxyPolicy(book, UpstreamProxies.NONE, new OriginTlsSettings())); RawClient client = proxy.client()) {
            client.sendLines("GET http://127.0.0.1:1/ HTTP/1.1\nHost: 127.0.0.1:1\n\n");
            assertEquals(407, client.readResponse("GET").status());
            assertEquals(0, book.hits(rule.id()));
            client.sendLines("GET http://127.0.0.1:1/ HTTP/1.1\nHost: 127.0.0.1:1\nProxy-Authorization: Basic dXNlcjpwYXNzd29yZA==\n\n");
            assertEquals("mocked", client.readResponse("GET").bodyText());
            assertEquals(1, book.hits(rule.id()));
        }
    }
}
