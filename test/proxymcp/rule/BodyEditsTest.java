package proxymcp.rule;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.codec.Codings;
import proxymcp.codec.ContentCoding;
import proxymcp.codec.Preview;
import proxymcp.http.Fields;
import proxymcp.text.Regex;
import proxymcp.text.SteppedTime;
import proxymcp.text.TimeLimit;

/** Bodies replaced in: in their charset, below their content coding, and left alone where that cannot be. */
@Timeout(30)
final class BodyEditsTest {
    private static final int MAX = 8 << 20;

    @Test void ofEachLiteralTheFirstOccurrenceIsReplacedOfEachExpressionAll() {
        assertEquals("xbcabc", text(literals("a", "x"), "abcabc"));
        assertEquals("xycabc", text(literals("a", "x", "b", "y"), "abcabc"));
        // The second sees what the first made.
        assertEquals("zbc", text(literals("a", "x", "x", "z"), "abc"));
        assertEquals("$1.*", text(literals("a(", "$1.*"), "a("));
        assertEquals("<a>c<a>c", text(expressions("(a)b", "<$1>"), "abcabc"));
        // Literals come first.
        assertEquals("yy", text(new BodyEdits(literals("a", "b").literals(), expressions("b", "y").expressions()), "ab"));
        assertEquals("", text(literals("abc", ""), "abc"));
    }

    @Test void whatIsNotFoundChangesNothing() throws IOException {
        for (BodyEdits edits : List.of(BodyEdits.NONE, literals("z", "y"), expressions("z", "y"), literals("a", "a"))) {
            byte[] octets = utf8("abc");
            Edited<BodyEdits.Content> edited = edits.apply(octets, Fields.EMPTY, Fields.EMPTY, limit());
            assertFalse(edited.changed());
            assertSame(octets, edited.value().octets());
            assertEquals(Optional.empty(), edited.note());
        }
        byte[] coded = coded(utf8("abc"), "gzip");
        assertSame(coded, literals("z", "y").apply(coded, Rules.fields("Content-Encoding", "gzip"), Rules.fields("Content-Encoding", "gzip"), limit()).value().octets());
        assertFalse(expressions("^$", "y").apply(new byte[0], Rules.fields("Content-Encoding", "br"), Rules.fields("Content-Encoding", "br"), limit()).changed());
    }

    @Test void textIsReplacedInTheCharsetThatIsDeclared() {
        for (String name : List.of("UTF-8", "ISO-8859-1", "windows-1252", "UTF-16BE", "UTF-16LE", "UTF-16", "UTF-32BE", "UTF-32")) {
            Charset charset = Charset.forName(name.equals("UTF-16") ? "UTF-16BE" : name);
            Fields fields = Rules.fields("Content-Type", "text/plain; charset=" + name);
            assertChanged("un th\u00e9 noir".getBytes(charset), literals("caf\u00e9", "th\u00e9"), "un caf\u00e9 noir".getBytes(charset), fields);
            assertChanged("[\u00e9]".getBytes(charset), expressions("^caf(.)$", "[$1]"), "caf\u00e9".getBytes(charset), fields);
        }
        Charset japanese = Charset.forName("Shift_JIS");
        assertChanged("\u8868-\u8868".getBytes(japanese), literals("\u65e5", "-\u8868"), "\u8868\u65e5".getBytes(japanese),
                Rules.fields("Content-Type", "text/plain; charset=shift_jis"));
        assertChanged("<meta charset=windows-1252>\u2013".getBytes(Charset.forName("windows-1252")), literals(">-", ">\u2013"),
                "<meta charset=windows-1252>-".getBytes(StandardCharsets.US_ASCII), Rules.fields("Content-Type", "text/html"));
    }

    @Test void aByteOrderMarkStaysAndIsNoPartOfTheText() {
        for (String name : List.of("UTF-8", "UTF-16BE", "UTF-16LE")) {
            Charset charset = Charset.forName(name);
            for (String type : List.of("text/plain", "text/plain; charset=utf-16", "application/json")) {
                Fields fields = Rules.fields("Content-Type", type);
                assertChanged("\ufeff[1]".getBytes(charset), expressions("^\\{\\}$", "[1]"), "\ufeff{}".getBytes(charset), fields);
                assertChanged("\ufeffth\u00e9".getBytes(charset), literals("caf\u00e9", "th\u00e9"), "\ufeffcaf\u00e9".getBytes(charset), fields);
            }
        }
    }

