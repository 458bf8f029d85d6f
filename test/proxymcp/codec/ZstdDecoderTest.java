package proxymcp.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** zstd as RFC 8878 says, on what the {@code zstd} program made and on frames made here octet by octet. */
@Timeout(30)
final class ZstdDecoderTest {
    private static final String MAGIC = "28b52ffd";

    private record Result(byte[] decoded, String failure) {}

    private static Result decode(byte[] coded, int piece) {
        ByteArrayOutputStream decoded = new ByteArrayOutputStream();
        try (InputStream in = new ZstdDecoder(new Pieces(coded, piece))) {
            byte[] buffer = new byte[1 << 16];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                decoded.write(buffer, 0, count);
            }
            return new Result(decoded.toByteArray(), "");
        } catch (CodingException e) {
            return new Result(decoded.toByteArray(), e.kind() + " " + e.reason());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Gives a few octets at a time, as a network does. */
    private static final class Pieces extends InputStream {
        private final InputStream all;
        private final int piece;

        Pieces(byte[] octets, int piece) {
            this.all = new ByteArrayInputStream(octets);
            this.piece = piece;
        }

        @Override
        public int read() throws IOException {
            return all.read();
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            return all.read(target, offset, Math.min(piece, length));
        }
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text.replace(" ", ""));
    }

    private static void assertDecodes(String expected, String hex) {
        Result result = decode(hex(hex), 8192);
        assertEquals("", result.failure(), hex);
        assertEquals(expected, new String(result.decoded(), StandardCharsets.ISO_8859_1), hex);
    }

    private static void assertFails(String failure, String delivered, String hex) {
        Result result = decode(hex(hex), 8192);
        assertEquals(failure, result.failure(), hex);
        assertEquals(delivered, new String(result.decoded(), StandardCharsets.ISO_8859_1), hex);
    }

    @Test void whatTheProgramMadeIsDecoded() {
        for (String vector : ZstdSamples.VECTORS) {
            for (int piece : List.of(1, 7, 8192)) {
                Result result = decode(ZstdSamples.coded(vector), piece);
                assertEquals("", result.failure(), vector);
                assertArrayEquals(ZstdSamples.content(vector), result.decoded(), vector);
            }
        }
    }

    /** A cut delivers no octet that was not there, and is told as such wherever it is. */
    @Test void cutAtEveryOctet() {
        for (String vector : List.of("one.3", "words.19", "words.plain", "skewed.1", "noise.3", "runs.3")) {
            byte[] coded = ZstdSamples.coded(vector);
            byte[] content = ZstdSamples.content(vector);
            for (int length = 0; length < coded.length; length++) {
                Result result = decode(Arrays.copyOf(coded, length), 8192);
                assertEquals("TRUNCATED the input ends inside the coded data", result.failure(), vector + " cut at " + length);
                assertArrayEquals(Arrays.copyOf(content, result.decoded().length), result.decoded(), vector + " cut at " + length);
            }
        }
    }

    /** With a checksum no wrong octet passes unnoticed; every damage is a failure of the coding and never another exception. */
    @Test void damagedAtEveryOctet() {
        SplittableRandom random = new SplittableRandom(7);
        int noticed = 0;
        int all = 0;
        for (String vector : List.of("one.3", "words.1", "words.19", "skewed.1", "runs.3")) {
            byte[] coded = ZstdSamples.coded(vector);
            byte[] content = ZstdSamples.content(vector);
            for (int at = 0; at < coded.length; at++) {
                byte[] damaged = coded.clone();
                damaged[at] ^= (byte) (1 + random.nextInt(255));
                Result result = decode(damaged, 8192);
                all++;
                if (!result.failure().isEmpty()) {
                    noticed++;
                } else {
                    // Flags of the header may take the checksum away with its own octets left over.
                    assertTrue(at == 4 || Arrays.equals(content, result.decoded()), vector + " damaged at " + at);
                }
            }
        }
        assertTrue(noticed > all * 0.98, noticed + " of " + all);
    }

