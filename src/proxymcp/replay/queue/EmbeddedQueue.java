package proxymcp.replay.queue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import proxymcp.replay.ReplayId;
import proxymcp.store.StoreFiles;

/**
 * A queue that needs no other service: a log in a folder that any process of the machine may append to, under a lock that the system gives back when a
 * process ends. The folder is its owner's alone, as requests hold secrets; nothing of them is logged elsewhere.
 *
 * <p>Time is that of the log's entries: it never goes back, and stands still while the clock is behind them. What is answered survives the death of any
 * process; runs, their end, results and notes of unsafe requests that are about to be sent also survive the loss of the machine. A process that is stopped,
 * not killed, while it holds the lock makes the others wait.
 */
public final class EmbeddedQueue implements JobQueue {
    /** How often another process's changes are looked for. */
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(25);

    private final KeptBodies bodies;
    private final Decisions decisions;
    private final LogThread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private long rounds;

    private EmbeddedQueue(Path folder, StoreFiles files, LongSupplier epochMillis, RandomGenerator random) throws IOException {
        files.createFolder(folder);
        if (Files.isSymbolicLink(folder)) {
            throw new IOException(folder + " is a link");
        }
        this.bodies = new KeptBodies(folder.resolve("bodies"), files);
        this.decisions = new Decisions(bodies);
        this.thread = new LogThread(folder, files, new QueueLog(folder, files, random), bodies, epochMillis, this::roundEnded);
    }

    /**
     * Opens the queue of a folder, which is made where it is missing.
     *
     * @param epochMillis wall clock
     * @param random marks of new files are drawn from it
     * @throws QueueException if it cannot be written, or is not one that this program can read
     */
    public static EmbeddedQueue open(Path folder, StoreFiles files, LongSupplier epochMillis, RandomGenerator random) throws QueueException {
        try {
            EmbeddedQueue queue = new EmbeddedQueue(folder, files, epochMillis, random);
            queue.thread.start();
            boolean opened = false;
            try {
                queue.thread.decide(false, round -> true); // Reads the log, and tells now what is wrong with it.
                opened = true;
                return queue;
            } finally {
                if (!opened) {
                    queue.close();
                }
            }
        } catch (QueueException e) {
            throw e;
        } catch (IOException e) {
            throw new QueueException("queue_unreachable", "the queue in " + folder + " cannot be opened: " + e.getMessage(),
                    "look at the disk and at the rights of the folder", e);
        }
    }

