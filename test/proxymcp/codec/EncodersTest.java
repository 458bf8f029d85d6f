package proxymcp.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.aayushatharva.brotli4j.decoder.BrotliInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.Programs;

/** What is coded here, undone by others and by our own decoders. */
@Timeout(60)
final class EncodersTest {
    private static final byte[] TEXT = "How vexingly quick daft zebras jump; ".repeat(500).getBytes(StandardCharsets.UTF_8);

    @Test void otherDecodersGiveTheContentBack() throws IOException {
        for (byte[] content : contents()) {
            assertArrayEquals(content, new GZIPInputStream(new ByteArrayInputStream(encode(content, "gzip"))).readAllBytes());
            assertArrayEquals(content, new InflaterInputStream(new ByteArrayInputStream(encode(content, "deflate"))).readAllBytes());
            assertArrayEquals(content, new BrotliInputStream(new ByteArrayInputStream(encode(content, "br"))).readAllBytes());
        }
    }

    @Test void gzipItselfGivesTheContentBack() throws Exception {
        Process gzip = new ProcessBuilder(Programs.require("gzip").toString(), "-dc").redirectError(ProcessBuilder.Redirect.INHERIT).start();
        // Less than a pipe holds, so that writing does not wait for reading.
        try (OutputStream in = gzip.getOutputStream()) {
            in.write(encode(TEXT, "x-gzip"));
        }
        assertArrayEquals(TEXT, gzip.getInputStream().readAllBytes());
        assertTrue(gzip.waitFor(30, TimeUnit.SECONDS));
        assertEquals(0, gzip.exitValue());
    }

    /** What brotli's own program wrote, decoded and coded again, decodes to the same. */
    @Test void foreignBrotliSurvivesBeingCodedAgain() throws IOException {
        byte[] foreign = Files.readAllBytes(Programs.fixtures().resolve("proxy/page.txt.br"));
        byte[] content = decode(foreign, "br");
        assertTrue(content.length > 0);
        assertArrayEquals(content, decode(encode(content, "br"), "br"));
    }

    /** A window of br is 4 MiB here: what is left in the decoder when its input has ended comes out too. */
    @Test void brotliOfSeveralWindowsIsWhole() throws IOException {
        for (int bytes : List.of((4 << 20) - 1, 4 << 20, (4 << 20) + 1, 5 << 20, 8 << 20, 17 << 20)) {
            byte[] content = new byte[bytes];
            Arrays.fill(content, (byte) 'b');
            byte[] coded = encode(content, "br");
            assertArrayEquals(content, decode(coded, "br"), bytes + " bytes");
            byte[] cut = Arrays.copyOf(coded, coded.length - 1);
            assertEquals(new Preview.Partial("br: the input ends inside the coded data"),
                    Codings.decodePreview(cut, List.of("br"), 32 << 20).status(), bytes + " bytes");
        }
        byte[] foreign = HexFormat.of().parseHex("9bffff7f0024c4e2b14072efff00");
        byte[] content = new byte[8 << 20];
        Arrays.fill(content, (byte) 'b');
        assertArrayEquals(content, decode(foreign, "br"));
    }

    @Test void codingsAreAppliedFromTheFirst() throws IOException {
        byte[] coded = encode(TEXT, "gzip, br");
        assertArrayEquals(TEXT, new GZIPInputStream(new BrotliInputStream(new ByteArrayInputStream(coded))).readAllBytes());
        for (String codings : List.of("", "identity", "gzip", "deflate", "br", "br,gzip", "gzip,deflate,br", "br,br,br,br,br")) {
            for (byte[] content : contents()) {
                assertArrayEquals(content, decode(encode(content, codings), codings), codings);
            }
        }
        assertSame(TEXT, encode(TEXT, "identity"));
        assertSame(TEXT, encode(TEXT, ""));
    }

    @Test void textBecomesShorter() throws IOException {
        for (String coding : List.of("gzip", "deflate", "br")) {
            assertTrue(encode(TEXT, coding).length < TEXT.length / 10, coding);
        }
    }

    @Test void aCodingWithoutEncoderIsUnsupported() {
        for (String codings : List.of("zstd", "gzip, zstd", "zstd, gzip", "aes128gcm")) {
            CodingException e = assertThrows(CodingException.class, () -> encode(TEXT, codings));
            assertEquals(CodingException.Kind.UNSUPPORTED, e.kind());
            assertEquals("no encoder for this coding", e.reason());
            assertFalse(e.coding().equals("gzip"));
        }
    }

    /** A child process whose brotli native does not load answers, with the loader's reason. */
    @Test void missingNativeLibraryIsUnsupported() throws Exception {
        Process child = new ProcessBuilder(Programs.java().toString(), "-Dbrotli4j.library.path=/nowhere/libbrotli.so",
                "-cp", System.getProperty("java.class.path"), WithoutNative.class.getName())
                .redirectErrorStream(true).start();
        String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(child.waitFor(60, TimeUnit.SECONDS));
        assertTrue(said.contains("UNSUPPORTED br: the native brotli library did not load: ") && said.contains("/nowhere/libbrotli.so"), said);
    }

    /** Codes br where the native library cannot be there. */
    static final class WithoutNative {
        private WithoutNative() {}

        public static void main(String[] args) throws IOException {
            try {
                System.out.println("coded into " + encode(new byte[] {'a'}, "br").length);
            } catch (CodingException e) {
                System.out.println(e.kind() + " " + e.getMessage());
            }
        }
    }

    private static List<byte[]> contents() {
        byte[] noise = new byte[100_000];
        new Random(5).nextBytes(noise);
        return List.of(new byte[0], new byte[] {0}, TEXT, noise, Arrays.copyOf(TEXT, 200_000));
    }

    private static byte[] encode(byte[] content, String codings) throws IOException {
        return Codings.encode(content, ContentCoding.parse(List.of(codings)));
    }

    private static byte[] decode(byte[] coded, String codings) throws IOException {
        return Codings.decode(new ByteArrayInputStream(coded), ContentCoding.parse(List.of(codings))).readAllBytes();
    }
}
