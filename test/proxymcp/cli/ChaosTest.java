package proxymcp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static proxymcp.cli.ChaosRun.Fault.CUT_CONNECTIONS;
import static proxymcp.cli.ChaosRun.Fault.KILL_COORDINATOR;
import static proxymcp.cli.ChaosRun.Fault.KILL_REDIS;
import static proxymcp.cli.ChaosRun.Fault.KILL_WORKER;
import static proxymcp.cli.ChaosRun.Fault.STOP_WORKER;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import proxymcp.Programs;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/**
 * Replay by worker processes that are killed and stopped, through a Redis that is killed and connections that are cut, with a server that is killed: whatever
 * happens each request is counted once, and none that may change something comes twice. The origin's own counts are the judge.
 *
 * <p>{@code -Dproxymcp.chaos.runs} gives the number of runs, {@code -Dproxymcp.chaos.seed} the first one's seed; the name of a run tells what it needs to be
 * run again alone.
 */
@Timeout(value = 24, unit = TimeUnit.HOURS)
final class ChaosTest {
    private static final int RUNS = Integer.getInteger("proxymcp.chaos.runs", 6);
    private static final long SEED = Long.getLong("proxymcp.chaos.seed", 0);
    private static final int REQUESTS = 160;
    private static final int FAULTS_MAX = 4;
    /** Those of the first runs: each fault meets each engine that knows it. */
    private static final List<List<ChaosRun.Fault>> FIRST = List.of(
            List.of(KILL_WORKER, STOP_WORKER), List.of(KILL_REDIS, KILL_WORKER),
            List.of(KILL_COORDINATOR, KILL_WORKER), List.of(CUT_CONNECTIONS, STOP_WORKER),
            List.of(STOP_WORKER, KILL_COORDINATOR), List.of(KILL_COORDINATOR, KILL_REDIS, CUT_CONNECTIONS));

    @TempDir
    Path folder;

    /** One run: all that is random in it is drawn from the seed, and its even ones use the embedded queue. */
    private record Chaos(long seed, boolean onRedis, List<ChaosRun.Fault> faults) {
        static Chaos of(long seed) {
            boolean onRedis = Math.floorMod(seed, 2) == 1;
            if (seed >= 0 && seed < FIRST.size()) {
                return new Chaos(seed, onRedis, FIRST.get((int) seed));
            }
            Random random = new Random(seed);
            List<ChaosRun.Fault> known = new ArrayList<>(List.of(ChaosRun.Fault.values()));
            if (!onRedis) {
                known.removeAll(List.of(KILL_REDIS, CUT_CONNECTIONS));
            }
            List<ChaosRun.Fault> faults = new ArrayList<>();
            int count = random.nextInt(2, FAULTS_MAX + 1);
            while (faults.size() < count) {
                faults.add(known.get(random.nextInt(known.size())));
            }
            Collections.shuffle(faults, random);
            return new Chaos(seed, onRedis, faults);
        }

        @Override
        public String toString() {
            return "seed " + seed + (onRedis ? ", Redis: " : ", embedded: ") + faults;
        }
    }

    static Stream<Chaos> runs() {
        return IntStream.range(0, RUNS).mapToObj(run -> Chaos.of(SEED + run));
    }

    @ParameterizedTest
    @MethodSource("runs")
    void eachRequestIsCountedOnceAndNoUnsafeOneComesTwice(Chaos chaos) throws Exception {
        if (chaos.onRedis()) {
            Programs.require("redis-server");
        }
        SplittableRandom random = new SplittableRandom(chaos.seed());
        try (ChaosOrigin origin = new ChaosOrigin(random.nextLong());
                ChaosRun run = ChaosRun.start(folder, chaos.onRedis(), origin, random)) {
            run.enqueue(har(origin.url()), "\"allow_unsafe\":true,\"captures\":[{\"from_url_contains\":\"/login\",\"select\":\"json:$.token\",\"as\":\"token\"}],"
                    + "\"overrides\":[{\"match\":{\"url_contains\":\"/chain/\"},\"set_headers\":{\"Authorization\":\"Bearer {token}\"}}]"
                    + (random.nextBoolean() ? ",\"per_host_concurrency\":8" : ""));
            JsonObject status = run.suffer(chaos.faults(), REQUESTS);
            JsonObject queued = run.queued();
            Map<String, Map<String, Integer>> recorded = recorded(run, status);
            run.endWorkers();
            agree(status, queued);
            held(origin, status, recorded);
        }
    }