    @Test void framesFollowEachOtherAndWhatIsNoFrameEndsThem() throws IOException {
        byte[] one = ZstdSamples.coded("one.3");
        String frame = HexFormat.of().formatHex(one);
        assertDecodes("aa", frame + frame);
        assertDecodes("aa", frame + "502a4d18 03000000 010203" + frame);
        assertDecodes("a", "5f2a4d18 00000000" + frame + "532a4d18 01000000 ff");
        assertDecodes("", "502a4d18 00000000");
        for (String behind : List.of("00", "28", "28b52f", "28b52ffe", "50", "504d", "582a4d", "0d0a")) {
            assertDecodes("a", frame + behind);
        }
        assertFails("TRUNCATED the input ends inside the coded data", "a", frame + "502a4d18 04000000 010203");
        assertFails("TRUNCATED the input ends inside the coded data", "a", frame + MAGIC);
    }

    /** Blocks as they are, and repeated octets; the header's flags one by one. */
    @ParameterizedTest
    @CsvSource({
        "abc, 28b52ffd 20 03 19 00 00 616263",
        "abcabc, 28b52ffd 20 06 18 00 00 616263 19 00 00 616263",
        "aaaaa, 28b52ffd 20 05 2b 00 00 61",
        "'', 28b52ffd 20 00 01 00 00",
        "abc, 28b52ffd 00 00 19 00 00 616263",
        "abc, 28b52ffd 80 00 03000000 19 00 00 616263",
        "abc, 28b52ffd c0 00 0300000000000000 19 00 00 616263",
        "abc, 28b52ffd 21 00 03 19 00 00 616263",
        "abc, 28b52ffd 23 00000000 03 19 00 00 616263",
        "abc, 28b52ffd 30 03 19 00 00 616263"})
    void plainBlocks(String expected, String hex) {
        assertDecodes(expected, hex);
    }

    /** A whole frame of 256 octets says its size less 256. */
    @Test void aSizeOfTwoOctets() {
        assertDecodes("a".repeat(257), "28b52ffd 60 0100 0b 08 00 61");
    }

    @ParameterizedTest
    @CsvSource({
        "'CORRUPT not zstd data: starts with 1f 8b 08 00, expected 28 b5 2f fd', '', 1f8b0800",
        "TRUNCATED the input ends inside the coded data, '', 28b52f",
        "TRUNCATED the input ends inside the coded data, '', ''",
        "'CORRUPT a reserved bit of the frame header is set, at byte 0', '', 28b52ffd 28 03 19 00 00 616263",
        "UNSUPPORTED it needs dictionary 7, '', 28b52ffd 21 07 03 19 00 00 616263",
        "'UNSUPPORTED a window of 150994944 bytes, more than 134217728', '', 28b52ffd 00 89 19 00 00 616263",
        "'UNSUPPORTED a window of 18446744073709551615 bytes, more than 134217728', '', 28b52ffd e0 ffffffffffffffff 19 00 00 616263",
        "'CORRUPT a block of the reserved type, at byte 6', '', 28b52ffd 20 03 1f 00 00 616263",
        "'CORRUPT a block of 4 bytes, more than 3, at byte 6', '', 28b52ffd 20 03 21 00 00 61626364",
        "'CORRUPT a frame of 3 bytes, expected 4, at byte 12', abc, 28b52ffd 20 04 19 00 00 616263",
        "'CORRUPT a frame of 6 bytes, expected 4, at byte 18', abcabc, 28b52ffd 20 04 18 00 00 616263 19 00 00 616263",
        "'CORRUPT checksum 0, expected ad770999, at byte 12', abc, 28b52ffd 24 03 19 00 00 616263 00000000",
        "TRUNCATED the input ends inside the coded data, ab, 28b52ffd 20 03 19 00 00 6162",
        "'CORRUPT a section that ends early, at byte 6', '', 28b52ffd 20 03 0d 00 00 00",
        "'CORRUPT literals that go on with a tree that never came, at byte 6', '', 28b52ffd 20 ff 25 00 00 13 40 00 00",
        "'CORRUPT octets behind a block without sequences, at byte 6', '', 28b52ffd 20 ff 25 00 00 08 61 00 ff"})
    void whatContradictsTheFormat(String failure, String delivered, String hex) {
        Result result = decode(hex(hex), 8192);
        assertEquals(failure, result.failure());
        assertEquals(delivered, new String(result.decoded(), StandardCharsets.ISO_8859_1));
    }

