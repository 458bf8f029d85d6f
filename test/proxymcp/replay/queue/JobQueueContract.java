package proxymcp.replay.queue;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import proxymcp.json.JsonObject;
import proxymcp.replay.ReplayId;

/** What any queue must do with runs: order, shards, cancelling, tokens, workers. Engines are held against this, and so against all. */
abstract class JobQueueContract extends JobLeaseContract {
    /** Random schedules that are gone through. */
    int schedules() {
        return 40;
    }

    @Test void aRunIsToldAsItWasEnqueued() throws Exception {
        RunHeader header = new RunHeader(RUN, 2, -7, 5, leaseMillis(), OptionalDouble.of(2.5), 4, OptionalInt.of(6),
                JsonObject.builder().put("timeoutMs", 1_500).put("text", "ü").build());
        queue.enqueue(header, Jobs.safe(RUN, 0, 2));
        RunStatus status = queue.run(RUN).orElseThrow();
        assertEquals(header, status.header());
        assertEquals(RunStatus.State.RUNNING, status.state());
        assertEquals(List.of(status), queue.runs());
        assertEquals(counts(2, 0, 0, 0, 0, 0, 0, 2, 0), status.counts());
        assertEquals(Optional.empty(), queue.run(Jobs.id(2)));
    }

    @Test void jobsOfAShardGoOutInOrderOnOneWorkerAndCarryTheirState() throws Exception {
        enqueue(Jobs.sharded(RUN, 0, "a"), Jobs.sharded(RUN, 1, "a"), Jobs.sharded(RUN, 2, "b"), Jobs.sharded(RUN, 3, "a"), Jobs.safe(RUN, 4));
        List<Lease> first = queue.lease(ANN, 10, NOW);
        assertEquals(List.of(0, 2, 4), Jobs.indexes(first));
        assertEquals(List.of(), queue.lease(BOB, 10, NOW));
        queue.commit(first.get(0), Jobs.carrying("cookie=1"));
        assertEquals(List.of(), queue.lease(BOB, 10, NOW), "the shard stays with its worker");
        Lease second = one(ANN);
        assertEquals(1, second.id().index());
        assertEquals("cookie=1", Jobs.text(second.carried().orElseThrow()));
        queue.commit(second, Jobs.ok());
        Lease third = one(ANN);
        assertEquals(3, third.id().index());
        assertEquals("cookie=1", Jobs.text(third.carried().orElseThrow()), "what said nothing of it left it as it was");
    }

    @Test void aShardGoesToAnotherWorkerWhenItsOwnIsGone() throws Exception {
        enqueue(Jobs.sharded(RUN, 0, "a"), Jobs.sharded(RUN, 1, "a"), Jobs.sharded(RUN, 2, "a"), Jobs.sharded(RUN, 3, "a"));
        queue.commit(one(ANN), Jobs.carrying("one"));
        pass(leaseMillis() + 1);
        Lease second = one(BOB);
        assertEquals(1, second.id().index());
        assertEquals("one", Jobs.text(second.carried().orElseThrow()));
        pass(leaseMillis() + 1);
        Lease again = one(ANN);
        assertEquals(1, again.id().index(), "nothing overtakes it");
        queue.release(again);
        Lease released = one(BOB);
        assertEquals(1, released.id().index(), "a worker that drains does not hold the shard");
        queue.commit(released, Jobs.carrying("two"));
        queue.heartbeat(Jobs.worker(BOB, WorkerInfo.State.STOPPED));
        Lease third = one(ANN);
        assertEquals(2, third.id().index());
        assertEquals("two", Jobs.text(third.carried().orElseThrow()));
    }

    @Test void theNextOfAShardComesWhateverBecameOfTheOneBefore() throws Exception {
        enqueue(Jobs.job(RUN, 0, "a", true), Jobs.sharded(RUN, 1, "a"), Jobs.sharded(RUN, 2, "a"));
        queue.sending(one(ANN));
        pass(leaseMillis() + 1);
        for (int attempt = 1; attempt <= 3; attempt++) {
            assertEquals(1, one(BOB).id().index());
            pass(leaseMillis() + 1);
        }
        assertEquals(2, one(BOB).id().index());
        assertEquals(counts(3, 0, 0, 1, 0, 1, 1, 0, 0), queue.stats(RUN));
    }

