package proxymcp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
import java.util.Optional;
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

/** A run of unsafe requests whose process is killed in the middle, and that another process goes on with. */
@Timeout(90)
final class ReplayProcessTest {
    private static final int ORDERS = 150;
    private static final int CONCURRENCY = 4;
    /** The order that comes as this one is the moment of the kill. */
    private static final int KILLED_AT = 60;

    @TempDir
    Path folder;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private HttpServer origin;
    private final AtomicInteger logins = new AtomicInteger();
    /** How often each order came. */
    private final Map<String, Integer> orders = new ConcurrentHashMap<>();
    /** What they said of who sends them. */
    private final Set<String> senders = ConcurrentHashMap.newKeySet();
    private final AtomicInteger orderCount = new AtomicInteger();
    private volatile OnOrder onOrder = number -> { };

    /** What an order waits for before it is answered; the number counts from 1. */
    private interface OnOrder {
        void came(int number) throws InterruptedException;
    }

    @BeforeEach
    void serve() throws IOException {
        origin = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        origin.setExecutor(threads);
        origin.createContext("/", this::answer);
        origin.start();
    }

    @AfterEach
    void stop() {
        origin.stop(0);
        threads.close();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            String body = "{}";
            if (exchange.getRequestURI().getPath().equals("/login")) {
                int number = logins.incrementAndGet();
                exchange.getResponseHeaders().set("Set-Cookie", "sid=s-" + number + "; Path=/; HttpOnly");
                body = "{\"token\":\"t-" + number + "\"}";
            } else {
                orders.merge(exchange.getRequestURI().getPath(), 1, Integer::sum);
                senders.add(exchange.getRequestHeaders().getFirst("Authorization") + " " + exchange.getRequestHeaders().getFirst("Cookie"));
                onOrder.came(orderCount.incrementAndGet());
            }
            byte[] octets = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, octets.length);
            exchange.getResponseBody().write(octets);
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private JarProcess start() throws IOException {
        return JarProcess.start(folder.resolve("home"));
    }

    private static JsonObject call(JarProcess jar, String tool, String arguments) throws IOException {
        JsonObject result = jar.tool(tool, arguments);
        return result.object("structuredContent").orElseThrow(() -> new AssertionError(Json.text(result)));
    }

    private static long number(JsonObject object, String name) {
        return object.get(name).orElse(JsonNumber.of(0)) instanceof JsonNumber number ? number.exactLong().orElse(0) : 0;
    }

    private static long unknown(JsonObject report) {
        return number(report.object("errorBuckets").orElseThrow(), "unknown");
    }

    /** A login and the orders, recorded; the id of the session. */
    private String record(JarProcess jar) throws Exception {
        JsonObject started = call(jar, "proxy_start", "{\"persistence_enabled\":true,\"capture_profile\":\"full\"}");
        ProxySelector proxy = ProxySelector.of(new InetSocketAddress("127.0.0.1", (int) number(started, "port")));
        try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).proxy(proxy).build()) {
            for (int i = 0; i <= ORDERS; i++) {
                URI uri = URI.create("http://127.0.0.1:" + origin.getAddress().getPort() + (i == 0 ? "/login" : "/order/" + i));
                HttpRequest request = HttpRequest.newBuilder(uri).POST(HttpRequest.BodyPublishers.ofString("{\"n\":" + i + "}")).build();
                assertEquals(200, client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode());
            }
        }
        call(jar, "proxy_stop", "{}");
        orders.clear();
        senders.clear();
        orderCount.set(0);
        return started.object("persistence").flatMap(persistence -> persistence.string("sessionId")).orElseThrow();
    }

    private static String begin(JarProcess jar, String session) throws IOException {
        JsonObject running = call(jar, "proxy_replay_session", "{\"session_id\":\"" + session + "\",\"mode\":\"execute\",\"allow_unsafe\":true,\"limit\":1000,"
                + "\"concurrency\":" + CONCURRENCY + ",\"wait_ms\":0,\"cookies\":\"jar\","
                + "\"captures\":[{\"from_url_contains\":\"/login\",\"select\":\"json:$.token\",\"as\":\"token\"}],"
                + "\"overrides\":[{\"match\":{\"url_contains\":\"/order/\"},\"set_headers\":{\"Authorization\":\"Bearer {token}\"}}]}");
        assertEquals("running", running.string("state").orElseThrow());
        return running.string("replayId").orElseThrow();
    }

    /** Another process goes on: no order comes twice, and each has the token and the session of the login before the kill. */
    private JsonObject goesOn(String id) throws Exception {
        onOrder = number -> { };
        try (JarProcess next = start()) {
            JsonObject left = call(next, "proxy_replay_status", "{\"replay_id\":\"" + id + "\"}");
            assertEquals("interrupted", left.string("state").orElseThrow());
            assertTrue(unknown(left) <= CONCURRENCY && number(left, "pendingCount") > 0, Json.text(left));
            JsonObject done = call(next, "proxy_replay_session", "{\"resume\":\"" + id + "\",\"wait_ms\":60000}");
            assertEquals("done 151 0", done.string("state").orElseThrow() + " " + number(done, "executedCount") + " " + number(done, "skippedCount"));
            assertEquals(ORDERS + 1, number(done, "successCount") + unknown(done), () -> Json.text(done));
            assertEquals(unknown(left), unknown(done));
            assertEquals(Set.of(1), Set.copyOf(orders.values()));
            assertEquals(Set.of("Bearer t-2 sid=s-2"), senders);
            assertEquals(2, logins.get(), "one was recorded, one sent");
            return done;
        }
    }

    @Test
    void ordersInFlightAtTheKillAreUnknownAndAllOthersAreSentOnce() throws Exception {
        String id;
        CountDownLatch held = new CountDownLatch(CONCURRENCY);
        CountDownLatch killed = new CountDownLatch(1);
        try (JarProcess jar = start()) {
            String session = record(jar);
            onOrder = number -> {
                if (number > KILLED_AT) {
                    held.countDown();
                    killed.await();
                }
            };
            id = begin(jar, session);
            assertTrue(held.await(30, TimeUnit.SECONDS), "the run does not get there");
            jar.process().destroyForcibly();
            assertTrue(jar.process().waitFor(20, TimeUnit.SECONDS));
        } finally {
            killed.countDown();
        }
        JsonObject done = goesOn(id);
        assertEquals(CONCURRENCY, unknown(done));
        assertEquals(ORDERS, orders.size());
    }

    @Test
    void killedAtAnyMomentNoOrderIsSentTwice() throws Exception {
        String id;
        try (JarProcess jar = start()) {
            String session = record(jar);
            onOrder = number -> {
                if (number == KILLED_AT) {
                    jar.process().destroyForcibly();
                }
            };
            id = begin(jar, session);
            assertTrue(jar.process().waitFor(30, TimeUnit.SECONDS), "the run does not get there");
        }
        JsonObject done = goesOn(id);
        assertTrue(orders.size() >= number(done, "successCount") - 1, "what succeeded came");
        assertEquals(Optional.empty(), done.string("note"));
    }
}
