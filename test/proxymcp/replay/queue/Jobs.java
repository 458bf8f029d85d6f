package proxymcp.replay.queue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import proxymcp.json.JsonObject;
import proxymcp.replay.ReplayId;

/** Runs, jobs and results as tests of queues need them. */
final class Jobs {
    private Jobs() {}

    /** A run's id; equal numbers give equal ids. */
    static ReplayId id(int number) {
        return new ReplayId(String.format("replay_20260301120000_%08d", number));
    }

    static RunHeader header(ReplayId run, int jobCount, int attemptsMax, long leaseMillis) {
        return new RunHeader(run, jobCount, 0, attemptsMax, leaseMillis, OptionalDouble.empty(), 1, OptionalInt.empty(),
                JsonObject.builder().put("token", "secret-of-" + run).build());
    }

    static Job safe(ReplayId run, int index) {
        return job(run, index, "", false);
    }

    static Job unsafe(ReplayId run, int index) {
        return job(run, index, "", true);
    }

    static Job sharded(ReplayId run, int index, String shard) {
        return job(run, index, shard, false);
    }

    static Job job(ReplayId run, int index, String shard, boolean unsafe) {
        return new Job(new JobId(run, index), shard.isEmpty() ? Optional.empty() : Optional.of(new ShardKey(shard)), unsafe, octets("payload " + index),
                KeptOctets.of(octets("body " + index)));
    }

    /** So many safe jobs that stand alone. */
    static List<Job> safe(ReplayId run, int from, int to) {
        List<Job> jobs = new ArrayList<>();
        for (int index = from; index < to; index++) {
            jobs.add(safe(run, index));
        }
        return jobs;
    }

    static JobResult ok() {
        return result(true, Optional.empty());
    }

    static JobResult failed() {
        return result(false, Optional.empty());
    }

    static JobResult carrying(String state) {
        return result(true, Optional.of(octets(state)));
    }

    private static JobResult result(boolean ok, Optional<byte[]> carried) {
        return new JobResult(ok, OptionalInt.of(ok ? 204 : 503), 12, 34, ok ? "" : "http_5xx", ok ? "" : "the origin is down", carried,
                JsonObject.builder().put("attempts", 1).build(), KeptOctets.of(octets("exchange")));
    }

    static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static String text(byte[] octets) {
        return new String(octets, StandardCharsets.UTF_8);
    }

    static String text(KeptOctets octets) throws IOException {
        try (InputStream in = octets.open()) {
            return text(in.readAllBytes());
        }
    }

    static WorkerInfo worker(WorkerId id, WorkerInfo.State state) {
        return new WorkerInfo(id, "w-" + id.text(), "machine", 42, 4, state, 3, 1, 2);
    }

    static List<Integer> indexes(List<Lease> leases) {
        return leases.stream().map(lease -> lease.id().index()).toList();
    }

    /** {@code index state attempts} of each. */
    static List<String> ends(ResultPage page) {
        return page.ends().stream().map(end -> end.id().index() + " " + end.state().id() + " " + end.attempts()).toList();
    }
}
