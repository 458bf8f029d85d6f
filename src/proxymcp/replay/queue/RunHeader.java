package proxymcp.replay.queue;

import java.util.OptionalDouble;
import java.util.OptionalInt;
import proxymcp.json.JsonObject;
import proxymcp.replay.ReplayId;

/**
 * A run as the queue knows it.
 *
 * @param run its id
 * @param jobCount jobs that it has, 0 or more; their indexes are 0 to one below
 * @param priority higher goes first; -100..100
 * @param attemptsMax how often a job is leased before it is dead, 1..100
 * @param leaseMillis how long a lease, a grant and the hold of a worker on a shard last without renewal, at least 1
 * @param ratePerSecond requests begun in a second over all workers; empty for no bound
 * @param burst requests that may begin at once after a pause, at least 1
 * @param perOrigin requests in flight to one origin over all workers; empty for no bound
 * @param settings what workers need to know of the run; may hold secrets, and is not looked at by the queue
 */
public record RunHeader(ReplayId run, int jobCount, int priority, int attemptsMax, long leaseMillis, OptionalDouble ratePerSecond, int burst,
        OptionalInt perOrigin, JsonObject settings) {
    /** @throws IllegalArgumentException if a number is out of its range */
    public RunHeader {
        if (jobCount < 0 || Math.abs(priority) > 100 || attemptsMax < 1 || attemptsMax > 100 || leaseMillis < 1 || burst < 1
                || ratePerSecond.isPresent() && !(ratePerSecond.getAsDouble() > 0) || perOrigin.isPresent() && perOrigin.getAsInt() < 1) {
            throw new IllegalArgumentException("a number of run " + run + " is out of its range");
        }
    }

    /** Without what may be secret. */
    @Override
    public String toString() {
        return run + " of " + jobCount + " jobs";
    }

    /**
     * The {@link #burst} with which workers keep a rate: more than the requests that shall begin at once, as the queue's answers take their time and
     * tokens that come up meanwhile must not be lost. Workers begin no more than {@code burst} of theirs at once.
     */
    public static int bucket(OptionalDouble ratePerSecond, int burst) {
        return ratePerSecond.isPresent() ? RunTokens.bucket(ratePerSecond.getAsDouble(), burst) : burst;
    }
}
