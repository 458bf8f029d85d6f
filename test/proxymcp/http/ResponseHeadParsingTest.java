package proxymcp.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Response heads: read as browsers read them, and every leniency leaves a note. */
class ResponseHeadParsingTest {
    private static final String LF = "a line ended in LF without CR";
    private static final String FOLD = "a folded field line (obs-fold) was joined";
    private static final String DROPPED = "a line of the field section that is no field line was dropped";
    private static final String SPACE = "white space between a field name and its colon was removed";

    /** {@code written} is what goes on to the client. */
    record Accepted(String name, String head, String written, List<String> notes) {
        @Override
        public String toString() {
            return name;
        }
    }

    record Refused(String name, String head, String message) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Accepted> accepted() {
        String line = "HTTP/1.1 200 OK\r\n";
        return Stream.of(
                clean("no fields", "HTTP/1.1 200 OK\r\n\r\n"),
                clean("HTTP/1.0", "HTTP/1.0 404 Not Found\r\nA: b\r\n\r\n"),
                clean("empty reason", "HTTP/1.1 200 \r\n\r\n"),
                clean("any reason", "HTTP/1.1 599 \u00fcber  all: \t!\r\n\r\n"),
                clean("any three digits", "HTTP/1.1 999 x\r\n\r\n"),
                clean("spacing around values", line + "A:b\r\nC:\t d\r\nE:\r\n\r\n"),
                clean("octets of any kind in values", line + "Set-Cookie: a=\u0001\u00e9\u007f\r\n\r\n"),
                new Accepted("no reason and no space", "HTTP/1.1 200\r\n\r\n", "HTTP/1.1 200 \r\n\r\n",
                        List.of("status line ends after the status code")),
                new Accepted("bare LF throughout", "HTTP/1.1 200 OK\nA: b\nC: d\n\n", line + "A: b\r\nC: d\r\n\r\n", List.of(LF)),
                new Accepted("bare LF here and there", line + "A: b\nC: d\r\n\n", line + "A: b\r\nC: d\r\n\r\n", List.of(LF)),
                new Accepted("bare LF as the empty line", line + "A: b\r\n\n", line + "A: b\r\n\r\n", List.of(LF)),
                new Accepted("trailing white space", line + "A: b \t\r\n\r\n", line + "A: b\r\n\r\n", List.of()),
                new Accepted("a folded line", line + "A: b\r\n  c\r\nD: e\r\n\r\n", line + "A: b    c\r\nD: e\r\n\r\n", List.of(FOLD)),
                new Accepted("a line folded twice", line + "A: b\r\n c\r\n\td \r\n\r\n", line + "A: b   c  \td\r\n\r\n", List.of(FOLD)),
                new Accepted("folded onto an empty value", line + "A:\r\n b\r\n\r\n", line + "A:   b\r\n\r\n", List.of(FOLD)),
                new Accepted("folded onto nothing", line + "A: b\r\n \t\r\n\r\n", line + "A: b\r\n\r\n", List.of(FOLD)),
                new Accepted("folded behind trailing white space", line + "A: b \r\n c\r\n\r\n", line + "A: b    c\r\n\r\n", List.of(FOLD)),
                new Accepted("folded with bare LF", line + "A: b\n c\r\n\r\n", line + "A: b  c\r\n\r\n", List.of(LF, FOLD)),
                new Accepted("space before a colon", line + "A : b\r\n\r\n", line + "A:  b\r\n\r\n", List.of(SPACE)),
                new Accepted("spaces before a colon", line + "A \t : b\r\nC: d\r\n\r\n", line + "A:\t   b\r\nC: d\r\n\r\n", List.of(SPACE)),
                new Accepted("space before a colon and a fold", line + "A : b\r\n c\r\n\r\n", line + "A:  b   c\r\n\r\n", List.of(SPACE, FOLD)),
                new Accepted("a line without a colon", line + "A: b\r\ngarbage\r\nC: d\r\n\r\n", line + "A: b\r\nC: d\r\n\r\n", List.of(DROPPED)),
                new Accepted("a second status line", line + "HTTP/1.1 200 OK\r\nA: b\r\n\r\n", line + "A: b\r\n\r\n", List.of(DROPPED)),
                new Accepted("a line without a name", line + ": x\r\nC: d\r\n\r\n", line + "C: d\r\n\r\n", List.of(DROPPED)),
                new Accepted("a name that is no token", line + "A B: x\r\n\u00c4: y\r\n\r\n", line + "\r\n", List.of(DROPPED)),
                new Accepted("a fold belongs to the dropped line", line + "A: b\r\ngarbage\r\n more\r\n\tand more\r\nC: d\r\n\r\n",
                        line + "A: b\r\nC: d\r\n\r\n", List.of(DROPPED)),
                new Accepted("a fold behind the line behind a dropped one", line + "garbage\r\nA: b\r\n c\r\n\r\n", line + "A: b   c\r\n\r\n",
                        List.of(DROPPED, FOLD)));
    }

