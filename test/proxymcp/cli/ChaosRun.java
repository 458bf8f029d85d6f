package proxymcp.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import proxymcp.json.Json;
import proxymcp.json.JsonObject;
import proxymcp.replay.queue.resp.CutProxy;
import proxymcp.replay.queue.resp.RedisServer;

/**
 * One run with faults: a server that enqueues it, three worker processes, and a Redis behind a proxy that can cut, or the embedded queue. Faults come one
 * after the other, each at a moment that the requests at the origin tell; half of them meet requests that the origin holds.
 */
final class ChaosRun implements AutoCloseable {
    static final int WORKERS = 3;
    static final int LEASE_MILLIS = 700;
    private static final int IN_FLIGHT = 4;
    private static final long PATIENCE_SECONDS = 60;
    /** Starts faster on a busy machine; how fast it runs then is of no matter here. */
    private static final String JVM_OPTIONS = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC";

    /** What can go wrong. */
    enum Fault { KILL_WORKER, STOP_WORKER, KILL_COORDINATOR, KILL_REDIS, CUT_CONNECTIONS }

    private final Path folder;
    private final ChaosOrigin origin;
    private final SplittableRandom random;
    private final Optional<RedisServer> redis;
    private final Optional<CutProxy> connections;
    private final List<JarProcess> workers = new ArrayList<>();
    private int workersStarted;
    private JarProcess coordinator;
    private String replayId = "";

    private ChaosRun(Path folder, ChaosOrigin origin, SplittableRandom random, Optional<RedisServer> redis, Optional<CutProxy> connections) throws IOException {
        this.folder = folder;
        this.origin = origin;
        this.random = random;
        this.redis = redis;
        this.connections = connections;
        this.coordinator = startCoordinator();
        for (int i = 0; i < WORKERS; i++) {
            startWorker();
        }
    }

