package proxymcp.replay.queue;

import java.util.Optional;

/**
 * The right to send a job, for a while.
 *
 * @param job what to send
 * @param worker whose it is
 * @param fence its number
 * @param attempt from 1
 * @param expiresAtMillis its end, epoch milliseconds by the queue's time
 * @param validMillis how long it lasted when it was granted or renewed: a worker counts it from before it asked, by its own monotonic clock
 * @param carried what the last commit of the shard carried; empty without one
 */
public record Lease(Job job, WorkerId worker, Fence fence, int attempt, long expiresAtMillis, long validMillis, Optional<byte[]> carried) {
    /** Name of the job. */
    public JobId id() {
        return job.id();
    }

    /** The same with another end. */
    public Lease until(long newExpiresAtMillis) {
        return new Lease(job, worker, fence, attempt, newExpiresAtMillis, validMillis, carried);
    }

    /** Without what may be secret. */
    @Override
    public String toString() {
        return job.id() + " #" + fence.number() + " of " + worker.text();
    }
}