    static Stream<Refused> refused() {
        String line = "HTTP/1.1 200 OK\r\n";
        return Stream.of(
                new Refused("no HTTP", "SSH-2.0-OpenSSH_9\r\n\r\n", "answer does not begin with HTTP/1.0 or HTTP/1.1"),
                new Refused("HTTP/0.9", "<html>\r\n\r\n", "answer does not begin with HTTP/1.0 or HTTP/1.1"),
                new Refused("ICY", "ICY 200 OK\r\n\r\n", "answer does not begin with HTTP/1.0 or HTTP/1.1"),
                new Refused("lower case", "http/1.1 200 OK\r\n\r\n", "answer does not begin with HTTP/1.0 or HTTP/1.1"),
                new Refused("an empty line first", "\r\nHTTP/1.1 200 OK\r\n\r\n", "answer does not begin with HTTP/1.0 or HTTP/1.1"),
                new Refused("HTTP/2", "HTTP/2.0 200 OK\r\n\r\n", "HTTP version 2.0 is not spoken here, only 1.0 and 1.1"),
                new Refused("no status", "HTTP/1.1\r\n\r\n", "status line has no status code of three digits"),
                new Refused("a status of two digits", "HTTP/1.1 20 OK\r\n\r\n", "status line has no status code of three digits"),
                new Refused("a status of four digits", "HTTP/1.1 2000 OK\r\n\r\n", "status code is followed by '0'"),
                new Refused("a status below 100", "HTTP/1.1 099 OK\r\n\r\n", "status line has no status code of three digits"),
                new Refused("a sign", "HTTP/1.1 +20 OK\r\n\r\n", "status line has no status code of three digits"),
                new Refused("two spaces", "HTTP/1.1  200 OK\r\n\r\n", "status line has no status code of three digits"),
                new Refused("a tab behind the status", "HTTP/1.1 200\tOK\r\n\r\n", "status code is followed by 0x9"),
                new Refused("NUL in the reason", "HTTP/1.1 200 O\0K\r\n\r\n", "reason phrase holds 0x0"),
                new Refused("CR in the reason", "HTTP/1.1 200 O\rK\r\n\r\n", "reason phrase holds 0xd"),
                new Refused("NUL in a value", line + "A: b\0\r\n\r\n", "value of field A holds 0x0"),
                new Refused("CR in a value", line + "A: b\rSet-Cookie: c\r\n\r\n", "value of field A holds 0xd"),
                new Refused("NUL in a folded line", line + "A: b\r\n c\0\r\n\r\n", "folded field line holds 0x0"),
                new Refused("CR in a folded line", line + "A: b\r\n c\rd\r\n\r\n", "folded field line holds 0xd"),
                new Refused("a first line that is folded", line + " A: b\r\n\r\n", "field section begins with a folded line"));
    }

    private static Accepted clean(String name, String head) {
        return new Accepted(name, head, head, List.of());
    }

