package proxymcp.replay.queue;

import java.io.Closeable;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import proxymcp.exchange.ErrorClass;
import proxymcp.replay.PlanException;
import proxymcp.replay.ReplayId;
import proxymcp.replay.SendResult;
import proxymcp.upstream.OwnPorts;

/**
 * Takes jobs out of a queue and sends them: one thread leases, one renews leases and tells that the worker is there, and each job has one of its own.
 *
 * <p>A job is sent only while its lease holds by this worker's own clock, and after the queue noted that it is. What came of it is committed as soon as
 * the queue can be reached. A job that cannot begin is released. {@link #close} takes nothing new, lets what is in flight end for as long as that may take,
 * and gives the rest back.
 */
public final class QueueWorker implements Closeable {
    private static final System.Logger LOG = System.getLogger("proxymcp.replay.queue");
    private static final Duration LEASE_WAIT = Duration.ofMillis(250);
    private static final long TICK_MILLIS = 50;
    private static final long HEARTBEAT_MILLIS = 1_000;
    private static final long DRAIN_MILLIS_MAX = 9_000;
    private static final long CUT_MILLIS = 500;
    /** Runs whose connections are kept while no job of them is in flight. */
    private static final int IDLE_RUNS_MAX = 4;

    private final JobQueue queue;
    private final Identity self;
    private final RunWork.Source works;
    private final OwnPorts ownPorts;
    private final Clock clock;
    private final LongSupplier nanoTime;
    private final Semaphore room;
    private final Map<Fence, HeldLease> held = new ConcurrentHashMap<>();
    private final CountDownLatch draining = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final CountDownLatch left = new CountDownLatch(2);
    private final AtomicLong done = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final ReentrantLock lock = new ReentrantLock();
    /** Guarded by {@link #lock}. */
    private final Map<ReplayId, RunPlace> places = new LinkedHashMap<>(16, 0.75f, true);
    private volatile boolean cut;

    /**
     * Who a worker is.
     *
     * @param id told by nobody else
     * @param name what it is called
     * @param host its machine
     * @param pid its process
     * @param concurrency requests in flight at most, at least 1
     */
    public record Identity(WorkerId id, String name, String host, long pid, int concurrency) {}

    /** What a worker keeps of a run. */
    private record RunPlace(RunSender sender, RunTokens tokens) {}

    /** A call of the queue. */
    private interface Call<T> {
        T make() throws QueueException;
    }

    /**
     * @param works what is needed of the runs that jobs belong to
     * @param ownPorts ports of this process, which nothing is sent to
     */
    public QueueWorker(JobQueue queue, Identity self, RunWork.Source works, OwnPorts ownPorts, Clock clock, LongSupplier nanoTime) {
        this.queue = queue;
        this.self = self;
        this.works = works;
        this.ownPorts = ownPorts;
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.room = new Semaphore(self.concurrency());
    }

    /** Begins to take jobs. To be called once. */
    public void start() {
        Thread.ofVirtual().name("worker-" + self.name()).start(this::takeJobs);
        Thread.ofVirtual().name("worker-" + self.name() + "-leases").start(this::keepLeases);
    }

