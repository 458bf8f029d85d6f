package proxymcp.replay.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.json.JsonObject;
import proxymcp.replay.ReplayId;
import proxymcp.store.StoreFiles;

/** Processes that die: after each change of the disk that a day of a queue makes, and real ones that are killed while others go on. */
@Timeout(120)
final class QueueCrashTest {
    private static final WorkerId ANN = new WorkerId("ann~1");
    private static final WorkerId BOB = new WorkerId("bob~2");
    private static final ReplayId OLD = Jobs.id(1);
    private static final ReplayId RUN = Jobs.id(2);
    private static final long LEASE_MILLIS = 30_000;

    @TempDir
    Path home;
    private final AtomicLong clock = new AtomicLong(1_772_366_400_000L);

    /** What was answered before the process died. */
    private static final class Answered {
        private boolean oldIsForgotten;
        private boolean isEnqueued;
        private boolean isCancelled;
        private final Set<Integer> leased = new HashSet<>();
        private final Set<Integer> sent = new HashSet<>();
        private final Set<Integer> counted = new HashSet<>();
    }

    @Test void whatWasAnsweredHoldsWhereverTheProcessDied() throws Exception {
        boolean died = true;
        for (int steps = 0; died; steps++) {
            Path folder = home.resolve("queue-" + steps);
            QueueFiles files = new QueueFiles();
            files.dieAfter(steps);
            Answered answered = new Answered();
            try (EmbeddedQueue queue = EmbeddedQueue.open(folder, files, clock::get, new Random(3))) {
                live(queue, answered);
            } catch (QueueException e) {
                assertTrue(files.died(), () -> "it failed alive: " + e);
            }
            died = files.died();
            try (EmbeddedQueue after = EmbeddedQueue.open(folder, new QueueFiles(), clock::get, new Random(4))) {
                check(after, answered, "dead after " + steps + " changes");
            }
            assertTrue(died || steps > 30, "the day is long enough");
        }
    }

    private void live(EmbeddedQueue queue, Answered answered) throws QueueException {
        byte[] payload = new byte[400_000];
        new Random(9).nextBytes(payload);
        List<Job> big = new ArrayList<>();
        for (int index = 0; index < 3; index++) {
            big.add(new Job(new JobId(OLD, index), Optional.empty(), false, payload, KeptOctets.NONE));
        }
        queue.enqueue(Jobs.header(OLD, 3, 1, LEASE_MILLIS), big);
        for (Lease lease : queue.lease(ANN, 3, Duration.ZERO)) {
            queue.commit(lease, Jobs.ok());
        }
        KeptOctets body = KeptOctets.of(new byte[JobQueue.INLINE_BYTES_MAX + 1]);
        queue.enqueue(Jobs.header(RUN, 6, 5, LEASE_MILLIS), List.of(Jobs.unsafe(RUN, 0), Jobs.safe(RUN, 1), Jobs.sharded(RUN, 2, "a"), Jobs.sharded(RUN, 3, "a"),
                new Job(new JobId(RUN, 4), Optional.empty(), true, new byte[0], body), Jobs.safe(RUN, 5)));
        answered.isEnqueued = true;
        List<Lease> leases = queue.lease(ANN, 4, Duration.ZERO);
        leases.forEach(lease -> answered.leased.add(lease.id().index()));
        for (Lease lease : leases) {
            assertTrue(queue.sending(lease));
            answered.sent.add(lease.id().index());
        }
        commit(queue, leases.get(1), Jobs.ok(), answered);
        commit(queue, leases.get(2), Jobs.carrying("state"), answered);
        queue.renew(leases);
        queue.forget(OLD); // Which has the log written anew.
        answered.oldIsForgotten = true;
        commit(queue, leases.get(3), new JobResult(true, OptionalInt.of(200), 1, 1, "", "", Optional.empty(), JsonObject.EMPTY,
                KeptOctets.of(new byte[JobQueue.INLINE_BYTES_MAX + 7])), answered);
        queue.cancel(RUN);
        answered.isCancelled = true;
        commit(queue, leases.get(0), Jobs.ok(), answered);
    }

    private static void commit(EmbeddedQueue queue, Lease lease, JobResult result, Answered answered) throws QueueException {
        assertEquals(JobQueue.Commit.COUNTED, queue.commit(lease, result));
        answered.counted.add(lease.id().index());
    }