    /** A login, what needs its token, and others: a third may change something, some fail. */
    private static String path(int index) {
        return switch (index % 10) {
            case 0 -> index == 0 ? "/login" : "/chain/" + index;
            case 2, 5, 7 -> "/order/" + index;
            case 4 -> "/fail/" + index;
            case 8 -> index % 20 == 8 ? "/order/fail/" + index : "/item/" + index;
            default -> "/item/" + index;
        };
    }

    private static boolean isUnsafe(String path) {
        return path.startsWith("/order/");
    }

    private static String har(String url) {
        List<JsonValue> entries = new ArrayList<>();
        for (int index = 0; index < REQUESTS; index++) {
            JsonObject.Builder request = JsonObject.builder().put("method", isUnsafe(path(index)) ? "POST" : "GET").put("url", url + path(index))
                    .put("httpVersion", "HTTP/1.1").put("cookies", JsonArray.EMPTY).put("queryString", JsonArray.EMPTY).put("headersSize", -1)
                    .put("headers", JsonArray.of(JsonObject.builder().put("name", "Host").put("value", URI.create(url).getAuthority()).build()));
            if (isUnsafe(path(index))) {
                request.put("postData", JsonObject.builder().put("mimeType", "application/json").put("text", "{\"order\":" + index + "}").build());
            }
            JsonObject response = JsonObject.builder().put("status", 200).put("statusText", "OK").put("httpVersion", "HTTP/1.1")
                    .put("cookies", JsonArray.EMPTY).put("headers", JsonArray.EMPTY).put("redirectURL", "").put("headersSize", -1).put("bodySize", 2)
                    .put("content", JsonObject.builder().put("size", 2).put("mimeType", "application/json").put("text", "{}").build()).build();
            entries.add(JsonObject.builder().put("startedDateTime", String.format("2026-01-01T00:00:00.%03dZ", index)).put("time", 1)
                    .put("request", request.build()).put("response", response).put("cache", JsonObject.EMPTY)
                    .put("timings", JsonObject.builder().put("send", 0).put("wait", 1).put("receive", 0).build()).build());
        }
        return Json.text(JsonObject.builder().put("log", JsonObject.builder().put("version", "1.2")
                .put("creator", JsonObject.builder().put("name", "test").put("version", "1").build()).put("entries", new JsonArray(entries)).build()).build());
    }

    private static long number(JsonObject object, String name) {
        return object.get(name).orElse(JsonNumber.of(0)) instanceof JsonNumber number ? number.exactLong().orElse(0) : 0;
    }

    private static List<JsonObject> rows(JsonObject of) {
        List<JsonObject> rows = new ArrayList<>();
        for (JsonValue row : of.array("items").orElseThrow()) {
            rows.add((JsonObject) row);
        }
        return rows;
    }

    private static String pathOf(JsonObject row, String member) {
        return URI.create(row.string(member).orElseThrow()).getPath();
    }

    /** How often each path stands in each session that the run recorded to. */
    private static Map<String, Map<String, Integer>> recorded(ChaosRun run, JsonObject status) throws IOException {
        List<String> sessions = new ArrayList<>();
        for (JsonValue session : status.array("replaySessionIds").orElse(JsonArray.of(new JsonString(status.string("replaySessionId").orElseThrow())))) {
            sessions.add(((JsonString) session).value());
        }
        Map<String, Map<String, Integer>> recorded = new HashMap<>();
        for (String session : sessions) {
            JsonObject listed = run.call("proxy_query_session", "{\"session_id\":\"" + session
                    + "\",\"state\":\"complete\",\"limit\":5000,\"fields\":[\"seq\",\"url\"],\"max_chars\":200000}");
            assertEquals(number(listed, "total"), rows(listed).size());
            Map<String, Integer> paths = recorded.computeIfAbsent(session, any -> new HashMap<>());
            rows(listed).forEach(row -> paths.merge(pathOf(row, "url"), 1, Integer::sum));
        }
        return recorded;
    }