    @Test void shardsHoldWithinOneRun() throws Exception {
        enqueue(Jobs.sharded(RUN, 0, "a"), Jobs.sharded(RUN, 1, "a"));
        queue.enqueue(Jobs.header(Jobs.id(2), 1, 3, leaseMillis()), List.of(Jobs.sharded(Jobs.id(2), 0, "a")));
        queue.commit(one(ANN), Jobs.carrying("mine"));
        List<Lease> leases = queue.lease(BOB, 5, NOW);
        assertEquals(List.of(new JobId(Jobs.id(2), 0)), leases.stream().map(Lease::id).toList());
        assertEquals(Optional.empty(), leases.getFirst().carried());
    }

    @Test void cancelEndsWhatHasNotBegun() throws Exception {
        enqueue(Jobs.safe(RUN, 0), Jobs.safe(RUN, 1), Jobs.safe(RUN, 2), Jobs.unsafe(RUN, 3), Jobs.safe(RUN, 4));
        List<Lease> leases = queue.lease(ANN, 4, NOW);
        queue.commit(leases.get(0), Jobs.ok());
        queue.sending(leases.get(2));
        queue.sending(leases.get(3));
        queue.cancel(RUN);
        queue.cancel(RUN);
        assertEquals(counts(5, 1, 0, 0, 2, 0, 2, 0, 0), queue.stats(RUN));
        assertEquals(RunStatus.State.CANCELLING, queue.run(RUN).orElseThrow().state());
        assertFalse(queue.sending(leases.get(1)));
        assertEquals(JobQueue.Commit.SUPERSEDED, queue.commit(leases.get(1), Jobs.ok()));
        assertEquals(List.of(), queue.lease(BOB, 5, NOW));
        assertEquals(JobQueue.Commit.COUNTED, queue.commit(leases.get(2), Jobs.ok()));
        pass(leaseMillis() + 1);
        assertEquals(counts(5, 2, 0, 0, 2, 1, 0, 0, 1), queue.stats(RUN));
        assertEquals(RunStatus.State.CANCELLED, queue.run(RUN).orElseThrow().state());
        List<String> ends = new ArrayList<>(Jobs.ends(queue.results(RUN, 0, 10)));
        ends.sort(null);
        assertEquals(List.of("0 ok 1", "1 cancelled 1", "2 ok 1", "3 unknown 1", "4 cancelled 0"), ends);
    }

    @Test void whatIsReleasedOrRunsOutOfACancelledRunIsCancelled() throws Exception {
        enqueue(Jobs.safe(RUN, 0), Jobs.safe(RUN, 1), Jobs.unsafe(RUN, 2));
        List<Lease> leases = queue.lease(ANN, 3, NOW);
        for (Lease lease : leases) {
            queue.sending(lease);
        }
        queue.cancel(RUN);
        queue.release(leases.get(0));
        queue.release(leases.get(2));
        assertEquals(counts(3, 0, 0, 0, 1, 1, 1, 0, 0), queue.stats(RUN));
        pass(leaseMillis() + 1);
        assertEquals(counts(3, 0, 0, 0, 2, 1, 0, 0, 0), queue.stats(RUN));
    }

    @Test void higherPriorityGoesFirstThenTheOlderRun() throws Exception {
        ReplayId second = Jobs.id(2);
        ReplayId urgent = Jobs.id(3);
        queue.enqueue(header(2), Jobs.safe(RUN, 0, 2));
        queue.enqueue(Jobs.header(second, 1, 3, leaseMillis()), Jobs.safe(second, 0, 1));
        queue.enqueue(new RunHeader(urgent, 1, 5, 3, leaseMillis(), OptionalDouble.empty(), 1, OptionalInt.empty(), JsonObject.EMPTY),
                Jobs.safe(urgent, 0, 1));
        assertEquals(List.of(new JobId(urgent, 0), new JobId(RUN, 0), new JobId(RUN, 1), new JobId(second, 0)),
                queue.lease(ANN, 10, NOW).stream().map(Lease::id).toList());
    }

    @Test void anEnqueueThatBrokeOffGoesOnWithoutDoublingAnything() throws Exception {
        List<Job> jobs = Jobs.safe(RUN, 0, 3_000);
        Iterable<Job> broken = () -> new BrokenOff(jobs.iterator(), 2_500);
        assertThrows(IllegalStateException.class, () -> queue.enqueue(header(3_000), broken));
        assertEquals(List.of(), queue.lease(ANN, 1, NOW), "none of a run is sent before all of it is there");
        assertEquals(RunStatus.State.ENQUEUING, queue.run(RUN).orElseThrow().state());
        try (JobQueue after = open()) {
            after.enqueue(header(3_000), jobs);
            after.enqueue(header(3_000), jobs);
        }
        assertEquals(counts(3_000, 0, 0, 0, 0, 0, 0, 3_000, 0), queue.stats(RUN));
        List<Integer> all = Jobs.indexes(queue.lease(ANN, 5_000, NOW));
        assertEquals(3_000, all.size());
        for (int index = 0; index < 3_000; index++) {
            assertEquals(index, all.get(index));
        }
    }