    private void check(EmbeddedQueue queue, Answered answered, String when) throws IOException {
        assertTrue(!answered.oldIsForgotten || queue.run(OLD).isEmpty(), when);
        Optional<RunStatus> run = queue.run(RUN);
        assertTrue(run.isPresent() || !answered.isEnqueued, when);
        if (run.isEmpty() || run.get().state() == RunStatus.State.ENQUEUING) {
            assertTrue(!answered.isEnqueued, when);
            return;
        }
        Set<Integer> before = ok(queue);
        assertTrue(before.containsAll(answered.counted), when + ": " + before);
        clock.addAndGet(LEASE_MILLIS + 1);
        List<Lease> leases = queue.lease(BOB, 10, Duration.ZERO);
        assertTrue(!answered.isCancelled || leases.isEmpty(), when);
        while (!leases.isEmpty()) {
            for (Lease lease : leases) {
                assertTrue(!lease.job().unsafe() || !answered.sent.contains(lease.id().index()), when + ": " + lease);
                assertEquals(lease.id().index() == 4 ? JobQueue.INLINE_BYTES_MAX + 1 : ("body " + lease.id().index()).length(),
                        Jobs.text(lease.job().body()).length(), when);
                assertEquals(JobQueue.Commit.COUNTED, queue.commit(lease, Jobs.ok()), when);
            }
            leases = queue.lease(BOB, 10, Duration.ZERO);
        }
        JobCounts counts = queue.stats(RUN);
        assertEquals(6, counts.enqueued(), when);
        assertEquals(6, counts.ended(), when + ": " + counts);
        for (JobEnd end : queue.results(RUN, 0, 10).ends()) {
            if (end.result().isPresent()) {
                assertTrue(Jobs.text(end.result().get().exchange()).length() > 0, when);
            }
        }
    }

    private static Set<Integer> ok(EmbeddedQueue queue) throws QueueException {
        Set<Integer> indexes = new HashSet<>();
        for (JobEnd end : queue.results(RUN, 0, 10).ends()) {
            if (end.state() == JobEnd.State.OK) {
                indexes.add(end.id().index());
            }
        }
        return indexes;
    }

    @Test void jobsAreDoneOnceByProcessesThatAreKilled() throws Exception {
        Path folder = home.resolve("queue");
        int count = 150;
        List<Job> jobs = new ArrayList<>();
        for (int index = 0; index < count; index++) {
            jobs.add(Jobs.job(RUN, index, index % 5 == 4 ? "s" + index % 3 : "", index % 3 == 0));
        }
        List<String> said = new ArrayList<>();
        try (EmbeddedQueue queue = EmbeddedQueue.open(folder, StoreFiles.DISK, System::currentTimeMillis, new Random())) {
            queue.enqueue(Jobs.header(RUN, count, 20, 400), jobs);
            Random random = new Random(11);
            for (int round = 0; round < 3; round++) {
                try (QueueChild killed = QueueChild.start(folder, RUN, "k~" + round); QueueChild other = QueueChild.start(folder, RUN, "o~" + round)) {
                    killed.listen(5 + random.nextInt(20), said);
                    killed.kill();
                    killed.listen(Integer.MAX_VALUE, said);
                    other.listen(10 + random.nextInt(20), said);
                    other.kill();
                    other.listen(Integer.MAX_VALUE, said);
                }
            }
            try (QueueChild last = QueueChild.start(folder, RUN, "last~1")) {
                last.listen(Integer.MAX_VALUE, said);
            }
            assertEquals("end", said.getLast());
            check(queue, jobs, said);
        }
    }

    private static void check(EmbeddedQueue queue, List<Job> jobs, List<String> said) throws QueueException {
        JobCounts counts = queue.stats(RUN);
        assertEquals(jobs.size(), counts.enqueued());
        assertEquals(jobs.size(), counts.ok() + counts.unknown(), counts.toString());
        Set<Integer> ok = new HashSet<>();
        Set<Integer> unknown = new HashSet<>();
        queue.results(RUN, 0, jobs.size() + 1).ends().forEach(end -> assertTrue((end.state() == JobEnd.State.OK ? ok : unknown).add(end.id().index())));
        assertEquals(jobs.size(), ok.size() + unknown.size());
        Set<String> once = new HashSet<>();
        for (String line : said) {
            int index = line.equals("end") ? -1 : Integer.parseInt(line.substring(5));
            assertTrue(once.add(line), () -> "said twice: " + line);
            assertTrue(!line.startsWith("done ") || ok.contains(index), () -> "not counted: " + line);
        }
        unknown.forEach(index -> assertTrue(jobs.get(index).unsafe(), () -> index + " is unknown"));
    }
}
