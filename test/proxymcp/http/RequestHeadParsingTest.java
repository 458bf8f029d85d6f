package proxymcp.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import proxymcp.http.Fields.Line;

/** Request heads: what is accepted and how it reads, what is refused and with which words (RFC 9112 sections 2 to 5). */
class RequestHeadParsingTest {
    /** A head that is accepted; {@code lines} are its field lines as {@code name=value}. */
    record Accepted(String name, String head, String method, String target, HttpVersion version, List<String> lines, List<String> notes) {
        @Override
        public String toString() {
            return name;
        }
    }

    record Refused(String name, String head, int status, String message) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Accepted> accepted() {
        return Stream.of(
                ok("no fields", "GET / HTTP/1.1\r\n\r\n", "GET", "/"),
                new Accepted("HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", "GET", "/", HttpVersion.HTTP_1_0, List.of(), List.of()),
                new Accepted("a later minor version is 1.1", "GET / HTTP/1.9\r\n\r\n", "GET", "/", HttpVersion.HTTP_1_1, List.of(), List.of()),
                ok("order, case and duplicates are kept", "GET / HTTP/1.1\r\nB: 1\r\na: 2\r\nb: 3\r\nA: 2\r\n\r\n", "GET", "/", "B=1", "a=2",
                        "b=3", "A=2"),
                ok("white space around a value", "GET / HTTP/1.1\r\nA: \t x \t\r\nB:y\r\nC:   z\r\n\r\n", "GET", "/", "A=x", "B=y", "C=z"),
                ok("white space within a value", "GET / HTTP/1.1\r\nA: x \t y\r\n\r\n", "GET", "/", "A=x \t y"),
                ok("empty values", "GET / HTTP/1.1\r\nA:\r\nB: \r\nC:\t \r\n\r\n", "GET", "/", "A=", "B=", "C="),
                ok("a colon in a value", "GET / HTTP/1.1\r\nHost: a:1\r\nX: ::\r\n\r\n", "GET", "/", "Host=a:1", "X=::"),
                ok("octets above 0x7F in a value", "GET / HTTP/1.1\r\nA: \u00e9\u00ff\u0080\r\n\r\n", "GET", "/", "A=\u00e9\u00ff\u0080"),
                ok("control octets in a value that end nothing", "GET / HTTP/1.1\r\nA: a\u0001b\u007f\r\n\r\n", "GET", "/", "A=a\u0001b\u007f"),
                ok("every character of a token", "!#$%&'*+-.^_`|~09azAZ / HTTP/1.1\r\n!#$%&'*+-.^_`|~09azAZ: v\r\n\r\n",
                        "!#$%&'*+-.^_`|~09azAZ", "/", "!#$%&'*+-.^_`|~09azAZ=v"),
                ok("methods are case-sensitive", "get / HTTP/1.1\r\n\r\n", "get", "/"),
                ok("absolute-form", "GET http://a.b:1/c?d=e HTTP/1.1\r\n\r\n", "GET", "http://a.b:1/c?d=e"),
                ok("authority-form", "CONNECT [::1]:443 HTTP/1.1\r\n\r\n", "CONNECT", "[::1]:443"),
                ok("asterisk-form", "OPTIONS * HTTP/1.1\r\n\r\n", "OPTIONS", "*"),
                ok("characters that URIs do not have but clients send", "GET /a|b{c}\"<>^`\\ HTTP/1.1\r\n\r\n", "GET", "/a|b{c}\"<>^`\\"),
                new Accepted("octets above 0x7F in the target", "GET /\u00e9 HTTP/1.1\r\n\r\n", "GET", "/\u00e9", HttpVersion.HTTP_1_1, List.of(),
                        List.of("request target holds octets above 0x7F that should be percent-encoded")));
    }

