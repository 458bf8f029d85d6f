package proxymcp.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.aayushatharva.brotli4j.encoder.Encoder;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import proxymcp.Programs;

/** Codings over data made here, cut at every place and with every bit flipped. */
final class CodingsTest {
    private static final int LIMIT = 1 << 20;
    private static final byte[] TEXT = text();

    @BeforeAll static void brotliIsThere() {
        assertEquals("", BrotliDecoder.nativeProblem());
    }

    @Test void everyCodingGivesTheContentBack() throws IOException {
        assertDecodes(gzip(TEXT), "gzip");
        assertDecodes(gzip(TEXT), "x-gzip");
        assertDecodes(deflate(TEXT, false), "deflate");
        assertDecodes(deflate(TEXT, true), "deflate");
        assertDecodes(brotli(TEXT), "br");
        assertDecodes(TEXT, "identity");
    }

    /** RFC 7932's format, from bytes that another encoder wrote. */
    @Test void foreignBrotliIsRead() {
        assertPreview("hello", new Preview.Decoded(), HexFormat.of().parseHex("0b028068656c6c6f03"), "br");
        assertPreview("", new Preview.Decoded(), new byte[] {0x06}, "br");
    }

    @Test void codingsAreUndoneFromTheLast() throws IOException {
        assertDecodes(brotli(gzip(TEXT)), "gzip, br");
        assertDecodes(gzip(brotli(deflate(TEXT, false))), "deflate", "br, gzip");
    }

    @Test void nothingDecodesToNothing() {
        assertPreview("", new Preview.Decoded(), new byte[0], "gzip");
        assertPreview("", new Preview.Decoded(), new byte[0], "zstd");
    }

    @Test void contentWithoutCodingIsReturnedUpToTheLimit() {
        assertPreview("abc", new Preview.Decoded(), "abc".getBytes(StandardCharsets.US_ASCII));
        Preview cut = Codings.decodePreview("abcd".getBytes(StandardCharsets.US_ASCII), List.of(), 3);
        assertEquals("abc", new String(cut.bytes(), StandardCharsets.US_ASCII));
        assertEquals(new Preview.Partial("stopped after 3 decoded bytes, the limit"), cut.status());
    }

    @Test void everyCutOfGzipGivesAPrefix() throws IOException {
        everyCutGivesAPrefix(gzip(TEXT), "gzip");
    }

    @Test void everyCutOfDeflateGivesAPrefix() throws IOException {
        everyCutGivesAPrefix(deflate(TEXT, false), "deflate");
        everyCutGivesAPrefix(deflate(TEXT, true), "deflate");
    }

    @Test void everyCutOfBrotliGivesAPrefix() throws IOException {
        everyCutGivesAPrefix(brotli(TEXT), "br");
    }

    /** The decoder hands out what it knows: half of the coded data holds more than a tenth of the content. */
    @Test void halfOfTheDataGivesASubstantialPart() throws IOException {
        for (byte[] encoded : List.of(gzip(TEXT), deflate(TEXT, false), brotli(TEXT))) {
            String coding = encoded[0] == 0x1f ? "gzip" : encoded[0] == 0x78 ? "deflate" : "br";
            byte[] half = Arrays.copyOf(encoded, encoded.length / 2);
            byte[] found = Codings.decodePreview(half, List.of(coding), LIMIT).bytes();
            assertTrue(found.length > TEXT.length / 10, coding + " gave " + found.length + " of " + TEXT.length);
        }
    }

    @Test void everyFlippedBitIsAnswered() throws IOException {
        byte[] small = Arrays.copyOf(TEXT, 300);
        everyFlippedBitIsAnswered(gzip(small), small, "gzip");
        everyFlippedBitIsAnswered(deflate(small, false), small, "deflate");
        everyFlippedBitIsAnswered(brotli(small), small, "br");
    }

    @Test void gzipMembersAreJoinedAndGarbageAfterThemIsIgnored() throws IOException {
        byte[] two = joined(gzip("one ".getBytes(StandardCharsets.US_ASCII)), gzip("two".getBytes(StandardCharsets.US_ASCII)));
        assertPreview("one two", new Preview.Decoded(), two, "gzip");
        assertPreview("one two", new Preview.Decoded(), joined(two, new byte[512]), "gzip");
        assertPreview("one two", new Preview.Decoded(), joined(two, new byte[] {0x1f}), "gzip");
        assertPreview("one two", new Preview.Decoded(), joined(two, new byte[] {0x1f, (byte) 0x8b, 0}), "gzip");
    }

