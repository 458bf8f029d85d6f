package proxymcp.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import proxymcp.http.Fields.Line;
import proxymcp.http.ProtocolException.Side;

/** Bodies in each framing: at once, octet by octet, cut everywhere, and with the next message behind them. */
class BodyReaderTest {
    private static final BodyFraming CHUNKED = new BodyFraming.Chunked();

    /** {@code wire} is the body as it comes, {@code body} what it says. */
    record Whole(String name, BodyFraming framing, Side side, String wire, String body, List<Line> trailers) {
        @Override
        public String toString() {
            return name;
        }
    }

    record Malformed(String name, Side side, String wire, String message) {
        @Override
        public String toString() {
            return side + " " + name;
        }
    }

    static Stream<Whole> whole() {
        return Stream.of(
                new Whole("none", new BodyFraming.None(), Side.CLIENT, "", "", List.of()),
                new Whole("length 0", new BodyFraming.ContentLength(0), Side.CLIENT, "", "", List.of()),
                new Whole("length", new BodyFraming.ContentLength(11), Side.CLIENT, "hello\r\n\0wor", "hello\r\n\0wor", List.of()),
                chunked("no chunk", "0\r\n\r\n", ""),
                chunked("a chunk", "5\r\nhello\r\n0\r\n\r\n", "hello"),
                chunked("chunks", "1\r\na\r\n2\r\nbc\r\n0a\r\n0123456789\r\n0\r\n\r\n", "abc0123456789"),
                chunked("data that looks like chunks", "7\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n", "\r\n0\r\n\r\n"),
                chunked("either case of hex", "a\r\n0123456789\r\nB\r\n0123456789x\r\n0\r\n\r\n", "01234567890123456789x"),
                chunked("leading zeros", "000000000000001\r\na\r\n000\r\n\r\n", "a"),
                chunked("extensions", "1;a\r\nx\r\n1;a=b;c=\"d;e\"\r\ny\r\n1 ; a\r\nz\r\n0;last\r\n\r\n", "xyz"),
                chunked("an extension with a tab and octets above 0x7F", "1;\ta=\u00e9\r\nx\r\n0\r\n\r\n", "x"),
                new Whole("trailers", CHUNKED, Side.CLIENT, "1\r\nx\r\n0\r\nA: b\r\na:c\r\nD:\r\n\r\n", "x",
                        List.of(new Line("A", "b"), new Line("a", "c"), new Line("D", ""))),
                new Whole("sloppy trailers of a server", CHUNKED, Side.SERVER, "0\r\nA : b\r\n c\r\ngarbage\r\nD: e\n\r\n", "",
                        List.of(new Line("A", "b   c"), new Line("D", "e"))),
                new Whole("white space behind a size of a server", CHUNKED, Side.SERVER, "1  \r\nx\r\n0 \t\r\n\r\n", "x", List.of()));
    }

    static Stream<Malformed> malformed() {
        return Stream.of(Side.values()).flatMap(side -> Stream.of(
                new Malformed("no size", side, "\r\n", "chunk size begins with 0xd"),
                new Malformed("no hex", side, "g\r\n", "chunk size begins with 'g'"),
                new Malformed("a sign", side, "+5\r\nhello", "chunk size begins with '+'"),
                new Malformed("a negative size", side, "-1\r\n", "chunk size begins with '-'"),
                new Malformed("a prefix", side, "0x5\r\nhello", "chunk size is not followed by CRLF"),
                new Malformed("a leading space", side, " 5\r\nhello", "chunk size begins with 0x20"),
                new Malformed("a space within", side, "1 0\r\n", side == Side.CLIENT ? "white space behind a chunk size"
                        : "chunk size is not followed by CRLF"),
                new Malformed("an underscore", side, "1_0\r\n", "chunk size is not followed by CRLF"),
                new Malformed("a comma", side, "5,5\r\n", "chunk size is not followed by CRLF"),
                new Malformed("bare LF behind the size", side, "5\nhello\r\n0\r\n\r\n", "chunk size is not followed by CRLF"),
                new Malformed("bare CR behind the size", side, "5\rhello", "chunk size is not followed by CRLF"),
                new Malformed("an overflow of 64 bits", side, "10000000000000005\r\nhello", "chunk size has more than 15 digits"),
                new Malformed("an overflow of the sign", side, "8000000000000000\r\nhello", "chunk size has more than 15 digits"),
                new Malformed("endless zeros", side, "0".repeat(100), "chunk size has more than 15 digits"),
                new Malformed("bare LF within an extension", side, "5;a\nhello\r\n", "chunk extension holds 0xa"),
                new Malformed("bare CR within an extension", side, "5;a\rb\r\nhello\r\n", "chunk size is not followed by CRLF"),
                new Malformed("NUL within an extension", side, "5;a\0\r\nhello\r\n", "chunk extension holds 0x0"),
                new Malformed("DEL within an extension", side, "5;\u007f\r\nhello\r\n", "chunk extension holds 0x7f"),
                new Malformed("a long extension", side, "5;" + "a".repeat(5000) + "\r\nhello\r\n", "chunk extensions are too long"),
                new Malformed("more data than the size", side, "5\r\nhello!\r\n0\r\n\r\n", "chunk data is followed by '!', not by CRLF"),
                new Malformed("less data than the size", side, "5\r\nhell\r\n0\r\n\r\n", "chunk data is followed by 0xa, not by CRLF"),
                new Malformed("no CRLF behind data", side, "5\r\nhello0\r\n\r\n", "chunk data is followed by '0', not by CRLF"),
                new Malformed("bare LF behind data", side, "5\r\nhello\n0\r\n\r\n", "chunk data is followed by 0xa, not by CRLF"),
                new Malformed("bare CR behind data", side, "5\r\nhello\r0\r\n\r\n", "chunk data is followed by '0', not by CRLF"),
                new Malformed("bare LF as the last line", side, "0\r\n\nGET / HTTP/1.1\r\n\r\n", "last chunk is followed by LF without CR"),
                new Malformed("NUL in a trailer", side, "0\r\nA: \0\r\n\r\n", "value of field A holds 0x0")));
    }

