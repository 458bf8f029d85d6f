package bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import proxymcp.json.JsonObject;
import proxymcp.replay.ReplayId;
import proxymcp.replay.queue.EmbeddedQueue;
import proxymcp.replay.queue.Job;
import proxymcp.replay.queue.JobCounts;
import proxymcp.replay.queue.JobId;
import proxymcp.replay.queue.JobQueue;
import proxymcp.replay.queue.JobResult;
import proxymcp.replay.queue.KeptOctets;
import proxymcp.replay.queue.Lease;
import proxymcp.replay.queue.RunHeader;
import proxymcp.replay.queue.WorkerId;
import proxymcp.store.StoreFiles;

/** Jobs that do nothing, through a queue: how many a second are leased and committed, and how much disk a million of them takes. */
final class QueueBench {
    private static final int WORKERS = 4;
    private static final int IN_FLIGHT = 256;
    private static final int JOBS = 100_000;
    private static final int MANY = 1_000_000;

    private QueueBench() {}

    static List<Result> embedded(Path scratch) throws Exception {
        List<Result> results = new ArrayList<>();
        Path home = Files.createDirectory(scratch.resolve("home-queue"));
        try {
            double forces = forcesPerSecond(home.resolve("forced"));
            dispatch(home.resolve("warm"), 20_000);
            double rate = dispatch(home.resolve("queue"), JOBS);
            results.add(Result.of("queue, embedded: no-op jobs, lease and commit", ">= 10,000/s",
                    String.format(Locale.ROOT, "%,.0f/s by %d workers of %d in flight; the disk forces %,.0f times/s", rate, WORKERS, IN_FLIGHT, forces), rate >= 10_000));
            results.add(disk(home.resolve("many")));
        } finally {
            Main.delete(home);
        }
        return results;
    }

    private static EmbeddedQueue open(Path folder) throws IOException {
        return EmbeddedQueue.open(folder, StoreFiles.DISK, System::currentTimeMillis, new Random());
    }

    private static double dispatch(Path folder, int count) throws Exception {
        ReplayId run = new ReplayId("replay_20260301120000_0000000b");
        List<EmbeddedQueue> queues = new ArrayList<>();
        try (ExecutorService workers = Executors.newCachedThreadPool()) {
            for (int i = 0; i < WORKERS; i++) {
                queues.add(open(folder));
            }
            queues.getFirst().enqueue(header(run, count), jobs(run, count));
            long begin = System.nanoTime();
            List<Future<?>> ends = new ArrayList<>();
            for (int i = 0; i < WORKERS; i++) {
                JobQueue queue = queues.get(i);
                WorkerId id = new WorkerId("bench~" + i);
                ends.add(workers.submit(() -> {
                    work(queue, id);
                    return true;
                }));
            }
            for (Future<?> end : ends) {
                end.get();
            }
            double seconds = (System.nanoTime() - begin) / 1e9;
            JobCounts counts = queues.getFirst().stats(run);
            if (counts.ok() != count || !counts.balanced()) {
                throw new IllegalStateException("not all jobs were done: " + counts);
            }
            return count / seconds;
        } finally {
            queues.forEach(EmbeddedQueue::close);
        }
    }

    /** Each commit is a call of its own, as those of requests are. */
    private static void work(JobQueue queue, WorkerId id) throws Exception {
        try (ExecutorService requests = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Lease> leases = queue.lease(id, IN_FLIGHT, Duration.ZERO);
            while (!leases.isEmpty()) {
                List<Future<JobQueue.Commit>> commits = new ArrayList<>();
                for (Lease lease : leases) {
                    commits.add(requests.submit(() -> queue.commit(lease, DONE)));
                }
                for (Future<JobQueue.Commit> commit : commits) {
                    if (commit.get() != JobQueue.Commit.COUNTED) {
                        throw new IllegalStateException("a commit was superseded");
                    }
                }
                leases = queue.lease(id, IN_FLIGHT, Duration.ZERO);
            }
        }
    }

    private static Result disk(Path folder) throws Exception {
        ReplayId run = new ReplayId("replay_20260301120000_0000000c");
        double seconds;
        double again;
        try (EmbeddedQueue queue = open(folder)) {
            long begin = System.nanoTime();
            queue.enqueue(header(run, MANY), jobs(run, MANY));
            seconds = (System.nanoTime() - begin) / 1e9;
        }
        long begin = System.nanoTime();
        open(folder).close();
        again = (System.nanoTime() - begin) / 1e9;
        long bytes = 0;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                bytes += Files.isRegularFile(file) ? Files.size(file) : 0;
            }
        }
        return Result.of("queue, embedded: 1,000,000 jobs on disk", "<= 200 MB",
                String.format(Locale.ROOT, "%,d MB; put in within %.1f s, opened within %.1f s", bytes / 1_000_000, seconds, again), bytes <= 200_000_000);
    }

    private static double forcesPerSecond(Path file) throws IOException {
        int rounds = 200;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            long begin = System.nanoTime();
            for (int i = 0; i < rounds; i++) {
                channel.write(ByteBuffer.allocate(4_096));
                channel.force(false);
            }
            return rounds / ((System.nanoTime() - begin) / 1e9);
        }
    }

    private static final JobResult DONE = new JobResult(true, OptionalInt.of(200), 0, 1, "", "", Optional.empty(), JsonObject.EMPTY, KeptOctets.NONE);

    private static RunHeader header(ReplayId run, int count) {
        return new RunHeader(run, count, 0, 3, 30_000, OptionalDouble.empty(), 1, OptionalInt.empty(), JsonObject.EMPTY);
    }

    private static Iterable<Job> jobs(ReplayId run, int count) {
        return () -> new Iterator<>() {
            private final Iterator<Integer> indexes = IntStream.range(0, count).iterator();

            @Override
            public boolean hasNext() {
                return indexes.hasNext();
            }

            @Override
            public Job next() {
                int index = indexes.next();
                return new Job(new JobId(run, index), Optional.empty(), false, request(index), KeptOctets.NONE);
            }
        };
    }

    /** A request as browsers send it, each with an id of its own. */
    private static byte[] request(int index) {
        long id = index * 0x9E3779B97F4A7C15L;
        return ("GET /api/v1/items/" + index + "?page=" + index % 17 + " HTTP/1.1\r\nHost: shop.example\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\n"
                + "Accept: application/json\r\nAccept-Language: en-GB,en;q=0.8\r\nAccept-Encoding: gzip, deflate, br\r\nCookie: sid=" + Long.toHexString(id)
                + "; theme=dark\r\nX-Request-Id: " + Long.toHexString(~id) + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
    }
}
