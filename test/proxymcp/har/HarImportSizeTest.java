package proxymcp.har;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.Programs;

/** A body that is far larger than the memory of the process that imports it. The file is packed, so that the disk need not hold it twice. */
final class HarImportSizeTest {
    /** A quarter of what {@link HarSizeTest} takes both ways. */
    private static final int MEBIBYTES = Integer.getInteger("proxymcp.size.mebibytes", 1_024) / 4;
    /** Octets that are repeated: their base64 has no padding. */
    private static final int BLOCK_BYTES = 3 << 20;

    @TempDir Path folder;

    private static byte[] member(String text) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(text.getBytes(StandardCharsets.US_ASCII));
        }
        return out.toByteArray();
    }

    @Test
    @Timeout(value = 24, unit = TimeUnit.HOURS)
    void aLongBodyIsImportedInASmallHeap() throws Exception {
        byte[] block = new byte[BLOCK_BYTES];
        // Few bits are random, so that packing is fast.
        Random random = new Random(3);
        for (int i = 0; i < block.length; i += 4_096) {
            block[i] = (byte) random.nextInt();
        }
        int blocks = (int) (((long) MEBIBYTES << 20) / BLOCK_BYTES) + 1;
        Path file = folder.resolve("long.har.gz");
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        byte[] member = member(Base64.getEncoder().encodeToString(block));
        try (OutputStream out = Files.newOutputStream(file)) {
            out.write(member("{\"log\":{\"entries\":[{\"startedDateTime\":\"2024-01-02T03:04:05Z\",\"request\":{\"method\":\"GET\",\"url\":\"http://a.test/\"},"
                    + "\"response\":{\"status\":200,\"content\":{\"text\":\""));
            for (int i = 0; i < blocks; i++) {
                out.write(member);
                digest.update(block);
            }
            out.write(member("\",\"encoding\":\"base64\"}}}]}}"));
        }
        Process child = new ProcessBuilder(Programs.java().toString(), "-Xmx64m", "-XX:+ExitOnOutOfMemoryError", "-cp", System.getProperty("java.class.path"),
                HarImportChild.class.getName(), folder.resolve("home").toString(), file.toString()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try {
            String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            assertTrue(child.waitFor(20, TimeUnit.SECONDS), "the child does not end");
            String expected = (long) blocks * BLOCK_BYTES + " " + HexFormat.of().formatHex(digest.digest());
            assertEquals("COMPLETE " + expected + " read " + expected + "\n0", said + child.exitValue());
        } finally {
            child.destroyForcibly();
        }
    }
}