    private void roundEnded() {
        lock.lock();
        try {
            rounds++;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void enqueue(RunHeader run, Iterable<Job> jobs) throws QueueException {
        int added = thread.decide(false, round -> decisions.begin(round, run));
        JobBatch batch = new JobBatch(bodies);
        int next = 0;
        for (Job job : jobs) {
            if (!job.id().equals(new JobId(run.run(), next))) {
                throw new IllegalArgumentException("expected job " + next + " of " + run.run() + ", got " + job.id());
            }
            next++;
            if (job.id().index() >= added) {
                batch.add(job);
            }
            if (batch.isFull()) {
                added = put(run.run(), batch);
            }
        }
        if (next != run.jobCount()) {
            throw new IllegalArgumentException(run.run() + " has " + next + " jobs, its header says " + run.jobCount());
        }
        put(run.run(), batch);
        thread.decide(true, round -> {
            decisions.seal(round, run.run());
            return true;
        });
    }

    /** Has a batch put in and forgets it; returns how many jobs are in then. Somebody else may put in the same. */
    private int put(ReplayId run, JobBatch batch) throws QueueException {
        int added = 0;
        while (batch.size() > 0) {
            Entry.JobsAdded entry = kept(() -> batch.entry(0));
            added = thread.decide(false, round -> decisions.add(round, run, entry));
            batch.dropBelow(added);
        }
        batch.clear();
        return added;
    }

    /** Writes what is kept beside the log. */
    private interface Keeping<T> {
        T keep() throws IOException;
    }

    private static <T> T kept(Keeping<T> keeping) throws QueueException {
        try {
            return keeping.keep();
        } catch (IOException e) {
            boolean full = String.valueOf(e.getMessage()).contains("No space left");
            throw new QueueException(full ? "queue_full" : "queue_failed", "a body cannot be put into the queue: " + e.getMessage(),
                    full ? "make room on the disk" : "", e);
        }
    }

    @Override
    public List<Lease> lease(WorkerId worker, int room, Duration wait) throws QueueException {
        if (room < 1) {
            throw new IllegalArgumentException("room is at least 1");
        }
        long begun = System.nanoTime();
        while (true) {
            long seen = rounds();
            List<Lease> leases = thread.decide(false, round -> decisions.lease(round, worker, room));
            long left = wait.toNanos() - (System.nanoTime() - begun);
            if (!leases.isEmpty() || left <= 0 || !awaitChange(seen, Math.min(left, POLL_NANOS))) {
                return leases;
            }
        }
    }

    private long rounds() {
        lock.lock();
        try {
            return rounds;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until something was noted here, or time has passed; false if it was interrupted. */
    private boolean awaitChange(long seen, long nanos) {
        lock.lock();
        try {
            return rounds != seen || changed.awaitNanos(nanos) <= nanos;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<Lease> renew(List<Lease> leases) throws QueueException {
        return leases.isEmpty() ? List.of() : thread.decide(false, round -> decisions.renew(round, leases));
    }

    @Override
    public boolean sending(Lease lease) throws QueueException {
        // Only an unsafe request must not go out twice when the machine is lost in between.
        return thread.decide(lease.job().unsafe(), round -> decisions.sending(round, lease));
    }

    @Override
    public Commit commit(Lease lease, JobResult result) throws QueueException {
        while (true) {
            PackedResult packed = kept(() -> PackedResult.of(result, bodies));
            Optional<Commit> commit = thread.decide(true, round -> decisions.commit(round, lease, packed));
            if (commit.isPresent()) {
                return commit.get();
            }
        }
    }

    @Override
    public void release(Lease lease) throws QueueException {
        thread.decide(false, round -> {
            decisions.release(round, lease);
            return true;
        });
    }

    @Override
    public void cancel(ReplayId run) throws QueueException {
        thread.decide(true, round -> {
            decisions.cancel(round, run);
            return true;
        });
    }

    @Override
    public ResultPage results(ReplayId run, long cursor, int limit) throws QueueException {
        return thread.decide(false, round -> decisions.results(round, run, cursor, limit));
    }

    @Override
    public JobCounts stats(ReplayId run) throws QueueException {
        return thread.decide(false, round -> round.run(run).counts());
    }

    @Override
    public Optional<RunStatus> run(ReplayId run) throws QueueException {
        return thread.decide(false, round -> round.state().run(run).map(RunState::status));
    }

    @Override
    public List<RunStatus> runs() throws QueueException {
        return thread.decide(false, round -> round.state().runs().stream().map(RunState::status).toList());
    }

    @Override
    public void forget(ReplayId run) throws QueueException {
        thread.decide(true, round -> {
            thread.delete(decisions.forget(round, run));
            return true;
        });
    }

    @Override
    public TokenGrant tokens(WorkerId worker, ReplayId run, Optional<String> origin, int wanted) throws QueueException {
        return thread.decide(false, round -> decisions.tokens(round, worker, run, origin, wanted));
    }

    @Override
    public void giveBack(TokenGrant grant, int count) throws QueueException {
        if (grant.number() > 0) {
            thread.decide(false, round -> {
                decisions.giveBack(round, grant, count);
                return true;
            });
        }
    }

    @Override
    public void heartbeat(WorkerInfo worker) throws QueueException {
        thread.decide(false, round -> {
            round.note(new Entry.WorkerTold(worker));
            return true;
        });
    }

    @Override
    public List<WorkerSeen> workers() throws QueueException {
        return thread.decide(false, decisions::workers);
    }

    @Override
    public void close() {
        thread.close();
    }
}