    /** RFC 1952 section 2.3: extra field, name, comment and header checksum. */
    @Test void everyOptionalPartOfAGzipHeaderIsSkipped() throws IOException {
        byte[] plain = gzip("body".getBytes(StandardCharsets.US_ASCII));
        byte[] header = HexFormat.of().parseHex("1f8b081e00000000000303006162636e616d6500636f6d6d656e74000000");
        byte[] full = joined(header, Arrays.copyOfRange(plain, 10, plain.length));
        assertPreview("body", new Preview.Decoded(), full, "gzip");
        for (int cut = 1; cut < header.length; cut++) {
            Preview found = Codings.decodePreview(Arrays.copyOf(full, cut), List.of("gzip"), LIMIT);
            assertEquals(new Preview.Partial("gzip: the input ends inside the coded data"), found.status(), "cut at " + cut);
        }
    }

    @Test void damageKeepsWhatCameBefore() throws IOException {
        byte[] encoded = gzip(TEXT);
        encoded[encoded.length - 5] ^= 1;
        Preview found = Codings.decodePreview(encoded, List.of("gzip"), LIMIT);
        assertArrayEquals(TEXT, found.bytes());
        assertTrue(found.status() instanceof Preview.Failed failed && failed.coding().equals("gzip")
                && failed.reason().startsWith("crc32 "), found.status().toString());
    }

    /** A stored block with "abc", then a block of a type that does not exist (RFC 1951 section 3.2.3). */
    @Test void deflateDataThatBreaksKeepsWhatCameBefore() {
        byte[] encoded = HexFormat.of().parseHex("000300fcff61626307");
        assertPreview("abc", new Preview.Failed("invalid block type", "deflate"), encoded, "deflate");
    }

    @Test void plainTextUnderAFalseNameIsRefused() {
        byte[] html = "<html>".getBytes(StandardCharsets.US_ASCII);
        assertPreview("", new Preview.Failed("not gzip data: starts with 3c 68, expected 1f 8b", "gzip"), html, "gzip");
        assertPreview("", new Preview.Failed("not gzip data: starts with 3c, expected 1f 8b", "gzip"), new byte[] {0x3c},
                "gzip");
    }

    @Test void unknownCodingIsNamed() {
        assertPreview("", new Preview.Unsupported("no decoder for this coding", "dcz"), new byte[] {1}, "gzip, dcz");
        assertPreview("", new Preview.Unsupported("more than 5 content codings on one message", "gzip"), new byte[] {1},
                "gzip, gzip, gzip, gzip, gzip, gzip");
    }

    @Test void bombStopsAtTheLimit() throws IOException {
        byte[] zeros = new byte[32 << 20];
        for (String coding : List.of("gzip", "br")) {
            byte[] bomb = coding.equals("br") ? brotli(zeros) : gzip(zeros);
            Preview found = Codings.decodePreview(bomb, List.of(coding), 1000);
            assertArrayEquals(new byte[1000], found.bytes());
            assertEquals(new Preview.Partial("stopped after 1000 decoded bytes, the limit"), found.status());
        }
    }

    /** Two million empty gzip members, compressed: nothing comes out, and the work in between is bounded. */
    @Test void bombThatYieldsNothingStopsBetweenTheCodings() throws IOException {
        byte[] empty = gzip(new byte[0]);
        byte[] many = new byte[empty.length * 1_000_000];
        for (int i = 0; i < many.length; i += empty.length) {
            System.arraycopy(empty, 0, many, i, empty.length);
        }
        assertPreview("", new Preview.Partial("stopped after 16777216 bytes between two content codings, the limit"),
                gzip(many), "gzip, gzip");
    }

    @Test void limitOfTheExactSizeIsNotPartial() throws IOException {
        Preview found = Codings.decodePreview(gzip(TEXT), List.of("gzip"), TEXT.length);
        assertEquals(new Preview.Decoded(), found.status());
        assertEquals(new Preview.Partial("stopped after 0 decoded bytes, the limit"),
                Codings.decodePreview(gzip(TEXT), List.of("gzip"), 0).status());
    }

    @Test void streamReadsByteByByteAndClosesItsSource() throws IOException {
        for (String coding : List.of("gzip", "deflate", "br")) {
            byte[] encoded = switch (coding) {
                case "gzip" -> gzip(TEXT);
                case "deflate" -> deflate(TEXT, false);
                default -> brotli(TEXT);
            };
            boolean[] closed = {false};
            InputStream slow = new FilterInputStream(new ByteArrayInputStream(encoded)) {
                @Override
                public int read(byte[] target, int offset, int length) throws IOException {
                    return super.read(target, offset, Math.min(length, 1));
                }

                @Override
                public void close() {
                    closed[0] = true;
                }
            };
            InputStream in = Codings.decode(slow, ContentCoding.parse(List.of(coding)));
            ByteArrayOutputStream found = new ByteArrayOutputStream();
            for (int octet = in.read(); octet >= 0; octet = in.read()) {
                found.write(octet);
            }
            in.close();
            in.close();
            assertArrayEquals(TEXT, found.toByteArray(), coding);
            assertTrue(closed[0], coding);
        }
    }

