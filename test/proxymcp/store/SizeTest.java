package proxymcp.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.Programs;

/** Bodies and sessions that are far larger than the memory of the process that records and reads them. */
final class SizeTest {
    private static final int MEBIBYTES = Integer.getInteger("proxymcp.size.mebibytes", 1_024);
    private static final int EXCHANGES = Integer.getInteger("proxymcp.size.exchanges", 100_000);
    private static final byte[] BLOCK = block();

    @TempDir Path home;

    private static byte[] block() {
        byte[] block = new byte[1 << 20];
        new Random(64).nextBytes(block);
        return block;
    }

    private Process start(String memory, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(Programs.java().toString(), memory, "-XX:+ExitOnOutOfMemoryError", "-cp",
                System.getProperty("java.class.path"), SizeChild.class.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    @Test
    @Timeout(value = 24, unit = TimeUnit.HOURS)
    void longBodyPassesThroughASmallHeap() throws Exception {
        MessageDigest digest = SizeChild.sha256();
        for (int i = 0; i < MEBIBYTES; i++) {
            digest.update(BLOCK);
        }
        String expected = ((long) MEBIBYTES << 20) + " " + HexFormat.of().formatHex(digest.digest());
        String nothing = "0 " + HexFormat.of().formatHex(SizeChild.sha256().digest());
        HttpServer origin = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        origin.setExecutor(threads);
        origin.createContext("/", SizeTest::answer);
        origin.start();
        Process child = start("-Xmx64m", "body", home.toString());
        try (BufferedReader said = new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.US_ASCII))) {
            int port = Integer.parseInt(said.readLine());
            fetch(port, origin.getAddress().getPort());
            child.getOutputStream().close();
            assertEquals(Manifest.CLEAN + " " + Losses.NONE, said.readLine());
            assertEquals("COMPLETE request " + nothing + " response " + expected, said.readLine());
            assertEquals("end", said.readLine());
            assertTrue(child.waitFor(20, TimeUnit.SECONDS), "the child does not end");
            assertEquals(0, child.exitValue());
        } finally {
            child.destroyForcibly();
            origin.stop(0);
            threads.shutdownNow();
        }
    }

    private static void answer(HttpExchange exchange) throws IOException {
        exchange.sendResponseHeaders(200, (long) MEBIBYTES << 20);
        try (OutputStream out = exchange.getResponseBody()) {
            for (int i = 0; i < MEBIBYTES; i++) {
                out.write(BLOCK);
            }
        }
    }

    private static void fetch(int proxyPort, int originPort) throws IOException {
        Proxy proxy = new Proxy(Proxy.Type.HTTP, new InetSocketAddress(InetAddress.getLoopbackAddress(), proxyPort));
        HttpURLConnection connection = (HttpURLConnection) URI.create("http://127.0.0.1:" + originPort + "/long").toURL().openConnection(proxy);
        long bytes = 0;
        try (InputStream in = connection.getInputStream()) {
            byte[] block = new byte[1 << 16];
            for (int read = in.read(block); read >= 0; read = in.read(block)) {
                bytes += read;
            }
        }
        assertEquals((long) MEBIBYTES << 20, bytes);
    }

    @Test
    @Timeout(value = 24, unit = TimeUnit.HOURS)
    void manyExchangesAreCountedExactlyInASmallHeap() throws Exception {
        Process child = start("-Xmx256m", "many", home.toString(), Integer.toString(EXCHANGES));
        try {
            String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            assertTrue(child.waitFor(20, TimeUnit.SECONDS), "the child does not end");
            assertEquals("all queries agree\n0", said + child.exitValue());
        } finally {
            child.destroyForcibly();
        }
    }
}
