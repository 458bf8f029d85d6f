package proxymcp.replay.queue;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.json.JsonObject;
import proxymcp.replay.ReplayId;

/** Leases in a real server that run out, shards and tokens, where what the server keeps could go wrong. */
@Timeout(60)
final class RedisLeaseTest {
    private static final ReplayId RUN = new ReplayId("replay_20260101000000_aaaaaaaa");
    private static final WorkerId ONE = new WorkerId("one");
    private static final WorkerId TWO = new WorkerId("two");
    private static final Duration LEASE = Duration.ofMinutes(1);
    private static final JobResult OK = new JobResult(true, OptionalInt.of(200), 0, 0, "", "", Optional.empty(), JsonObject.EMPTY, KeptOctets.NONE);

    @TempDir Path folder;
    private AgedRedis redis;
    private RedisQueue queue;

    @BeforeEach void start() throws Exception {
        redis = new AgedRedis(folder);
        queue = redis.open();
    }

    @AfterEach void stop() {
        queue.close();
        redis.close();
    }

    private void enqueue(int count, int attempts, Optional<ShardKey> shard, OptionalDouble rate, OptionalInt perOrigin) throws QueueException {
        List<Job> jobs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            jobs.add(new Job(new JobId(RUN, i), shard, i % 2 == 1, new byte[0], KeptOctets.NONE));
        }
        queue.enqueue(new RunHeader(RUN, count, 0, attempts, LEASE.toMillis(), rate, 3, perOrigin, JsonObject.EMPTY), jobs);
    }

    private void enqueue(int count, int attempts) throws QueueException {
        enqueue(count, attempts, Optional.empty(), OptionalDouble.empty(), OptionalInt.empty());
    }

    private List<Integer> indexes(List<Lease> leases) {
        return leases.stream().map(lease -> lease.id().index()).toList();
    }

    @Test void leasesRunOutByTheTimeOfTheServer() throws Exception {
        enqueue(4, 2);
        List<Lease> first = queue.lease(ONE, 4, Duration.ZERO);
        assertEquals(List.of(0, 1, 2, 3), indexes(first));
        assertTrue(queue.sending(first.get(0)));
        assertTrue(queue.sending(first.get(1)));
        redis.pass(LEASE.minusSeconds(10));
        assertEquals(List.of(2), indexes(queue.renew(first.subList(2, 3))));
        redis.pass(Duration.ofSeconds(11));
        // 0 may be sent again, 1 may not, 2 was renewed, 3 was never begun.
        assertEquals(new JobCounts(4, 0, 0, 0, 0, 1, 1, 2, 0), queue.stats(RUN));
        List<Lease> second = queue.lease(TWO, 4, Duration.ZERO);
        assertEquals(List.of(0, 3), indexes(second));
        assertEquals(2, second.get(0).attempt());
        assertTrue(second.get(0).fence().number() > first.get(3).fence().number());
        assertFalse(queue.sending(first.get(0)));
        assertEquals(List.of(), queue.renew(List.of(first.get(0), first.get(1), first.get(3))));
        assertEquals(JobQueue.Commit.SUPERSEDED, queue.commit(first.get(0), OK));
        assertEquals(JobQueue.Commit.SUPERSEDED, queue.commit(first.get(0), OK));
        assertEquals(JobQueue.Commit.COUNTED, queue.commit(second.get(0), OK));
        assertEquals(JobQueue.Commit.COUNTED, queue.commit(second.get(0), OK), "once more");
        redis.pass(LEASE.plusSeconds(1));
        assertEquals(new JobCounts(4, 1, 0, 1, 0, 1, 0, 1, 1), queue.stats(RUN));
        Lease third = queue.lease(TWO, 4, Duration.ZERO).get(0);
        assertEquals(2, third.id().index());
        queue.release(third);
        third = queue.lease(ONE, 4, Duration.ZERO).get(0);
        assertEquals(2, third.attempt(), "a lease that was given back is no attempt");
        queue.commit(third, OK);
        List<JobEnd> ends = queue.results(RUN, 0, 10).ends();
        assertEquals(List.of(1, 0, 3, 2), ends.stream().map(end -> end.id().index()).toList());
        assertEquals(List.of(JobEnd.State.UNKNOWN, JobEnd.State.OK, JobEnd.State.DEAD, JobEnd.State.OK), ends.stream().map(JobEnd::state).toList());
        assertEquals(List.of(1, 2, 2, 2), ends.stream().map(JobEnd::attempts).toList());
        assertEquals(Optional.of(TWO), ends.get(2).worker());
    }

    @Test void aShardStaysWithItsWorkerInOrder() throws Exception {
        enqueue(4, 3, Optional.of(new ShardKey("a b\nc")), OptionalDouble.empty(), OptionalInt.empty());
        Lease first = queue.lease(ONE, 4, Duration.ZERO).get(0);
        assertEquals(List.of(), queue.lease(TWO, 4, Duration.ZERO));
        queue.commit(first, new JobResult(true, OptionalInt.empty(), 0, 0, "", "", Optional.of(new byte[] {0, 13, 10}), JsonObject.EMPTY,
                KeptOctets.NONE));
        assertEquals(List.of(), queue.lease(TWO, 4, Duration.ZERO), "it is kept for the worker that had the first");
        List<Lease> second = queue.lease(ONE, 4, Duration.ZERO);
        assertEquals(List.of(1), indexes(second));
        assertArrayEquals(new byte[] {0, 13, 10}, second.get(0).carried().orElseThrow());
        queue.commit(second.get(0), OK);
        redis.pass(LEASE.plusMillis(1));
        List<Lease> third = queue.lease(TWO, 4, Duration.ZERO);
        assertEquals(List.of(2), indexes(third), "as long as a lease lasts, and no longer");
        assertArrayEquals(new byte[] {0, 13, 10}, third.get(0).carried().orElseThrow());
        redis.pass(LEASE.plusMillis(1));
        assertEquals(List.of(2), indexes(queue.lease(ONE, 4, Duration.ZERO)));
        queue.cancel(RUN);
        assertEquals(new JobCounts(4, 2, 0, 0, 2, 0, 0, 0, 0), queue.stats(RUN));
    }

    @Test void tokensOfAWorkerThatIsGoneComeBack() throws Exception {
        enqueue(1, 1, Optional.empty(), OptionalDouble.of(0.01), OptionalInt.of(2));
        Optional<String> origin = Optional.of("http://a.example:80");
        TokenGrant both = queue.tokens(ONE, RUN, origin, 5);
        assertEquals(2, both.count());
        assertEquals(0, queue.tokens(TWO, RUN, origin, 1).count());
        assertEquals(1, queue.tokens(TWO, RUN, Optional.of("http://b.example:80"), 1).count());
        queue.giveBack(both, 1);
        assertEquals(1, queue.tokens(TWO, RUN, origin, 1).count());
        redis.pass(LEASE.minusSeconds(1));
        queue.heartbeat(info(ONE, WorkerInfo.State.ACTIVE));
        redis.pass(Duration.ofSeconds(2));
        assertEquals(1, queue.tokens(ONE, RUN, origin, 5).count(), "of the one that was silent");
        queue.heartbeat(info(ONE, WorkerInfo.State.STOPPED));
        assertEquals(2, queue.tokens(TWO, RUN, origin, 5).count());
        assertEquals(3, queue.tokens(ONE, RUN, Optional.empty(), 5).count(), "the burst");
        TokenGrant none = queue.tokens(TWO, RUN, Optional.empty(), 1);
        assertTrue(none.count() == 0 && none.retryMillis() > 0 && none.retryMillis() <= 100_000, none::toString);
        redis.pass(Duration.ofSeconds(100));
        TokenGrant one = queue.tokens(TWO, RUN, Optional.empty(), 1);
        assertEquals(1, one.count());
        queue.giveBack(one, 1);
        assertEquals(1, queue.tokens(ONE, RUN, Optional.empty(), 1).count());
        assertEquals(List.of("one"), queue.workers().stream().map(seen -> seen.info().name()).toList());
        assertEquals(WorkerInfo.State.STOPPED, queue.workers().get(0).info().state());
    }

    private static WorkerInfo info(WorkerId worker, WorkerInfo.State state) {
        return new WorkerInfo(worker, worker.text(), "host", 1, 4, state, 0, 0, 0);
    }
}
