package proxymcp.replay.queue;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.json.JsonObject;
import proxymcp.replay.ReplayId;

/**
 * What any queue must do with one job: lease, renew, send, commit, release; and what tests of a queue need. A class for one engine gives it an open queue,
 * another one on the same jobs, and time that passes: {@link #pass} moves a clock that the engine was given, or waits where time is somebody else's.
 */
@Timeout(60)
abstract class JobLeaseContract {
    static final WorkerId ANN = new WorkerId("ann~1");
    static final WorkerId BOB = new WorkerId("bob~2");
    static final ReplayId RUN = Jobs.id(1);
    static final Duration NOW = Duration.ZERO;

    /** The queue under test, open. */
    JobQueue queue;

    /** Opens the same queue once more, as another process would; the test closes it. */
    abstract JobQueue open() throws Exception;

    /** Lets time pass, for the queue. */
    abstract void pass(long millis) throws Exception;

    /** How long leases last in tests; with injected time any, with a server's own some hundred milliseconds. */
    abstract long leaseMillis();

    @BeforeEach
    void openQueue() throws Exception {
        queue = open();
    }

    @AfterEach
    void closeQueue() throws IOException {
        queue.close();
    }

    RunHeader header(int jobCount) {
        return Jobs.header(RUN, jobCount, 3, leaseMillis());
    }

    void enqueue(Job... jobs) throws QueueException {
        queue.enqueue(header(jobs.length), List.of(jobs));
    }

    Lease one(WorkerId worker) throws QueueException {
        List<Lease> leases = queue.lease(worker, 1, NOW);
        assertEquals(1, leases.size(), "a job waits");
        return leases.getFirst();
    }

    static JobCounts counts(int enqueued, int ok, int failed, int dead, int cancelled, int unknown, int leased, int waiting, int superseded) {
        return new JobCounts(enqueued, ok, failed, dead, cancelled, unknown, leased, waiting, superseded);
    }

    @Test void aJobComesBackAsItWasPutIn() throws Exception {
        byte[] payload = new byte[3_000];
        new Random(1).nextBytes(payload);
        Job job = new Job(new JobId(RUN, 0), Optional.of(new ShardKey("cart ü")), true, payload, KeptOctets.of(new byte[] {0, -1, 7}));
        queue.enqueue(header(1), List.of(job));
        Lease lease = one(ANN);
        assertEquals(new JobId(RUN, 0), lease.id());
        assertEquals(Optional.of(new ShardKey("cart ü")), lease.job().shard());
        assertTrue(lease.job().unsafe());
        assertArrayEquals(payload, lease.job().payload());
        try (InputStream body = lease.job().body().open()) {
            assertArrayEquals(new byte[] {0, -1, 7}, body.readAllBytes());
        }
        assertEquals(ANN, lease.worker());
        assertEquals(1, lease.attempt());
        assertEquals(Optional.empty(), lease.carried());
        assertEquals(leaseMillis(), lease.validMillis());
    }

    @Test void jobsAreLeasedInOrderAndOnlyOnce() throws Exception {
        queue.enqueue(header(5), Jobs.safe(RUN, 0, 5));
        List<Lease> ann = queue.lease(ANN, 2, NOW);
        List<Lease> bob = queue.lease(BOB, 10, NOW);
        assertEquals(List.of(0, 1), Jobs.indexes(ann));
        assertEquals(List.of(2, 3, 4), Jobs.indexes(bob));
        assertEquals(List.of(), queue.lease(ANN, 10, NOW));
        long last = 0;
        for (Lease lease : List.of(ann.get(0), ann.get(1), bob.get(0), bob.get(1), bob.get(2))) {
            assertTrue(lease.fence().number() > last, "fences rise");
            last = lease.fence().number();
        }
        assertEquals(counts(5, 0, 0, 0, 0, 0, 5, 0, 0), queue.stats(RUN));
    }

