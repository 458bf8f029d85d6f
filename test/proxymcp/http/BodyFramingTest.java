package proxymcp.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** RFC 9112 sections 6.3 and 11.2: what decides where a body ends, and what is refused since two parsers could differ. */
class BodyFramingTest {
    private static final BodyFraming NONE = new BodyFraming.None();
    private static final BodyFraming CHUNKED = new BodyFraming.Chunked();
    private static final BodyFraming UNTIL_CLOSE = new BodyFraming.UntilClose();
    private static final String NO_NUMBER = "Content-Length is not a number of 1 to 18 digits";

    /** {@code outcome} is a framing, or "status message" of what is thrown. */
    record Case(String start, String fields, Object outcome) {
        @Override
        public String toString() {
            return (start + fields).replace("\r\n", " | ").replace("\u000b", "<VT>");
        }

        byte[] head() {
            return Octets.bytes(start + "\r\n" + (fields.isEmpty() ? "" : fields + "\r\n") + "\r\n");
        }
    }

    static Stream<Case> requests() {
        return Stream.concat(requestLengths(), requestCodings());
    }

    private static Stream<Case> requestLengths() {
        String both = "400 request has both Transfer-Encoding and Content-Length";
        String several = "400 request has several Content-Length fields";
        return Stream.of(
                post("", NONE),
                post("Content-Length: 0", length(0)),
                post("content-LENGTH:\t 12 ", length(12)),
                post("Content-Length: 0012", length(12)),
                post("Content-Length: 999999999999999999", length(999_999_999_999_999_999L)),
                post("Transfer-Encoding: chunked", CHUNKED),
                post("transfer-encoding:chUNKed\t", CHUNKED),
                // Both, and several.
                post("Content-Length: 5\r\nTransfer-Encoding: chunked", both),
                post("Transfer-Encoding: chunked\r\nContent-Length: 5", both),
                post("Transfer-Encoding: chunked\r\nContent-Length: 0", both),
                post("Transfer-Encoding: identity\r\nContent-Length: 5", both),
                post("Transfer-Encoding:\r\nContent-Length: 5", both),
                post("Content-Length: 5\r\nContent-Length: 6", several),
                post("Content-Length: 5\r\nContent-Length: 5", several),
                post("Content-Length: 5, 5", "400 " + NO_NUMBER),
                post("Content-Length: 5,6", "400 " + NO_NUMBER),
                // What is no number to someone.
                post("Content-Length:", "400 " + NO_NUMBER),
                post("Content-Length: +5", "400 " + NO_NUMBER),
                post("Content-Length: -5", "400 " + NO_NUMBER),
                post("Content-Length: -0", "400 " + NO_NUMBER),
                post("Content-Length: 5 5", "400 " + NO_NUMBER),
                post("Content-Length: 1\t0", "400 " + NO_NUMBER),
                post("Content-Length: 0x5", "400 " + NO_NUMBER),
                post("Content-Length: 5.0", "400 " + NO_NUMBER),
                post("Content-Length: 1e1", "400 " + NO_NUMBER),
                post("Content-Length: 5;", "400 " + NO_NUMBER),
                post("Content-Length: \"5\"", "400 " + NO_NUMBER),
                post("Content-Length: \u000b5", "400 " + NO_NUMBER),
                post("Content-Length: 5\u00a0", "400 " + NO_NUMBER),
                post("Content-Length: \u00b2", "400 " + NO_NUMBER),
                post("Content-Length: 1000000000000000000", "400 " + NO_NUMBER),
                post("Content-Length: 18446744073709551621", "400 " + NO_NUMBER),
                post("Content-Length: 4294967301000000000000", "400 " + NO_NUMBER));
    }

