package proxymcp.replay.queue;

import java.io.Closeable;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import proxymcp.replay.ReplayId;

/**
 * Jobs of runs, handed out to workers under leases and counted once each. Any thread of any process that opened the same queue may call; a call is
 * done when what it says is durable, and one that throws may or may not have been done: calling it again is always right.
 *
 * <p>What holds whoever dies, and when:
 * <ul>
 * <li>Time is the queue's own. A lease ends when it is committed, released, cancelled or has run out; a job whose lease ran out waits again, with
 *     one attempt more, or is {@code dead} when these are used up. An unsafe job that was {@link #sending} becomes {@code unknown} instead and is
 *     never leased again.
 * <li>Each lease has a {@link Fence} that is higher than those before it. What is done under a lease that has ended does nothing.
 * <li>{@code enqueued = ok + failed + dead + cancelled + unknown + leased + waiting} at each moment.
 * <li>Jobs with one {@link ShardKey} are leased one after the other, by index, each when the one before has ended, and to the worker that had the
 *     one before unless a lease's time has passed since then. What a commit carries comes with the shard's next lease.
 * <li>Jobs of a run with a higher priority go first, then those of the older run, then by index. A job of a run can be leased once all of the
 *     run's jobs are in the queue.
 * </ul>
 */
public interface JobQueue extends Closeable {
    /** Octets from which on a body is kept apart, once for all jobs that have it: 64 KiB. */
    int INLINE_BYTES_MAX = 1 << 16;

    /** What came of a commit. */
    enum Commit {
        /** The job has ended with this result. */
        COUNTED,
        /** The lease had ended before; the result is kept, and not counted. */
        SUPERSEDED
    }

    /**
     * Adds a run and its jobs. Jobs that are in already are passed over, so that an enqueue that broke off can be called again.
     *
     * @param jobs by index from 0, {@link RunHeader#jobCount} of them; each is read once
     * @throws QueueException {@code run_differs} if there is a run of this id with another header
     */
    void enqueue(RunHeader run, Iterable<Job> jobs) throws QueueException;

    /**
     * Leases jobs that wait.
     *
     * @param room most jobs, at least 1
     * @param wait how long it waits for the first one; zero for not at all
     * @return by the order that they are to be sent in; empty if none waited
     */
    List<Lease> lease(WorkerId worker, int room, Duration wait) throws QueueException;

    /**
     * Gives leases their whole time again, from now on.
     *
     * @return those that still hold, with their new end; the others have ended, and nothing more may be sent for them
     */
    List<Lease> renew(List<Lease> leases) throws QueueException;

    /**
     * Notes that the request is about to be sent; called before its first octet leaves.
     *
     * @return false if the lease has ended: it must not be sent
     */
    boolean sending(Lease lease) throws QueueException;

    /** Ends a job with its result. Committing the same again answers as it did the first time. */
    Commit commit(Lease lease, JobResult result) throws QueueException;

    /**
     * Gives a lease back: the job waits again without an attempt used up. An unsafe job that was {@link #sending} becomes {@code unknown}. Does nothing if
     * the lease has ended.
     */
    void release(Lease lease) throws QueueException;

    /**
     * Cancels what has not begun: jobs that wait and leases that are not {@link #sending} end as {@code cancelled}. What is being sent may still be
     * committed; a lease of it that runs out or is released ends as {@code cancelled}, or as {@code unknown} if unsafe.
     *
     * @throws QueueException {@code unknown_run}
     */
    void cancel(ReplayId run) throws QueueException;

    /**
     * Jobs of a run that have ended, in the order in which they did.
     *
     * @param cursor how many are passed over: 0, or {@link ResultPage#nextCursor} of the page before
     * @param limit most of them, at least 1
     * @throws QueueException {@code unknown_run}
     */
    ResultPage results(ReplayId run, long cursor, int limit) throws QueueException;

    /**
     * Counts of a run, as they are now.
     *
     * @throws QueueException {@code unknown_run}
     */
    JobCounts stats(ReplayId run) throws QueueException;

    /** A run; empty if there is none of this id. */
    Optional<RunStatus> run(ReplayId run) throws QueueException;

    /** All runs that have not been forgotten, oldest first. */
    List<RunStatus> runs() throws QueueException;

    /**
     * Drops a run, its jobs, results and bodies. Fine if there is none.
     *
     * @throws QueueException {@code run_active} if it has jobs that wait or are leased
     */
    void forget(ReplayId run) throws QueueException;

    /**
     * Grants tokens: without an origin, leave to begin requests, by the run's {@link RunHeader#ratePerSecond}; with one, leave to have requests in flight
     * there, of the run's {@link RunHeader#perOrigin}. What the run does not bound is granted in full.
     *
     * @param wanted at least 1
     * @return none to all of them
     * @throws QueueException {@code unknown_run}
     */
    TokenGrant tokens(WorkerId worker, ReplayId run, Optional<String> origin, int wanted) throws QueueException;

    /**
     * Gives tokens back: those of an origin when their requests have ended, those of the rate that were not used. Does nothing if the grant has ended.
     *
     * @param count 1 to as many as are still held
     */
    void giveBack(TokenGrant grant, int count) throws QueueException;

    /** Tells that a worker is there, which gives all its grants their whole time again. One that {@code STOPPED} gives all of them back. */
    void heartbeat(WorkerInfo worker) throws QueueException;

    /** Workers that told of themselves within the last day, by name. */
    List<WorkerSeen> workers() throws QueueException;

    /** Lets go of files and connections; runs and leases are not touched. Called again it does nothing. */
    @Override
    void close();
}
