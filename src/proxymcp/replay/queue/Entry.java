package proxymcp.replay.queue;

import java.util.List;
import java.util.Set;

/**
 * What the log of the embedded queue says has happened. Each is a decision, taken under the lock by whoever wrote it: who reads the log only follows.
 * Runs go by a number that the log gave them. What belongs to a job that has ended, or to a lease that has, does nothing.
 */
sealed interface Entry {
    /** Numbers go on from here; first in a log that was written anew. */
    record Base(int nextRun, long nextFence, long nextGrant) implements Entry {}

    /** A run is there, its jobs follow. */
    record RunBegun(int run, RunHeader header) implements Entry {}

    /**
     * Jobs by index, without gaps.
     *
     * @param first index of the first
     * @param unsafe of each
     * @param shards key of each; empty for none
     * @param bodies hashes of bodies that are kept apart
     * @param packed payloads and bodies, see {@link JobBatch}
     */
    record JobsAdded(int run, int first, boolean[] unsafe, String[] shards, Set<String> bodies, byte[] packed) implements Entry {}

    /** All jobs are there. */
    record RunSealed(int run) implements Entry {}

    /** A worker has jobs. */
    record Leased(String worker, List<Held> jobs) implements Entry {}

    /** A job that is leased. */
    record Held(int run, int index, long fence, int attempt, long expiresAtMillis) {}

    /** A request is about to be sent. */
    record Sending(int run, int index, long fence) implements Entry {}

    /** Leases have another end. */
    record Renewed(List<Held> jobs) implements Entry {}

    /**
     * A result came.
     *
     * @param counted whether the job ends with it; it was superseded if not
     * @param carries whether {@code carried} is what the shard carries from now on
     * @param bodies hashes of bodies that are kept apart
     * @param packed the result, see {@link PackedResult}
     */
    record Committed(int run, int index, long fence, int attempt, String worker, boolean counted, boolean ok, boolean carries, byte[] carried,
            Set<String> bodies, byte[] packed) implements Entry {}

    /** A lease ended without a result; also a job that ended without a lease, whose fence is 0 and whose worker is empty. */
    record Ended(int run, int index, long fence, int attempt, String worker, Then then) implements Entry {}

    /** What becomes of a job whose lease ended. */
    enum Then {
        /** It waits; the attempt counts. */
        AGAIN,
        /** It waits; the attempt does not count. */
        BACK,
        /** It is dead. */
        DEAD,
        /** It is cancelled. */
        CANCELLED,
        /** Nobody knows whether it was sent. */
        UNKNOWN
    }

    /** All jobs of a run that wait, or are leased and not being sent, end as cancelled. */
    record RunCancelled(int run) implements Entry {}

    /** A run is dropped. */
    record RunForgotten(int run) implements Entry {}

    /** A worker told of itself. */
    record WorkerTold(WorkerInfo info) implements Entry {}

    /** Tokens were granted; the origin is empty for those of the rate. */
    record Granted(long number, int run, String worker, String origin, int count, long expiresAtMillis) implements Entry {}

    /** Tokens were given back. */
    record Returned(long number, int count) implements Entry {}

    /** The log is damaged before here: unsafe jobs without an end, and jobs that cannot be read, end as unknown. */
    record Doubted() implements Entry {}

    /** What else is known of a run; last of it in a log that was written anew. */
    record RunKept(int run, boolean cancelled, long superseded, long rateMicros, long rateAtMillis, List<Tried> tried, List<Hold> holds) implements Entry {}

    /** A job that waits after attempts. */
    record Tried(int index, int attempts) {}

    /** A shard that a worker has a hold on. */
    record Hold(String shard, String worker, long untilMillis) {}
}
