package bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import proxymcp.Programs;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;
import proxymcp.replay.queue.resp.RedisServer;

/**
 * Requests a second of 1, 2 and 4 worker processes with 16 in flight each, against an origin that takes 20 ms, beside a replay by one process with 16 in
 * flight. The rate of workers is the queue's: from when all jobs were in it to when the last one ended. Answers are recorded all the while.
 */
final class QueueWorkersBench {
    private static final int REQUESTS = 6_000;
    private static final int IN_FLIGHT = 16;
    private static final int LATENCY_MILLIS = 20;
    /** Runs that are not measured: with one alone, half of the processor time of the next is the compiler's. */
    private static final int WARM_RUNS = 2;
    private static final double WANTED = 3.2;

    private QueueWorkersBench() {}

    static List<Result> run(Path scratch) throws Exception {
        List<Result> results = new ArrayList<>();
        try (Child origin = ProxyBench.origin()) {
            String url = "http://127.0.0.1:" + ProxyBench.port(origin.awaitLine("port")) + "/wait/" + LATENCY_MILLIS;
            Path har = Files.writeString(scratch.resolve("workers.har"), har(url));
            results.add(measure("embedded", scratch.resolve("workers-embedded"), har, "embedded"));
            if (Programs.find("redis-server").isEmpty()) {
                results.add(Result.skipped(what("Redis"), target(), "redis-server is not installed"));
                return results;
            }
            try (RedisServer server = RedisServer.start(scratch.resolve("workers-redis-server"))) {
                results.add(measure("Redis", scratch.resolve("workers-redis"), har, "redis://127.0.0.1:" + server.port() + "/0"));
            }
        }
        return results;
    }

    private static String what(String engine) {
        return "queue, " + engine + ": 1, 2, 4 workers of " + IN_FLIGHT + " in flight";
    }

    private static String target() {
        return "4 workers >= " + WANTED + "x one";
    }

    private static Result measure(String engine, Path home, Path har, String queue) throws Exception {
        try (McpClient server = new McpClient(home)) {
            JsonObject imported = server.call("proxy_import_har", JsonObject.builder().put("har_file", har.toString()).build());
            String session = imported.object("session").flatMap(made -> made.string("id")).orElseThrow();
            alone(server, session);
            double alone = alone(server, session);
            double[] rates = new double[3];
            for (int i = 0; i < rates.length; i++) {
                rates[i] = workers(server, home, session, queue, 1 << i);
            }
            return Result.of(what(engine), target(), String.format(Locale.ROOT, "%.0f, %.0f, %.0f/s; by one process %.0f/s; 2: %.2fx, 4: %.2fx",
                    rates[0], rates[1], rates[2], alone, rates[1] / rates[0], rates[2] / rates[0]), rates[2] / rates[0] >= WANTED);
        }
    }

    private static JsonObject.Builder all(String session) {
        return JsonObject.builder().put("session_id", session).put("limit", REQUESTS).put("wait_ms", 300_000);
    }

    private static double alone(McpClient server, String session) throws IOException {
        JsonObject run = server.call("proxy_replay_session", all(session).put("mode", "execute").put("concurrency", IN_FLIGHT).put("max_chars", 2_000).build());
        return succeeded(run).decimal("requestsPerSecond");
    }

    /** A result, by name. */
    private record Numbers(JsonObject of) {
        double decimal(String name) {
            return of.get(name).orElseThrow() instanceof JsonNumber number ? Double.parseDouble(Json.text(number)) : 0;
        }
    }

    private static Numbers succeeded(JsonObject run) {
        Numbers numbers = new Numbers(run);
        if (numbers.decimal("successCount") != REQUESTS) {
            throw new IllegalStateException("not all succeeded: " + Json.text(run.object("errorBuckets").orElse(JsonObject.EMPTY)));
        }
        return numbers;
    }

    /** The rate of so many workers, after some runs that are not measured. */
    private static double workers(McpClient server, Path home, String session, String queue, int count) throws IOException {
        List<Child> workers = new ArrayList<>();
        try {
            for (int number = 1; number <= count; number++) {
                workers.add(Child.jar(home, List.of(), "worker", "--queue", queue, "--concurrency", Integer.toString(IN_FLIGHT), "--name",
                        "bench-" + count + "-" + number));
            }
            for (Child worker : workers) {
                worker.awaitLine("takes jobs");
                worker.drain();
            }
            for (int run = 0; run < WARM_RUNS; run++) {
                enqueued(server, session, queue);
            }
            return enqueued(server, session, queue);
        } finally {
            for (Child worker : workers) {
                worker.close();
            }
        }
    }

    private static double enqueued(McpClient server, String session, String queue) throws IOException {
        JsonValue id = new JsonString(server.call("proxy_replay_enqueue", all(session).put("queue", queue).build()).string("replayId").orElseThrow());
        succeeded(server.call("proxy_replay_status", JsonObject.builder().put("replay_id", id).put("limit", 0).build()));
        JsonArray runs = server.call("proxy_replay_worker_status", JsonObject.builder().put("replay_id", id).build()).array("runs").orElseThrow();
        return new Numbers((JsonObject) runs.values().getFirst()).decimal("ratePerSecond");
    }

    private static String har(String url) {
        JsonObject request = JsonObject.builder().put("method", "GET").put("url", url).put("httpVersion", "HTTP/1.1").put("cookies", JsonArray.EMPTY)
                .put("headers", JsonArray.EMPTY).put("queryString", JsonArray.EMPTY).put("headersSize", -1).put("bodySize", 0).build();
        JsonObject response = JsonObject.builder().put("status", 200).put("statusText", "OK").put("httpVersion", "HTTP/1.1").put("cookies", JsonArray.EMPTY)
                .put("headers", JsonArray.EMPTY).put("content", JsonObject.builder().put("size", 2).put("mimeType", "application/json").put("text", "{}").build())
                .put("redirectURL", "").put("headersSize", -1).put("bodySize", 2).build();
        JsonObject timings = JsonObject.builder().put("send", 0).put("wait", 1).put("receive", 0).build();
        List<JsonValue> entries = new ArrayList<>();
        for (int i = 0; i < REQUESTS; i++) {
            entries.add(JsonObject.builder().put("startedDateTime", String.format(Locale.ROOT, "2026-01-01T00:00:%02d.%03dZ", i / 1_000, i % 1_000)).put("time", 1)
                    .put("request", request).put("response", response).put("cache", JsonObject.EMPTY).put("timings", timings).build());
        }
        JsonObject creator = JsonObject.builder().put("name", "bench").put("version", "1").build();
        return Json.text(JsonObject.builder().put("log", JsonObject.builder().put("version", "1.2").put("creator", creator)
                .put("entries", new JsonArray(entries)).build()).build());
    }
}
