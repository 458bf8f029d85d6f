package proxymcp.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.exchange.CapturedBody;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.Outcome;
import proxymcp.http.ResponseHead;
import proxymcp.proxy.ScriptedOrigin.Step;

/**
 * What was sent is what arrives, octet by octet, but for what belongs to one connection (RFC 9110 section 7.6.1).
 *
 * <p>{@code ORIGIN} stands for the origin's authority; text blocks are sent with CRLF.
 */
@Timeout(60)
final class ForwardingTest {
    private RunningProxy proxy;

    @BeforeEach
    void start() throws Exception {
        proxy = RunningProxy.start();
    }

    @AfterEach
    void stop() {
        proxy.close();
    }

    private static String lines(String textBlock, ScriptedOrigin origin) {
        return textBlock.replace("\n", "\r\n").replace("ORIGIN", origin.authority());
    }

    /** What the origin receives for {@code request}, which it answers. */
    private void assertArrivesAs(String expected, String request) throws Exception {
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadRequest(), ScriptedOrigin.respond("ok"), new Step.ReadToEnd());
                RawClient client = proxy.client()) {
            client.send(lines(request, origin));
            assertEquals(200, client.readResponse(request.substring(0, request.indexOf(' '))).status());
            assertEquals(lines(expected, origin), origin.connection(0).receivedText());
        }
    }

    /** What the client receives up to the end when the origin sends {@code response} and closes. */
    private String received(String request, String response) throws Exception {
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadRequest(), ScriptedOrigin.send(response), new Step.Close());
                RawClient client = proxy.client()) {
            client.send(lines(request, origin));
            client.halfClose();
            return client.readToEnd();
        }
    }

    private void assertAnswerArrivesAs(String expected, String request, String response) throws Exception {
        assertEquals(expected.replace("\n", "\r\n"), received(request, response.replace("\n", "\r\n")));
    }

    private static final String GET = """
            GET http://ORIGIN/ HTTP/1.1
            Host: ORIGIN

            """;

    @Test
    void fieldsKeepOrderCaseDuplicatesAndSpacing() throws Exception {
        String fields = """
                hOST: ORIGIN
                X-b:   2
                x-A:1
                X-b:\ttab\there
                Empty:
                Cookie: a=1; b="2,3"
                Cookie: c=3
                Accept: */*
                Accept: text/html
                Latin: \u00e9\u00ff
                Authorization: Basic YTpi
                Upgrade-Insecure-Requests: 1

                """;
        assertArrivesAs("GET /p%2Fq?a=1&a=2&b=+%20 HTTP/1.1\n" + fields, "GET http://ORIGIN/p%2Fq?a=1&a=2&b=+%20 HTTP/1.1\n" + fields);
    }

    @Test
    void blanksBehindAValueAreTheOnlyOctetsThatGo() throws Exception {
        assertArrivesAs("GET / HTTP/1.1\nHost: ORIGIN\nX: a  b\n\n", "GET http://ORIGIN/ HTTP/1.1\nHost: ORIGIN \nX: a  b\t \n\n");
    }

    @Test
    void absoluteFormBecomesOriginForm() throws Exception {
        assertArrivesAs("GET / HTTP/1.1\nHost: ORIGIN\n\n", "GET http://ORIGIN HTTP/1.1\nHost: ORIGIN\n\n");
        assertArrivesAs("GET /?q=1 HTTP/1.1\nHost: ORIGIN\n\n", "GET http://ORIGIN?q=1 HTTP/1.1\nHost: ORIGIN\n\n");
        assertArrivesAs("GET /a//b/../c HTTP/1.1\nHost: ORIGIN\n\n", "GET HTTP://ORIGIN/a//b/../c HTTP/1.1\nHost: ORIGIN\n\n");
        assertArrivesAs("PURGE /x HTTP/1.1\nHost: ORIGIN\n\n", "PURGE http://ORIGIN/x HTTP/1.1\nHost: ORIGIN\n\n");
    }

    @Test
    void hostIsThatOfTheTargetAndTheExchangeSaysSo() throws Exception {
        assertArrivesAs("GET / HTTP/1.1\nA: b\nhost: ORIGIN\nC: d\n\n", "GET http://ORIGIN/ HTTP/1.1\nA: b\nhost: other.example\nC: d\n\n");
        Exchange exchange = proxy.exchange(0);
        assertEquals(List.of("the Host field named another host than the request target; the target's was sent (RFC 9112 section 3.2.2)"),
                exchange.notes());
        assertEquals("other.example", exchange.start().head().fields().first("Host").orElseThrow());
    }

    @Test
    void optionsForTheWholeServerBecomesAnAsterisk() throws Exception {
        assertArrivesAs("OPTIONS * HTTP/1.1\nHost: ORIGIN\n\n", "OPTIONS http://ORIGIN HTTP/1.1\nHost: ORIGIN\n\n");
        assertArrivesAs("OPTIONS / HTTP/1.1\nHost: ORIGIN\n\n", "OPTIONS http://ORIGIN/ HTTP/1.1\nHost: ORIGIN\n\n");
    }

    @Test
    void connectionFieldsEndHereAndWhatTheyNameGoesWithThem() throws Exception {
        assertArrivesAs("""
                GET / HTTP/1.1
                Host: ORIGIN
                Connection: keep-alive, TE
                TE: trailers
                Z: 1

                """, """
                GET http://ORIGIN/ HTTP/1.1
                Host: ORIGIN
                Connection: keep-alive, X-Mine, TE
                X-Mine: 1
                TE: trailers
                Keep-Alive: timeout=5
                Proxy-Connection: keep-alive
                Proxy-Authorization: Basic YTpi
                Z: 1

                """);
    }

    @Test
    void connectionCannotTakeAwayWhatTheMessageNeeds() throws Exception {
        assertArrivesAs("""
                POST / HTTP/1.1
                Host: ORIGIN
                Cookie: a=b
                Authorization: Basic YTpi
                Content-Length: 2

                hi""", """
                POST http://ORIGIN/ HTTP/1.1
                Host: ORIGIN
                Cookie: a=b
                Connection: Host, Content-Length, cookie, Authorization, x-mine
                Authorization: Basic YTpi
                x-mine: 1
                Content-Length: 2

                hi""");
    }

    @Test
    void chunksAndTrailersGoOnAndExtensionsDoNot() throws Exception {
        assertArrivesAs("""
                POST / HTTP/1.1
                Host: ORIGIN
                Transfer-Encoding: Chunked
                Trailer: X-Sum

                b
                hello world
                0
                X-Sum:  1
                x-sum: 2

                """, """
                POST http://ORIGIN/ HTTP/1.1
                Host: ORIGIN
                Transfer-Encoding: Chunked
                Trailer: X-Sum

                05;ext="a;b";c
                hello
                6 ; d=e
                 world
                000;last
                X-Sum:  1
                x-sum: 2

                """);
        Exchange exchange = proxy.exchange(0);
        assertEquals("hello world", new String(exchange.requestBody().bytes(), StandardCharsets.US_ASCII));
        assertEquals("[Line[name=X-Sum, value=1], Line[name=x-sum, value=2]]", exchange.requestTrailers().toString());
    }

    @Test
    void http10RequestsStayHttp10() throws Exception {
        assertArrivesAs("GET /a HTTP/1.0\nHost: ORIGIN\nX: y\n\n", "GET http://ORIGIN/a HTTP/1.0\nX: y\n\n");
        assertArrivesAs("GET /a HTTP/1.0\nhost: ORIGIN\nConnection: keep-alive\n\n",
                "GET http://ORIGIN/a HTTP/1.0\nhost: ORIGIN\nConnection: keep-alive\n\n");
    }

    @Test
    void insideATunnelRequestsPassUnchanged() throws Exception {
        String request = """
                GET /a HTTP/1.1
                X: y
                host: other.example
                Proxy-Authorization: Basic YTpi

                """;
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadRequest(), ScriptedOrigin.respond("ok"));
                RawClient client = proxy.tunnelTo(origin.authority())) {
            client.sendLines(request);
            assertEquals("ok", client.readResponse("GET").bodyText());
            assertEquals(lines(request, origin), origin.connection(0).receivedText());
        }
    }

    @Test
    void responsesKeepOrderCaseDuplicatesAndSpacing() throws Exception {
        String response = """
                HTTP/1.1 299 Odd Reason \u00e9
                set-cookie: a=1; Expires=Thu, 01 Jan 2099 00:00:00 GMT
                Set-Cookie:b=2
                X:   3
                Content-Length: 2
                set-cookie: \u0001control
                Via: 1.1 other
                Proxy-Authenticate: Basic realm="origin"

                ok""";
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadRequest(), ScriptedOrigin.send(response.replace("\n", "\r\n")));
                RawClient client = proxy.client()) {
            client.send(lines(GET, origin));
            assertEquals(response.replace("\n", "\r\n"), client.readResponse("GET").wire());
        }
    }

    @Test
    void connectionFieldsOfResponsesEndHere() throws Exception {
        assertAnswerArrivesAs("""
                HTTP/1.1 200 OK
                A: 1
                Content-Length: 2

                ok""", GET, """
                HTTP/1.1 200 OK
                A: 1
                Connection: close, X-Mine
                X-Mine: 1
                Keep-Alive: timeout=5
                Proxy-Connection: keep-alive
                Content-Length: 2

                ok""");
    }

    @Test
    void foldedLinesAreJoinedAndNoted() throws Exception {
        assertAnswerArrivesAs("HTTP/1.1 200 OK\nX: a    \t  b\nContent-Length: 2\n\nok", GET,
                "HTTP/1.1 200 OK\nX: a\n  \t  b\nContent-Length: 2\n\nok");
        assertEquals(List.of("a folded field line (obs-fold) was joined"), proxy.exchange(0).notes());
    }

    @Test
    void bareLineFeedsOfResponsesBecomeLineEnds() throws Exception {
        assertEquals("HTTP/1.1 200 OK\r\nX: a\r\nContent-Length: 2\r\n\r\nok",
                received(GET, "HTTP/1.1 200 OK\nX: a\r\nContent-Length: 2\n\nok"));
        assertEquals(List.of("a line ended in LF without CR"), proxy.exchange(0).notes());
    }

    @Test
    void aMissingReasonIsAnEmptyOne() throws Exception {
        assertEquals("HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nok", received(GET, "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok"));
        assertEquals(List.of("status line ends after the status code"), proxy.exchange(0).notes());
    }

    @Test
    void equalLengthsBecomeOne() throws Exception {
        assertAnswerArrivesAs("HTTP/1.1 200 OK\nContent-Length: 2\nX: a\n\nok", GET,
                "HTTP/1.1 200 OK\nContent-Length: 2\nX: a\ncontent-length: 2\n\nok");
        assertAnswerArrivesAs("HTTP/1.1 200 OK\ncontent-length: 2\nX: a\n\nok", GET,
                "HTTP/1.1 200 OK\ncontent-length: 2, 2\nX: a\n\nok");
    }

    @Test
    void chunkedWinsOverALength() throws Exception {
        assertAnswerArrivesAs("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n2\nok\n0\n\n", GET,
                "HTTP/1.1 200 OK\nContent-Length: 50\nTransfer-Encoding: chunked\n\n2\nok\n0\n\n");
    }

    @Test
    void chunkedResponsesKeepTrailersAndLoseExtensions() throws Exception {
        assertAnswerArrivesAs("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\nTrailer: T\n\n5\nhello\n0\nT: 1\nt:2\n\n", GET,
                "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\nTrailer: T\n\n0005;a=b\nhello\n0;c\nT: 1\nt:2\n\n");
        assertEquals("[Line[name=T, value=1], Line[name=t, value=2]]", proxy.exchange(0).responseTrailers().toString());
    }

    @Test
    void anHttp10ClientGetsNoChunks() throws Exception {
        assertAnswerArrivesAs("HTTP/1.1 200 OK\nX: y\nConnection: close\n\nhello world", "GET http://ORIGIN/ HTTP/1.0\n\n",
                "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\nX: y\n\n5\nhello\n6\n world\n0\nT: 1\n\n");
    }

    @Test
    void aBodyUntilTheCloseEndsWithTheConnection() throws Exception {
        assertAnswerArrivesAs("HTTP/1.1 200 OK\nX: y\nConnection: close\n\nhello", GET, "HTTP/1.1 200 OK\nX: y\n\nhello");
        assertAnswerArrivesAs("HTTP/1.0 200 OK\nConnection: close\n\nhello", GET, "HTTP/1.0 200 OK\nConnection: close\n\nhello");
        assertEquals(new Outcome.Complete(), proxy.exchange(0).outcome());
        assertEquals(CapturedBody.State.COMPLETE, proxy.exchange(0).responseBody().state());
    }

    @Test
    void responsesWithoutBodyKeepTheirLengthAndTheConnection() throws Exception {
        String notModified = "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\nContent-Length: 1000\r\n\r\n";
        String noContent = "HTTP/1.1 204 No Content\r\n\r\n";
        String head = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n";
        String chunkedHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadRequest(), ScriptedOrigin.send(notModified), new Step.ReadRequest(),
                ScriptedOrigin.send(noContent), new Step.ReadRequest(), ScriptedOrigin.send(head), new Step.ReadRequest(),
                ScriptedOrigin.send(chunkedHead), new Step.ReadRequest(), ScriptedOrigin.respond("last"));
                RawClient client = proxy.client()) {
            String request = lines(GET, origin);
            for (String expected : List.of(notModified, noContent)) {
                client.send(request);
                assertEquals(expected, client.readHead());
            }
            for (String expected : List.of(head, chunkedHead)) {
                client.send(request.replace("GET", "HEAD"));
                assertEquals(expected, client.readHead());
            }
            client.send(request);
            assertEquals("last", client.readResponse("GET").bodyText());
            assertEquals(1, origin.connectionCount());
        }
        for (int i = 0; i < 4; i++) {
            assertEquals(CapturedBody.State.NONE, proxy.exchange(i).responseBody().state());
            assertEquals(new Outcome.Complete(), proxy.exchange(i).outcome());
        }
    }

    @Test
    void informationalResponsesGoOnEachAtOnce() throws Exception {
        String hints = "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </b.css>\r\n\r\n"
                + "HTTP/1.1 102 Processing\r\n\r\n";
        String last = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        CountDownLatch gate = new CountDownLatch(1);
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadRequest(), ScriptedOrigin.send(hints), new Step.Await(gate),
                ScriptedOrigin.send(last));
                RawClient client = proxy.client()) {
            client.send(lines(GET, origin));
            assertEquals(hints, client.readText(hints.length()));
            gate.countDown();
            assertEquals(last, client.readText(last.length()));
        }
        assertEquals(List.of(103, 103, 102), proxy.exchange(0).informational().stream().map(ResponseHead::status).toList());
    }

    @Test
    void endlessInformationalResponsesAreNoAnswer() throws Exception {
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadRequest(),
                new Step.SendRepeated("HTTP/1.1 103 Early Hints\r\n\r\n".getBytes(StandardCharsets.US_ASCII), 1_000_000));
                RawClient client = proxy.client()) {
            client.send(lines(GET, origin));
            String received = client.receivedText();
            for (int status = 103; status == 103;) {
                RawClient.Response response = client.readResponse("GET");
                status = response.status();
                received = response.wire();
            }
            assertTrue(received.startsWith("HTTP/1.1 502 "), received);
        }
    }

    @Test
    void anHttp10ClientGetsNoInformationalResponse() throws Exception {
        assertAnswerArrivesAs("HTTP/1.1 200 OK\nContent-Length: 2\nConnection: close\n\nok", "GET http://ORIGIN/ HTTP/1.0\n\n",
                "HTTP/1.1 103 Early Hints\n\nHTTP/1.1 200 OK\nContent-Length: 2\n\nok");
    }

    @Test
    void anHttp10ClientIsKeptOnlyWhenTheAnswerSaysSo() throws Exception {
        String agreed = "HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 2\r\n\r\nok";
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadRequest(), ScriptedOrigin.send(agreed), new Step.ReadRequest(),
                ScriptedOrigin.respond("ok"));
                RawClient client = proxy.client()) {
            String request = lines("GET http://ORIGIN/ HTTP/1.0\nConnection: Keep-Alive\n\n", origin);
            client.send(request);
            assertEquals(agreed, client.readText(agreed.length()));
            client.send(request);
            assertEquals("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok", client.readToEnd());
        }
    }

    @Test
    void anHttp10ClientWithoutKeepAliveSeesTheEnd() throws Exception {
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadRequest(), ScriptedOrigin.respond("ok"));
                RawClient client = proxy.client()) {
            client.send(lines("GET http://ORIGIN/ HTTP/1.0\n\n", origin));
            assertEquals("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok", client.readToEnd());
        }
    }

    @Test
    void closeIsHeardOnTheClientsSideAlone() throws Exception {
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadRequest(), ScriptedOrigin.send(
                "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\na"), new Step.Close());
                RawClient client = proxy.client()) {
            String request = lines(GET, origin);
            client.send(request);
            assertEquals("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na", client.readResponse("GET").wire());
            client.send(request);
            assertEquals("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na", client.readResponse("GET").wire());
            assertEquals(2, origin.connectionCount());
        }
    }

    @Test
    void aResponseIsReadToItsEndThoughMoreWasSentBehindTheLastRequest() throws Exception {
        String closing = "GET http://ORIGIN/ HTTP/1.1\nHost: ORIGIN\nConnection: close\n\n";
        String body = "x".repeat(300_000);
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadRequest(), ScriptedOrigin.respond(body));
                RawClient client = proxy.client()) {
            client.send(lines(closing, origin));
            origin.connection(0).awaitReceived("\r\n\r\n");
            client.send("GET ".repeat(20_000));
            // A close with octets unread would reset the connection and take the end of the response with it.
            assertEquals("HTTP/1.1 200 OK\r\nContent-Length: 300000\r\nConnection: close\r\n\r\n" + body, client.readToEnd());
        }
    }
}
