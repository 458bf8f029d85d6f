package proxymcp.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.codec.Codings;
import proxymcp.codec.ContentCoding;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.SentMessages;
import proxymcp.proxy.RuledProxy.Passed;
import proxymcp.proxy.ScriptedOrigin.Step;
import proxymcp.rule.BodyEdits;
import proxymcp.rule.HeadEdits;
import proxymcp.rule.HeadEdits.Edit;
import proxymcp.rule.ResponseEdits;
import proxymcp.rule.Rule;

/** What a client gets of a response that a rule changes: the octets, by each way to the proxy. */
@Timeout(60)
final class RuleResponseTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final String HELLO = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello";

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

    /** What comes until the end of the connection, for an answer that ends with it or a client of HTTP/1.0. */
    private String untilClose(String requestLineEnd, String fields, String answer) throws Exception {
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadRequest(), ScriptedOrigin.send(lines(answer)));
                RawClient client = ruled.proxy().client()) {
            client.send("GET http://" + origin.authority() + "/path " + requestLineEnd + "\r\nHost: " + origin.authority() + "\r\n" + fields + "\r\n");
            return client.readToEnd();
        }
    }

    @Test
    void fieldsAreSetAddedAndRemovedAndTheOthersKeepTheirOctets() throws Exception {
        Rule rule = ruled.add(RuledProxy.responseFields(new Edit.Set("Server", "none"), new Edit.Add("Set-Cookie", "c=3"),
                new Edit.Remove("x-c"), new Edit.Set("X-D", "d")));
        for (boolean secure : RuledProxy.PLAIN_AND_TLS) {
            String answer = "HTTP/1.1 200 Fine\nSet-Cookie: a=1\nserver: one\nX-C: 1\nset-cookie: b=2\nServer: two\nx-ODD:  y\nX-C: 2\nContent-Length: 2\n\nok";
            Passed passed = ruled.pass(secure, "GET", "\n", lines(answer));
            assertEquals(lines("HTTP/1.1 200 Fine\nSet-Cookie: a=1\nServer: none\nset-cookie: b=2\nx-ODD:  y\nContent-Length: 2\n"
                    + "Set-Cookie: c=3\nX-D: d\n\nok"), passed.atClient().wire());
            assertEquals(lines("GET /path?q=1 HTTP/1.1\nHost: ORIGIN\n\n"), passed.atOrigin());
            assertEquals(RuledProxy.matches(rule), passed.exchange().rules());
            assertEquals(List.of("one", "two"), passed.exchange().response().orElseThrow().fields().all("Server"), "as received");
            assertEquals(Optional.empty(), passed.exchange().sent().request());
            passed.sentResponse();
        }
        assertEquals(2, ruled.book().hits(rule.id()));
    }

    @Test
    void aResponseInWhichNothingIsFoundKeepsEveryOctet() throws Exception {
        Rule rule = ruled.add(RuledProxy.responseBody(RuledProxy.literal("absent", "x")));
        for (String answer : List.of("HTTP/1.1 200 Fine\ncontent-length: 2\nContent-MD5: abc\n\nok",
                "HTTP/1.1 200 Fine\nTransfer-Encoding: chunked\nTrailer: T\n\n2\nok\n0\nT: 1\n\n")) {
            Passed passed = ruled.pass(false, "GET", "\n", lines(answer));
            assertEquals("ok", passed.atClient().bodyText());
            assertEquals(passed.exchange().response().orElseThrow().fields(), passed.atClient().head().fields());
            assertEquals(RuledProxy.matches(rule), passed.exchange().rules());
            assertEquals(SentMessages.NONE, passed.exchange().sent());
        }
    }

    @Test
    void aStatusWithoutBodyDropsTheBody() throws Exception {
        for (int status : List.of(204, 304)) {
            Rule rule = ruled.add(RuledProxy.status(status));
            for (boolean secure : RuledProxy.PLAIN_AND_TLS) {
                for (String answer : List.of(HELLO, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")) {
                    Passed passed = ruled.pass(secure, "GET", "\n", answer);
                    assertTrue(passed.atClient().wire().startsWith("HTTP/1.1 " + status + (status == 204 ? " No Content\r\n" : " Not Modified\r\n")), passed.atClient().wire());
                    assertTrue(passed.atClient().wire().endsWith("\r\n\r\n"), passed.atClient().wire());
                    assertEquals(List.of(), passed.atClient().head().fields().all("Transfer-Encoding"));
                    if (status == 204) {
                        assertEquals(List.of(), passed.atClient().head().fields().all("Content-Length"), "RFC 9110 section 8.6");
                    }
                    assertEquals("hello", RuledProxy.text(passed.exchange().responseBody().bytes()), "as received");
                    assertEquals(0, passed.sentResponse().bodyBytes());
                }
            }
            ruled.book().remove(rule.id());
        }
    }

    @Test
    void aPartOfABodyStaysAsItIs() throws Exception {
        ruled.add(RuledProxy.responseBody(RuledProxy.literal("hello", "bye")));
        String part = "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-4/9\r\nContent-Length: 5\r\n\r\nhello";
        Passed passed = ruled.pass(false, "GET", "\n", part);
        assertEquals(part, passed.atClient().wire());
        assertEquals(SentMessages.NONE, passed.exchange().sent());
        assertTrue(passed.exchange().notes().get(0).contains("part of a longer one (206)"), passed.exchange().notes().toString());
    }

    /** A GET would get another length. */
    @Test
    void aHeadOfABodyThatWouldBeChangedTellsNoLength() throws Exception {
        ruled.add(RuledProxy.responseBody(RuledProxy.literal("hello", "bye")));
        Passed passed = ruled.pass(false, "HEAD", "\n", "HTTP/1.1 200 OK\r\nETag: \"a\"\r\nContent-Length: 5\r\n\r\n");
        assertEquals("HTTP/1.1 200 OK\r\nETag: \"a\"\r\n\r\n", passed.atClient().wire());
        passed.sentResponse();
    }

    @Test
    void aBodyWhoseCodingARuleTakesAwayGoesOutAsText() throws Exception {
        ruled.add(new ResponseEdits(new HeadEdits(List.of(new Edit.Remove("Content-Encoding"))), OptionalInt.empty(),
                RuledProxy.literal("hello", "bye")));
        byte[] gzip = Codings.encode("hello, hello".getBytes(StandardCharsets.UTF_8), ContentCoding.parse(List.of("gzip")));
        String answer = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " + gzip.length + "\r\n\r\n"
                + new String(gzip, StandardCharsets.ISO_8859_1);
        assertEquals("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nbye, hello", ruled.pass(true, "GET", "\n", answer).atClient().wire());
    }

    @Test
    void aReplacedStatusKeepsTheBody() throws Exception {
        ruled.add(RuledProxy.status(200));
        for (boolean secure : RuledProxy.PLAIN_AND_TLS) {
            Passed passed = ruled.pass(secure, "GET", "\n", "HTTP/1.1 404 Not Found\r\nContent-Length: 7\r\n\r\nnothing");
            assertEquals("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nnothing", passed.atClient().wire());
            assertEquals(404, passed.exchange().response().orElseThrow().status());
            passed.sentResponse();
        }
    }

    @Test
    void aResponseThatHadNoBodyGetsAnEmptyOneWithItsStatus() throws Exception {
        ruled.add(RuledProxy.status(200));
        for (String answer : List.of("HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n",
                "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n")) {
            Passed passed = ruled.pass(false, "GET", "\n", answer);
            assertEquals(200, passed.atClient().status());
            RuledProxy.assertFramed(passed.atClient().head().fields(), 0);
            passed.sentResponse();
        }
    }

    @Test
    void aChangedBodyHasTheRightLength() throws Exception {
        ruled.add(RuledProxy.responseBody(RuledProxy.literal("hello", "good-bye")));
        for (boolean secure : RuledProxy.PLAIN_AND_TLS) {
            Passed passed = ruled.pass(secure, "GET", "\n", HELLO);
            assertEquals("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 8\r\n\r\ngood-bye", passed.atClient().wire());
            assertEquals("hello", RuledProxy.text(passed.exchange().responseBody().bytes()), "as received");
            passed.sentResponse();
        }
    }

    @Test
    void chunksAndTheirTrailersStayInForm() throws Exception {
        ruled.add(RuledProxy.responseBody(RuledProxy.expression("l+", "<$0>")));
        for (boolean secure : RuledProxy.PLAIN_AND_TLS) {
            Passed passed = ruled.pass(secure, "GET", "\n",
                    lines("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\nTrailer: T\n\n3\nhel\n2\nlo\n0\nT: 1\n\n"));
            assertEquals("he<ll>o", passed.atClient().bodyText());
            RuledProxy.assertFramed(passed.atClient().head().fields(), 7);
            if (passed.atClient().head().fields().contains("Transfer-Encoding")) {
                assertEquals(Optional.of("1"), passed.atClient().trailers().first("T"));
            }
            assertEquals(Optional.of("1"), passed.exchange().responseTrailers().first("T"));
            passed.sentResponse();
        }
    }

    @Test
    void codedBodiesAreChangedWithinTheirCodings() throws Exception {
        ruled.add(RuledProxy.responseBody(new BodyEdits(List.of(new BodyEdits.Literal("h\u00e9llo", "go\u00f6dbye")),
                RuledProxy.expression("w(or)ld", "$1").expressions())));
        byte[] plain = ("h\u00e9llo world, h\u00e9llo world " + "filler ".repeat(3_000)).getBytes(StandardCharsets.UTF_8);
        String expected = "go\u00f6dbye or, h\u00e9llo or " + "filler ".repeat(3_000);
        for (String coding : List.of("gzip", "deflate", "br", "br, gzip", "x-gzip")) {
            String body = RuledProxy.text(Codings.encode(plain, ContentCoding.parse(List.of(coding))));
            String head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Encoding: " + coding + "\r\n";
            for (String framed : List.of("Content-Length: " + body.length() + "\r\n\r\n" + body,
                    "Transfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(body.length()) + "\r\n" + body + "\r\n0\r\n\r\n")) {
                Passed passed = ruled.pass(coding.equals("br"), "GET", "\n", head + framed);
                byte[] got = passed.atClient().body();
                assertEquals(List.of(coding), passed.atClient().head().fields().all("Content-Encoding"));
                assertEquals(expected, new String(Codings.decodePreview(got, List.of(coding), 1 << 20).bytes(), StandardCharsets.UTF_8), coding);
                RuledProxy.assertFramed(passed.atClient().head().fields(), got.length);
                assertEquals(body, RuledProxy.text(passed.exchange().responseBody().bytes()), "as received");
                passed.sentResponse();
            }
        }
    }

    @Test
    void aBodyInTheCharsetOfItsTypeIsChangedInIt() throws Exception {
        ruled.add(RuledProxy.responseBody(RuledProxy.literal("caf\u00e9", "th\u00e9")));
        Passed passed = ruled.pass(false, "GET", "\n",
                "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Length: 5\r\n\r\ncaf\u00e9!");
        assertEquals("th\u00e9!", passed.atClient().bodyText());
    }

    @Test
    void digestsOfTheOldBodyDoNotGoWithTheNewOne() throws Exception {
        ruled.add(RuledProxy.responseBody(RuledProxy.literal("hello", "goodbye")));
        Passed passed = ruled.pass(false, "GET", "\n",
                lines("HTTP/1.1 200 OK\nContent-MD5: a\nDigest: b\nContent-Digest: c\nRepr-Digest: d\nContent-Length: 5\n\nhello"));
        assertEquals(lines("HTTP/1.1 200 OK\nContent-Length: 7\n\ngoodbye"), passed.atClient().wire());
    }

    @Test
    void aBodyThatCannotBeDecodedPassesUnchangedWithANote() throws Exception {
        ruled.add(RuledProxy.responseBody(RuledProxy.literal("hello", "goodbye")));
        Passed passed = ruled.pass(false, "GET", "\n", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello");
        assertEquals("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello", passed.atClient().wire());
        assertTrue(passed.exchange().notes().toString().contains("body was not changed"), passed.exchange().notes().toString());
    }

    @Test
    void anAnswerToHeadHasNoBodyWhateverTheRuleSays() throws Exception {
        ruled.add(new ResponseEdits(RuledProxy.responseFields(new Edit.Set("X", "y")).headers(), OptionalInt.of(203),
                RuledProxy.literal("hello", "goodbye")));
        for (boolean secure : RuledProxy.PLAIN_AND_TLS) {
            Passed passed = ruled.pass(secure, "HEAD", "\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
            assertTrue(passed.atClient().wire().startsWith("HTTP/1.1 203 Non-Authoritative Information\r\n"), passed.atClient().wire());
            assertTrue(passed.atClient().wire().endsWith("X: y\r\n\r\n"), passed.atClient().wire());
            assertEquals(0, passed.sentResponse().bodyBytes());
        }
    }

    @Test
    void aBodyThatEndedWithItsConnectionIsChanged() throws Exception {
        ruled.add(RuledProxy.responseBody(RuledProxy.literal("hello", "goodbye")));
        String got = untilClose("HTTP/1.1", "Connection: close\r\n", "HTTP/1.1 200 OK\n\nhello");
        assertTrue(got.endsWith("\r\n\r\ngoodbye") || got.endsWith("\r\n\r\n7\r\ngoodbye\r\n0\r\n\r\n"), got);
        assertTrue(ruled.proxy().exchange(0).outcome() instanceof Outcome.Complete);
    }

    @Test
    void aClientOfHttp10GetsNoChunks() throws Exception {
        ruled.add(RuledProxy.responseBody(RuledProxy.literal("hello", "goodbye")));
        String got = untilClose("HTTP/1.0", "", "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n5\nhello\n0\n\n");
        assertTrue(got.endsWith("\r\n\r\ngoodbye"), got);
        assertTrue(!got.contains("Transfer-Encoding"), got);
        String same = untilClose("HTTP/1.0", "", "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n5\nother\n0\n\n");
        assertTrue(same.endsWith("\r\n\r\nother"), same);
    }

    @Test
    void aClientOfHttp10ThatAskedForItKeepsItsConnection() throws Exception {
        ruled.add(RuledProxy.responseBody(RuledProxy.literal("hello", "goodbye")));
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.Repeat(List.of(new Step.ReadRequest(),
                ScriptedOrigin.send("HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nhello"))));
                RawClient client = ruled.proxy().client()) {
            for (int i = 0; i < 2; i++) {
                client.send("GET http://" + origin.authority() + "/path HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
                assertEquals("goodbye", client.readResponse("GET").bodyText());
            }
        }
    }

    @Test
    void informationalResponsesPassAsTheyAre() throws Exception {
        ruled.add(new ResponseEdits(RuledProxy.responseFields(new Edit.Set("X", "y")).headers(), OptionalInt.of(201), BodyEdits.NONE));
        String hint = "HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n";
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadRequest(), ScriptedOrigin.send(hint + OK), new Step.ReadToEnd());
                RawClient client = ruled.proxy().client()) {
            client.send(RuledProxy.request(origin, false, "GET", "/path", "\n"));
            assertEquals(hint, client.readText(hint.length()));
            assertEquals("HTTP/1.1 201 Created\r\nContent-Length: 2\r\nX: y\r\n\r\nok", client.readResponse("GET").wire());
        }
    }

    @Test
    void anUpgradePassesWhateverTheRuleSaysOfBodyAndStatus() throws Exception {
        ruled.add(new ResponseEdits(RuledProxy.responseFields(new Edit.Set("X", "y")).headers(), OptionalInt.of(200),
                RuledProxy.literal("hello", "goodbye")));
        for (boolean secure : RuledProxy.PLAIN_AND_TLS) {
            int before = ruled.proxy().exchanges().size();
            try (ScriptedOrigin origin = RuledProxy.origin(secure, new Step.ReadHead(),
                    ScriptedOrigin.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n"), new Step.Echo());
                    RawClient client = ruled.client(origin, secure)) {
                client.send(RuledProxy.request(origin, secure, "GET", "/path", "Connection: Upgrade\nUpgrade: echo\n\n"));
                String head = client.readHead();
                assertTrue(head.startsWith("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n"), head);
                client.send("hello hello");
                assertEquals("hello hello", client.readText(11));
                client.halfClose();
                assertEquals("", client.readToEnd());
            }
            Exchange exchange = ruled.proxy().exchange(before);
            assertEquals(new Outcome.Complete(), exchange.outcome());
            assertEquals(1, exchange.rules().size());
        }
    }

    @Test
    void pipelinedResponsesAreChangedEachOnItsOwn() throws Exception {
        ruled.add(RuledProxy.responseBody(RuledProxy.expression("hello", "good-bye")));
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.Repeat(List.of(new Step.ReadRequest(), ScriptedOrigin.send(HELLO))));
                RawClient client = ruled.proxy().client()) {
            StringBuilder requests = new StringBuilder();
            for (int i = 0; i < 40; i++) {
                requests.append(RuledProxy.request(origin, false, "GET", i % 5 == 4 ? "/other" : "/path", "\n"));
            }
            client.send(requests.toString());
            for (int i = 0; i < 40; i++) {
                assertEquals(i % 5 == 4 ? "hello" : "good-bye", client.readResponse("GET").bodyText());
            }
            assertEquals(1, origin.connectionCount());
        }
    }

    @Test
    void aBodyAboveTheBoundStreamsUnchangedWithANote() throws Exception {
        ruled.add(RuledProxy.responseBody(RuledProxy.expression("a+", "b")));
        byte[] block = "a".repeat(1 << 20).getBytes(StandardCharsets.US_ASCII);
        for (boolean secure : RuledProxy.PLAIN_AND_TLS) {
            int before = ruled.proxy().exchanges().size();
            CountDownLatch gate = new CountDownLatch(1);
            // The origin sends its second half when the client has most of the first: nobody holds the whole.
            try (ScriptedOrigin origin = RuledProxy.origin(secure, new Step.ReadRequest(),
                    ScriptedOrigin.send("HTTP/1.1 200 OK\r\nContent-Length: " + (64 << 20) + "\r\n\r\n"), new Step.SendRepeated(block, 32),
                    new Step.Await(gate), new Step.SendRepeated(block, 32), new Step.ReadRequest(), ScriptedOrigin.send(OK));
                    RawClient client = ruled.client(origin, secure)) {
                client.send(RuledProxy.request(origin, secure, "GET", "/path", "\n"));
                assertEquals("HTTP/1.1 200 OK\r\nContent-Length: " + (64 << 20) + "\r\n\r\n", client.readHead());
                client.skipBytes(20 << 20);
                gate.countDown();
                client.skipBytes(44 << 20);
                assertEquals(-1, client.receivedText().indexOf('b'), "a changed octet");
                client.send(RuledProxy.request(origin, secure, "GET", "/next", "\n"));
                assertEquals(OK, client.readText(OK.length()));
                Exchange exchange = ruled.proxy().exchange(before);
                assertEquals(64 << 20, exchange.responseBody().size());
                assertTrue(exchange.notes().toString().contains("longer than"), exchange.notes().toString());
            }
        }
    }

    @Test
    void eventsPassWhenTheyComeWithANote() throws Exception {
        ruled.add(new ResponseEdits(RuledProxy.responseFields(new Edit.Set("X", "y")).headers(), OptionalInt.empty(),
                RuledProxy.literal("hello", "goodbye")));
        CountDownLatch gate = new CountDownLatch(1);
        String head = "HTTP/1.1 200 OK\r\nContent-Type: Text/Event-Stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n";
        String event = "d\r\ndata: hello\n\n\r\n";
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadRequest(), ScriptedOrigin.send(head + "\r\n" + event), new Step.Await(gate),
                ScriptedOrigin.send("0\r\n\r\n"), new Step.ReadToEnd());
                RawClient client = ruled.proxy().client()) {
            client.send(RuledProxy.request(origin, false, "GET", "/path", "\n"));
            assertEquals(head + "X: y\r\n\r\n", client.readHead());
            assertEquals(event, client.readText(event.length()));
            gate.countDown();
            assertEquals("0\r\n\r\n", client.readText(5));
        }
        assertTrue(ruled.proxy().exchange(0).notes().toString().contains("stream of events"), ruled.proxy().exchange(0).notes().toString());
    }

    @Test
    void aFailureOfTheOriginInABodyThatIsHeldIsAnswered() throws Exception {
        ruled.add(RuledProxy.responseBody(RuledProxy.literal("hello", "goodbye")));
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadRequest(), ScriptedOrigin.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello"));
                RawClient client = ruled.proxy().client()) {
            client.send(RuledProxy.request(origin, false, "GET", "/path", "\n"));
            Exchange exchange = ruled.proxy().exchange(0);
            assertTrue(exchange.outcome() instanceof Outcome.Incomplete, exchange.outcome().toString());
            assertEquals("hello", RuledProxy.text(exchange.responseBody().bytes()));
            assertEquals(502, client.readResponse("GET").status());
        }
    }
}
