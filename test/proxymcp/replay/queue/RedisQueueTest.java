package proxymcp.replay.queue;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.json.JsonObject;
import proxymcp.replay.ReplayId;
import proxymcp.replay.queue.resp.CutProxy;
import proxymcp.replay.queue.resp.RedisServer;
import proxymcp.replay.queue.resp.RespSettings;

/** The queue in a real server that is killed, whose answers are cut off, or that must be refused. What any queue holds is in the contract's test. */
@Timeout(120)
final class RedisQueueTest {
    private static final ReplayId RUN = new ReplayId("replay_20260101000000_aaaaaaaa");
    private static final WorkerId WORKER = new WorkerId("w-1");

    @TempDir Path folder;

    static RedisQueue open(int port) throws QueueException {
        return RedisQueue.open(new QueueUrl.Redis("127.0.0.1", port, 0, Optional.empty(), Optional.empty(), false),
                RespSettings.of(Optional.empty()), false, System::nanoTime);
    }

    private static RunHeader header(int jobs, int attempts, long leaseMillis) {
        return new RunHeader(RUN, jobs, 0, attempts, leaseMillis, OptionalDouble.empty(), 1, OptionalInt.empty(), JsonObject.EMPTY);
    }

    private static List<Job> jobs(int count, int shards) {
        List<Job> jobs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Optional<ShardKey> shard = shards == 0 || i % 3 == 0 ? Optional.empty() : Optional.of(new ShardKey("shard " + i % shards));
            jobs.add(new Job(new JobId(RUN, i), shard, i % 2 == 1, ("payload " + i).getBytes(StandardCharsets.UTF_8), KeptOctets.NONE));
        }
        return jobs;
    }

    private static JobResult ok(String carried) {
        return new JobResult(true, OptionalInt.of(200), 10, 5, "", "", Optional.of(carried.getBytes(StandardCharsets.UTF_8)), JsonObject.EMPTY,
                KeptOctets.NONE);
    }

    /** Works until the run has ended, and returns the jobs that it was let send, in order. */
    private static List<Integer> work(RedisQueue queue, String name) throws QueueException {
        List<Integer> sent = new ArrayList<>();
        WorkerId worker = new WorkerId(name);
        while (!queue.run(RUN).orElseThrow().state().hasEnded()) {
            for (Lease lease : queue.lease(worker, 5, Duration.ofMillis(50))) {
                if (queue.sending(lease)) {
                    sent.add(lease.id().index());
                    queue.commit(lease, ok(name));
                }
            }
        }
        return sent;
    }

    private static List<JobEnd> ends(RedisQueue queue) throws QueueException {
        List<JobEnd> ends = new ArrayList<>();
        long cursor = 0;
        while (true) {
            ResultPage page = queue.results(RUN, cursor, 7);
            if (page.ends().isEmpty()) {
                return ends;
            }
            ends.addAll(page.ends());
            cursor = page.nextCursor();
        }
    }

    /** All ended once; unsafe jobs were sent at most once, and those of a shard in order. */
    private static void assertRight(RedisQueue queue, int jobs, List<Integer> sent) throws QueueException {
        JobCounts counts = queue.stats(RUN);
        assertTrue(counts.balanced(), counts::toString);
        assertEquals(jobs, counts.enqueued());
        assertEquals(jobs, counts.ended(), counts::toString);
        TreeSet<Integer> ended = new TreeSet<>();
        for (JobEnd end : ends(queue)) {
            assertTrue(ended.add(end.id().index()), "ended once");
        }
        assertEquals(jobs, ended.size());
        TreeMap<Integer, Integer> times = new TreeMap<>();
        for (int job : sent) {
            times.merge(job, 1, Integer::sum);
        }
        for (Map.Entry<Integer, Integer> one : times.entrySet()) {
            assertTrue(one.getKey() % 2 == 0 || one.getValue() == 1, () -> "unsafe job " + one.getKey() + " was sent " + one.getValue() + " times");
        }
    }

    @Test void killedAndStartedAgainItLosesNothing() throws Exception {
        try (RedisServer server = RedisServer.start(folder); RedisQueue queue = open(server.port());
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            queue.enqueue(header(600, 20, 2_000), jobs(600, 7));
            AtomicInteger done = new AtomicInteger();
            List<Future<List<Integer>>> workers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                String name = "w-" + i;
                workers.add(threads.submit(() -> work(queue, name)));
            }
            for (int kill = 1; kill <= 3; kill++) {
                while (queue.stats(RUN).ended() < 120 * kill) {
                    done.incrementAndGet();
                }
                server.kill();
                server.startAgain();
            }
            List<Integer> sent = new ArrayList<>();
            for (Future<List<Integer>> worker : workers) {
                sent.addAll(worker.get());
            }
            assertRight(queue, 600, sent);
            assertEquals(0, queue.stats(RUN).unknown(), "no answer was lost for good");
        }
    }

    @Test void answersThatAreCutOffAreAskedForAgainAndNothingIsDoneTwice() throws Exception {
        try (RedisServer server = RedisServer.start(folder); CutProxy proxy = new CutProxy(server.port()); RedisQueue queue = open(proxy.port());
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Random random = new Random(7);
            Future<?> enqueued = threads.submit(() -> {
                queue.enqueue(header(500, 1, 60_000), jobs(500, 5));
                return null;
            });
            List<Future<List<Integer>>> workers = new ArrayList<>();
            for (int cut = 0; cut < 5; cut++) {
                proxy.cutAfterAnswerBytes(random.nextInt(40));
                queue.workers();
            }
            enqueued.get();
            for (int i = 0; i < 3; i++) {
                String name = "w-" + i;
                workers.add(threads.submit(() -> work(queue, name)));
            }
            for (int cut = 0; cut < 30; cut++) {
                proxy.cutAfterAnswerBytes(random.nextInt(2_000));
                queue.workers();
            }
            List<Integer> sent = new ArrayList<>();
            for (Future<List<Integer>> worker : workers) {
                sent.addAll(worker.get());
            }
            // With one attempt and a minute's lease a lease whose answer was lost would be dead, or the test never over.
            assertRight(queue, 500, sent);
            assertEquals(500, queue.stats(RUN).ok());
            assertEquals(0, queue.stats(RUN).superseded());
            assertTrue(proxy.cuts() > 5, () -> proxy.cuts() + " cuts");
        }
    }

    @Test void twoCoordinatorsThatEnqueueTheSameRunMakeItOnce() throws Exception {
        try (RedisServer server = RedisServer.start(folder); RedisQueue one = open(server.port()); RedisQueue two = open(server.port());
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> both = new ArrayList<>();
            for (RedisQueue queue : List.of(one, two)) {
                both.add(threads.submit(() -> {
                    queue.enqueue(header(600, 3, 60_000), jobs(600, 0));
                    return null;
                }));
            }
            for (Future<?> each : both) {
                each.get();
            }
            assertEquals(new JobCounts(600, 0, 0, 0, 0, 0, 0, 600, 0), one.stats(RUN));
            Future<List<Integer>> first = threads.submit(() -> work(one, "w-1"));
            Future<List<Integer>> second = threads.submit(() -> work(two, "w-2"));
            List<Integer> sent = new ArrayList<>(first.get());
            sent.addAll(second.get());
            Collections.sort(sent);
            assertEquals(Stream.iterate(0, i -> i + 1).limit(600).toList(), sent);
            // Both collect the same, and may.
            assertEquals(ends(one).stream().map(JobEnd::id).toList(), ends(two).stream().map(JobEnd::id).toList());
        }
    }

    /** Two coordinators cancel and forget the same run at once. */
    @Test void twoCoordinatorsThatCancelAgree() throws Exception {
        try (RedisServer server = RedisServer.start(folder); RedisQueue one = open(server.port()); RedisQueue two = open(server.port());
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            one.enqueue(header(1_000, 3, 60_000), jobs(1_000, 4));
            List<Lease> leases = one.lease(WORKER, 10, Duration.ZERO);
            assertTrue(two.sending(leases.get(0)));
            Future<?> first = threads.submit(() -> {
                one.cancel(RUN);
                return null;
            });
            two.cancel(RUN);
            first.get();
            assertEquals(new JobCounts(1_000, 0, 0, 0, 999, 0, 1, 0, 0), one.stats(RUN));
            assertEquals("run_active", assertThrows(QueueException.class, () -> two.forget(RUN)).code());
            assertEquals(JobQueue.Commit.COUNTED, two.commit(leases.get(0), ok("")));
            assertEquals(JobQueue.Commit.SUPERSEDED, two.commit(leases.get(1), ok("")));
            assertEquals(new JobCounts(1_000, 1, 0, 0, 999, 0, 0, 0, 1), one.stats(RUN));
            assertEquals(RunStatus.State.CANCELLED, two.run(RUN).orElseThrow().state());
            one.forget(RUN);
            two.forget(RUN);
            assertEquals(Optional.empty(), one.run(RUN));
            assertEquals(JobQueue.Commit.SUPERSEDED, two.commit(leases.get(1), ok("")), "nobody is there to count it");
            List<String> left = server.call("KEYS", "*" + RUN + "*").texts();
            assertEquals(List.of(), left);
        }
    }

    @Test void longBodiesAreKeptOnceAndReadInPieces() throws Exception {
        byte[] body = new byte[700_000];
        new Random(1).nextBytes(body);
        try (RedisServer server = RedisServer.start(folder); RedisQueue queue = open(server.port())) {
            List<Job> jobs = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                jobs.add(new Job(new JobId(RUN, i), Optional.empty(), false, new byte[0], KeptOctets.of(body)));
            }
            queue.enqueue(header(20, 3, 60_000), jobs);
            List<Lease> leases = queue.lease(WORKER, 20, Duration.ZERO);
            assertEquals(20, leases.size());
            for (Lease lease : leases) {
                assertEquals(body.length, lease.job().body().size());
                try (InputStream in = lease.job().body().open()) {
                    assertArrayEquals(body, in.readAllBytes());
                }
                queue.commit(lease, new JobResult(false, OptionalInt.empty(), 0, 0, "dns", "no such name", Optional.empty(),
                        JsonObject.builder().put("a", 1).build(), KeptOctets.of(body)));
            }
            assertEquals(1, server.call("SCARD", "proxy-mcp:{" + RUN + "}:bodies").asNumber().orElseThrow());
            JobEnd end = queue.results(RUN, 19, 10).ends().get(0);
            assertEquals("dns", end.result().orElseThrow().errorClass());
            KeptOctets exchange = end.result().orElseThrow().exchange();
            try (InputStream in = exchange.open()) {
                assertArrayEquals(body, in.readAllBytes());
            }
            queue.forget(RUN);
            assertThrows(IOException.class, () -> exchange.open().read());
        }
    }

    private static QueueException refusal(RedisServer server, Optional<String> user, Optional<String> password) {
        return assertThrows(QueueException.class, () -> RedisQueue.open(new QueueUrl.Redis("127.0.0.1", server.port(), 0, user, password, false),
                RespSettings.of(Optional.empty()), false, System::nanoTime).close());
    }

    @Test void aServerThatWouldLoseJobsIsRefused() throws Exception {
        try (RedisServer server = RedisServer.start(folder, "--appendonly", "no")) {
            QueueException memory = refusal(server, Optional.empty(), Optional.empty());
            assertEquals("queue_volatile", memory.code());
            assertTrue(memory.hint().contains("allow_volatile_queue"), memory.hint());
            RedisQueue.open(new QueueUrl.Redis("127.0.0.1", server.port(), 0, Optional.empty(), Optional.empty(), false),
                    RespSettings.of(Optional.empty()), true, System::nanoTime).close();
            server.call("CONFIG", "SET", "appendonly", "yes");
            server.call("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
            QueueException evicting = refusal(server, Optional.empty(), Optional.empty());
            assertEquals("queue_eviction", evicting.code());
            assertTrue(evicting.getMessage().contains("allkeys-lru"), evicting.getMessage());
            server.call("CONFIG", "SET", "maxmemory-policy", "noeviction");
            open(server.port()).close();
        }
    }

    /** A user that may not ask for the configuration is told by INFO. */
    @Test void whereConfigIsForbiddenInfoIsAsked() throws Exception {
        try (RedisServer server = RedisServer.start(folder)) {
            server.call("ACL", "SETUSER", "worker", "on", ">pass", "~proxy-mcp:*", "+@all", "-config");
            QueueUrl.Redis url = new QueueUrl.Redis("127.0.0.1", server.port(), 0, Optional.of("worker"), Optional.of("pass"), false);
            try (RedisQueue queue = RedisQueue.open(url, RespSettings.of(Optional.empty()), false, System::nanoTime)) {
                queue.enqueue(header(3, 1, 10_000), jobs(3, 0));
                assertEquals(3, queue.lease(WORKER, 3, Duration.ZERO).size());
            }
            server.call("CONFIG", "SET", "appendonly", "no");
            assertEquals("queue_volatile", refusal(server, Optional.of("worker"), Optional.of("pass")).code());
            server.call("ACL", "SETUSER", "worker", "-info");
            assertEquals("queue_auth", refusal(server, Optional.of("worker"), Optional.of("pass")).code());
        }
    }

    @Test void aLoginThatFailsIsTold() throws Exception {
        try (RedisServer server = RedisServer.start(folder, "--requirepass", "right")) {
            QueueException none = refusal(server, Optional.empty(), Optional.empty());
            assertEquals("queue_auth", none.code());
            assertTrue(none.getMessage().contains("NOAUTH"), none.getMessage());
            QueueException wrong = refusal(server, Optional.empty(), Optional.of("wr0ng"));
            assertEquals("queue_auth", wrong.code());
            assertTrue(wrong.getMessage().contains("WRONGPASS"), wrong.getMessage());
            assertFalse((wrong.getMessage() + wrong.hint() + wrong.getCause()).contains("wr0ng"), "a password is shown");
        }
    }

    @Test void aServerThatIsNotThereOrTooOldIsTold() throws Exception {
        int nobody;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            nobody = free.getLocalPort();
        }
        QueueException gone = assertThrows(QueueException.class, () -> open(nobody).close());
        assertEquals("queue_unreachable", gone.code());
        assertTrue(gone.getMessage().contains("127.0.0.1:" + nobody), gone.getMessage());
        try (ServerSocket old = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
            Thread.ofVirtual().start(() -> {
                try (Socket socket = old.accept()) {
                    byte[] octets = new byte[4_096];
                    String info = "redis_version:6.0.16\r\nredis_mode:standalone\r\n";
                    for (String answer : List.of("%0\r\n", "$" + info.length() + "\r\n" + info + "\r\n")) {
                        socket.getInputStream().read(octets);
                        socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
                    }
                    socket.getInputStream().read(octets);
                } catch (IOException e) {
                    // The client left.
                }
            });
            QueueException version = assertThrows(QueueException.class, () -> open(old.getLocalPort()).close());
            assertEquals("queue_version", version.code());
            assertTrue(version.getMessage().contains("6.0.16"), version.getMessage());
        }
    }

    /** What needs room is refused, and may be done later; what was sent is counted even so. */
    @Test void aFullServerIsToldAndNothingIsLost() throws Exception {
        try (RedisServer server = RedisServer.start(folder); RedisQueue queue = open(server.port())) {
            queue.enqueue(header(10, 3, 60_000), jobs(10, 0));
            List<Lease> leases = queue.lease(WORKER, 2, Duration.ZERO);
            assertTrue(queue.sending(leases.get(0)));
            server.call("CONFIG", "SET", "maxmemory", "1");
            assertEquals("queue_full", assertThrows(QueueException.class, () -> queue.sending(leases.get(1))).code());
            ReplayId other = new ReplayId("replay_20260101000000_bbbbbbbb");
            RunHeader more = new RunHeader(other, 1, 0, 1, 1_000, OptionalDouble.empty(), 1, OptionalInt.empty(), JsonObject.EMPTY);
            QueueException full = assertThrows(QueueException.class, () -> queue.enqueue(more, List.of()));
            assertEquals("queue_full", full.code());
            assertTrue(full.hint().contains("maxmemory"), full.hint());
            assertEquals(JobQueue.Commit.COUNTED, queue.commit(leases.get(0), ok("")));
            assertEquals(new JobCounts(10, 1, 0, 0, 0, 0, 1, 8, 0), queue.stats(RUN));
            server.call("CONFIG", "SET", "maxmemory", "0");
            assertTrue(queue.sending(leases.get(1)));
            assertEquals(Optional.empty(), queue.run(other));
        }
    }
}
