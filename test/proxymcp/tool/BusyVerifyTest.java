package proxymcp.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.json.Json;
import proxymcp.json.JsonObject;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.HeardCalls;
import proxymcp.mcp.StdioSession;
import proxymcp.mcp.ToolOutcome;
import proxymcp.store.CaptureProfile;
import proxymcp.store.SessionCatalog;
import proxymcp.store.SessionWriter;
import proxymcp.store.StoreLimits;

/**
 * Deep verifies of a real session keep every core busy, and more wait for their turn: requests pass all the same, and pings and other calls
 * are answered.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
final class BusyVerifyTest {
    /** Some 100 ms of a deep verify: callers begin again as often as it takes. */
    private static final int EXCHANGES = 5_000;
    private static final int ANSWERS = 10;

    @TempDir
    Path folder;

    private final AtomicBoolean done = new AtomicBoolean();
    private final AtomicInteger running = new AtomicInteger();
    private final Queue<CallContext> contexts = new ConcurrentLinkedQueue<>();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();

    @Test
    void deepVerifiesOnEveryCoreHoldUpNeitherAProxiedRequestNorAPing() throws Exception {
        int cores = Runtime.getRuntime().availableProcessors();
        // As there are more callers than the pool has threads, one that is between two verifies leaves no core idle.
        int callers = 2 * Math.max(2, cores) + 1;
        String session = record();
        CountDownLatch working = new CountDownLatch(cores);
        List<Thread> threads = new ArrayList<>();
        try (Tools tools = new Tools(folder.resolve("home")); StdioSession client = new StdioSession(tools.server);
                ServerSocket origin = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            int port = (int) Tools.number(tools.call("proxy_start", "{}"), "port");
            try {
                for (int i = 0; i < callers; i++) {
                    threads.add(Thread.ofVirtual().start(() -> verifyUntilDone(tools, session, working)));
                }
                working.await();
                for (int i = 1; i <= ANSWERS; i++) {
                    request(port, origin);
                    assertEquals("{\"jsonrpc\":\"2.0\",\"id\":" + i + ",\"result\":{}}",
                            client.ask("{\"jsonrpc\":\"2.0\",\"id\":" + i + ",\"method\":\"ping\"}"));
                    String status = client.ask("{\"jsonrpc\":\"2.0\",\"id\":" + i
                            + ",\"method\":\"tools/call\",\"params\":{\"name\":\"proxy_status\",\"arguments\":{}}}");
                    assertTrue(status.contains("\"running\":true"), status);
                    assertTrue(running.get() >= cores, "only " + running.get() + " verifies ran when the answers had come");
                }
            } finally {
                done.set(true);
                contexts.forEach(CallContext::cancel);
                for (Thread thread : threads) {
                    thread.join();
                }
            }
            assertEquals(List.of(), List.copyOf(failures));
        }
    }

    private String record() throws IOException {
        try (SessionCatalog catalog = new SessionCatalog(folder.resolve("home").resolve("sessions"), StoreLimits.DEFAULT, Clock.systemUTC())) {
            SessionWriter writer = catalog.create(Optional.of("busy"), CaptureProfile.FULL, 1_024, JsonObject.EMPTY);
            for (int i = 0; i < EXCHANGES; i++) {
                new Traffic(writer.sink()).responseBody("text/plain", (i + " ").repeat(400)).complete();
            }
            catalog.end(writer);
            return writer.id().text();
        }
    }

    /** Deep verifies, one after another; {@code working} hears of the first progress of each. */
    private void verifyUntilDone(Tools tools, String session, CountDownLatch working) {
        while (!done.get()) {
            AtomicBoolean heard = new AtomicBoolean();
            CallContext context = HeardCalls.context(params -> {
                if (!heard.getAndSet(true)) {
                    working.countDown();
                }
            });
            contexts.add(context);
            if (done.get()) {
                return;
            }
            running.incrementAndGet();
            ToolOutcome outcome = tools.server.call("proxy_session_verify_integrity",
                    Tools.object("{\"session_id\":\"" + session + "\",\"level\":\"deep\"}"), context);
            running.decrementAndGet();
            contexts.remove(context);
            boolean cancelled = done.get() && outcome.json().string("code").equals(Optional.of("cancelled"));
            if (!cancelled && !outcome.json().string("state").equals(Optional.of("clean"))) {
                failures.add(Json.text(outcome.json()));
                return;
            }
        }
    }

    private static void request(int port, ServerSocket origin) throws IOException {
        String authority = "127.0.0.1:" + origin.getLocalPort();
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            client.setSoTimeout(30_000);
            client.getOutputStream().write(("GET http://" + authority + "/ HTTP/1.1\r\nHost: " + authority + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            try (Socket server = origin.accept()) {
                assertEquals('G', server.getInputStream().read());
                server.getOutputStream().write("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                assertEquals("HTTP/1.1 204", new String(client.getInputStream().readNBytes(12), StandardCharsets.US_ASCII));
            }
        }
    }
}