    @Test void streamThrowsWhereTheInputEnds() throws IOException {
        byte[] encoded = gzip(TEXT);
        InputStream in = Codings.decode(new ByteArrayInputStream(encoded, 0, encoded.length - 1),
                List.of(new ContentCoding.Gzip()));
        assertArrayEquals(TEXT, in.readNBytes(TEXT.length));
        CodingException thrown = assertThrows(CodingException.class, in::read);
        assertEquals(CodingException.Kind.TRUNCATED, thrown.kind());
        assertEquals("gzip", thrown.coding());
        in.close();
    }

    @Test void readingAfterCloseIsAnErrorAndNoCrash() throws IOException {
        InputStream in = Codings.decode(new ByteArrayInputStream(brotli(TEXT)), List.of(new ContentCoding.Brotli()));
        in.read();
        in.close();
        assertThrows(IOException.class, in::read);
    }

    /** A child process whose brotli native does not load answers, with the loader's reason. */
    @Test void missingNativeLibraryIsUnsupported() throws Exception {
        Process child = new ProcessBuilder(Programs.java().toString(), "-Dbrotli4j.library.path=/nowhere/libbrotli.so",
                "-cp", System.getProperty("java.class.path"), WithoutNative.class.getName())
                .redirectErrorStream(true).start();
        String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(child.waitFor(60, TimeUnit.SECONDS));
        assertTrue(said.contains("Unsupported[reason=the native brotli library did not load: "), said);
        assertTrue(said.contains("/nowhere/libbrotli.so") && said.contains("coding=br]"), said);
    }

    /** Decodes br where the native library cannot be there. */
    static final class WithoutNative {
        private WithoutNative() {}

        public static void main(String[] args) {
            System.out.println(Codings.decodePreview(new byte[] {0x06}, List.of("br"), 10).status());
        }
    }

    private static void everyCutGivesAPrefix(byte[] encoded, String coding) {
        for (int cut = 1; cut < encoded.length; cut++) {
            Preview found = Codings.decodePreview(Arrays.copyOf(encoded, cut), List.of(coding), LIMIT);
            assertArrayEquals(Arrays.copyOf(TEXT, found.bytes().length), found.bytes(), "cut at " + cut);
            assertEquals(new Preview.Partial(coding + ": the input ends inside the coded data"), found.status(),
                    "cut at " + cut);
        }
    }

    private static void everyFlippedBitIsAnswered(byte[] encoded, byte[] content, String coding) {
        for (int bit = 0; bit < encoded.length * 8; bit++) {
            byte[] damaged = encoded.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            Preview found = Codings.decodePreview(damaged, List.of(coding), LIMIT);
            boolean same = Arrays.equals(content, found.bytes());
            // gzip carries checksums, so that other content never passes as whole; br and deflate data may.
            assertTrue(!coding.equals("gzip") || same || !(found.status() instanceof Preview.Decoded), "bit " + bit);
        }
    }

    private static void assertDecodes(byte[] encoded, String... contentEncoding) {
        Preview found = Codings.decodePreview(encoded, List.of(contentEncoding), LIMIT);
        assertEquals(new Preview.Decoded(), found.status());
        assertArrayEquals(TEXT, found.bytes());
    }

    private static void assertPreview(String content, Preview.Status status, byte[] encoded, String... contentEncoding) {
        Preview found = Codings.decodePreview(encoded, List.of(contentEncoding), LIMIT);
        assertEquals(status, found.status());
        assertEquals(content, new String(found.bytes(), StandardCharsets.UTF_8));
    }

    /** Words in a random but fixed order: compressible, and without long repeats. */
    private static byte[] text() {
        String[] words = {"alpha ", "beta ", "gamma ", "delta ", "epsilon ", "zeta ", "eta ", "theta ", "iota ", "kappa\n"};
        Random random = new Random(7);
        StringBuilder text = new StringBuilder();
        while (text.length() < 12_000) {
            text.append(words[random.nextInt(words.length)]).append(random.nextInt(100));
        }
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(content);
        }
        return out.toByteArray();
    }

    private static byte[] deflate(byte[] content, boolean bare) {
        Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, bare);
        try {
            deflater.setInput(content);
            deflater.finish();
            byte[] buffer = new byte[content.length + 100];
            return Arrays.copyOf(buffer, deflater.deflate(buffer));
        } finally {
            deflater.end();
        }
    }

    private static byte[] brotli(byte[] content) throws IOException {
        return Encoder.compress(content, new Encoder.Parameters().setQuality(5));
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }
}