    static Stream<Malformed> malformedOfClients() {
        return Stream.of(
                new Malformed("white space behind the size", Side.CLIENT, "5 \r\nhello\r\n", "white space behind a chunk size"),
                new Malformed("endless white space", Side.CLIENT, "5" + " ".repeat(5000) + "\r\n", "chunk header is too long"),
                new Malformed("bare LF in trailers", Side.CLIENT, "0\r\nA: b\n\r\n", "line ends in LF without CR"),
                new Malformed("obs-fold in trailers", Side.CLIENT, "0\r\nA: b\r\n c\r\n\r\n", "field line is folded (obs-fold)"),
                new Malformed("a trailer without a colon", Side.CLIENT, "0\r\nGET / HTTP/1.1\r\n\r\n", "field line has no colon"));
    }

    private static Whole chunked(String name, String wire, String body) {
        return new Whole(name, CHUNKED, Side.CLIENT, wire, body, List.of());
    }

    @ParameterizedTest
    @MethodSource
    void whole(Whole expected) throws IOException {
        for (int piece = 1; piece <= expected.wire().length() + 5; piece++) {
            WireReader in = Octets.inPieces(expected.wire() + "next!", piece);
            BodyReader reader = new BodyReader(in, expected.framing(), expected.side(), HeadLimits.DEFAULT);
            assertEquals(expected.body(), read(reader), "pieces of " + piece);
            assertEquals(expected.trailers(), reader.trailers().lines());
            assertEquals(expected.body().length(), reader.total());
            assertTrue(reader.ended());
            assertFalse(reader.next(), "it stays ended");
            assertEquals("next!", Octets.rest(in), "octets behind the body stay");
        }
    }

    @ParameterizedTest
    @MethodSource("whole")
    void cutAnywhereItIsPrematureAndNeverComplete(Whole expected) throws IOException {
        for (int cut = 0; cut < expected.wire().length(); cut++) {
            for (int piece : new int[] {1, 1000}) {
                WireReader in = Octets.inPieces(expected.wire().substring(0, cut), piece);
                BodyReader reader = new BodyReader(in, expected.framing(), expected.side(), HeadLimits.DEFAULT);
                StringBuilder seen = new StringBuilder();
                assertThrows(PrematureEndException.class, () -> readInto(seen, reader), "cut at " + cut);
                assertTrue(expected.body().startsWith(seen.toString()), "cut at " + cut + ": " + seen);
                assertFalse(reader.ended());
            }
        }
    }

    @ParameterizedTest
    @MethodSource({"malformed", "malformedOfClients"})
    void malformed(Malformed expected) {
        for (int piece : new int[] {1, 2, 10_000}) {
            BodyReader reader =
                    new BodyReader(Octets.inPieces(expected.wire(), piece), CHUNKED, expected.side(), HeadLimits.DEFAULT);
            ProtocolException thrown = assertThrows(ProtocolException.class, () -> read(reader));
            assertEquals(expected.message(), thrown.getMessage());
            assertEquals(expected.side() == Side.CLIENT ? 400 : 502, thrown.suggestedStatus());
            assertFalse(reader.ended());
        }
    }

    @Test
    void untilCloseEndsWithTheStreamAndNothingElse() throws IOException {
        for (int piece : new int[] {1, 4, 1000}) {
            BodyReader reader = reader(Octets.inPieces("a\r\n\r\n0\r\n\r\n", piece), new BodyFraming.UntilClose());
            assertEquals("a\r\n\r\n0\r\n\r\n", read(reader));
            assertTrue(reader.ended());
        }
        assertEquals("", read(reader(Octets.atOnce(""), new BodyFraming.UntilClose())));
    }