    private static Stream<Case> requestCodings() {
        String empty = "400 Transfer-Encoding has an empty member";
        String notLast = "400 chunked is not the last transfer coding, or stands twice";
        return Stream.of(
                post("Transfer-Encoding: gzip, chunked", "501 transfer coding \"gzip\" is not known here, only chunked"),
                post("Transfer-Encoding: gzip", "501 transfer coding \"gzip\" is not known here, only chunked"),
                post("Transfer-Encoding: identity", "501 transfer coding \"identity\" is not known here, only chunked"),
                post("Transfer-Encoding: xchunked", "501 transfer coding \"xchunked\" is not known here, only chunked"),
                post("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked",
                        "501 transfer coding \"identity\" is not known here, only chunked"),
                post("Transfer-Encoding: chunked, gzip", notLast),
                post("Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip", notLast),
                post("Transfer-Encoding: chunked, chunked", notLast),
                post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", notLast),
                post("Transfer-Encoding: chunked\r\nTransfer-Encoding: cow", notLast),
                post("Transfer-Encoding:", empty),
                post("Transfer-Encoding: ,", empty),
                post("Transfer-Encoding: chunked,", empty),
                post("Transfer-Encoding: , chunked", empty),
                post("Transfer-Encoding:\r\nTransfer-Encoding: chunked", empty),
                post("Transfer-Encoding: chunked\r\nTransfer-Encoding: ", empty),
                post("Transfer-Encoding: chunked;q=1", "400 chunked has a parameter"),
                post("Transfer-Encoding: chunked ;", "400 chunked has a parameter"),
                post("Transfer-Encoding: \"chunked\"", "400 transfer coding is not a token"),
                post("Transfer-Encoding: chunked chunked", "400 transfer coding is not a token"),
                post("Transfer-Encoding: \u000bchunked", "400 transfer coding is not a token"),
                post("Transfer-Encoding: chunked\u000b", "400 transfer coding is not a token"),
                post("Transfer-Encoding: chunked\u00a0", "400 transfer coding is not a token"),
                new Case("POST / HTTP/1.0", "Transfer-Encoding: chunked", "400 HTTP/1.0 request has Transfer-Encoding"),
                new Case("POST / HTTP/1.0", "Content-Length: 3", length(3)),
                // The method does not matter, but for CONNECT.
                new Case("GET / HTTP/1.1", "Content-Length: 3", length(3)),
                new Case("HEAD / HTTP/1.1", "Transfer-Encoding: chunked", CHUNKED),
                new Case("CONNECT a:1 HTTP/1.1", "", NONE),
                new Case("CONNECT a:1 HTTP/1.1", "Content-Length: 0", length(0)),
                new Case("CONNECT a:1 HTTP/1.1", "Content-Length: 3", "400 CONNECT request has a body"),
                new Case("CONNECT a:1 HTTP/1.1", "Transfer-Encoding: chunked", "400 CONNECT request has a body"),
                new Case("CONNECT a:1 HTTP/1.1", "Content-Length: x", "400 " + NO_NUMBER));
    }