    /** 128 KiB for four octets, without end: memory stays what the window needs. */
    @Test void aBombIsReadAsFarAsAskedFor() throws IOException {
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        bomb.write(hex(MAGIC + "00 38"));
        for (int i = 0; i < 100_000; i++) {
            bomb.write(hex("020010 00"));
        }
        Preview preview = Codings.decodePreview(bomb.toByteArray(), List.of("zstd"), 100_000);
        assertEquals(new Preview.Partial("stopped after 100000 decoded bytes, the limit"), preview.status());
        assertEquals(100_000, preview.bytes().length);
        long read = 0;
        try (InputStream in = Codings.decode(new ByteArrayInputStream(bomb.toByteArray()), ContentCoding.parse(List.of("zstd")))) {
            byte[] buffer = new byte[1 << 16];
            while (read < 1L << 30) {
                read += in.read(buffer);
            }
        }
    }

    @Test void chainsHoldZstd() throws IOException {
        byte[] gzip = Codings.encode(ZstdSamples.coded("words.19"), ContentCoding.parse(List.of("gzip")));
        Preview preview = Codings.decodePreview(gzip, List.of("zstd, gzip"), 1 << 20);
        assertEquals(new Preview.Decoded(), preview.status());
        assertArrayEquals(ZstdSamples.content("words.19"), preview.bytes());
        assertTrue(Codings.isDecodable("ZSTD"));
    }

    /** Values of the reference's own page. */
    @Test void hashes() {
        assertEquals("ef46db3751d8e999", hash(""));
        assertEquals("d24ec4f1a98c6e5b", hash("a"));
        assertEquals("44bc2cf5ad770999", hash("abc"));
        assertEquals("0b242d361fda71bc", hash("The quick brown fox jumps over the lazy dog"));
        String text = "0123456789".repeat(20);
        XxHash64 pieces = new XxHash64();
        byte[] octets = text.getBytes(StandardCharsets.US_ASCII);
        for (int at = 0, size = 1; at < octets.length; at += size, size = size % 41 + 3) {
            size = Math.min(size, octets.length - at);
            pieces.update(octets, at, size);
        }
        assertEquals(hash(text), Long.toHexString(pieces.value()));
        assertFalse(hash(text).equals(hash(text + "0")));
    }

    private static String hash(String text) {
        XxHash64 hash = new XxHash64();
        byte[] octets = text.getBytes(StandardCharsets.US_ASCII);
        hash.update(octets, 0, octets.length);
        return String.format("%016x", hash.value());
    }

    @Test void readsAfterTheEndAndAfterAFailureSayTheSame() throws IOException {
        try (InputStream in = new ZstdDecoder(new ByteArrayInputStream(ZstdSamples.coded("one.3")))) {
            assertEquals('a', in.read());
            assertEquals(-1, in.read());
            assertEquals(-1, in.read());
            assertEquals(0, in.read(new byte[1], 0, 0));
        }
        try (InputStream in = new ZstdDecoder(new ByteArrayInputStream(new byte[] {1, 2, 3, 4}))) {
            assertThrows(CodingException.class, in::read);
            assertThrows(CodingException.class, in::read);
        }
    }
}