    @Test void jsonWithoutACharsetIsUtf8() {
        for (String type : List.of("application/json", "application/problem+json")) {
            Fields fields = Rules.fields("Content-Type", type);
            assertChanged(utf8("{\"a\":\"\u65e5\u672c\"}"), literals("b", "\u65e5\u672c"), utf8("{\"a\":\"b\"}"), fields);
            // A stray octet of Latin-1 does not make it Latin-1.
            assertChanged(octets("e9", utf8("\u65e5")), literals("b", "\u65e5"), octets("e9", utf8("b")), fields);
        }
        assertChanged(utf8("\u65e5\u672c"), literals("b", "\u65e5\u672c"), utf8("b"), Fields.EMPTY);
    }

    @Test void octetsAroundAReplacementStay() {
        Fields utf8 = Rules.fields("Content-Type", "text/plain; charset=utf-8");
        byte[] before = octets("ff00c3", utf8("-caf\u00e9-"), "e282fffe80");
        assertChanged(octets("ff00c3", utf8("-th\u00e9 \u65e5-"), "e282fffe80"), literals("caf\u00e9", "th\u00e9 \u65e5"), before, utf8);
        assertChanged(octets("ff00c3", utf8("-\u65e5$fac-"), "e282fffe80"), expressions("(c)(a)(f)..", "\u65e5\\$$3$2$1"), before, utf8);
        byte[] all = new byte[256];
        for (int i = 0; i < 256; i++) {
            all[i] = (byte) i;
        }
        byte[] expected = all.clone();
        expected['A'] = 'Z';
        assertChanged(expected, expressions("A", "Z"), all, utf8);
        assertChanged(expected, expressions("A", "Z"), all, Rules.fields("Content-Type", "application/octet-stream"));
    }

    /** In Shift_JIS U+8868 is 95 5C, and 5C alone is a backslash. */
    @Test void octetsOfACharacterAreNoGrammar() {
        Charset japanese = Charset.forName("Shift_JIS");
        assertChanged(octets("fd", "\u8868$".getBytes(japanese)), expressions("(b)", "\u8868\\$"), octets("fd", utf8("b")),
                Rules.fields("Content-Type", "text/plain; charset=shift_jis"));
    }

    @Test void aReplacementThatItsCharsetLacksChangesNothing() {
        Fields latin = Rules.fields("Content-Type", "text/plain; charset=iso-8859-1");
        String note = "the body was not changed: it is no text in its charset, or the charset lacks characters of the replacement";
        assertLeft(note, literals("a", "\u20ac"), utf8("a"), latin);
        assertLeft(note, expressions("a", "\u20ac"), utf8("a"), latin);
        assertLeft(note, literals("a", "b"), octets("d800"), Rules.fields("Content-Type", "text/plain; charset=utf-16be"));
        assertFalse(literals("\u20ac", "a").apply(utf8("a"), latin, latin, limit()).changed());
    }

    @Test void contentCodingsAreUndoneAndDoneAgain() throws IOException {
        for (String codings : List.of("gzip", "x-gzip", "GZIP", "deflate", "br", "identity", "gzip, br", "br, gzip", "deflate, identity, gzip, br")) {
            Fields fields = Rules.fields("Content-Type", "text/plain", "Content-Encoding", codings);
            byte[] before = coded(utf8("caf\u00e9 ".repeat(1_000)), codings);
            Edited<BodyEdits.Content> edited = expressions("caf\u00e9", "th\u00e9").apply(before, fields, fields, limit());
            assertTrue(edited.changed(), codings);
            assertEquals(fields, edited.value().fields());
            assertEquals(Optional.empty(), edited.note());
            Preview preview = Codings.decodePreview(edited.value().octets(), List.of(codings), MAX);
            assertEquals(new Preview.Decoded(), preview.status(), codings);
            assertEquals("th\u00e9 ".repeat(1_000), new String(preview.bytes(), StandardCharsets.UTF_8), codings);
            assertTrue(codings.equals("identity") || edited.value().octets().length < 1_000, codings + " is coded");
        }
        Fields twoLines = Rules.fields("Content-Encoding", "br", "Content-Encoding", "gzip");
        byte[] twice = literals("a", "b").apply(coded(utf8("a"), "br, gzip"), twoLines, twoLines, limit()).value().octets();
        assertEquals("b", new String(Codings.decodePreview(twice, List.of("br", "gzip"), MAX).bytes(), StandardCharsets.UTF_8));
    }