    static Stream<Case> responses() {
        String ok = "GET -> HTTP/1.1 200 OK";
        return Stream.of(
                new Case(ok, "", UNTIL_CLOSE),
                new Case(ok, "Content-Length: 0", length(0)),
                new Case(ok, "Content-Length: 7", length(7)),
                new Case(ok, "Content-Length: 7, 7\r\nContent-Length: 7", length(7)),
                new Case(ok, "Content-Length: 7,", length(7)),
                new Case(ok, "Content-Length: 7, 8", "502 response has Content-Length 7 and 8"),
                new Case(ok, "Content-Length: 7\r\nContent-Length: 8", "502 response has Content-Length 7 and 8"),
                new Case(ok, "Content-Length:", "502 Content-Length is empty"),
                new Case(ok, "Content-Length: ,", "502 Content-Length is empty"),
                new Case(ok, "Content-Length: +7", "502 " + NO_NUMBER),
                new Case(ok, "Content-Length: -1", "502 " + NO_NUMBER),
                new Case(ok, "Content-Length: 7x", "502 " + NO_NUMBER),
                new Case(ok, "Transfer-Encoding: chunked", CHUNKED),
                new Case(ok, "Transfer-Encoding: Chunked\r\nContent-Length: 7", CHUNKED),
                new Case(ok, "Transfer-Encoding: gzip, chunked", CHUNKED),
                new Case(ok, "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked", CHUNKED),
                new Case(ok, "Transfer-Encoding: chunked,", CHUNKED),
                new Case(ok, "Transfer-Encoding: chunked, gzip", UNTIL_CLOSE),
                new Case(ok, "Transfer-Encoding: gzip\r\nContent-Length: 7", UNTIL_CLOSE),
                new Case(ok, "Transfer-Encoding: identity", UNTIL_CLOSE),
                new Case(ok, "Transfer-Encoding: identity\r\nContent-Length: 7", length(7)),
                new Case(ok, "Transfer-Encoding: chunked, identity", CHUNKED),
                new Case(ok, "Transfer-Encoding:\r\nContent-Length: 7", length(7)),
                new Case("GET -> HTTP/1.0 200 OK", "Transfer-Encoding: chunked", CHUNKED),
                new Case("HEAD -> HTTP/1.1 200 OK", "Content-Length: 7", NONE),
                new Case("HEAD -> HTTP/1.1 200 OK", "Transfer-Encoding: chunked", NONE),
                new Case("GET -> HTTP/1.1 100 Continue", "Content-Length: 7", NONE),
                new Case("GET -> HTTP/1.1 101 Switching", "", NONE),
                new Case("GET -> HTTP/1.1 103 Hints", "", NONE),
                new Case("GET -> HTTP/1.1 204 No Content", "Content-Length: 7", NONE),
                new Case("GET -> HTTP/1.1 304 Not Modified", "Content-Length: 7", NONE),
                new Case("GET -> HTTP/1.1 205 Reset", "Content-Length: 0", length(0)),
                new Case("CONNECT -> HTTP/1.1 200 OK", "Content-Length: 7", NONE),
                new Case("CONNECT -> HTTP/1.1 299 OK", "Transfer-Encoding: chunked", NONE),
                new Case("CONNECT -> HTTP/1.1 407 Auth", "Content-Length: 7", length(7)),
                new Case("connect -> HTTP/1.1 200 OK", "Content-Length: 7", length(7)));
    }

    private static Case post(String fields, Object outcome) {
        return new Case("POST / HTTP/1.1", fields, outcome);
    }

    private static BodyFraming length(long bytes) {
        return new BodyFraming.ContentLength(bytes);
    }

    @ParameterizedTest
    @MethodSource
    void requests(Case tried) throws IOException {
        RequestHead head = HeadParser.parseRequest(tried.head(), HeadLimits.DEFAULT);
        assertEquals(tried.outcome(), outcome(() -> BodyFraming.ofRequest(head), ProtocolException.Side.CLIENT));
    }

    @ParameterizedTest
    @MethodSource
    void responses(Case tried) throws IOException {
        String method = tried.start().substring(0, tried.start().indexOf(' '));
        Case response = new Case(tried.start().substring(method.length() + 4), tried.fields(), tried.outcome());
        ResponseHead head = HeadParser.parseResponse(response.head(), HeadLimits.DEFAULT);
        assertEquals(tried.outcome(), outcome(() -> BodyFraming.ofResponse(head, method), ProtocolException.Side.SERVER));
    }

    @Test
    void aNegativeLengthIsACallersBug() {
        assertThrows(IllegalArgumentException.class, () -> new BodyFraming.ContentLength(-1));
    }

    private interface Framing {
        BodyFraming find() throws ProtocolException;
    }

    private static Object outcome(Framing framing, ProtocolException.Side side) {
        try {
            return framing.find();
        } catch (ProtocolException e) {
            assertEquals(side, e.side());
            return e.suggestedStatus() + " " + e.getMessage();
        }
    }
}