    @Test
    void aCutBodySaysHowMuchWasMissing() {
        PrematureEndException length = assertThrows(PrematureEndException.class,
                () -> read(reader(Octets.atOnce("abc"), new BodyFraming.ContentLength(10))));
        assertEquals("connection closed after 3 of 10 bytes of the body", length.getMessage());
        PrematureEndException chunk = assertThrows(PrematureEndException.class, () -> read(reader(Octets.atOnce("5\r\nab"), CHUNKED)));
        assertEquals("connection closed after 2 bytes of the body", chunk.getMessage());
    }

    @Test
    void theLargestChunkSizeIsBelieved() {
        BodyReader reader = reader(Octets.atOnce("fffffffffffffff\r\nabc"), CHUNKED);
        assertThrows(PrematureEndException.class, () -> read(reader));
        assertEquals(3, reader.total());
    }

    @Test
    void trailersAreBoundedLikeHeads() {
        HeadLimits limits = new HeadLimits(256, 2);
        BodyReader longer = new BodyReader(Octets.atOnce("0\r\nA: " + "x".repeat(300) + "\r\n\r\n"), CHUNKED, Side.CLIENT, limits);
        assertEquals(431, assertThrows(ProtocolException.class, () -> read(longer)).suggestedStatus());
        BodyReader more = new BodyReader(Octets.atOnce("0\r\nA: 1\r\nB: 2\r\nC: 3\r\n\r\n"), CHUNKED, Side.CLIENT, limits);
        assertEquals("more than 2 field lines", assertThrows(ProtocolException.class, () -> read(more)).getMessage());
    }

    /** Extensions carry nothing for us: a peer that sends little else is cut off, one that adds some to each chunk is not. */
    @Test
    void extensionsAreBoundedByTheDataTheyComeWith() throws IOException {
        String modest = "10;signature=0123456789abcdef\r\n0123456789abcdef\r\n".repeat(5_000) + "0\r\n\r\n";
        assertEquals("0123456789abcdef".repeat(5_000), read(reader(Octets.atOnce(modest), CHUNKED)));
        String excessive = ("1;" + "e".repeat(1_000) + "\r\nx\r\n").repeat(20);
        ProtocolException thrown = assertThrows(ProtocolException.class, () -> read(reader(Octets.atOnce(excessive), CHUNKED)));
        assertEquals("chunk extensions are too long", thrown.getMessage());
    }

    @Test
    void theBufferGrowsForALongBodyAndComesBack() throws IOException {
        int length = 1 << 20;
        String body = "0123456789abcdef".repeat(length / 16);
        Octets octets = new Octets(Octets.bytes(body + "GET / HTTP/1.1\r\n\r\nrest"), Integer.MAX_VALUE);
        WireReader in = new WireReader(octets);
        assertTrue(in.await());
        assertEquals(WireReader.IDLE_BYTES, octets.widestRead());
        BodyReader reader = reader(in, new BodyFraming.ContentLength(length));
        assertEquals(body, read(reader));
        assertEquals(WireReader.BODY_BYTES, octets.widestRead());
        HeadParser.readRequest(in, HeadLimits.DEFAULT).orElseThrow();
        assertEquals(WireReader.BODY_BYTES, in.array().length);
        in.messageDone();
        assertEquals(WireReader.IDLE_BYTES, in.array().length);
        assertEquals("rest", Octets.rest(in));
    }

    @Test
    void aShortBodyLeavesTheBufferSmall() throws IOException {
        WireReader in = Octets.atOnce("x".repeat(8192));
        read(reader(in, new BodyFraming.ContentLength(8192)));
        assertEquals(WireReader.IDLE_BYTES, in.array().length);
    }

    @Test
    void pipelinedOctetsBeyondAnIdleBufferAreNotLost() throws IOException {
        String body = "b".repeat(100_000);
        String behind = "n".repeat(50_000);
        WireReader in = Octets.atOnce(body + behind);
        assertEquals(body, read(reader(in, new BodyFraming.ContentLength(body.length()))));
        in.messageDone();
        assertEquals(behind, Octets.rest(in));
    }

    private static BodyReader reader(WireReader in, BodyFraming framing) {
        return new BodyReader(in, framing, Side.CLIENT, HeadLimits.DEFAULT);
    }

    private static String read(BodyReader reader) throws IOException {
        StringBuilder body = new StringBuilder();
        readInto(body, reader);
        return body.toString();
    }

    private static void readInto(StringBuilder body, BodyReader reader) throws IOException {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        while (reader.next()) {
            assertTrue(reader.length() > 0);
            octets.reset();
            octets.write(reader.array(), reader.offset(), reader.length());
            body.append(Octets.text(octets.toByteArray()));
        }
    }
}
