package proxymcp.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.Programs;

/** A long run in a process whose heap is 128 MiB: over sockets, recorded, with captures and a cookie jar. Its memory does not grow with what was sent. */
@Timeout(value = 24, unit = TimeUnit.HOURS)
final class ReplaySizeTest {
    private static final int REQUESTS = Integer.getInteger("proxymcp.replay.requests", 10_000);
    private static final long HEAP_GROWTH_MAX = 4L << 20;

    @TempDir
    Path home;

    private final AtomicInteger requests = new AtomicInteger();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private HttpServer origin;

    @BeforeEach
    void serve() throws IOException {
        byte[] fill = ",\"fill\":\"".concat("x".repeat(1_000)).concat("\"}").getBytes(StandardCharsets.US_ASCII);
        origin = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        origin.setExecutor(threads);
        origin.createContext("/", exchange -> {
            try (exchange) {
                int number = requests.incrementAndGet();
                byte[] begin = ("{\"path\":\"" + exchange.getRequestURI().getPath() + "\"").getBytes(StandardCharsets.US_ASCII);
                exchange.getResponseHeaders().set("Content-Type", "application/json");
                exchange.getResponseHeaders().set("Set-Cookie", "last=" + number + "; Path=/");
                exchange.getResponseHeaders().add("Set-Cookie", "own" + number + "=1; Path=/");
                exchange.sendResponseHeaders(200, begin.length + fill.length);
                exchange.getResponseBody().write(begin);
                exchange.getResponseBody().write(fill);
            }
        });
        origin.start();
    }

    @AfterEach
    void stop() {
        origin.stop(0);
        threads.close();
    }

    @Test
    void aLongRunNeedsNoMoreMemoryThanAShortOne() throws Exception {
        Process child = new ProcessBuilder(Programs.java().toString(), "-Xmx128m", "-XX:+ExitOnOutOfMemoryError", "-cp", System.getProperty("java.class.path"),
                ReplaySizeChild.class.getName(), home.toString(), Integer.toString(origin.getAddress().getPort()), Integer.toString(REQUESTS))
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try {
            List<String> said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList();
            assertTrue(child.waitFor(20, TimeUnit.SECONDS), "the child does not end");
            assertEquals("0 2", child.exitValue() + " " + said.size(), said::toString);
            assertEquals("done " + REQUESTS + " recorded " + REQUESTS + " {}Optional.empty", said.get(1));
            assertEquals(REQUESTS, requests.get());
            String[] heap = said.get(0).split(" ");
            assertTrue(Long.parseLong(heap[2]) - Long.parseLong(heap[1]) < HEAP_GROWTH_MAX, said.get(0));
        } finally {
            child.destroyForcibly();
        }
    }
}
