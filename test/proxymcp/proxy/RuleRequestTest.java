package proxymcp.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
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
import proxymcp.exchange.Outcome;
import proxymcp.exchange.SentMessage;
import proxymcp.exchange.SentMessages;
import proxymcp.proxy.RuledProxy.Passed;
import proxymcp.proxy.ScriptedOrigin.Step;
import proxymcp.rule.BodyEdits;
import proxymcp.rule.HeadEdits.Edit;
import proxymcp.rule.RequestEdits;
import proxymcp.rule.Rule;

/** What an origin gets of a request that a rule changes: the octets, by each way to the proxy. */
@Timeout(60)
final class RuleRequestTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final long LARGE_BYTES = 64L << 20;

    private RuledProxy ruled;

    @BeforeEach
    void start() throws Exception {
        ruled = RuledProxy.start();
    }

    @AfterEach
    void stop() {
        ruled.close();
    }

    private static String lines(String text) {
        return text.replace("\n", "\r\n");
    }

    @Test
    void fieldsAreSetAddedAndRemovedAndTheOthersKeepTheirOctets() throws Exception {
        Rule rule = ruled.add(RuledProxy.requestFields(new Edit.Set("X-A", "new"), new Edit.Add("X-B", "5"), new Edit.Remove("x-c"),
                new Edit.Set("X-D", "d")));
        for (boolean secure : RuledProxy.PLAIN_AND_TLS) {
            Passed passed = ruled.pass(secure, "GET", "X-A: 1\nX-B: 2\nx-a: 3\nX-C: 4\nx-ODD:   spaced\nX-C: 5\n\n", OK);
            assertEquals(lines("GET /path?q=1 HTTP/1.1\nHost: ORIGIN\nX-A: new\nX-B: 2\nx-ODD:   spaced\nX-B: 5\nX-D: d\n\n"),
                    passed.atOrigin());
            assertEquals(OK, passed.atClient().wire());
            assertEquals(RuledProxy.matches(rule), passed.exchange().rules());
            assertEquals(List.of("1", "3"), passed.exchange().start().head().fields().all("X-A"), "as received");
            assertTrue(passed.sentRequest().url().endsWith("/path?q=1"), passed.sentRequest().url());
            assertEquals(Optional.empty(), passed.exchange().sent().response());
        }
        assertEquals(2, ruled.book().hits(rule.id()));
    }

    @Test
    void aHostFieldThatARuleSetsIsSentToTheSameOrigin() throws Exception {
        ruled.add(RuledProxy.requestFields(new Edit.Set("Host", "other.example")));
        for (boolean secure : RuledProxy.PLAIN_AND_TLS) {
            Passed passed = ruled.pass(secure, "GET", "\n", OK);
            assertEquals(lines("GET /path?q=1 HTTP/1.1\nHost: other.example\n\n"), passed.atOrigin());
            passed.sentRequest();
        }
    }

    @Test
    void aRuleThatChangesNothingLeavesEveryOctet() throws Exception {
        Rule rule = ruled.add(RuledProxy.requestBody(RuledProxy.literal("absent", "x")));
        Passed passed = ruled.pass(false, "POST", "Content-Type: text/plain\ncontent-length: 5\nContent-MD5: abc\n\nhello", OK);
        assertEquals(lines("POST /path?q=1 HTTP/1.1\nHost: ORIGIN\nContent-Type: text/plain\ncontent-length: 5\nContent-MD5: abc\n\nhello"),
                passed.atOrigin());
        assertEquals(RuledProxy.matches(rule), passed.exchange().rules());
        assertEquals(SentMessages.NONE, passed.exchange().sent());
    }

    @Test
    void aReplacedMethodReachesTheOriginWithTheBody() throws Exception {
        ruled.add(RuledProxy.method("PUT"));
        for (boolean secure : RuledProxy.PLAIN_AND_TLS) {
            Passed passed = ruled.pass(secure, "POST", "Content-Length: 5\n\nhello", OK);
            assertEquals(lines("PUT /path?q=1 HTTP/1.1\nHost: ORIGIN\nContent-Length: 5\n\nhello"), passed.atOrigin());
            assertEquals("POST", passed.exchange().start().head().method());
            passed.sentRequest();
        }
    }

    @Test
    void aRequestTurnedIntoHeadIsAnsweredInAFormThatTheClientUnderstands() throws Exception {
        ruled.add(RuledProxy.method("HEAD"));
        for (boolean secure : RuledProxy.PLAIN_AND_TLS) {
            // The origin answers HEAD: a length and no body. The client did not ask with HEAD, and would wait for the body.
            for (String framing : List.of("Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n", "")) {
                Passed passed = ruled.pass(secure, "GET", "\n", "HTTP/1.1 200 OK\r\n" + framing + "X: y\r\n\r\n");
                assertTrue(passed.atOrigin().startsWith("HEAD /path?q=1 HTTP/1.1\r\n"), passed.atOrigin());
                assertEquals("", passed.atClient().bodyText());
                assertEquals(200, passed.atClient().status());
                assertEquals(Optional.of("y"), passed.atClient().head().fields().first("X"));
                RuledProxy.assertFramed(passed.atClient().head().fields(), 0);
            }
        }
    }

    @Test
    void aBodyGoesAlongWithAMethodThatSeldomHasOne() throws Exception {
        ruled.add(RuledProxy.method("HEAD"));
        Passed passed = ruled.pass(false, "POST", "Content-Length: 5\n\nhello", "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n");
        assertEquals("HEAD", passed.received().head().method());
        assertEquals("", passed.atClient().bodyText());
    }

    @Test
    void aHeadRequestTurnedIntoGetIsAnsweredWithoutTheBody() throws Exception {
        ruled.add(RuledProxy.method("GET"));
        for (boolean secure : RuledProxy.PLAIN_AND_TLS) {
            for (String answer : List.of(OK, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n")) {
                Passed passed = ruled.pass(secure, "HEAD", "\n", answer);
                assertTrue(passed.atOrigin().startsWith("GET /path?q=1 HTTP/1.1\r\n"), passed.atOrigin());
                assertTrue(passed.atClient().wire().startsWith("HTTP/1.1 200 OK\r\n"), passed.atClient().wire());
                assertEquals(2, passed.exchange().responseBody().size(), "what the origin sent is recorded");
            }
        }
    }

    @Test
    void aRewrittenUrlLeadsToAnotherOriginAndHostFollows() throws Exception {
        for (boolean secure : RuledProxy.PLAIN_AND_TLS) {
            try (ScriptedOrigin first = RuledProxy.origin(secure); ScriptedOrigin other = RuledProxy.origin(!secure, new Step.ReadRequest(),
                    ScriptedOrigin.send(OK), new Step.ReadToEnd());
                    RawClient client = ruled.client(first, secure)) {
                int before = ruled.proxy().exchanges().size();
                String target = (secure ? "http://" : "https://") + other.authority();
                Rule rule = ruled.add(RuledProxy.url("^https?://[^/]+/path/(\\w+)\\?q=(?<query>.*)$", target + "/new/$1/end?was=${query}"));
                client.send(RuledProxy.request(first, secure, "GET", "/path/abc?q=1%20|2", "X: y\n\n"));
                assertEquals(OK, client.readResponse("GET").wire());
                assertEquals("GET /new/abc/end?was=1%20|2 HTTP/1.1\r\nHost: " + other.authority() + "\r\nX: y\r\n\r\n",
                        other.connection(0).receivedText());
                assertEquals(0, first.connectionCount());
                Exchange exchange = ruled.proxy().exchange(before);
                SentMessage sent = exchange.sent().request().orElseThrow();
                assertEquals(target + "/new/abc/end?was=1%20|2", sent.url());
                assertEquals(other.connection(0).receivedText(), RuledProxy.text(sent.head()));
                assertTrue(exchange.start().url().endsWith(first.authority() + "/path/abc?q=1%20|2"), exchange.start().url());
                assertEquals("127.0.0.1:" + other.port(), exchange.route().orElseThrow().serverAddress());
                ruled.book().remove(rule.id());
            }
        }
    }

    @Test
    void pathAndQueryAreRewrittenAtTheSameOrigin() throws Exception {
        ruled.add(RuledProxy.url("/path\\?q=(\\d)", "/v2/$1"));
        for (boolean secure : RuledProxy.PLAIN_AND_TLS) {
            Passed passed = ruled.pass(secure, "GET", "\n", OK);
            assertEquals(lines("GET /v2/1 HTTP/1.1\nHost: ORIGIN\n\n"), passed.atOrigin());
            passed.sentRequest();
        }
    }

    @Test
    void aRewriteThatMakesNoUrlIsNotedAndTheRequestPasses() throws Exception {
        ruled.add(RuledProxy.url("^https?", "ftp"));
        Passed passed = ruled.pass(false, "GET", "\n", OK);
        assertEquals(lines("GET /path?q=1 HTTP/1.1\nHost: ORIGIN\n\n"), passed.atOrigin());
        assertTrue(passed.exchange().notes().toString().contains("URL was not rewritten"), passed.exchange().notes().toString());
    }

    @Test
    void aChangedBodyHasTheRightLength() throws Exception {
        ruled.add(RuledProxy.requestBody(RuledProxy.literal("world", "wide world")));
        for (boolean secure : RuledProxy.PLAIN_AND_TLS) {
            Passed passed = ruled.pass(secure, "POST", "Content-Type: text/plain\nContent-Length: 17\n\nhello world world", OK);
            assertEquals(lines("POST /path?q=1 HTTP/1.1\nHost: ORIGIN\nContent-Type: text/plain\nContent-Length: 22\n\nhello wide world world"),
                    passed.atOrigin());
            assertEquals("hello world world", RuledProxy.text(passed.exchange().requestBody().bytes()), "as received");
            passed.sentRequest();
        }
    }

    @Test
    void aBodyMayBecomeEmptyAndMayShrink() throws Exception {
        ruled.add(RuledProxy.requestBody(RuledProxy.expression("h(ell)?o?", "")));
        assertEquals("", ruled.pass(false, "POST", "Content-Length: 5\n\nhello", OK).received().bodyText());
        assertEquals("x", ruled.pass(false, "POST", "Content-Length: 6\n\nhellox", OK).received().bodyText());
        assertEquals("x", ruled.pass(false, "POST", "Transfer-Encoding: chunked\n\n6\nhellox\n0\n\n", OK).received().bodyText());
    }

    @Test
    void expressionsReplaceEveryMatchWithGroupsAfterTheLiterals() throws Exception {
        ruled.add(RuledProxy.requestBody(new BodyEdits(List.of(new BodyEdits.Literal("b", "a3")),
                RuledProxy.expression("a(?<digit>\\d)", "<$1${digit}>").expressions())));
        Passed passed = ruled.pass(true, "POST", "Content-Length: 6\n\na1-a2b", OK);
        assertEquals("<11>-<22><33>", passed.received().bodyText());
        passed.sentRequest();
    }

    @Test
    void chunksAndTheirTrailersStayInForm() throws Exception {
        ruled.add(RuledProxy.requestBody(RuledProxy.literal("hello", "goodbye")));
        for (boolean secure : RuledProxy.PLAIN_AND_TLS) {
            Passed passed = ruled.pass(secure, "POST", "Transfer-Encoding: chunked\nTrailer: X-Sum\n\n3\nhel\n2\nlo\n0\nX-Sum: 1\n\n", OK);
            assertEquals("goodbye", passed.received().bodyText());
            RuledProxy.assertFramed(passed.received().head().fields(), 7);
            if (passed.received().head().fields().contains("Transfer-Encoding")) {
                assertEquals(Optional.of("1"), passed.received().trailers().first("X-Sum"));
            }
            assertEquals(Optional.of("1"), passed.exchange().requestTrailers().first("X-Sum"));
            passed.sentRequest();
        }
    }

    @Test
    void codedBodiesAreChangedWithinTheirCodings() throws Exception {
        ruled.add(RuledProxy.requestBody(new BodyEdits(List.of(new BodyEdits.Literal("h\u00e9llo", "go\u00f6dbye")),
                RuledProxy.expression("w(or)ld", "$1").expressions())));
        byte[] plain = ("h\u00e9llo world, h\u00e9llo world " + "filler ".repeat(3_000)).getBytes(StandardCharsets.UTF_8);
        String expected = "go\u00f6dbye or, h\u00e9llo or " + "filler ".repeat(3_000);
        for (String coding : List.of("gzip", "deflate", "br", "gzip, br", "x-gzip", "identity")) {
            List<ContentCoding> codings = ContentCoding.parse(List.of(coding));
            String body = RuledProxy.text(Codings.encode(plain, codings));
            Passed passed = ruled.pass(coding.equals("br"), "POST", "Content-Type: text/plain; charset=utf-8\nContent-Encoding: " + coding
                    + "\nContent-Length: " + body.length() + "\n\n", OK, body);
            assertEquals(List.of(coding), passed.received().head().fields().all("Content-Encoding"));
            assertEquals(expected, new String(decoded(passed.received().body(), coding), StandardCharsets.UTF_8), coding);
            RuledProxy.assertFramed(passed.received().head().fields(), passed.received().body().length);
            assertEquals(body, RuledProxy.text(passed.exchange().requestBody().bytes()), "as received");
            passed.sentRequest();
        }
    }

    private static byte[] decoded(byte[] body, String coding) {
        return Codings.decodePreview(body, List.of(coding), 1 << 20).bytes();
    }

    @Test
    void aBodyThatCannotBeDecodedPassesUnchangedWithANote() throws Exception {
        ruled.add(RuledProxy.requestBody(RuledProxy.literal("hello", "goodbye")));
        for (String coding : List.of("gzip", "unheard-of")) {
            Passed passed = ruled.pass(false, "POST", "Content-Encoding: " + coding + "\nContent-Length: 5\n\nhello", OK);
            assertEquals(lines("POST /path?q=1 HTTP/1.1\nHost: ORIGIN\nContent-Encoding: " + coding + "\nContent-Length: 5\n\nhello"),
                    passed.atOrigin());
            assertTrue(passed.exchange().notes().toString().contains("body was not changed"), passed.exchange().notes().toString());
        }
    }

    @Test
    void digestsOfTheOldBodyDoNotGoWithTheNewOne() throws Exception {
        ruled.add(RuledProxy.requestBody(RuledProxy.literal("hello", "goodbye")));
        Passed passed = ruled.pass(false, "POST", "Content-MD5: a\nDigest: b\nContent-Digest: c\nRepr-Digest: d\nContent-Length: 5\n\nhello", OK);
        assertEquals(lines("POST /path?q=1 HTTP/1.1\nHost: ORIGIN\nContent-Length: 7\n\ngoodbye"), passed.atOrigin());
    }

    @Test
    void aRequestOfHttp10IsChangedToo() throws Exception {
        ruled.add(RuledProxy.requestBody(RuledProxy.literal("hello", "goodbye")));
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadRequest(), ScriptedOrigin.send(OK), new Step.ReadToEnd());
                RawClient client = ruled.proxy().client()) {
            client.send("POST http://" + origin.authority() + "/path HTTP/1.0\r\nContent-Length: 5\r\n\r\nhello");
            assertTrue(client.readToEnd().endsWith("\r\n\r\nok"));
            assertEquals("goodbye", origin.connection(0).requests().get(0).bodyText());
            assertEquals(List.of("7"), origin.connection(0).requests().get(0).head().fields().all("Content-Length"));
        }
    }

    @Test
    void aClientThatWaitsForLeaveIsToldToSendABodyThatIsToBeChanged() throws Exception {
        ruled.add(RuledProxy.requestBody(RuledProxy.literal("hello", "goodbye")));
        for (boolean secure : RuledProxy.PLAIN_AND_TLS) {
            try (ScriptedOrigin origin = RuledProxy.origin(secure, new Step.ReadRequest(), ScriptedOrigin.send(OK), new Step.ReadRequest(),
                    ScriptedOrigin.send(OK), new Step.ReadToEnd());
                    RawClient client = ruled.client(origin, secure)) {
                client.send(RuledProxy.request(origin, secure, "POST", "/path", "Expect: 100-continue\nContent-Length: 5\n\n"));
                assertEquals(100, client.readResponse("POST").status());
                client.send("hello");
                assertEquals(OK, client.readResponse("POST").wire());
                assertEquals("goodbye", origin.connection(0).requests().get(0).bodyText());
                client.send(RuledProxy.request(origin, secure, "GET", "/next", "\n"));
                assertEquals(OK, client.readResponse("GET").wire());
            }
        }
    }

    @Test
    void fieldsChangeWhileTheClientWaitsForTheOriginsLeave() throws Exception {
        ruled.add(RuledProxy.requestFields(new Edit.Set("X", "y")));
        String goOn = "HTTP/1.1 100 Continue\r\n\r\n";
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadHead(), ScriptedOrigin.send(goOn), new Step.ReadBody(),
                ScriptedOrigin.send(OK), new Step.ReadToEnd());
                RawClient client = ruled.proxy().client()) {
            client.send(RuledProxy.request(origin, false, "POST", "/path", "Expect: 100-continue\nContent-Length: 5\n\n"));
            assertEquals(goOn, client.readText(goOn.length()));
            client.send("hello");
            assertEquals(OK, client.readResponse("POST").wire());
            assertEquals("POST /path HTTP/1.1\r\nHost: " + origin.authority()
                    + "\r\nExpect: 100-continue\r\nContent-Length: 5\r\nX: y\r\n\r\nhello", origin.connection(0).receivedText());
        }
    }

    @Test
    void pipelinedRequestsAreChangedEachOnItsOwn() throws Exception {
        ruled.add(new RequestEdits(RuledProxy.requestFields(new Edit.Add("X", "y")).headers(), Optional.empty(), Optional.empty(),
                RuledProxy.expression("body (\\d+)", "$1 is the number")));
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.Repeat(List.of(new Step.ReadRequest(), ScriptedOrigin.send(OK))));
                RawClient client = ruled.proxy().client()) {
            StringBuilder requests = new StringBuilder();
            for (int i = 0; i < 40; i++) {
                String body = "body " + i;
                String framed = i % 2 == 0 ? "Content-Length: " + body.length() + "\n\n" + body
                        : "Transfer-Encoding: chunked\n\n" + Integer.toHexString(body.length()) + "\n" + body + "\n0\n\n";
                requests.append(RuledProxy.request(origin, false, "POST", i % 5 == 4 ? "/other" : "/path", framed));
            }
            client.send(requests.toString());
            for (int i = 0; i < 40; i++) {
                assertEquals(OK, client.readResponse("POST").wire());
            }
            for (int i = 0; i < 40; i++) {
                ScriptedOrigin.Received received = origin.connection(0).requests().get(i);
                assertEquals(i % 5 == 4 ? "body " + i : i + " is the number", received.bodyText());
                assertEquals(i % 5 == 4 ? 0 : 1, received.head().fields().count("X"));
            }
            assertEquals(1, origin.connectionCount());
        }
    }

    @Test
    void aBodyAboveTheBoundStreamsUnchangedWithANote() throws Exception {
        Rule rule = ruled.add(RuledProxy.requestBody(RuledProxy.expression("a+", "b")));
        byte[] block = "a".repeat(1 << 20).getBytes(StandardCharsets.US_ASCII);
        for (String framing : List.of("Content-Length: " + LARGE_BYTES, "Transfer-Encoding: chunked")) {
            int before = ruled.proxy().exchanges().size();
            boolean chunked = framing.startsWith("Transfer");
            CountDownLatch midway = new CountDownLatch(1);
            // The client sends its second half when the origin has most of the first: nobody holds the whole.
            try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadHead(), new Step.ReadBytes(20 << 20), new Step.Signal(midway),
                    new Step.ReadToEnd());
                    RawClient client = ruled.proxy().client()) {
                client.send(RuledProxy.request(origin, false, "POST", "/path", framing + "\n\n"));
                for (int i = 0; i < 64; i++) {
                    if (i == 32) {
                        assertTrue(midway.await(20, TimeUnit.SECONDS), "the first half does not arrive");
                    }
                    client.send(chunked ? "100000\r\n" : "");
                    client.send(block);
                    client.send(chunked ? "\r\n" : "");
                }
                client.send(chunked ? "0\r\n\r\n" : "");
                Exchange sentWhole = ruled.proxy().await(all -> all.size() > before && all.get(before).requestBody().sha256().isPresent())
                        .get(before);
                assertEquals(Optional.of(repeatedSha256(block, 64)), sentWhole.requestBody().sha256());
                client.reset();
                Exchange exchange = ruled.proxy().exchange(before);
                assertEquals(RuledProxy.matches(rule), exchange.rules());
                assertTrue(exchange.notes().toString().contains("longer than"), exchange.notes().toString());
                String wire = origin.connection(0).receivedText();
                assertEquals(-1, wire.indexOf('b', wire.indexOf("\r\n\r\n") + 10), "a changed octet");
                assertTrue(wire.contains("\r\n" + framing + "\r\n"), "its framing");
            }
        }
    }

    private static String repeatedSha256(byte[] block, int times) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (int i = 0; i < times; i++) {
            digest.update(block);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    @Test
    void aRuleThatWasChangedOrRemovedIsFollowedToTheEndByWhatBeganUnderIt() throws Exception {
        Rule rule = ruled.add(RuledProxy.responseFields(new Edit.Set("X", "old")));
        CountDownLatch gate = new CountDownLatch(1);
        CountDownLatch asked = new CountDownLatch(1);
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadRequest(), new Step.Signal(asked), new Step.Await(gate),
                ScriptedOrigin.send(OK), new Step.ReadRequest(), ScriptedOrigin.send(OK), new Step.ReadToEnd());
                RawClient client = ruled.proxy().client()) {
            client.send(RuledProxy.request(origin, false, "GET", "/path", "\n"));
            assertTrue(asked.await(20, TimeUnit.SECONDS));
            ruled.book().remove(rule.id());
            gate.countDown();
            assertEquals("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX: old\r\n\r\nok", client.readResponse("GET").wire());
            client.send(RuledProxy.request(origin, false, "GET", "/path", "\n"));
            assertEquals(OK, client.readResponse("GET").wire());
        }
        assertEquals(RuledProxy.matches(rule), ruled.proxy().exchange(0).rules());
        assertEquals(new Outcome.Complete(), ruled.proxy().exchange(0).outcome());
        assertEquals(List.of(), ruled.proxy().exchange(1).rules());
    }
}
