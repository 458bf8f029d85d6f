package bench;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import proxymcp.Programs;
import proxymcp.json.JsonObject;
import proxymcp.replay.ReplayId;
import proxymcp.replay.queue.Job;
import proxymcp.replay.queue.JobCounts;
import proxymcp.replay.queue.JobId;
import proxymcp.replay.queue.JobQueue;
import proxymcp.replay.queue.JobResult;
import proxymcp.replay.queue.KeptOctets;
import proxymcp.replay.queue.Lease;
import proxymcp.replay.queue.QueueException;
import proxymcp.replay.queue.QueueUrl;
import proxymcp.replay.queue.RedisQueue;
import proxymcp.replay.queue.RunHeader;
import proxymcp.replay.queue.WorkerId;
import proxymcp.replay.queue.resp.RedisServer;
import proxymcp.replay.queue.resp.RespSettings;

/**
 * Jobs that do nothing, leased, noted as being sent and committed, each as a worker would: by 128 at a time of 2 workers, in a Redis that forces each write
 * ({@code appendfsync always}), and once more without forcing, which tells what of it is the disk.
 */
final class QueueRedisBench {
    private static final int JOBS = 20_000;
    private static final int WORKERS = 2;
    private static final int CONCURRENCY = 128;
    private static final int PAYLOAD_BYTES = 300;
    private static final int WANTED = 5_000;

    private QueueRedisBench() {}

    static List<Result> run(Path scratch) throws Exception {
        String what = "queue-redis: no-op jobs, 300 bytes, leased, sent and committed";
        if (Programs.find("redis-server").isEmpty()) {
            return List.of(Result.skipped(what, ">= 5,000/s", "redis-server is not installed"));
        }
        List<Result> results = new ArrayList<>();
        for (String fsync : List.of("always", "everysec")) {
            Path folder = Files.createDirectory(scratch.resolve("redis-" + fsync));
            try (RedisServer server = RedisServer.start(folder, "--appendfsync", fsync)) {
                dispatch(server, 0);
                double rate = dispatch(server, 1);
                results.add(Result.of(what + ", appendfsync " + fsync, ">= 5,000/s", String.format(Locale.ROOT, "%.0f/s", rate), rate >= WANTED));
            }
        }
        return results;
    }

    private static RedisQueue open(RedisServer server) throws QueueException {
        return RedisQueue.open(new QueueUrl.Redis("127.0.0.1", server.port(), 0, Optional.empty(), Optional.empty(), false),
                RespSettings.of(Optional.empty()), false, System::nanoTime);
    }

    /** Jobs a second. */
    private static double dispatch(RedisServer server, int round) throws Exception {
        ReplayId run = new ReplayId("replay_2026010100000" + round + "_aaaaaaaa");
        byte[] payload = "p".repeat(PAYLOAD_BYTES).getBytes(StandardCharsets.US_ASCII);
        List<Job> jobs = new ArrayList<>();
        for (int i = 0; i < JOBS; i++) {
            jobs.add(new Job(new JobId(run, i), Optional.empty(), false, payload, KeptOctets.NONE));
        }
        try (RedisQueue coordinator = open(server); ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            coordinator.enqueue(new RunHeader(run, JOBS, 0, 3, 60_000, OptionalDouble.empty(), 1, OptionalInt.empty(), JsonObject.EMPTY), jobs);
            long start = System.nanoTime();
            List<Future<Integer>> workers = new ArrayList<>();
            for (int i = 0; i < WORKERS; i++) {
                WorkerId worker = new WorkerId("worker-" + i);
                workers.add(threads.submit(() -> work(server, worker)));
            }
            int done = 0;
            for (Future<Integer> worker : workers) {
                done += worker.get();
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            JobCounts counts = coordinator.stats(run);
            if (done != JOBS || counts.ok() != JOBS || !counts.balanced()) {
                throw new IllegalStateException("not all were counted once: " + counts);
            }
            coordinator.forget(run);
            return JOBS / seconds;
        }
    }

    /** As a worker does: what has room is leased while the others are under way. */
    private static int work(RedisServer server, WorkerId worker) throws Exception {
        JobResult result = new JobResult(true, OptionalInt.of(200), 0, 0, "", "", Optional.empty(), JsonObject.EMPTY, KeptOctets.NONE);
        Semaphore room = new Semaphore(CONCURRENCY);
        AtomicInteger done = new AtomicInteger();
        try (RedisQueue queue = open(server); ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            while (true) {
                // A few at a time would cost a round trip, and a forced write, for each few.
                room.acquire(CONCURRENCY / 2);
                int free = CONCURRENCY / 2 + room.drainPermits();
                List<Lease> leases = queue.lease(worker, free, Duration.ZERO);
                if (leases.isEmpty()) {
                    break;
                }
                room.release(free - leases.size());
                for (Lease lease : leases) {
                    threads.submit(() -> {
                        if (queue.sending(lease) && queue.commit(lease, result) == JobQueue.Commit.COUNTED) {
                            done.incrementAndGet();
                        }
                        room.release();
                        return null;
                    });
                }
            }
            threads.shutdown();
            if (!threads.awaitTermination(60, TimeUnit.SECONDS)) {
                throw new IllegalStateException("jobs are under way for a minute");
            }
        }
        return done.get();
    }
}
