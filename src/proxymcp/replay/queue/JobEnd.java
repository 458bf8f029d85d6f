package proxymcp.replay.queue;

import java.util.Locale;
import java.util.Optional;

/**
 * A job that has ended.
 *
 * @param id its name
 * @param state how
 * @param attempts how often it was leased, released leases left out
 * @param worker who committed it, or whose lease ran out or was given back last; empty for one that ended otherwise
 * @param endedAtMillis when, epoch milliseconds by the queue's time
 * @param result what was committed; empty unless {@code OK} or {@code FAILED}
 */
public record JobEnd(JobId id, State state, int attempts, Optional<WorkerId> worker, long endedAtMillis, Optional<JobResult> result) {
    /** How a job ends. */
    public enum State {
        /** Committed, a success. */
        OK,
        /** Committed, anything else. */
        FAILED,
        /** Its leases ran out as often as they may. */
        DEAD,
        /** Its run was cancelled before it was sent. */
        CANCELLED,
        /** Unsafe, and its lease ran out when it may have been sent: it is not sent again. */
        UNKNOWN;

        private final String id = name().toLowerCase(Locale.ROOT);

        /** The stable name in results. */
        public String id() {
            return id;
        }
    }
}
