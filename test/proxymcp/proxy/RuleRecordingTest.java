package proxymcp.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.SentMessage;
import proxymcp.http.Fields;
import proxymcp.json.JsonObject;
import proxymcp.proxy.RuledProxy.Passed;
import proxymcp.proxy.ScriptedOrigin.Step;
import proxymcp.rule.HeadEdits;
import proxymcp.rule.HeadEdits.Edit;
import proxymcp.rule.MockBody;
import proxymcp.rule.Pace;
import proxymcp.rule.RequestEdits;
import proxymcp.rule.ResponseEdits;
import proxymcp.rule.Rule;
import proxymcp.rule.RuleAction;
import proxymcp.rule.Transforms;
import proxymcp.store.CaptureProfile;
import proxymcp.store.ExchangeText;
import proxymcp.store.Session;
import proxymcp.store.SessionCatalog;
import proxymcp.store.SessionId;
import proxymcp.store.SessionWriter;
import proxymcp.store.StoreLimits;
import proxymcp.store.StoredExchange;
import proxymcp.store.Unwatched;
import proxymcp.store.VerifyLevel;

/** What rules did is recorded as the origin and the client saw it, live and in a session, and is the same when the session is opened again. */
@Timeout(60)
final class RuleRecordingTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    @TempDir
    Path home;

    /** Lets one exchange of each kind pass; those that other tests look at on the wire are looked at again where that is short. */
    private static void everyAction(RuledProxy ruled) throws Exception {
        changedBothWays(ruled);
        changedAtLength(ruled);
        once(ruled, new RuleAction.Mock(203, Fields.of(List.of(new Fields.Line("X", "y"))), new MockBody.Text("mocked"), Pace.FREE), OK);
        once(ruled, new RuleAction.Drop(RuleAction.Drop.Mode.RESET, Pace.FREE), OK);
        once(ruled, new RuleAction.Drop(RuleAction.Drop.Mode.CLOSE, Pace.FREE), OK);
        once(ruled, new RuleAction.Pass(Transforms.NONE, RuledProxy.abortAfter(1)), OK);
        once(ruled, new RuleAction.Pass(Transforms.NONE, RuledProxy.delay(1)), OK);
        once(ruled, RuleAction.Pass.of(new Transforms(RequestEdits.NONE, RuledProxy.status(204))), OK);
        try (ScriptedOrigin target = ScriptedOrigin.each(new Step.ReadRequest(), ScriptedOrigin.send(OK), new Step.ReadToEnd())) {
            once(ruled, new RuleAction.Forward(URI.create("http://" + target.authority() + "/base"), Transforms.NONE, Pace.FREE), OK);
            Exchange forwarded = ruled.proxy().exchanges().get(ruled.proxy().exchanges().size() - 1);
            SentMessage sent = forwarded.sent().request().orElseThrow();
            assertEquals(target.connection(0).receivedText(), RuledProxy.text(sent.head()) + RuledProxy.text(sent.body()));
        }
    }

    private static void changedBothWays(RuledProxy ruled) throws Exception {
        HeadEdits headers = new HeadEdits(List.of(new Edit.Set("X-A", "1"), new Edit.Add("X-B", "2"), new Edit.Remove("X-C")));
        Rule rule = ruled.add(RuleAction.Pass.of(new Transforms(
                new RequestEdits(headers, Optional.of("PUT"), RuledProxy.url("/path", "/other").url(), RuledProxy.literal("hello", "goodbye")),
                new ResponseEdits(headers, OptionalInt.of(201), RuledProxy.expression("k", "h my")))));
        for (boolean secure : RuledProxy.PLAIN_AND_TLS) {
            Passed passed = ruled.pass(secure, "POST", "X-C: 3\nTransfer-Encoding: chunked\n\n5\nhello\n0\n\n", OK);
            passed.sentRequest();
            passed.sentResponse();
        }
        assertEquals(2, ruled.book().hits(rule.id()));
        ruled.book().remove(rule.id());
    }

    /** More than is kept of a sent body: its beginning, and size and digest of the whole. */
    private static void changedAtLength(RuledProxy ruled) throws Exception {
        Rule rule = ruled.add(RuleAction.Pass.of(new Transforms(RuledProxy.requestBody(RuledProxy.expression("a", "bb")),
                RuledProxy.responseBody(RuledProxy.expression("c", "dd")))));
        Passed passed = ruled.pass(false, "POST", "Content-Length: 100000\n\n" + "a".repeat(100_000),
                "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + "c".repeat(100_000));
        assertKept(passed.received().body(), passed.exchange().sent().request().orElseThrow());
        assertKept(passed.atClient().body(), passed.exchange().sent().response().orElseThrow());
        ruled.book().remove(rule.id());
    }

    private static void assertKept(byte[] seen, SentMessage sent) {
        assertEquals(200_000, sent.bodyBytes());
        assertEquals(Optional.of(CheckingSink.hexSha256(seen)), sent.bodySha256());
        assertEquals(RuledProxy.text(seen).substring(0, SentMessage.BODY_BYTES_MAX), RuledProxy.text(sent.body()));
        assertTrue(sent.complete());
    }

    private static void once(RuledProxy ruled, RuleAction action, String answer) throws Exception {
        Rule rule = ruled.add(action);
        int before = ruled.proxy().exchanges().size();
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadRequest(), ScriptedOrigin.send(answer), new Step.ReadToEnd());
                RawClient client = ruled.proxy().client()) {
            client.send(RuledProxy.request(origin, false, "POST", "/path", "Content-Length: 5\nConnection: close\n\nhello"));
            client.awaitGone();
            Exchange exchange = ruled.proxy().exchange(before);
            assertEquals(RuledProxy.matches(rule), exchange.rules());
            assertEquals(1, ruled.book().hits(rule.id()));
            if (exchange.sent().response().isPresent()) {
                SentMessage sent = exchange.sent().response().get();
                assertEquals(client.receivedText(), RuledProxy.text(sent.head()) + RuledProxy.text(sent.body()));
            }
        }
        ruled.book().remove(rule.id());
    }

    @Test
    void aSessionKeepsWhatWasReceivedAndSentOnBothSides() throws Exception {
        SessionId id;
        List<Exchange> live;
        try (SessionCatalog catalog = new SessionCatalog(home, StoreLimits.DEFAULT, Clock.systemUTC())) {
            SessionWriter writer = catalog.create(Optional.empty(), CaptureProfile.FULL, 1_024, JsonObject.EMPTY);
            id = writer.id();
            try (RuledProxy ruled = RuledProxy.start(writer.sink())) {
                everyAction(ruled);
                live = ruled.proxy().exchanges();
            }
            catalog.end(writer);
        }
        try (SessionCatalog catalog = new SessionCatalog(home, StoreLimits.DEFAULT, Clock.systemUTC())) {
            Session session = catalog.open(id);
            assertEquals(live.size(), session.lastSeq());
            for (Exchange exchange : live) {
                StoredExchange stored = session.exchange(session.seqOf(exchange.start().id()).orElseThrow()).orElseThrow();
                assertEquals(ExchangeText.of(exchange, exchange.requestBody().bytes(), exchange.responseBody().bytes()), ExchangeText.of(stored));
                assertEquals(exchange.isAnsweredByRule(), stored.exchange().isAnsweredByRule());
                assertEquals(List.of(), stored.damage());
            }
            assertEquals(List.of(), catalog.verify(id, VerifyLevel.DEEP, Unwatched.NOBODY).damage());
        }
        List<String> kinds = new ArrayList<>();
        for (Exchange exchange : live) {
            if (!exchange.rules().isEmpty()) {
                kinds.add((exchange.sent().request().isPresent() ? "request " : "") + (exchange.sent().response().isPresent() ? "response" : ""));
            }
        }
        assertEquals(List.of("request response", "request response", "request response", "response", "", "", "response", "", "response", "request "),
                kinds);
    }

    @Test
    void theContractOfRecordingHoldsForEveryAction() throws Exception {
        CheckingSink sink = new CheckingSink();
        try (RuledProxy ruled = RuledProxy.start(sink)) {
            everyAction(ruled);
        }
        assertEquals(sink.opened(), sink.ended());
        // A mocked answer has no route: nothing was asked.
        List<String> violations = new ArrayList<>(sink.violations());
        violations.removeIf(violation -> violation.contains("response 203 out of place"));
        assertEquals(List.of(), violations);
    }
}
