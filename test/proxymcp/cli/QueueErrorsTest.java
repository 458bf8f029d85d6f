package proxymcp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.json.Json;
import proxymcp.json.JsonObject;
import proxymcp.replay.queue.resp.RedisServer;

/** Queues that will not do, as who calls the tools is told of them: code, sentence and hint; nothing is sent, and nothing that was there is lost. */
@Timeout(90)
final class QueueErrorsTest {
    private static final int REQUESTS = 20;

    @TempDir
    Path folder;

    private ChaosOrigin origin;
    private JarProcess jar;
    private String session;

    @BeforeEach
    void begin() throws IOException {
        origin = new ChaosOrigin(1);
        jar = JarProcess.start(folder.resolve("home"));
        Path har = folder.resolve("requests.har");
        Files.writeString(har, har(origin.url()), StandardCharsets.UTF_8);
        session = call("proxy_import_har", "{\"har_file\":\"" + har + "\"}").object("session").flatMap(made -> made.string("id")).orElseThrow();
    }

    @AfterEach
    void end() {
        jar.close();
        origin.close();
    }

    private static String har(String url) {
        StringBuilder entries = new StringBuilder();
        for (int i = 0; i < REQUESTS; i++) {
            entries.append(i == 0 ? "" : ",").append("{\"startedDateTime\":\"2026-01-01T00:00:00.0").append(10 + i).append("Z\",\"time\":1,\"request\":{\"method\":\"GET\","
                    + "\"url\":\"").append(url).append("/item/").append(i).append("\",\"httpVersion\":\"HTTP/1.1\",\"cookies\":[],\"headers\":[],\"queryString\":[],"
                    + "\"headersSize\":-1,\"bodySize\":0},\"response\":{\"status\":200,\"statusText\":\"OK\",\"httpVersion\":\"HTTP/1.1\",\"cookies\":[],\"headers\":[],"
                    + "\"content\":{\"size\":2,\"mimeType\":\"application/json\",\"text\":\"{}\"},\"redirectURL\":\"\",\"headersSize\":-1,\"bodySize\":2},\"cache\":{},"
                    + "\"timings\":{\"send\":0,\"wait\":1,\"receive\":0}}");
        }
        return "{\"log\":{\"version\":\"1.2\",\"creator\":{\"name\":\"test\",\"version\":\"1\"},\"entries\":[" + entries + "]}}";
    }

    private JsonObject call(String tool, String arguments) throws IOException {
        JsonObject result = jar.tool(tool, arguments);
        return result.object("structuredContent").orElseThrow(() -> new AssertionError(Json.text(result) + "; stderr: " + jar.err()));
    }

    private String arguments(String queue, String more) {
        return "{\"session_id\":\"" + session + "\",\"queue\":\"" + queue + "\"" + more + "}";
    }

    private JsonObject failure(String tool, String arguments) throws IOException {
        JsonObject result = jar.tool(tool, arguments);
        assertTrue(result.has("isError") && !result.has("structuredContent"), () -> Json.text(result));
        String text = ((JsonObject) result.array("content").orElseThrow().values().getFirst()).string("text").orElseThrow();
        assertFalse(text.contains("s3cret"), text);
        return (JsonObject) Json.parse(text);
    }

    /** Enqueueing says so; no run is left, nothing went out, and the same requests go by a queue that will do. */
    private void assertRefused(String queue, String code, String inSentence, String inHint) throws IOException {
        JsonObject refused = failure("proxy_replay_enqueue", arguments(queue, ""));
        assertEquals(code, refused.string("code").orElseThrow(), Json.text(refused));
        assertTrue(refused.string("error").orElseThrow().contains(inSentence), () -> Json.text(refused));
        assertTrue(refused.string("hint").orElse("").contains(inHint), () -> Json.text(refused));
        assertEquals("0 0", runsKept() + " " + arrived());
        assertEquals("success", call("proxy_query_session", "{\"session_id\":\"" + session + "\",\"limit\":1}").string("status").orElseThrow());
    }

    private long runsKept() throws IOException {
        Path runs = folder.resolve("home/replays");
        if (!Files.exists(runs)) {
            return 0;
        }
        try (Stream<Path> kept = Files.list(runs)) {
            return kept.filter(one -> one.getFileName().toString().startsWith("replay_")).count();
        }
    }

    private int arrived() {
        int arrived = 0;
        for (int i = 0; i < REQUESTS; i++) {
            arrived += origin.count("/item/" + i);
        }
        return arrived;
    }

    private static String url(RedisServer server, String login) {
        return "redis://" + login + "127.0.0.1:" + server.port() + "/0";
    }