    @Test void whatCannotBeDecodedPassesWithANote() throws IOException {
        assertLeft("the body was not changed: dcz: no decoder for this coding", literals("a", "b"), utf8("a"),
                Rules.fields("Content-Encoding", "dcz"));
        assertNoted("zstd: ", literals("a", "b"), utf8("a"), "zstd");
        assertLeft("the body was not changed: compress: no decoder for this coding", literals("a", "b"), coded(utf8("a"), "gzip"),
                Rules.fields("Content-Encoding", "compress, gzip"));
        byte[] gzip = coded(utf8("a".repeat(100)), "gzip");
        assertNoted("gzip: ", literals("a", "b"), Arrays.copyOf(gzip, gzip.length - 1), "gzip");
        assertNoted("gzip: ", literals("a", "b"), utf8("a"), "gzip");
        assertNoted("br: ", literals("a", "b"), utf8("aaaaaaaaaaaaaaa"), "br");
        assertNoted("gzip: more than 5 content codings", literals("a", "b"), gzip, "gzip,gzip,gzip,gzip,gzip,gzip");
    }

    /** The body is a zstd frame of one block as it is, "abc". */
    @Test void whatCanBeReadAndNotCodedAgainGoesOutWithoutCoding() throws IOException {
        Fields fields = Rules.fields("Content-Encoding", "zstd", "X-Kept", "1");
        Edited<BodyEdits.Content> edited = literals("a", "b").apply(HexFormat.of().parseHex("28b52ffd2003190000616263"), fields, fields, limit());
        assertEquals("bbc", new String(edited.value().octets(), StandardCharsets.UTF_8));
        assertEquals(Rules.fields("X-Kept", "1"), edited.value().fields());
        assertEquals("the changed body was sent without content coding: zstd: no encoder for this coding", edited.note().orElseThrow());
    }

    @Test void upToEightMebibytesAreChanged() throws IOException {
        byte[] most = utf8("a" + "b".repeat(MAX - 1));
        byte[] more = utf8("a" + "b".repeat(MAX));
        for (String coding : List.of("identity", "gzip", "br")) {
            Fields fields = Rules.fields("Content-Encoding", coding);
            Edited<BodyEdits.Content> edited = literals("a", "c").apply(coded(most, coding), fields, fields, limit());
            assertTrue(edited.changed(), coding + edited.note());
            assertLeft("the body was not changed: stopped after 8388608 decoded bytes, the limit", literals("a", "c"), coded(more, coding), fields);
        }
    }

    /** A gigabyte in a megabyte, and the same packed again. */
    @Test void bombsPassUnopened() throws IOException {
        byte[] zeros = coded(new byte[64 << 20], "gzip");
        assertLeft("the body was not changed: stopped after 8388608 decoded bytes, the limit", literals("a", "c"), zeros,
                Rules.fields("Content-Encoding", "gzip"));
        byte[] twice = coded(coded(new byte[64 << 20], "gzip"), "gzip");
        assertNoted("stopped after ", literals("a", "c"), twice, "gzip, gzip");
    }

