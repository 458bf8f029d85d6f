package proxymcp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.json.Json;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;

/** Worker processes and a server over the embedded queue of one home, killed in the middle. */
@Timeout(120)
final class QueueProcessTest {
    private static final int ORDERS = 60;
    private static final int CONCURRENCY = 4;
    /** Orders that are answered before the others are held. */
    private static final int ANSWERED = 20;

    @TempDir
    Path folder;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private HttpServer origin;
    private final Map<String, Integer> orders = new ConcurrentHashMap<>();
    private final AtomicInteger count = new AtomicInteger();
    private final CountDownLatch held = new CountDownLatch(CONCURRENCY);
    private final CountDownLatch released = new CountDownLatch(1);
    private volatile boolean recording = true;

    @BeforeEach
    void serve() throws IOException {
        origin = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        origin.setExecutor(threads);
        origin.createContext("/", this::answer);
        origin.start();
    }

    @AfterEach
    void stop() {
        released.countDown();
        origin.stop(0);
        threads.close();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            if (!recording) {
                orders.merge(exchange.getRequestURI().getPath(), 1, Integer::sum);
                if (count.incrementAndGet() > ANSWERED) {
                    held.countDown();
                    released.await();
                }
            }
            exchange.sendResponseHeaders(200, -1);
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private JarProcess start(String... args) throws IOException {
        ProcessBuilder builder = new ProcessBuilder();
        builder.environment().put("PROXY_MCP_LEASE_MS", "1500");
        return JarProcess.start(builder, folder.resolve("home"), args);
    }

    private static JsonObject call(JarProcess jar, String tool, String arguments) throws IOException {
        JsonObject result = jar.tool(tool, arguments);
        return result.object("structuredContent").orElseThrow(() -> new AssertionError(Json.text(result)));
    }

    private static long number(JsonObject object, String name) {
        return object.get(name).orElse(JsonNumber.of(0)) instanceof JsonNumber number ? number.exactLong().orElse(0) : 0;
    }

    private String record(JarProcess jar) throws Exception {
        int port = (int) number(call(jar, "proxy_start", "{\"port\":0}"), "port");
        String session = call(jar, "proxy_session_start", "{\"capture_profile\":\"full\"}").object("session").orElseThrow().string("id").orElseThrow();
        try (HttpClient client = HttpClient.newBuilder().proxy(ProxySelector.of(new InetSocketAddress("127.0.0.1", port))).build()) {
            for (int i = 0; i < ORDERS; i++) {
                client.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + origin.getAddress().getPort() + "/order/" + i))
                        .POST(HttpRequest.BodyPublishers.ofString("order " + i, StandardCharsets.UTF_8)).build(), HttpResponse.BodyHandlers.discarding());
            }
        }
        call(jar, "proxy_session_stop", "{}");
        recording = false;
        return session;
    }

    @Test
    void aRunEndsThoughItsServerAndAWorkerAreKilledAndNoOrderIsSentTwice() throws Exception {
        String id;
        try (JarProcess server = start(); JarProcess first = start("worker", "--concurrency", Integer.toString(CONCURRENCY), "--name", "first")) {
            first.lineWith("takes jobs from embedded");
            String session = record(server);
            JsonObject begun = call(server, "proxy_replay_enqueue", "{\"session_id\":\"" + session + "\",\"allow_unsafe\":true,\"limit\":1000}");
            assertEquals(ORDERS, number(begun, "enqueued"));
            id = begun.string("replayId").orElseThrow();
            assertTrue(held.await(30, TimeUnit.SECONDS), "the run does not get there");
            server.process().destroyForcibly();
            first.process().destroyForcibly();
            assertTrue(server.process().waitFor(20, TimeUnit.SECONDS) && first.process().waitFor(20, TimeUnit.SECONDS));
        }
        released.countDown();
        try (JarProcess second = start("worker", "--name", "second"); JarProcess next = start()) {
            JsonObject done = call(next, "proxy_replay_status", "{\"replay_id\":\"" + id + "\",\"wait_ms\":60000}");
            assertEquals("done 60 0", done.string("state").orElseThrow() + " " + number(done, "executedCount") + " " + number(done, "skippedCount"));
            assertEquals("56 {\"unknown\":4}", number(done, "successCount") + " " + Json.text(done.get("errorBuckets").orElseThrow()));
            assertEquals(Set.of(1), Set.copyOf(orders.values()));
            assertEquals(ORDERS, orders.size());
            JsonObject run = (JsonObject) call(next, "proxy_replay_worker_status", "{\"replay_id\":\"" + id + "\"}").array("runs").orElseThrow().values().get(0);
            assertEquals("ended 60 56 4 true", run.string("state").orElseThrow() + " " + number(run, "enqueued") + " " + number(run, "ok") + " "
                    + number(run, "unknown") + " " + run.get("balanced").orElseThrow());
            second.terminate();
            assertEquals(0, second.exit());
        }
    }

    /** Orders that its own workers have sent are waited for: their answers are counted, and none becomes unknown. */
    @Test
    void aServerThatEndsLetsItsWorkersEnd() throws Exception {
        String id;
        try (JarProcess server = start()) {
            String session = record(server);
            id = call(server, "proxy_replay_enqueue", "{\"session_id\":\"" + session + "\",\"allow_unsafe\":true,\"limit\":1000,\"workers\":1,\"concurrency\":"
                    + CONCURRENCY + "}").string("replayId").orElseThrow();
            assertTrue(held.await(30, TimeUnit.SECONDS), "the run does not get there");
            server.terminate();
            assertFalse(server.process().waitFor(2, TimeUnit.SECONDS), "it did not wait for what is in flight");
            released.countDown();
            server.exit(); // By its number if standard input ended first, as it does here.
        }
        try (JarProcess second = start("worker", "--name", "second"); JarProcess next = start()) {
            JsonObject done = call(next, "proxy_replay_status", "{\"replay_id\":\"" + id + "\",\"wait_ms\":60000}");
            assertEquals("done 60 {}", done.string("state").orElseThrow() + " " + number(done, "successCount") + " "
                    + Json.text(done.get("errorBuckets").orElse(JsonObject.EMPTY)));
            assertEquals(Set.of(1), Set.copyOf(orders.values()));
            second.terminate();
            assertEquals(0, second.exit());
        }
    }
}
