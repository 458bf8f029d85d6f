package proxymcp.replay.queue;

/**
 * Jobs of a run by what has become of them.
 *
 * @param enqueued all of them that are in the queue
 * @param ok committed, a success
 * @param failed committed, anything else
 * @param dead attempts used up
 * @param cancelled not sent, as the run was cancelled
 * @param unknown unsafe ones that may have been sent
 * @param leased a worker has them
 * @param waiting nobody has them
 * @param superseded commits that came too late, which count nowhere else
 */
public record JobCounts(long enqueued, long ok, long failed, long dead, long cancelled, long unknown, long leased, long waiting, long superseded) {
    /** Of a run without jobs. */
    public static final JobCounts NONE = new JobCounts(0, 0, 0, 0, 0, 0, 0, 0, 0);

    /** Jobs that have ended. */
    public long ended() {
        return ok + failed + dead + cancelled + unknown;
    }

    /** Whether every job is counted once. With none waiting or leased it is {@code enqueued = ok + failed + dead + cancelled + unknown}. */
    public boolean balanced() {
        return enqueued == ended() + leased + waiting;
    }
}