    @Test void endlessExpressionsTakeTheTimeOfOneEdit() {
        SteppedTime time = new SteppedTime(1);
        List<BodyEdits.Expression> many = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            many.add(new BodyEdits.Expression(Regex.of(Rules.ENDLESS), "x"));
        }
        byte[] octets = utf8("a".repeat(200) + "!");
        Edited<BodyEdits.Content> edited = new BodyEdits(literals("!", "?").literals(), many).apply(octets, Fields.EMPTY, Fields.EMPTY, time.limit());
        assertTrue(edited.timedOut());
        assertFalse(edited.changed());
        assertSame(octets, edited.value().octets());
        assertEquals(Optional.of("the body was not changed: an expression took too long"), edited.note());
        assertTrue(time.passedMillis() < 510, time.passedMillis() + " ms");
    }

    /** Each takes 80 of its 100 ms; the seventh finds nothing left of 500. */
    @Test void expressionsThatAreSlowTogetherAreGivenUp() {
        for (int count : List.of(5, 9)) {
            SteppedTime time = new SteppedTime(1);
            List<BodyEdits.Expression> many = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                many.add(new BodyEdits.Expression(Regex.of("[^z]"), "b"));
            }
            Edited<BodyEdits.Content> edited = new BodyEdits(List.of(), many).apply(utf8("a".repeat(80 << 13)), Fields.EMPTY, Fields.EMPTY, time.limit());
            assertEquals(count > 5, edited.timedOut(), count + " took " + time.passedMillis());
        }
    }

    /** It takes 262 ms of the 100 that a short text has, and of the 500 that one of 2 MiB has. */
    @Test void longTextsHaveMoreTime() {
        SteppedTime time = new SteppedTime(1);
        Edited<BodyEdits.Content> edited = expressions("[^z]", "b").apply(utf8("a".repeat(2 << 20)), Fields.EMPTY, Fields.EMPTY, time.limit());
        assertTrue(edited.changed(), time.passedMillis() + " ms");
        assertTrue(time.passedMillis() > 200, time.passedMillis() + " ms");
    }

    /** The head may have been edited: what goes out is coded as that says, and read as it came. */
    @Test void whatGoesOutIsCodedAsItsHeadSays() throws Exception {
        Fields gzip = Rules.fields("Content-Encoding", "gzip");
        for (BodyEdits edits : List.of(literals("a", "b"), literals("absent", "x"))) {
            Edited<BodyEdits.Content> plain = edits.apply(coded(utf8("aa"), "gzip"), gzip, Fields.EMPTY, limit());
            assertTrue(plain.changed());
            assertEquals(edits.literals().get(0).match().equals("a") ? "ba" : "aa", new String(plain.value().octets(), StandardCharsets.UTF_8));
            assertEquals(Fields.EMPTY, plain.value().fields());
        }
        Edited<BodyEdits.Content> now = literals("a", "b").apply(utf8("aa"), Fields.EMPTY, gzip, limit());
        assertEquals(gzip, now.value().fields());
        assertArrayEquals(utf8("ba"), Codings.decodePreview(now.value().octets(), List.of("gzip"), 10).bytes());
    }

    @Test void deepExpressionsLeaveTheBody() {
        Edited<BodyEdits.Content> edited = expressions("(?:a|b)*c", "x").apply(utf8("ab".repeat(1_000_000)), Fields.EMPTY, Fields.EMPTY,
                TimeLimit.ofMillis(20_000, 20_000));
        assertEquals(Optional.of("the body was not changed: an expression recursed too deeply"), edited.note());
        assertTrue(edited.timedOut());
    }

    @Test void whatGrowsTooLargeIsNotMade() {
        Edited<BodyEdits.Content> edited = expressions("a++", "$0".repeat(1_000)).apply(utf8("a".repeat(1 << 20)), Fields.EMPTY, Fields.EMPTY,
                TimeLimit.ofMillis(20_000, 20_000));
        assertEquals(Optional.of("the body was not changed: an expression made a text of more than 32 Mi characters"), edited.note());
    }

    private static void assertChanged(byte[] expected, BodyEdits edits, byte[] before, Fields fields) {
        Edited<BodyEdits.Content> edited = edits.apply(before, fields, fields, limit());
        assertEquals(Optional.empty(), edited.note());
        assertTrue(edited.changed(), fields + HexFormat.of().formatHex(before, 0, Math.min(60, before.length)));
        assertArrayEquals(expected, edited.value().octets(), fields.toString());
        assertEquals(fields, edited.value().fields());
    }

    private static void assertLeft(String note, BodyEdits edits, byte[] before, Fields fields) {
        Edited<BodyEdits.Content> edited = edits.apply(before, fields, fields, limit());
        assertEquals(Optional.of(note), edited.note());
        assertFalse(edited.changed() || edited.timedOut());
        assertSame(before, edited.value().octets());
        assertSame(fields, edited.value().fields());
    }

    private static void assertNoted(String beginning, BodyEdits edits, byte[] before, String coding) {
        Fields fields = Rules.fields("Content-Encoding", coding);
        String note = edits.apply(before, fields, fields, limit()).note().orElseThrow();
        assertTrue(note.startsWith("the body was not changed: " + beginning), note);
        assertLeft(note, edits, before, fields);
    }

    private static String text(BodyEdits edits, String before) {
        return new String(edits.apply(utf8(before), Fields.EMPTY, Fields.EMPTY, limit()).value().octets(), StandardCharsets.UTF_8);
    }

    private static BodyEdits literals(String... pairs) {
        List<BodyEdits.Literal> literals = new ArrayList<>();
        for (int i = 0; i < pairs.length; i += 2) {
            literals.add(new BodyEdits.Literal(pairs[i], pairs[i + 1]));
        }
        return new BodyEdits(literals, List.of());
    }

    private static BodyEdits expressions(String match, String replacement) {
        return new BodyEdits(List.of(), List.of(new BodyEdits.Expression(Regex.of(match), replacement)));
    }

    private static TimeLimit limit() {
        return new SteppedTime(1).limit();
    }

    private static byte[] coded(byte[] content, String codings) throws IOException {
        return Codings.encode(content, ContentCoding.parse(List.of(codings)));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Octets, given as such or in hex, one after the other. */
    private static byte[] octets(Object... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (Object part : parts) {
            all.writeBytes(part instanceof byte[] octets ? octets : HexFormat.of().parseHex((String) part));
        }
        return all.toByteArray();
    }
}