    static Stream<Refused> refused() {
        String line = "GET / HTTP/1.1\r\n";
        return Stream.of(
                bad("no version", "GET /\r\n\r\n", "request line is not \"method target version\""),
                bad("one word", "GET\r\n\r\n", "request line is not \"method target version\""),
                bad("a space before the method", " GET / HTTP/1.1\r\n\r\n", "request line is not \"method target version\""),
                bad("two spaces before the target", "GET  / HTTP/1.1\r\n\r\n", "request line is not \"method target version\""),
                bad("two spaces behind the target", "GET /  HTTP/1.1\r\n\r\n", "request line is not \"method target version\""),
                bad("a space in the target", "GET /a b HTTP/1.1\r\n\r\n", "request line is not \"method target version\""),
                bad("a space behind the version", "GET / HTTP/1.1 \r\n\r\n", "request line is not \"method target version\""),
                bad("a tab for a space", "GET\t/ HTTP/1.1\r\n\r\n", "request line is not \"method target version\""),
                bad("a tab in the target", "GET /\ta HTTP/1.1\r\n\r\n", "request target holds 0x9"),
                bad("no target", "GET  HTTP/1.1\r\n\r\n", "request target is empty"),
                bad("NUL in the target", "GET /\0 HTTP/1.1\r\n\r\n", "request target holds 0x0"),
                bad("DEL in the target", "GET /\u007f HTTP/1.1\r\n\r\n", "request target holds 0x7f"),
                bad("CR in the target", "GET /\r HTTP/1.1\r\n\r\n", "request target holds 0xd"),
                bad("a method that is no token", "G(T / HTTP/1.1\r\n\r\n", "method is not a token"),
                bad("a method above 0x7F", "G\u00c9T / HTTP/1.1\r\n\r\n", "method is not a token"),
                bad("a TLS record", "\u0016\u0003\u0001 / HTTP/1.1\r\n\r\n", "method is not a token"),
                bad("lower-case version", "GET / http/1.1\r\n\r\n", "request line does not end in HTTP/1.0 or HTTP/1.1"),
                bad("version of one number", "GET / HTTP/1\r\n\r\n", "request line does not end in HTTP/1.0 or HTTP/1.1"),
                bad("version of two digits", "GET / HTTP/1.10\r\n\r\n", "request line does not end in HTTP/1.0 or HTTP/1.1"),
                bad("version with a sign", "GET / HTTP/+1.1\r\n\r\n", "request line does not end in HTTP/1.0 or HTTP/1.1"),
                new Refused("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\n", 505, "HTTP version 2.0 is not spoken here, only 1.0 and 1.1"),
                new Refused("HTTP/0.9", "GET / HTTP/0.9\r\n\r\n", 505, "HTTP version 0.9 is not spoken here, only 1.0 and 1.1"),
                bad("bare LF behind the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n", "line ends in LF without CR"),
                bad("bare LF behind a field", line + "Host: a\nX: b\r\n\r\n", "line ends in LF without CR"),
                bad("bare LF as the empty line", line + "Host: a\r\n\n", "line ends in LF without CR"),
                bad("bare LF throughout", "GET / HTTP/1.1\nHost: a\n\n", "line ends in LF without CR"),
                bad("bare CR between fields", line + "Host: a\rX: b\r\n\r\n", "value of field Host holds 0xd"),
                bad("two CR before LF", line + "Host: a\r\r\n\r\n", "value of field Host holds 0xd"),
                bad("NUL in a value", line + "A: x\0y\r\n\r\n", "value of field A holds 0x0"),
                bad("NUL at the end of a value", line + "A: x\0\r\n\r\n", "value of field A holds 0x0"),
                bad("obs-fold by a space", line + "A: x\r\n y\r\n\r\n", "field line is folded (obs-fold)"),
                bad("obs-fold by a tab", line + "A: x\r\n\ty\r\n\r\n", "field line is folded (obs-fold)"),
                bad("a first line with a leading space", line + " A: x\r\n\r\n", "field line is folded (obs-fold)"),
                bad("a line of blanks", line + "A: x\r\n \r\n\r\n", "field line is folded (obs-fold)"),
                bad("a space before the colon", line + "A : x\r\n\r\n", "white space between a field name and its colon"),
                bad("a tab before the colon", line + "Transfer-Encoding\t: chunked\r\n\r\n", "white space between a field name and its colon"),
                bad("a vertical tab before the colon", line + "Content-Length\u000b: 5\r\n\r\n", "field name is not a token"),
                bad("a space within a name", line + "A B: x\r\n\r\n", "field name is not a token"),
                bad("no name", line + ": x\r\n\r\n", "field name is not a token"),
                bad("NUL in a name", line + "A\0: x\r\n\r\n", "field name is not a token"),
                bad("a name above 0x7F", line + "\u00c4: x\r\n\r\n", "field name is not a token"),
                bad("a quoted name", line + "\"A\": x\r\n\r\n", "field name is not a token"),
                bad("no colon", line + "Host\r\n\r\n", "field line has no colon"));
    }