    /** The queue's counts add up, and are those of the run. */
    private static void agree(JsonObject status, JsonObject queued) {
        String both = Json.text(queued) + " " + Json.text(JsonObject.builder().putAll(status).put("items", JsonArray.EMPTY).build());
        assertEquals("done ended true", status.string("state").orElseThrow() + " " + queued.string("state").orElseThrow() + " "
                + Json.text(queued.get("balanced").orElseThrow()), both);
        assertEquals(REQUESTS, number(queued, "enqueued"), both);
        assertEquals(REQUESTS, number(queued, "ok") + number(queued, "failed") + number(queued, "dead") + number(queued, "cancelled")
                + number(queued, "unknown"), both);
        assertEquals("0 0 0", number(queued, "cancelled") + " " + number(queued, "leased") + " " + number(queued, "waiting"), both);
        assertEquals(number(queued, "ok"), number(status, "successCount"), both);
        assertEquals(number(queued, "failed") + number(queued, "dead") + number(queued, "unknown"),
                number(status, "errorCount") + number(status, "skippedCount"), both);
        assertEquals(number(queued, "unknown"), number(status.object("errorBuckets").orElseThrow(), "unknown"), both);
        assertEquals(REQUESTS + " 0", number(status, "executedCount") + number(status, "skippedCount") + " " + number(status, "pendingCount"), both);
    }

    /** What the origin saw is what was counted, and each answer is recorded where its item says. */
    private static void held(ChaosOrigin origin, JsonObject status, Map<String, Map<String, Integer>> recorded) {
        List<JsonObject> items = rows(status);
        assertEquals(REQUESTS, items.size());
        String newest = status.string("replaySessionId").orElseThrow();
        Map<String, Integer> left = new HashMap<>();
        recorded.forEach((session, paths) -> paths.forEach((path, count) -> {
            assertEquals(1, count, () -> path + " in " + session);
            left.merge(path, count, Integer::sum);
        }));
        for (int index = 0; index < items.size(); index++) {
            JsonObject item = items.get(index);
            String path = pathOf(item, "targetUrl");
            assertEquals(path(index), path);
            int came = origin.count(path);
            if (isUnsafe(path)) {
                assertTrue(came <= 1, () -> path + " came " + came + " times");
            }
            if (item.has("responseStatus")) {
                assertTrue(came >= 1, () -> path + " has an answer, and never came");
                assertEquals(path.contains("fail") ? 500 : 200, number(item, "responseStatus"), path);
                assertEquals(1, recorded.get(item.string("replaySessionId").orElse(newest)).getOrDefault(path, 0), () -> Json.text(item));
                left.merge(path, -1, Integer::sum);
            }
        }
        left.values().removeIf(count -> count == 0);
        assertTrue(left.isEmpty(), () -> "recorded and not counted: " + left);
        chained(origin);
    }

    /** Each request of the chain came first after the one before it, and all with the token of the login that was counted. */
    private static void chained(ChaosOrigin origin) {
        List<String> first = new ArrayList<>();
        TreeSet<String> tokens = new TreeSet<>();
        for (String line : origin.chain()) {
            String[] parts = line.split(" ", 2);
            tokens.add(parts[1]);
            if (!first.contains(parts[0])) {
                first.add(parts[0]);
            }
        }
        List<String> sorted = new ArrayList<>(first);
        sorted.sort((a, b) -> Integer.compare(number(a), number(b)));
        assertEquals(sorted, first);
        assertTrue(tokens.size() == 1 && tokens.first().startsWith("Bearer t-"), () -> "tokens of the chain: " + tokens);
    }

    private static int number(String path) {
        return Integer.parseInt(path.substring(path.lastIndexOf('/') + 1));
    }
}
