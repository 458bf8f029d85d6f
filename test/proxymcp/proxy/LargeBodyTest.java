package proxymcp.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.Programs;

/** 1 GiB each way, over HTTP and HTTPS, through a proxy whose heap is 64 MiB: bodies stream, and their memory is bounded. */
final class LargeBodyTest {
    private static final int MEBIBYTES = 1024;
    private static final long BYTES = (long) MEBIBYTES << 20;
    /** What the live buffer keeps of two bodies, 1 MiB each, and what a young JVM still loads. */
    private static final long HEAP_GROWTH_MAX = 16L << 20;

    @TempDir static Path folder;
    private static TestCertificate certificate;
    private static TestOrigin http;
    private static TestOrigin https;
    private ProxyChild child;

    @BeforeAll static void startOrigins() throws Exception {
        Programs.require("curl");
        certificate = TestCertificate.forLoopback(folder);
        http = TestOrigin.http("127.0.0.1", new TestSite());
        https = TestOrigin.https("127.0.0.1", certificate.context(), new TestSite());
    }

    @AfterAll static void stopOrigins() throws IOException {
        if (http != null) {
            http.close();
            https.close();
        }
    }

    @BeforeEach void startChild() throws IOException {
        child = ProxyChild.start(folder.resolve("home"), certificate.certificateFile(), "-Xmx64m", "-XX:+ExitOnOutOfMemoryError",
                "-Djdk.tls.server.disableExtensions=server_name");
    }

    @AfterEach void stopChild() {
        child.close();
    }

    @Test void downloadStreams() throws Exception {
        String digest = TestSite.patternSha256(MEBIBYTES);
        long before = child.heapBytes();
        for (TestOrigin origin : List.of(http, https)) {
            CurlRun run = curl(origin, "/pattern/" + MEBIBYTES);
            assertEquals("0 200 1.1 0 0 " + BYTES + " " + digest,
                    run.exit() + " " + run.info() + " " + run.bodyBytes() + " " + run.bodySha256());
            assertEquals("Complete[] request 0 none response " + BYTES + " " + digest, child.nextEnded());
        }
        assertFlat(before);
    }

    @Test void uploadStreams() throws Exception {
        Path file = folder.resolve("upload");
        String digest = writeUpload(file);
        long before = child.heapBytes();
        // curl waits for the origin's 100 (Continue), then sends: once with a length, once chunked.
        for (TestOrigin origin : List.of(http, https)) {
            List<String> more = new ArrayList<>(List.of("-T", file.toString()));
            if (origin == https) {
                more.addAll(List.of("-H", "Transfer-Encoding: chunked"));
            }
            CurlRun run = curl(origin, "/sink", more.toArray(String[]::new));
            assertEquals("0 200", run.exit() + " " + run.info().substring(0, 3));
            TestOrigin.Seen seen = origin.seen().get(origin.seen().size() - 1);
            assertEquals(BYTES + " " + digest, seen.bodyBytes() + " " + seen.bodySha256());
            assertEquals("Complete[] request " + BYTES + " " + digest + " response " + run.bodyBytes() + " " + run.bodySha256(),
                    child.nextEnded());
        }
        assertFlat(before);
    }

    private void assertFlat(long before) throws IOException, InterruptedException {
        long after = child.heapBytes();
        assertTrue(after - before < HEAP_GROWTH_MAX, "heap grew from " + before + " to " + after);
        assertEquals(0, child.end(), "exit code; 3 is an OutOfMemoryError");
    }

    private CurlRun curl(TestOrigin origin, String path, String... more) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of(more));
        arguments.addAll(List.of("-x", "http://127.0.0.1:" + child.port(), "--cacert", folder.resolve("home/ca/ca-cert.pem").toString(),
                origin.url("127.0.0.1", path)));
        return CurlRun.of(folder, arguments);
    }

    /** Writes 1 GiB with holes, so that it costs no disk, and returns its digest. */
    private static String writeUpload(Path file) throws IOException {
        byte[] block = TestSite.block();
        byte[] zeros = new byte[1 << 20];
        MessageDigest digest = TestOrigin.sha256();
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.setLength(BYTES);
            for (int i = 0; i < MEBIBYTES; i++) {
                boolean written = i % 100 == 0;
                if (written) {
                    out.seek((long) i << 20);
                    out.write(block);
                }
                digest.update(written ? block : zeros);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