    private static Accepted ok(String name, String head, String method, String target, String... lines) {
        return new Accepted(name, head, method, target, HttpVersion.HTTP_1_1, List.of(lines), List.of());
    }

    private static Refused bad(String name, String head, String message) {
        return new Refused(name, head, 400, message);
    }

    @ParameterizedTest
    @MethodSource
    void accepted(Accepted expected) throws IOException {
        RequestHead head = HeadParser.parseRequest(Octets.bytes(expected.head()), HeadLimits.DEFAULT);
        Accepted got = new Accepted(expected.name(), Octets.text(head.raw()), head.method(), head.target(), head.version(),
                head.fields().lines().stream().map(line -> line.name() + "=" + line.value()).toList(), head.notes());
        assertEquals(expected.toString(), got.toString());
        assertEquals(expected, got);
    }

    @ParameterizedTest
    @MethodSource
    void refused(Refused expected) {
        ProtocolException thrown = assertThrows(ProtocolException.class,
                () -> HeadParser.parseRequest(Octets.bytes(expected.head()), HeadLimits.DEFAULT));
        assertEquals(expected, new Refused(expected.name(), expected.head(), thrown.suggestedStatus(), thrown.getMessage()));
        assertEquals(ProtocolException.Side.CLIENT, thrown.side());
    }

    /** Bytes that come one by one must not be judged otherwise than bytes that come together. */
    @ParameterizedTest
    @MethodSource("refused")
    void refusedFromAStreamAsWell(Refused expected) {
        for (int piece : new int[] {1, 2, 7, 1000}) {
            // A bare LF may hide the end of the head; the empty line behind it is where the reader finds one.
            WireReader in = Octets.inPieces(expected.head() + "\r\n\r\n", piece);
            ProtocolException thrown = assertThrows(ProtocolException.class, () -> HeadParser.readRequest(in, HeadLimits.DEFAULT));
            assertEquals(expected.status() + " " + expected.message(), thrown.suggestedStatus() + " " + thrown.getMessage());
        }
    }

    @Test
    void octetsThatEndWithoutAnEmptyLineAreNoHead() {
        ProtocolException thrown = assertThrows(ProtocolException.class,
                () -> HeadParser.parseRequest(Octets.bytes("GET / HTTP/1.1\r\nHost: a\r\n"), HeadLimits.DEFAULT));
        assertEquals("head does not end with an empty line", thrown.getMessage());
    }

    @Test
    void aStreamGivesItsHeadsOneAfterAnother() throws IOException {
        String first = "GET /1 HTTP/1.1\r\nA: b\r\n\r\n";
        String second = "GET /2 HTTP/1.0\r\n\r\n";
        for (int piece = 1; piece <= first.length() + second.length(); piece++) {
            WireReader in = Octets.inPieces(first + "\r\n\r\n" + second + "rest", piece);
            RequestHead one = HeadParser.readRequest(in, HeadLimits.DEFAULT).orElseThrow();
            RequestHead two = HeadParser.readRequest(in, HeadLimits.DEFAULT).orElseThrow();
            assertEquals(first, Octets.text(one.raw()));
            assertEquals(List.of(new Line("A", "b")), one.fields().lines());
            assertEquals(second, Octets.text(two.raw()));
            assertEquals("rest", Octets.rest(in));
        }
    }

    @Test
    void aHeadCutAnywhereIsPremature() throws IOException {
        String head = "POST /a?b HTTP/1.1\r\nHost: a\r\nX:\r\n\r\n";
        assertEquals(Optional.empty(), HeadParser.readRequest(Octets.atOnce(""), HeadLimits.DEFAULT));
        for (int cut = 1; cut < head.length(); cut++) {
            WireReader in = Octets.atOnce(head.substring(0, cut));
            PrematureEndException thrown = assertThrows(PrematureEndException.class, () -> HeadParser.readRequest(in, HeadLimits.DEFAULT));
            assertEquals("connection closed after " + cut + " bytes of a message head", thrown.getMessage());
        }
    }