    private void takeJobs() {
        long backOff = TICK_MILLIS;
        try {
            while (draining.getCount() > 0) {
                if (!room.tryAcquire(LEASE_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
                    continue;
                }
                int wanted = 1 + room.drainPermits();
                int taken = 0;
                try {
                    long asked = nanoTime.getAsLong();
                    List<Lease> leases = queue.lease(self.id(), wanted, LEASE_WAIT);
                    taken = leases.size();
                    leases.forEach(lease -> begin(lease, asked));
                    backOff = TICK_MILLIS;
                } catch (QueueException e) {
                    warn("jobs cannot be taken", e);
                    draining.await(backOff, TimeUnit.MILLISECONDS);
                    backOff = Math.min(2 * backOff, HEARTBEAT_MILLIS);
                } finally {
                    room.release(wanted - taken);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // Nobody interrupts it but who wants it gone.
        } finally {
            left.countDown();
        }
    }

    private void begin(Lease lease, long asked) {
        HeldLease holding = new HeldLease(lease, asked, nanoTime);
        held.put(lease.fence(), holding);
        Thread.ofVirtual().name("job-" + lease.id()).start(() -> {
            try {
                work(holding);
            } catch (QueueException e) {
                warn("a job is given up", e); // Its lease runs out, and the queue decides what becomes of it.
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "job " + lease.id() + " failed", e);
            } finally {
                held.remove(lease.fence());
                room.release();
            }
        });
    }

    private void work(HeldLease holding) throws QueueException {
        Lease lease = holding.lease();
        RunPlace place;
        JobPayload payload;
        try {
            payload = JobPayload.read(lease.job());
            place = place(lease.id().run());
            try (RunSender.Sending sending = place.sender().begin(payload, lease.carried())) {
                send(holding, place, payload, sending);
            }
        } catch (QueueException e) {
            release(holding);
            throw e;
        } catch (PlanException | IOException e) {
            commit(holding, JobOutcome.missing(String.valueOf(e.getMessage())).committed(Optional.empty(), new byte[0]));
        }
    }

    private void send(HeldLease holding, RunPlace place, JobPayload payload, RunSender.Sending sending) throws QueueException {
        Lease lease = holding.lease();
        RunTokens.Patience patience = millis -> holding.pause(millis) && draining.getCount() > 0;
        Optional<SendResult> result = Optional.empty();
        int attempt = 0;
        boolean again = true;
        while (again && place.tokens().begin(patience)) {
            Optional<TokenGrant> grant = place.tokens().enter(payload.item().origin(), patience);
            if (grant.isEmpty()) {
                break;
            }
            try {
                if (!mayBeSent(holding)) {
                    return;
                }
                result = Optional.of(sending.send(++attempt));
            } finally {
                leave(place, grant.get());
            }
            OptionalLong wait = sending.again(attempt, lease.job().unsafe(), result.get());
            again = wait.isPresent() && patience.pause(wait.getAsLong());
        }
        if (result.isEmpty() || cut && result.get().errorClass().equals(Optional.of(ErrorClass.CLIENT_ABORTED))) {
            release(holding);
        } else {
            commit(holding, new JobOutcome(result.get(), attempt).committed(lease.job().shard().flatMap(shard -> sending.carried()), sending.exchanges()));
        }
    }

    /** Notes once that the request goes out. */
    private boolean mayBeSent(HeldLease holding) throws QueueException {
        if (!holding.wasSending()) {
            if (!persistently(holding, () -> queue.sending(holding.lease()))) {
                holding.lost();
                return false;
            }
            holding.isSending();
        }
        return holding.holds() && !cut;
    }

    private void leave(RunPlace place, TokenGrant grant) {
        try {
            place.tokens().leave(grant);
        } catch (QueueException e) {
            warn("a token cannot be given back", e); // It returns when this worker is no longer heard of, or with its next heartbeat but one.
        }
    }

    /** Tries again for as long as the lease holds, as calls of a queue may be repeated. */
    private <T> T persistently(HeldLease holding, Call<T> call) throws QueueException {
        long backOff = TICK_MILLIS;
        while (true) {
            try {
                return call.make();
            } catch (QueueException e) {
                if (e.code().equals("queue_closed") || !holding.pause(backOff)) {
                    throw e;
                }
                backOff = Math.min(2 * backOff, HEARTBEAT_MILLIS);
            }
        }
    }

    /** Commits a result; tries for another lease's time after the lease has run out, as the queue may have been away, and its time may have stood still. */
    private void commit(HeldLease holding, JobResult result) throws QueueException {
        long until = nanoTime.getAsLong() + TimeUnit.MILLISECONDS.toNanos(2 * holding.lease().validMillis());
        while (true) {
            try {
                if (queue.commit(holding.lease(), result) == JobQueue.Commit.COUNTED) {
                    done.incrementAndGet();
                    failed.addAndGet(result.ok() ? 0 : 1);
                }
                return;
            } catch (QueueException e) {
                if (e.code().equals("queue_closed") || stopped.getCount() == 0 || !holding.holds() && nanoTime.getAsLong() - until >= 0) {
                    throw e;
                }
                pause(TICK_MILLIS);
            }
        }
    }

    private void pause(long millis) {
        try {
            stopped.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void release(HeldLease holding) {
        try {
            queue.release(holding.lease());
        } catch (QueueException e) {
            warn("a job cannot be given back", e); // Its lease runs out.
        }
    }

    private RunPlace place(ReplayId run) throws QueueException, PlanException, IOException {
        lock.lock();
        try {
            RunPlace known = places.get(run);
            if (known != null) {
                return known;
            }
            forgetIdle();
            RunStatus status = queue.run(run).orElseThrow(() -> QueueException.unknownRun(run));
            RunPlace made = new RunPlace(new RunSender(works.prepare(status.header().settings()), ownPorts, clock, nanoTime),
                    new RunTokens(queue, self.id(), status.header(), nanoTime));
            places.put(run, made);
            return made;
        } finally {
            lock.unlock();
        }
    }

    /** Called with the lock held. */
    private void forgetIdle() {
        Set<ReplayId> busy = new HashSet<>();
        held.values().forEach(holding -> busy.add(holding.lease().id().run()));
        List<ReplayId> idle = new ArrayList<>(places.keySet());
        idle.removeAll(busy);
        for (ReplayId run : idle.subList(0, Math.max(0, idle.size() - IDLE_RUNS_MAX + 1))) {
            close(places.remove(run));
        }
    }

    private void close(RunPlace place) {
        place.sender().close();
        try {
            place.tokens().close();
        } catch (QueueException e) {
            warn("tokens cannot be given back", e); // They are good for a short time only.
        }
    }

    private void keepLeases() {
        long beatAt = nanoTime.getAsLong();
        try {
            do {
                renew();
                if (nanoTime.getAsLong() - beatAt >= 0) {
                    beat(draining.getCount() == 0 ? WorkerInfo.State.DRAINING : WorkerInfo.State.ACTIVE);
                    beatAt = nanoTime.getAsLong() + TimeUnit.MILLISECONDS.toNanos(heartbeatMillis());
                }
            } while (!stopped.await(TICK_MILLIS, TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // Nobody interrupts it but who wants it gone.
        } finally {
            left.countDown();
        }
    }

    /** Grants last as long as leases do without a sign of the worker. */
    private long heartbeatMillis() {
        long shortest = HEARTBEAT_MILLIS;
        for (HeldLease holding : held.values()) {
            shortest = Math.min(shortest, holding.lease().validMillis() / 4);
        }
        return shortest;
    }

    private void renew() {
        List<Lease> due = new ArrayList<>();
        for (HeldLease holding : held.values()) {
            if (holding.isRenewalDue()) {
                due.add(holding.lease());
            }
        }
        if (due.isEmpty()) {
            return;
        }
        try {
            long asked = nanoTime.getAsLong();
            Set<Fence> ended = new HashSet<>();
            due.forEach(lease -> ended.add(lease.fence()));
            for (Lease lease : queue.renew(due)) {
                ended.remove(lease.fence());
                Optional.ofNullable(held.get(lease.fence())).ifPresent(holding -> holding.renewed(lease, asked));
            }
            ended.forEach(fence -> Optional.ofNullable(held.get(fence)).ifPresent(HeldLease::lost));
        } catch (QueueException e) {
            warn("leases cannot be renewed", e);
        }
    }

    private void beat(WorkerInfo.State state) {
        try {
            queue.heartbeat(new WorkerInfo(self.id(), self.name(), self.host(), self.pid(), self.concurrency(), state, done.get(), failed.get(), held.size()));
        } catch (QueueException e) {
            warn("the queue cannot be told of this worker", e);
        }
    }

    /** Nothing that a job carries is in these sentences. */
    private static void warn(String what, QueueException e) {
        if (!e.code().equals("queue_closed")) {
            LOG.log(System.Logger.Level.WARNING, "{0}: {1}", what, e.getMessage());
        }
    }

    /** Jobs that it committed. */
    public long done() {
        return done.get();
    }

    /** Takes nothing new, and ends. Returns when all that was in flight has ended, or the time of a lease has passed. Called again it does nothing more. */
    @Override
    public void close() {
        draining.countDown();
        try {
            // Leases are renewed meanwhile. Without any, what is left is quick.
            if (!room.tryAcquire(self.concurrency(), held.isEmpty() ? 0 : DRAIN_MILLIS_MAX, TimeUnit.MILLISECONDS)) {
                cut = true;
                allPlaces().forEach(place -> place.sender().close());
                room.tryAcquire(self.concurrency(), CUT_MILLIS, TimeUnit.MILLISECONDS);
            }
            boolean first = stopped.getCount() > 0;
            stopped.countDown();
            left.await(2 * LEASE_WAIT.toMillis(), TimeUnit.MILLISECONDS);
            if (first) {
                allPlaces().forEach(this::close);
                held.values().forEach(this::release);
                beat(WorkerInfo.State.STOPPED);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // Whoever is in a hurry leaves the rest to its leases.
        }
    }

    private List<RunPlace> allPlaces() {
        lock.lock();
        try {
            return List.copyOf(places.values());
        } finally {
            lock.unlock();
        }
    }
}
