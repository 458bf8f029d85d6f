package proxymcp.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.codec.Codings;
import proxymcp.codec.ContentCoding;
import proxymcp.exchange.Exchange;
import proxymcp.http.Fields;
import proxymcp.proxy.RuledProxy.Passed;
import proxymcp.proxy.ScriptedOrigin.Step;
import proxymcp.rule.HeadEdits.Edit;
import proxymcp.rule.RequestEdits;
import proxymcp.rule.Rule;
import proxymcp.rule.RuleAction;
import proxymcp.rule.RuleDraft;
import proxymcp.rule.RuleMatcher;
import proxymcp.rule.Transforms;
import proxymcp.text.Regex;

/** Which requests on the wire a rule takes, also where it looks at bodies, and what expressions without an end cost. */
@Timeout(60)
final class RuleMatchingTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final String MARKED = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Rule: y\r\n\r\nok";
    private static final String NEEDLE = "n\u00e9edle";
    private static final int BOUND = 1 << 20;
    /** Takes the time of the universe for a long run of letters that does not end as it wants; the reference keeps engines from shortcuts. */
    private static final String CATASTROPHIC = "^(a|aa|(a+))+\\3?\\2?!$";

    private RuledProxy ruled;

    @BeforeEach
    void start() throws Exception {
        ruled = RuledProxy.start();
    }

    @AfterEach
    void stop() {
        ruled.close();
    }

    private static RuleAction mark() {
        return RuleAction.Pass.of(new Transforms(RequestEdits.NONE, RuledProxy.responseFields(new Edit.Set("X-Rule", "y"))));
    }

    private static RuleMatcher bodyIncludes(String text) {
        return new RuleMatcher(Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(Regex.of("^/path")), List.of(), Optional.of(text));
    }

    private Passed post(boolean secure, String fields, byte[] body) throws Exception {
        String octets = RuledProxy.text(body);
        Passed passed = ruled.pass(secure, "POST", fields + "Content-Length: " + body.length + "\n\n", OK, octets);
        assertEquals(CheckingSink.hexSha256(body), CheckingSink.hexSha256(passed.received().body()), "the origin's body");
        assertEquals(Optional.of(CheckingSink.hexSha256(body)), passed.exchange().requestBody().sha256());
        return passed;
    }

    private static byte[] filled(int before, String text, int after) {
        return ("x".repeat(before) + text + "y".repeat(after)).getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void everyMemberOfTheMatcherMustHold() throws Exception {
        RuleMatcher matcher = new RuleMatcher(Optional.of("post"), Optional.of(Regex.of("^https?://127.*q=1$")), Optional.of("127.0.0.1"),
                Optional.of(Regex.of("^/path\\?q=\\d$")), List.of(new Fields.Line("x-token", "secret"), new Fields.Line("X-B", "1")),
                Optional.of("needle"));
        Rule rule = ruled.add(matcher, mark());
        String good = "X-Token: secret\nX-B: 0\nX-B: 1\n";
        byte[] body = "a needle in it".getBytes(StandardCharsets.US_ASCII);
        for (boolean secure : RuledProxy.PLAIN_AND_TLS) {
            assertEquals(MARKED, post(secure, good, body).atClient().wire());
            assertEquals(OK, post(secure, good.replace("secret", "other"), body).atClient().wire());
            assertEquals(OK, post(secure, good.replace("X-B: 1", "X-B: 2"), body).atClient().wire());
            assertEquals(OK, post(secure, good, "nothing in it".getBytes(StandardCharsets.US_ASCII)).atClient().wire());
            assertEquals(OK, ruled.pass(secure, "PUT", good + "Content-Length: 6\n\nneedle", OK).atClient().wire());
            assertEquals(OK, ruled.pass(secure, "POST", good + "\n", OK).atClient().wire(), "without a body");
        }
        assertEquals(2, ruled.book().hits(rule.id()));
    }

    @Test
    void theFirstByPriorityAndAgeWinsAndTheOthersAreNotCounted() throws Exception {
        Rule late = ruled.add(RuledProxy.responseFields(new Edit.Set("X-Rule", "late")));
        Rule first = ruled.book().add(new RuleDraft("", 5, true, false, RuleMatcher.url("/path"), mark()));
        Rule second = ruled.book().add(new RuleDraft("", 5, true, false, RuleMatcher.url("/path"), mark()));
        Rule disabled = ruled.book().add(new RuleDraft("", 1, false, false, RuleMatcher.url("/path"), mark()));
        Passed passed = ruled.pass(false, "GET", "\n", OK);
        assertEquals(MARKED, passed.atClient().wire());
        assertEquals(RuledProxy.matches(first), passed.exchange().rules());
        ruled.book().setEnabled(first.id(), false);
        assertEquals(RuledProxy.matches(second), ruled.pass(false, "GET", "\n", OK).exchange().rules());
        ruled.book().remove(second.id());
        assertEquals(RuledProxy.matches(late), ruled.pass(false, "GET", "\n", OK).exchange().rules());
        List<Long> hits = new ArrayList<>();
        for (Rule rule : List.of(late, first, disabled)) {
            hits.add(ruled.book().hits(rule.id()));
        }
        assertEquals(List.of(1L, 1L, 0L), hits);
    }

    @Test
    void aBodyIsLookedAtUpToItsBoundAndPassesWholeEitherWay() throws Exception {
        Rule rule = ruled.add(bodyIncludes(NEEDLE), mark());
        int length = NEEDLE.getBytes(StandardCharsets.UTF_8).length;
        assertEquals(MARKED, post(false, "", filled(0, NEEDLE, 0)).atClient().wire());
        assertEquals(MARKED, post(true, "", filled(BOUND - length, NEEDLE, 0)).atClient().wire(), "a body as long as the bound");
        assertEquals(MARKED, post(false, "", filled(BOUND - length, NEEDLE, 2_000_000)).atClient().wire(), "just below the bound");
        assertEquals(3, ruled.book().hits(rule.id()));
        Passed across = post(false, "", filled(BOUND - length + 1, NEEDLE, 2_000_000));
        assertEquals(OK, across.atClient().wire(), "across the bound");
        assertTrue(across.exchange().notes().toString().contains("longer than"), across.exchange().notes().toString());
        Passed behind = post(true, "", filled(BOUND, NEEDLE, 2_000_000));
        assertEquals(OK, behind.atClient().wire(), "behind the bound");
        assertEquals(List.of(), behind.exchange().rules());
        assertEquals(3, ruled.book().hits(rule.id()));
    }

    @Test
    void aCodedBodyIsLookedAtDecoded() throws Exception {
        ruled.add(bodyIncludes(NEEDLE), mark());
        for (String coding : List.of("gzip", "br", "deflate")) {
            byte[] body = Codings.encode(filled(10_000, NEEDLE, 10_000), ContentCoding.parse(List.of(coding)));
            assertEquals(MARKED, post(false, "Content-Type: text/plain; charset=utf-8\nContent-Encoding: " + coding + "\n", body).atClient().wire());
        }
    }

    @Test
    void aChunkedBodyIsLookedAtAndKeepsItsForm() throws Exception {
        ruled.add(bodyIncludes("needle"), mark());
        Passed passed = ruled.pass(false, "POST", "Transfer-Encoding: chunked\n\n3\nnee\n3\ndle\n0\nT: 1\n\n", OK);
        assertEquals(MARKED, passed.atClient().wire());
        assertEquals("needle", passed.received().bodyText());
        assertEquals(List.of("chunked"), passed.received().head().fields().all("Transfer-Encoding"));
        assertEquals(Optional.of("1"), passed.received().trailers().first("T"));
    }

    @Test
    void aLongBodyThatIsNotToBeLookedAtFurtherStreams() throws Exception {
        ruled.add(bodyIncludes("needle"), mark());
        CountDownLatch midway = new CountDownLatch(1);
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadHead(), new Step.ReadBytes(3 << 20), new Step.Signal(midway),
                new Step.ReadBytes(1 << 20), ScriptedOrigin.send(OK), new Step.ReadToEnd());
                RawClient client = ruled.proxy().client()) {
            client.send(RuledProxy.request(origin, false, "POST", "/path", "Content-Length: " + (4 << 20) + "\n\n"));
            client.send(new byte[3 << 20]);
            assertTrue(midway.await(20, TimeUnit.SECONDS), "the first part does not arrive");
            client.send(new byte[1 << 20]);
            assertEquals(OK, client.readResponse("POST").wire());
        }
    }

    @Test
    void aBodyThatNoRuleLooksAtIsNotHeld() throws Exception {
        ruled.add(new RuleMatcher(Optional.of("PUT"), Optional.empty(), Optional.empty(), Optional.empty(), List.of(), Optional.of("needle")), mark());
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadHead(), new Step.ReadBytes(3), ScriptedOrigin.send("HTTP/1.1 103 Hint\r\n\r\n"),
                new Step.ReadBytes(2), ScriptedOrigin.send(OK), new Step.ReadToEnd());
                RawClient client = ruled.proxy().client()) {
            client.send(RuledProxy.request(origin, false, "POST", "/path", "Content-Length: 5\n\nhel"));
            assertEquals(103, client.readResponse("POST").status());
            client.send("lo");
            assertEquals(OK, client.readResponse("POST").wire());
        }
    }

    @Test
    void aClientThatWaitsForLeaveIsAskedForABodyThatARuleLooksAt() throws Exception {
        ruled.add(bodyIncludes("needle"), mark());
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadRequest(), ScriptedOrigin.send(OK), new Step.ReadToEnd());
                RawClient client = ruled.proxy().client()) {
            client.send(RuledProxy.request(origin, false, "POST", "/path", "Expect: 100-continue\nContent-Length: 6\n\n"));
            assertEquals(100, client.readResponse("POST").status());
            client.send("needle");
            assertEquals(MARKED, client.readResponse("POST").wire());
            assertEquals("needle", origin.connection(0).requests().get(0).bodyText());
        }
    }

    /** Sends {@code requests} on connections of their own, all before any answer is read. */
    private List<String> atOnce(ScriptedOrigin origin, List<String> requests) throws Exception {
        List<RawClient> clients = new ArrayList<>();
        try {
            for (String request : requests) {
                RawClient client = ruled.proxy().client();
                clients.add(client);
                client.send(request);
            }
            List<String> answers = new ArrayList<>();
            for (RawClient client : clients) {
                answers.add(client.readResponse("POST").bodyText());
            }
            return answers;
        } finally {
            for (RawClient client : clients) {
                client.close();
            }
        }
    }

    private static ScriptedOrigin answering() throws Exception {
        return ScriptedOrigin.each(new Step.Repeat(List.of(new Step.ReadRequest(), ScriptedOrigin.respond("ok"))));
    }

    @Test
    void expressionsWithoutAnEndDoNotMatchAndOtherRequestsGoOn() throws Exception {
        Rule rule = ruled.book().add(new RuleDraft("", 1, true, false, new RuleMatcher(Optional.empty(), Optional.empty(), Optional.empty(),
                Optional.of(Regex.of(CATASTROPHIC.replace("^", "^/"))), List.of(), Optional.empty()), mark()));
        Rule next = ruled.book().add(new RuleDraft("", 2, true, false, RuleMatcher.url("/a"), mark()));
        try (ScriptedOrigin origin = answering()) {
            List<String> requests = new ArrayList<>();
            for (int i = 0; i < 9; i++) {
                requests.add(RuledProxy.request(origin, false, "POST", i == 8 ? "/plain" : "/" + "a".repeat(5_000), "\n"));
            }
            for (String answer : atOnce(origin, requests)) {
                assertEquals("ok", answer);
            }
        }
        int passedOver = 0;
        for (int i = 0; i < 9; i++) {
            Exchange exchange = ruled.proxy().exchange(i);
            boolean plain = exchange.start().path().equals("/plain");
            assertEquals(plain ? List.of() : RuledProxy.matches(next), exchange.rules());
            assertEquals(!plain, exchange.notes().toString().contains(rule.id()), exchange.notes().toString());
            passedOver += plain ? 0 : 1;
        }
        assertEquals(8, passedOver);
        assertEquals(8, ruled.book().timeouts(rule.id()));
        assertEquals(List.of(0L, 8L), List.of(ruled.book().hits(rule.id()), ruled.book().hits(next.id())));
    }

    @Test
    void replacementsWithoutAnEndLeaveTheBodyWithANoteAndOtherRequestsGoOn() throws Exception {
        Rule request = ruled.add(RuledProxy.requestBody(RuledProxy.expression(CATASTROPHIC, "b")));
        String body = "a".repeat(5_000);
        String post = "Content-Length: " + body.length() + "\n\n" + body;
        try (ScriptedOrigin origin = answering()) {
            List<String> requests = new ArrayList<>();
            for (int i = 0; i < 9; i++) {
                requests.add(RuledProxy.request(origin, false, "POST", i == 8 ? "/plain" : "/path", i == 8 ? "\n" : post));
            }
            for (String answer : atOnce(origin, requests)) {
                assertEquals("ok", answer);
            }
        }
        for (int i = 0; i < 9; i++) {
            Exchange exchange = ruled.proxy().exchange(i);
            boolean plain = exchange.start().path().equals("/plain");
            assertEquals(!plain, exchange.notes().toString().contains("body was not changed"), exchange.notes().toString());
            assertTrue(exchange.sent().isNone());
        }
        assertEquals(8, ruled.book().timeouts(request.id()));
        ruled.book().remove(request.id());
        Rule response = ruled.add(RuledProxy.responseBody(RuledProxy.expression(CATASTROPHIC, "b")));
        Passed passed = ruled.pass(true, "GET", "\n", "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + body);
        assertEquals(body, passed.atClient().bodyText());
        assertTrue(passed.exchange().notes().toString().contains("body was not changed"), passed.exchange().notes().toString());
        assertEquals(1, ruled.book().timeouts(response.id()));
    }

    @Test
    void deepRecursionOfAnExpressionEndsNothingButItself() throws Exception {
        ruled.add(RuledProxy.responseBody(RuledProxy.expression("(x|y)*z", "b")));
        String body = "xy".repeat(500_000);
        Passed passed = ruled.pass(false, "GET", "\n", "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + body);
        assertEquals(body, passed.atClient().bodyText());
        assertFalse(passed.exchange().notes().isEmpty());
    }
}