    static ChaosRun start(Path folder, boolean onRedis, ChaosOrigin origin, SplittableRandom random) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        if (!onRedis) {
            return new ChaosRun(folder, origin, random, Optional.empty(), Optional.empty());
        }
        RedisServer server = RedisServer.start(folder.resolve("redis"));
        return new ChaosRun(folder, origin, random, Optional.of(server), Optional.of(new CutProxy(server.port())));
    }

    private String queue() {
        return connections.map(proxy -> "redis://127.0.0.1:" + proxy.port() + "/0").orElse("embedded");
    }

    private ProcessBuilder builder() {
        ProcessBuilder builder = new ProcessBuilder();
        builder.environment().put("JDK_JAVA_OPTIONS", JVM_OPTIONS);
        builder.environment().put("PROXY_MCP_LEASE_MS", Integer.toString(LEASE_MILLIS));
        return builder;
    }

    private JarProcess startCoordinator() throws IOException {
        return JarProcess.start(builder(), folder.resolve("home"));
    }

    private void startWorker() throws IOException {
        workers.add(JarProcess.start(builder(), folder.resolve("home"), "worker", "--queue", queue(), "--concurrency", Integer.toString(IN_FLIGHT),
                "--name", "worker-" + ++workersStarted));
    }

    JsonObject call(String tool, String arguments) throws IOException {
        JsonObject result = coordinator.tool(tool, arguments);
        return result.object("structuredContent").orElseThrow(() -> new AssertionError(Json.text(result) + "; stderr: " + coordinator.err()));
    }

    /** Puts the requests of a HAR file into the queue. */
    void enqueue(String har, String arguments) throws IOException {
        Path file = folder.resolve("requests.har");
        Files.writeString(file, har, StandardCharsets.UTF_8);
        JsonObject imported = call("proxy_import_har", "{\"har_file\":\"" + file + "\"}");
        String session = imported.object("session").flatMap(made -> made.string("id")).orElseThrow(() -> new AssertionError(Json.text(imported)));
        JsonObject begun = call("proxy_replay_enqueue", "{\"session_id\":\"" + session + "\",\"queue\":\"" + queue() + "\",\"limit\":5000,\"sort\":\"asc\","
                + arguments + "}");
        replayId = begun.string("replayId").orElseThrow();
    }

    /** Has all faults happen, spread over {@code requests} requests, and lets the run end; what {@code proxy_replay_status} says then. */
    JsonObject suffer(List<Fault> faults, int requests) throws Exception {
        int step = requests / (faults.size() + 1);
        for (int number = 0; number < faults.size(); number++) {
            int at = step * number + random.nextInt(step / 2, step);
            boolean held = random.nextBoolean();
            origin.holdAfter(held ? at : at + step / 3);
            assertTrue(origin.awaitArrivals(held ? at + 1 : at, PATIENCE_SECONDS), () -> "the run does not go on; " + workersSay());
            happen(faults.get(number), () -> origin.holdAfter(at + step / 2));
        }
        origin.holdAfter(Integer.MAX_VALUE);
        return call("proxy_replay_status", "{\"replay_id\":\"" + replayId + "\",\"wait_ms\":60000,\"limit\":5000,\"max_chars\":200000}");
    }

    /** Lets requests go on once the worst has happened. */
    private void happen(Fault fault, Runnable goOn) throws Exception {
        int victim = random.nextInt(workers.size());
        switch (fault) {
            case KILL_WORKER -> {
                kill(workers.remove(victim));
                goOn.run();
                startWorker();
            }
            case STOP_WORKER -> {
                signal("STOP", workers.get(victim));
                goOn.run();
                Thread.sleep(LEASE_MILLIS * 2L); // What its lease is by any clock is over then; that is the fault.
                signal("CONT", workers.get(victim));
            }
            case KILL_COORDINATOR -> {
                kill(coordinator);
                goOn.run();
                coordinator = startCoordinator();
                call("proxy_replay_status", "{\"replay_id\":\"" + replayId + "\",\"limit\":0}");
            }
            case KILL_REDIS -> {
                redis.orElseThrow().kill();
                goOn.run();
                redis.orElseThrow().startAgain();
            }
            case CUT_CONNECTIONS -> {
                connections.orElseThrow().cut();
                goOn.run();
                for (int i = 0; i < 5; i++) {
                    connections.orElseThrow().cutAfterAnswerBytes(random.nextInt(1, 2_000));
                    Thread.sleep(random.nextInt(40)); // Long enough for some of what was sent again to be cut again.
                }
            }
        }
    }

    private static void kill(JarProcess process) throws InterruptedException {
        process.process().destroyForcibly().waitFor();
    }

    private static void signal(String name, JarProcess process) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.process().pid())).inheritIO().start();
        assertTrue(kill.waitFor() == 0, "kill -" + name);
    }

    /** The run as its queue has it. */
    JsonObject queued() throws IOException {
        JsonObject shown = call("proxy_replay_worker_status", "{\"replay_id\":\"" + replayId + "\"}");
        return (JsonObject) shown.array("runs").orElseThrow().values().getFirst();
    }

    /** Has all workers end: what one of them sends late has come when this returns. */
    void endWorkers() throws InterruptedException {
        workers.forEach(JarProcess::terminate);
        for (JarProcess worker : workers) {
            assertTrue(worker.process().waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), () -> "a worker does not end; " + workersSay());
        }
    }

    private String workersSay() {
        StringBuilder said = new StringBuilder("coordinator: ").append(coordinator.err());
        workers.forEach(worker -> said.append("\nworker: ").append(worker.err()));
        return said.toString();
    }

    @Override
    public void close() throws IOException {
        workers.forEach(JarProcess::close);
        coordinator.close();
        workers.forEach(worker -> worker.process().onExit().join()); // The test's folder is deleted next.
        coordinator.process().onExit().join();
        if (connections.isPresent()) {
            connections.get().close();
        }
        redis.ifPresent(RedisServer::close);
    }
}