    @Test void aLeaseWaitsForAJob() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        try (ExecutorService other = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<List<Lease>> waiting = other.submit(() -> {
                asked.countDown();
                return queue.lease(ANN, 1, Duration.ofSeconds(30));
            });
            assertTrue(asked.await(10, TimeUnit.SECONDS));
            try (JobQueue elsewhere = open()) {
                elsewhere.enqueue(header(1), List.of(Jobs.safe(RUN, 0)));
            }
            assertEquals(List.of(0), Jobs.indexes(waiting.get()));
        }
    }

    @Test void aResultIsCountedAndKept() throws Exception {
        enqueue(Jobs.safe(RUN, 0), Jobs.safe(RUN, 1), Jobs.safe(RUN, 2));
        List<Lease> leases = queue.lease(ANN, 3, NOW);
        assertTrue(queue.sending(leases.get(1)));
        assertEquals(JobQueue.Commit.COUNTED, queue.commit(leases.get(1), Jobs.failed()));
        assertEquals(JobQueue.Commit.COUNTED, queue.commit(leases.get(0), Jobs.ok()));
        assertEquals(counts(3, 1, 1, 0, 0, 0, 1, 0, 0), queue.stats(RUN));
        ResultPage page = queue.results(RUN, 0, 10);
        assertEquals(List.of("1 failed 1", "0 ok 1"), Jobs.ends(page));
        JobEnd end = page.ends().getFirst();
        assertEquals(Optional.of(ANN), end.worker());
        JobResult result = end.result().orElseThrow();
        assertFalse(result.ok());
        assertEquals(OptionalInt.of(503), result.status());
        assertEquals(12, result.responseBytes());
        assertEquals(34, result.durationMillis());
        assertEquals("http_5xx", result.errorClass());
        assertEquals("the origin is down", result.reason());
        assertEquals(JsonObject.builder().put("attempts", 1).build(), result.details());
        assertEquals("exchange", Jobs.text(result.exchange()));
        assertEquals(OptionalInt.of(204), page.ends().get(1).result().orElseThrow().status());
    }

    @Test void resultsArePagedByCursor() throws Exception {
        queue.enqueue(header(5), Jobs.safe(RUN, 0, 5));
        for (Lease lease : queue.lease(ANN, 5, NOW)) {
            queue.commit(lease, Jobs.ok());
        }
        ResultPage first = queue.results(RUN, 0, 2);
        ResultPage second = queue.results(RUN, first.nextCursor(), 2);
        ResultPage third = queue.results(RUN, second.nextCursor(), 2);
        assertEquals(List.of("0 ok 1", "1 ok 1"), Jobs.ends(first));
        assertEquals(List.of("2 ok 1", "3 ok 1"), Jobs.ends(second));
        assertEquals(List.of("4 ok 1"), Jobs.ends(third));
        assertEquals(new ResultPage(List.of(), third.nextCursor()), queue.results(RUN, third.nextCursor(), 2));
        assertEquals(RunStatus.State.ENDED, queue.run(RUN).orElseThrow().state());
    }

    @Test void aLeaseThatRanOutIsGivenToAnother() throws Exception {
        enqueue(Jobs.safe(RUN, 0));
        Lease lost = one(ANN);
        assertTrue(queue.sending(lost));
        assertEquals(List.of(), queue.lease(BOB, 1, NOW));
        pass(leaseMillis() + 1);
        Lease next = one(BOB);
        assertEquals(2, next.attempt());
        assertTrue(next.fence().number() > lost.fence().number());
        assertFalse(queue.sending(lost), "it must not be sent under the old lease");
        assertEquals(List.of(), queue.renew(List.of(lost)));
        queue.release(lost);
        assertEquals(JobQueue.Commit.SUPERSEDED, queue.commit(lost, Jobs.failed()));
        assertEquals(counts(1, 0, 0, 0, 0, 0, 1, 0, 1), queue.stats(RUN));
        assertEquals(JobQueue.Commit.COUNTED, queue.commit(next, Jobs.ok()));
        assertEquals(counts(1, 1, 0, 0, 0, 0, 0, 0, 1), queue.stats(RUN));
        assertEquals(List.of("0 ok 2"), Jobs.ends(queue.results(RUN, 0, 10)));
    }

    @Test void aCommitBehindTheLeasesEndIsSupersededThoughNobodyElseTookTheJob() throws Exception {
        enqueue(Jobs.safe(RUN, 0));
        Lease late = one(ANN);
        pass(leaseMillis() + 1);
        assertEquals(JobQueue.Commit.SUPERSEDED, queue.commit(late, Jobs.ok()));
        assertEquals(counts(1, 0, 0, 0, 0, 0, 0, 1, 1), queue.stats(RUN));
        assertEquals(2, one(BOB).attempt());
    }

    @Test void aRenewedLeaseGoesOn() throws Exception {
        enqueue(Jobs.safe(RUN, 0), Jobs.safe(RUN, 1));
        List<Lease> leases = queue.lease(ANN, 2, NOW);
        pass(leaseMillis() * 6 / 10);
        List<Lease> renewed = queue.renew(List.of(leases.get(0)));
        assertEquals(List.of(0), Jobs.indexes(renewed));
        assertTrue(renewed.getFirst().expiresAtMillis() > leases.get(0).expiresAtMillis());
        assertEquals(leases.get(0).fence(), renewed.getFirst().fence());
        pass(leaseMillis() * 6 / 10);
        assertEquals(List.of(1), Jobs.indexes(queue.lease(BOB, 5, NOW)), "the other one ran out");
        assertEquals(JobQueue.Commit.COUNTED, queue.commit(leases.get(0), Jobs.ok()));
    }

    @Test void anUnsafeJobThatMayHaveBeenSentIsUnknownAndNeverSentAgain() throws Exception {
        enqueue(Jobs.unsafe(RUN, 0), Jobs.unsafe(RUN, 1));
        List<Lease> leases = queue.lease(ANN, 2, NOW);
        assertTrue(queue.sending(leases.get(0)));
        assertTrue(queue.sending(leases.get(0)), "told again, as its answer may not have arrived");
        pass(leaseMillis() + 1);
        List<Lease> again = queue.lease(BOB, 5, NOW);
        assertEquals(List.of(1), Jobs.indexes(again), "of the other no octet was sent");
        assertEquals(2, again.getFirst().attempt());
        assertEquals(counts(2, 0, 0, 0, 0, 1, 1, 0, 0), queue.stats(RUN));
        assertEquals(JobQueue.Commit.SUPERSEDED, queue.commit(leases.get(0), Jobs.ok()));
        assertEquals(counts(2, 0, 0, 0, 0, 1, 1, 0, 1), queue.stats(RUN));
        ResultPage page = queue.results(RUN, 0, 5);
        assertEquals(List.of("0 unknown 1"), Jobs.ends(page));
        assertEquals(Optional.of(ANN), page.ends().getFirst().worker());
        assertEquals(Optional.empty(), page.ends().getFirst().result());
    }

    @Test void attemptsAreBounded() throws Exception {
        enqueue(Jobs.safe(RUN, 0));
        for (int attempt = 1; attempt <= 3; attempt++) {
            assertEquals(attempt, one(ANN).attempt());
            pass(leaseMillis() + 1);
        }
        assertEquals(List.of(), queue.lease(ANN, 1, NOW));
        assertEquals(counts(1, 0, 0, 1, 0, 0, 0, 0, 0), queue.stats(RUN));
        assertEquals(List.of("0 dead 3"), Jobs.ends(queue.results(RUN, 0, 5)));
        assertEquals(RunStatus.State.ENDED, queue.run(RUN).orElseThrow().state());
    }

    @Test void aReleasedJobWaitsAgainWithoutAnAttemptUsedUp() throws Exception {
        enqueue(Jobs.safe(RUN, 0), Jobs.unsafe(RUN, 1), Jobs.unsafe(RUN, 2));
        List<Lease> leases = queue.lease(ANN, 3, NOW);
        queue.sending(leases.get(0));
        queue.sending(leases.get(1));
        for (Lease lease : leases) {
            queue.release(lease);
        }
        List<Lease> again = queue.lease(BOB, 5, NOW);
        assertEquals(List.of(0, 2), Jobs.indexes(again), "the unsafe one may have been sent");
        assertEquals(1, again.getFirst().attempt());
        assertEquals(counts(3, 0, 0, 0, 0, 1, 2, 0, 0), queue.stats(RUN));
    }

    @Test void aCommitIsAnsweredTheSameTwice() throws Exception {
        enqueue(Jobs.safe(RUN, 0), Jobs.safe(RUN, 1));
        Lease lost = one(ANN);
        pass(leaseMillis() + 1);
        Lease held = one(ANN);
        for (int time = 0; time < 2; time++) {
            assertEquals(JobQueue.Commit.COUNTED, queue.commit(held, Jobs.ok()));
            assertEquals(JobQueue.Commit.SUPERSEDED, queue.commit(lost, Jobs.ok()));
        }
        assertEquals(counts(2, 1, 0, 0, 0, 0, 0, 1, 1), queue.stats(RUN));
    }

    @Test void whatIsNotThereIsToldSo() {
        assertEquals("unknown_run", assertThrows(QueueException.class, () -> queue.stats(RUN)).code());
        assertEquals("unknown_run", assertThrows(QueueException.class, () -> queue.results(RUN, 0, 1)).code());
        assertEquals("unknown_run", assertThrows(QueueException.class, () -> queue.cancel(RUN)).code());
        assertEquals("unknown_run", assertThrows(QueueException.class, () -> queue.tokens(ANN, RUN, Optional.empty(), 1)).code());
    }

    @Test void aClosedQueueSaysSo() throws Exception {
        JobQueue closed = open();
        closed.close();
        closed.close();
        assertEquals("queue_closed", assertThrows(QueueException.class, closed::runs).code());
    }
}