    @ParameterizedTest
    @MethodSource
    void accepted(Accepted expected) throws IOException {
        for (int piece : new int[] {1, 3, 1000}) {
            WireReader in = Octets.inPieces(expected.head() + "body", piece);
            ResponseHead head = HeadParser.readResponse(in, HeadLimits.DEFAULT).orElseThrow();
            ByteArrayOutputStream written = new ByteArrayOutputStream();
            WireWriter out = new WireWriter(written);
            out.head(head);
            out.flush();
            assertEquals(expected.written(), Octets.text(written.toByteArray()));
            assertEquals(expected.notes(), head.notes());
            assertEquals(expected.head(), Octets.text(head.raw()), "the octets as received are kept");
            assertEquals("body", Octets.rest(in));
        }
    }

    @ParameterizedTest
    @MethodSource
    void refused(Refused expected) {
        for (int piece : new int[] {1, 3, 1000}) {
            ProtocolException thrown = assertThrows(ProtocolException.class,
                    () -> HeadParser.readResponse(Octets.inPieces(expected.head(), piece), HeadLimits.DEFAULT));
            assertEquals(expected.message(), thrown.getMessage());
            assertEquals(502, thrown.suggestedStatus());
            assertEquals(ProtocolException.Side.SERVER, thrown.side());
        }
    }

    @Test
    void valuesOfFoldedLinesReadWithoutTheirLineEnds() throws IOException {
        Fields fields = HeadParser.parseResponse(Octets.bytes("HTTP/1.1 200 OK\r\nA : b\r\n\tc\r\nB:\r\n \r\n\r\n"), HeadLimits.DEFAULT).fields();
        assertEquals(List.of(new Fields.Line("A", "b  \tc"), new Fields.Line("B", "")), fields.lines());
    }

    @Test
    void aHeadCutAnywhereIsPremature() throws IOException {
        String head = "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n";
        assertEquals(Optional.empty(), HeadParser.readResponse(Octets.atOnce(""), HeadLimits.DEFAULT));
        for (int cut = 1; cut < head.length(); cut++) {
            WireReader in = Octets.atOnce(head.substring(0, cut));
            assertThrows(PrematureEndException.class, () -> HeadParser.readResponse(in, HeadLimits.DEFAULT), "cut at " + cut);
        }
    }

    @Test
    void limitsOfAResponseAreTheServersFault() {
        HeadLimits limits = new HeadLimits(256, 2);
        assertRefused("message head is longer than 256 bytes", "HTTP/1.1 200 OK\r\nA: " + "x".repeat(300) + "\r\n\r\n", limits);
        assertRefused("message head is longer than 256 bytes", "x".repeat(300), limits);
        assertRefused("more than 2 field lines", "HTTP/1.1 200 OK\r\nA: 1\r\nA: 2\r\nA: 3\r\n\r\n", limits);
    }

    @Test
    void whichResponsesKeepTheConnection() throws IOException {
        assertKeeps(true, "HTTP/1.1 200 OK\r\n\r\n");
        assertKeeps(false, "HTTP/1.1 200 OK\r\nConnection: foo, Close\r\n\r\n");
        assertKeeps(false, "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nconnection: close\r\n\r\n");
        assertKeeps(false, "HTTP/1.0 200 OK\r\n\r\n");
        assertKeeps(true, "HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\n\r\n");
        // RFC 9112 sections 6.1 and 6.3: framing in doubt.
        assertKeeps(false, "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n");
        assertKeeps(false, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n");
        assertKeeps(true, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    }

    @Test
    void informationalResponsesAreFollowedByAnother() {
        for (int status : new int[] {100, 102, 103, 199}) {
            assertEquals(true, ResponseHead.of(status, "", Fields.EMPTY).isInformational());
        }
        for (int status : new int[] {101, 200, 204, 999}) {
            assertEquals(false, ResponseHead.of(status, "", Fields.EMPTY).isInformational());
        }
    }

    private static void assertKeeps(boolean expected, String head) throws IOException {
        assertEquals(expected, HeadParser.parseResponse(Octets.bytes(head), HeadLimits.DEFAULT).keepsAlive(), head);
    }

    private static void assertRefused(String message, String head, HeadLimits limits) {
        ProtocolException thrown =
                assertThrows(ProtocolException.class, () -> HeadParser.readResponse(Octets.atOnce(head), limits));
        assertEquals("502 " + message, thrown.suggestedStatus() + " " + thrown.getMessage());
    }
}