    /** Fails behind so many jobs. */
    private record BrokenOff(java.util.Iterator<Job> all, int[] left) implements java.util.Iterator<Job> {
        BrokenOff(java.util.Iterator<Job> all, int count) {
            this(all, new int[] {count});
        }

        @Override
        public boolean hasNext() {
            return all.hasNext();
        }

        @Override
        public Job next() {
            if (left[0]-- == 0) {
                throw new IllegalStateException("broken off");
            }
            return all.next();
        }
    }

    @Test void anotherPlanUnderTheSameIdIsRefused() throws Exception {
        enqueue(Jobs.safe(RUN, 0));
        assertEquals("run_differs", assertThrows(QueueException.class, () -> enqueue(Jobs.safe(RUN, 0), Jobs.safe(RUN, 1))).code());
    }

    @Test void aRunWithoutJobsHasEnded() throws Exception {
        enqueue();
        assertEquals(RunStatus.State.ENDED, queue.run(RUN).orElseThrow().state());
        assertEquals(JobCounts.NONE, queue.stats(RUN));
    }

    @Test void aRunIsForgottenOnceItHasEnded() throws Exception {
        enqueue(Jobs.safe(RUN, 0));
        assertEquals("run_active", assertThrows(QueueException.class, () -> queue.forget(RUN)).code());
        Lease lease = one(ANN);
        assertEquals("run_active", assertThrows(QueueException.class, () -> queue.forget(RUN)).code());
        queue.commit(lease, Jobs.ok());
        queue.forget(RUN);
        queue.forget(RUN);
        assertEquals(Optional.empty(), queue.run(RUN));
        assertEquals(JobQueue.Commit.SUPERSEDED, queue.commit(lease, Jobs.ok()), "of a run that is gone nothing is counted");
        enqueue(Jobs.safe(RUN, 0));
        assertEquals(counts(1, 0, 0, 0, 0, 0, 0, 1, 0), queue.stats(RUN));
    }

    @Test void longBodiesAndExchangesComeBackWhole() throws Exception {
        byte[] body = new byte[JobQueue.INLINE_BYTES_MAX + 1];
        byte[] exchange = new byte[300_000];
        new Random(2).nextBytes(body);
        new Random(3).nextBytes(exchange);
        List<Job> jobs = new ArrayList<>();
        for (int index = 0; index < 3; index++) {
            jobs.add(new Job(new JobId(RUN, index), Optional.empty(), false, Jobs.octets("p" + index), KeptOctets.of(body)));
        }
        queue.enqueue(header(3), jobs);
        for (Lease lease : queue.lease(ANN, 3, NOW)) {
            assertEquals(body.length, lease.job().body().size());
            try (InputStream in = lease.job().body().open()) {
                assertArrayEquals(body, in.readAllBytes());
            }
            queue.commit(lease, new JobResult(true, OptionalInt.of(200), 1, 1, "", "", Optional.empty(), JsonObject.EMPTY, KeptOctets.of(exchange)));
        }
        for (JobEnd end : queue.results(RUN, 0, 5).ends()) {
            try (InputStream in = end.result().orElseThrow().exchange().open()) {
                assertArrayEquals(exchange, in.readAllBytes());
            }
        }
    }

    @Test void tokensOfTheRateHoldOverAllWorkers() throws Exception {
        long second = Math.max(1_000, leaseMillis() / 2);
        queue.enqueue(new RunHeader(RUN, 1, 0, 3, leaseMillis(), OptionalDouble.of(4_000.0 / second), 3, OptionalInt.empty(), JsonObject.EMPTY),
                Jobs.safe(RUN, 0, 1));
        TokenGrant ann = queue.tokens(ANN, RUN, Optional.empty(), 2);
        TokenGrant bob = queue.tokens(BOB, RUN, Optional.empty(), 2);
        assertEquals(2, ann.count());
        assertEquals(1, bob.count(), "the burst is 3");
        TokenGrant none = queue.tokens(ANN, RUN, Optional.empty(), 1);
        assertEquals(0, none.count());
        assertTrue(none.retryMillis() > 0 && none.retryMillis() <= second / 4 + 1, "one comes each " + second / 4 + " ms, told " + none.retryMillis());
        queue.giveBack(ann, 1);
        assertEquals(1, queue.tokens(BOB, RUN, Optional.empty(), 5).count(), "what was not used");
        pass(second);
        assertEquals(3, queue.tokens(BOB, RUN, Optional.empty(), 5).count(), "no more than the burst");
    }

