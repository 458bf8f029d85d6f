package proxymcp.replay.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import proxymcp.replay.ReplayId;

/**
 * Workers that do at random what workers may: lease, note that they send, commit, release, renew, go silent, come back late, while time passes, processes
 * come and go and perhaps the run is cancelled. It keeps notes of its own of all answers, and holds what the queue says in the end against them.
 */
final class RandomSchedule {
    private static final List<WorkerId> WORKERS = List.of(new WorkerId("w~1"), new WorkerId("w~2"), new WorkerId("w~3"));

    private final JobQueueContract contract;
    private final Random random;
    private final ReplayId run;
    private final List<Job> jobs = new ArrayList<>();
    /** Leases that workers believe to have; some have ended. */
    private final List<Lease> believed = new ArrayList<>();
    private final Map<Integer, Boolean> counted = new HashMap<>();
    private final Set<Long> superseded = new HashSet<>();
    private final Map<Integer, Set<Long>> sent = new HashMap<>();
    private JobQueue queue;
    private boolean cancelled;

    RandomSchedule(JobQueueContract contract, int seed) {
        this.contract = contract;
        this.random = new Random(seed);
        this.run = Jobs.id(1_000 + seed);
    }

    void run(int jobCount, int steps) throws Exception {
        for (int index = 0; index < jobCount; index++) {
            jobs.add(Jobs.job(run, index, random.nextInt(3) == 0 ? "s" + random.nextInt(3) : "", random.nextInt(3) == 0));
        }
        queue = contract.open();
        try {
            queue.enqueue(Jobs.header(run, jobCount, 3, contract.leaseMillis()), jobs);
            for (int step = 0; step < steps; step++) {
                step();
                assertTrue(queue.stats(run).balanced(), () -> "in the middle: " + believed);
            }
            drain();
            check();
        } finally {
            queue.close();
        }
    }

    private void step() throws Exception {
        switch (random.nextInt(14)) {
            case 0, 1, 2, 3 -> believed.addAll(queue.lease(WORKERS.get(random.nextInt(3)), 1 + random.nextInt(4), Duration.ZERO));
            case 4, 5, 6 -> send();
            case 7, 8, 9 -> commit();
            case 10 -> release();
            case 11 -> queue.renew(believed);
            case 12 -> contract.pass(contract.leaseMillis() * (1 + random.nextInt(4)) / 3);
            default -> seldom();
        }
    }

    private void seldom() throws Exception {
        if (random.nextInt(3) == 0) {
            queue.close();
            queue = contract.open();
        }
        if (random.nextInt(12) == 0) {
            queue.cancel(run);
            cancelled = true;
        }
    }

    private void send() throws Exception {
        if (!believed.isEmpty()) {
            Lease lease = believed.get(random.nextInt(believed.size()));
            if (queue.sending(lease)) {
                sent.computeIfAbsent(lease.id().index(), index -> new HashSet<>()).add(lease.fence().number());
            }
        }
    }

    private void commit() throws Exception {
        if (!believed.isEmpty()) {
            Lease lease = believed.get(random.nextInt(believed.size()));
            commit(lease, random.nextInt(4) > 0);
            if (random.nextInt(3) > 0) {
                believed.remove(lease);
            }
        }
    }

    private void commit(Lease lease, boolean ok) throws Exception {
        int index = lease.id().index();
        boolean known = counted.containsKey(index);
        switch (queue.commit(lease, ok ? Jobs.ok() : Jobs.failed())) {
            // Counted before, it was the same commit once more: the first result stands.
            case COUNTED -> counted.putIfAbsent(index, ok);
            case SUPERSEDED -> {
                superseded.add(lease.fence().number());
                assertEquals(known, counted.containsKey(index));
            }
        }
    }

    private void release() throws Exception {
        if (!believed.isEmpty()) {
            queue.release(believed.remove(random.nextInt(believed.size())));
        }
    }

    /** All that is left is sent by one worker, when the leases of the others have run out. */
    private void drain() throws Exception {
        contract.pass(2 * contract.leaseMillis() + 2);
        for (int round = 0; !queue.run(run).orElseThrow().state().hasEnded(); round++) {
            assertTrue(round < 10 * jobs.size(), "it does not end: " + queue.stats(run));
            for (Lease lease : queue.lease(WORKERS.getFirst(), 5, Duration.ZERO)) {
                assertTrue(queue.sending(lease));
                sent.computeIfAbsent(lease.id().index(), index -> new HashSet<>()).add(lease.fence().number());
                commit(lease, true);
                assertTrue(counted.containsKey(lease.id().index()));
            }
        }
    }

    private void check() throws Exception {
        JobCounts counts = queue.stats(run);
        assertEquals(jobs.size(), counts.enqueued());
        assertEquals(counts.enqueued(), counts.ok() + counts.failed() + counts.dead() + counts.cancelled() + counts.unknown(), counts.toString());
        assertEquals(counted.values().stream().filter(ok -> ok).count(), counts.ok());
        assertEquals(counted.values().stream().filter(ok -> !ok).count(), counts.failed());
        assertEquals(superseded.size(), counts.superseded());
        assertTrue(cancelled || counts.cancelled() == 0, counts.toString());
        Set<Integer> seen = new HashSet<>();
        Map<ShardKey, Integer> last = new HashMap<>();
        long cursor = 0;
        for (ResultPage page = queue.results(run, 0, 7); !page.ends().isEmpty(); page = queue.results(run, cursor, 7)) {
            for (JobEnd end : page.ends()) {
                assertTrue(seen.add(end.id().index()), () -> end.id() + " ended twice");
                check(end, last);
            }
            cursor = page.nextCursor();
        }
        assertEquals(jobs.size(), seen.size());
    }

    private void check(JobEnd end, Map<ShardKey, Integer> last) {
        int index = end.id().index();
        Job job = jobs.get(index);
        int sendings = sent.getOrDefault(index, Set.of()).size();
        assertTrue(!job.unsafe() || sendings <= 1, () -> end.id() + " is unsafe and was sent " + sendings + " times");
        assertTrue(end.attempts() <= 3);
        switch (end.state()) {
            case OK -> assertEquals(Boolean.TRUE, counted.get(index));
            case FAILED -> assertEquals(Boolean.FALSE, counted.get(index));
            case UNKNOWN -> assertTrue(job.unsafe() && sendings == 1, () -> end.id() + " is unknown");
            case DEAD -> assertEquals(3, end.attempts());
            case CANCELLED -> assertTrue(!job.unsafe() || sendings == 0, () -> end.id() + " was sent and is called cancelled");
        }
        if (job.shard().isPresent() && end.state() != JobEnd.State.CANCELLED) {
            Integer before = last.put(job.shard().get(), index);
            assertTrue(before == null || before < index, () -> end.id() + " ended behind " + before + " of its shard");
        }
    }
}