    @Test
    void aServerThatIsNotThereOrTooOldIsTold() throws Exception {
        int nobody;
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            nobody = taken.getLocalPort();
        }
        assertRefused("redis://:s3cret@127.0.0.1:" + nobody + "/0", "queue_unreachable", "127.0.0.1:" + nobody + " cannot be reached", "check that the server runs");
        assertEquals("queue_unreachable", failure("proxy_replay_worker_status", "{\"queue\":\"redis://:s3cret@127.0.0.1:" + nobody + "/0\"}").string("code").orElseThrow());
        try (ServerSocket old = new ServerSocket(0, 10, InetAddress.getByName("127.0.0.1"))) {
            Thread.ofVirtual().start(() -> answerAsVersion5(old));
            assertRefused("redis://127.0.0.1:" + old.getLocalPort() + "/0", "queue_version", "Redis 5.0.14, and the queue needs 6.2 or newer", "newer Redis");
        }
        JsonObject good = call("proxy_replay_enqueue", arguments("embedded", ",\"workers\":1,\"wait_ms\":30000"));
        assertEquals("done " + REQUESTS, good.string("state").orElseThrow() + " " + arrived(), "what was refused elsewhere goes by another queue");
    }

    /** As Redis 5 does: it knows no HELLO. */
    private static void answerAsVersion5(ServerSocket server) {
        while (!server.isClosed()) {
            try (Socket client = server.accept()) {
                BufferedReader in = new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII));
                for (String line = in.readLine(); line != null; line = in.readLine()) {
                    String answer = switch (line) {
                        case "HELLO" -> "-ERR unknown command `HELLO`, with args beginning with: `3`, \r\n";
                        case "PING" -> "+PONG\r\n";
                        case "INFO" -> "$32\r\n# Server\r\nredis_version:5.0.14\r\n\r\n";
                        default -> "";
                    };
                    client.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
                }
            } catch (IOException e) {
                continue; // The client left, or the test has ended.
            }
        }
    }

    @Test
    void aLoginThatFailsIsToldWithoutThePassword() throws Exception {
        try (RedisServer server = RedisServer.start(folder.resolve("redis"), "--requirepass", "right")) {
            assertRefused(url(server, ""), "queue_auth", "NOAUTH", "give the password in the URL");
            assertRefused(url(server, ":s3cret@"), "queue_auth", "WRONGPASS", "correct user and password");
            JsonObject good = call("proxy_replay_enqueue", arguments(url(server, ":right@"), ",\"workers\":1,\"wait_ms\":30000"));
            assertEquals("done redis://127.0.0.1:" + server.port() + "/0", good.string("state").orElseThrow() + " " + good.string("queue").orElseThrow());
        }
    }

    @Test
    void aServerThatEvictsOrForgetsIsRefusedUnlessItMayForget() throws Exception {
        try (RedisServer server = RedisServer.start(folder.resolve("redis"), "--appendonly", "no")) {
            server.call("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
            assertRefused(url(server, ""), "queue_eviction", "maxmemory-policy is allkeys-lru", "set maxmemory-policy noeviction");
            server.call("CONFIG", "SET", "maxmemory-policy", "noeviction");
            assertRefused(url(server, ""), "queue_volatile", "no append-only file", "appendonly yes");
            JsonObject good = call("proxy_replay_enqueue", arguments(url(server, ""), ",\"allow_volatile_queue\":true,\"workers\":1,\"wait_ms\":30000"));
            assertEquals("done " + REQUESTS, good.string("state").orElseThrow() + " " + arrived());
        }
    }

    @Test
    void aFullServerTakesNoRunAndGoesOnOnceItHasRoom() throws Exception {
        try (RedisServer server = RedisServer.start(folder.resolve("redis"))) {
            server.call("CONFIG", "SET", "maxmemory", "1");
            assertRefused(url(server, ""), "queue_full", "OOM", "raise maxmemory");
            server.call("CONFIG", "SET", "maxmemory", "0");
            JsonObject good = call("proxy_replay_enqueue", arguments(url(server, ""), ",\"workers\":1,\"wait_ms\":30000"));
            assertEquals("done " + REQUESTS, good.string("state").orElseThrow() + " " + arrived());
            assertEquals(1, call("proxy_replay_worker_status", "{\"queue\":\"" + url(server, "") + "\"}").array("runs").orElseThrow().values().size());
        }
    }

    @Test
    void aRunWhoseQueueIsAwaySaysSoAndGoesOnWhenItIsBack() throws Exception {
        try (RedisServer server = RedisServer.start(folder.resolve("redis"))) {
            String id = call("proxy_replay_enqueue", arguments(url(server, ""), "")).string("replayId").orElseThrow();
            jar.process().destroyForcibly().waitFor();
            server.kill();
            jar = JarProcess.start(folder.resolve("home"));
            JsonObject away = call("proxy_replay_status", "{\"replay_id\":\"" + id + "\"}");
            while (away.string("state").orElseThrow().equals("running")) { // It has the run for as long as it tries, which it does at its start, too.
                away = call("proxy_replay_status", "{\"replay_id\":\"" + id + "\"}");
            }
            String said = Json.text(away);
            assertEquals("interrupted", away.string("state").orElseThrow());
            assertTrue(away.string("waitingFor").orElse("").startsWith("its queue: 127.0.0.1:" + server.port() + " cannot be reached"), said);
            server.startAgain();
            JsonObject back = call("proxy_replay_status", "{\"replay_id\":\"" + id + "\"}");
            assertEquals("running false", back.string("state").orElseThrow() + " " + back.has("waitingFor"));
            try (JarProcess worker = JarProcess.start(folder.resolve("other"), "worker", "--queue", url(server, ""))) {
                JsonObject done = call("proxy_replay_status", "{\"replay_id\":\"" + id + "\",\"wait_ms\":60000}");
                assertEquals("done " + REQUESTS, done.string("state").orElseThrow() + " " + arrived(), worker::err);
            }
        }
    }
}