    @Test
    void emptyLinesBeforeARequestAreSkippedUpToFour() throws IOException {
        for (int piece : new int[] {1, 3, 100}) {
            WireReader in = Octets.inPieces("\r\n".repeat(4) + "GET / HTTP/1.1\r\n\r\n", piece);
            assertEquals("/", HeadParser.readRequest(in, HeadLimits.DEFAULT).orElseThrow().target());
            assertRefused(400, "more than 4 empty lines before the request line", "\r\n".repeat(5) + "GET / HTTP/1.1\r\n\r\n", piece);
            assertRefused(400, "line ends in LF without CR", "\nGET / HTTP/1.1\r\n\r\n", piece);
            assertRefused(400, "line ends in LF without CR", "\r\n\nGET / HTTP/1.1\r\n\r\n", piece);
            assertRefused(400, "CR without LF before the request line", "\rGET / HTTP/1.1\r\n\r\n", piece);
        }
        assertEquals(Optional.empty(), HeadParser.readRequest(Octets.atOnce("\r\n\r\n"), HeadLimits.DEFAULT));
        assertThrows(PrematureEndException.class, () -> HeadParser.readRequest(Octets.atOnce("\r\n\r"), HeadLimits.DEFAULT));
    }

    @Test
    void aHeadMayBeAsLongAsItsLimitAndNoLonger() throws IOException {
        HeadLimits limits = new HeadLimits(256, 5);
        String start = "GET / HTTP/1.1\r\nA: ";
        String exact = start + "x".repeat(256 - start.length() - 4) + "\r\n\r\n";
        for (int piece : new int[] {1, 255, 256, 257, 1000}) {
            WireReader in = Octets.inPieces(exact, piece);
            assertArrayEquals(Octets.bytes(exact), HeadParser.readRequest(in, limits).orElseThrow().raw());
            String longer = start + "x".repeat(256 - start.length() - 3) + "\r\n\r\n";
            assertRefused(431, "message head is longer than 256 bytes", longer, piece, limits);
            assertRefused(431, "message head is longer than 256 bytes", start + "x".repeat(1000), piece, limits);
            assertRefused(414, "request line is longer than 256 bytes", "GET /" + "a".repeat(1000), piece, limits);
        }
    }

    @Test
    void aHeadFarLongerThanTheBufferIsReadWhole() throws IOException {
        StringBuilder text = new StringBuilder("GET / HTTP/1.1\r\n");
        for (int i = 0; i < 60; i++) {
            text.append("X-").append(i).append(": ").append("v".repeat(1000)).append("\r\n");
        }
        String head = text.append("\r\n").toString();
        for (int piece : new int[] {1, 8191, 8192, 8193, 100_000}) {
            WireReader in = Octets.inPieces(head + "next", piece);
            assertEquals(head, Octets.text(HeadParser.readRequest(in, HeadLimits.DEFAULT).orElseThrow().raw()));
            in.messageDone();
            assertEquals("next", Octets.rest(in));
        }
    }

    @Test
    void asManyFieldLinesAsTheLimitAndNoMore() throws IOException {
        HeadLimits limits = new HeadLimits(64 * 1024, 40);
        String line = "GET / HTTP/1.1\r\n";
        assertEquals(40, HeadParser.parseRequest(Octets.bytes(line + "A: b\r\n".repeat(40) + "\r\n"), limits).fields().size());
        assertRefused(431, "more than 40 field lines", line + "A: b\r\n".repeat(41) + "\r\n", 1000, limits);
    }

    private static void assertRefused(int status, String message, String octets, int piece) {
        assertRefused(status, message, octets, piece, HeadLimits.DEFAULT);
    }

    private static void assertRefused(int status, String message, String octets, int piece, HeadLimits limits) {
        WireReader in = Octets.inPieces(octets, piece);
        ProtocolException thrown = assertThrows(ProtocolException.class, () -> HeadParser.readRequest(in, limits));
        assertEquals(status + " " + message, thrown.suggestedStatus() + " " + thrown.getMessage());
    }
}