    @Test void tokensOfAnOriginReturnWhenTheyAreGivenBackOrTheirWorkerIsGone() throws Exception {
        queue.enqueue(new RunHeader(RUN, 1, 0, 3, leaseMillis(), OptionalDouble.empty(), 1, OptionalInt.of(3), JsonObject.EMPTY), Jobs.safe(RUN, 0, 1));
        Optional<String> origin = Optional.of("https://a.example");
        TokenGrant ann = queue.tokens(ANN, RUN, origin, 2);
        assertEquals(2, ann.count());
        assertEquals(leaseMillis(), ann.validMillis());
        assertEquals(1, queue.tokens(BOB, RUN, origin, 2).count());
        TokenGrant none = queue.tokens(BOB, RUN, origin, 1);
        assertEquals(0, none.count());
        assertTrue(none.retryMillis() > 0);
        assertEquals(3, queue.tokens(BOB, RUN, Optional.of("https://b.example"), 5).count(), "each origin has its own");
        queue.giveBack(ann, 1);
        assertEquals(1, queue.tokens(BOB, RUN, origin, 5).count());
        pass(leaseMillis() * 6 / 10);
        queue.heartbeat(Jobs.worker(ANN, WorkerInfo.State.ACTIVE));
        pass(leaseMillis() * 6 / 10);
        assertEquals(2, queue.tokens(ANN, RUN, origin, 5).count(), "those of the worker that was silent came back, the other one's did not");
        queue.heartbeat(Jobs.worker(ANN, WorkerInfo.State.STOPPED));
        assertEquals(3, queue.tokens(BOB, RUN, origin, 5).count(), "a worker that leaves gives all back");
    }

    @Test void whatIsNotBoundedIsGranted() throws Exception {
        enqueue(Jobs.safe(RUN, 0));
        assertEquals(50, queue.tokens(ANN, RUN, Optional.empty(), 50).count());
        TokenGrant grant = queue.tokens(ANN, RUN, Optional.of("https://a.example"), 50);
        assertEquals(50, grant.count());
        queue.giveBack(grant, 50);
    }

    @Test void workersAreSeen() throws Exception {
        queue.heartbeat(Jobs.worker(BOB, WorkerInfo.State.DRAINING));
        queue.heartbeat(Jobs.worker(ANN, WorkerInfo.State.ACTIVE));
        pass(leaseMillis());
        List<WorkerSeen> seen = queue.workers();
        assertEquals(List.of(Jobs.worker(ANN, WorkerInfo.State.ACTIVE), Jobs.worker(BOB, WorkerInfo.State.DRAINING)),
                seen.stream().map(WorkerSeen::info).toList());
        assertTrue(seen.getFirst().silentMillis() >= leaseMillis(), "silent for " + seen.getFirst().silentMillis());
        queue.heartbeat(Jobs.worker(ANN, WorkerInfo.State.STOPPED));
        assertEquals(WorkerInfo.State.STOPPED, queue.workers().getFirst().info().state());
    }

    @Test void anotherProcessSeesTheSame() throws Exception {
        enqueue(Jobs.safe(RUN, 0), Jobs.safe(RUN, 1));
        Lease mine = one(ANN);
        try (JobQueue other = open()) {
            assertEquals(queue.runs(), other.runs());
            List<Lease> theirs = other.lease(BOB, 5, NOW);
            assertEquals(List.of(1), Jobs.indexes(theirs));
            assertEquals(JobQueue.Commit.COUNTED, other.commit(theirs.getFirst(), Jobs.ok()));
            assertEquals(JobQueue.Commit.COUNTED, other.commit(mine, Jobs.ok()), "a lease holds wherever it is committed");
        }
        assertEquals(counts(2, 2, 0, 0, 0, 0, 0, 0, 0), queue.stats(RUN));
    }

    @Test void randomSchedulesCountEachJobOnce() throws Exception {
        for (int seed = 1; seed <= schedules(); seed++) {
            try {
                new RandomSchedule(this, seed).run(12, 80);
            } catch (AssertionError e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }
}
