package proxymcp.replay.queue;

import java.util.Locale;

/**
 * A run and how far it is.
 *
 * @param header as it was enqueued
 * @param enqueuedAtMillis when it was begun, epoch milliseconds by the queue's time
 * @param state how far it is
 * @param counts its jobs
 */
public record RunStatus(RunHeader header, long enqueuedAtMillis, State state, JobCounts counts) {
    /** How far a run is. */
    public enum State {
        /** Jobs are still being put in; none can be leased. */
        ENQUEUING,
        /** Jobs wait or are leased. */
        RUNNING,
        /** Cancelled, and some are still leased. */
        CANCELLING,
        /** All jobs have ended. */
        ENDED,
        /** All jobs have ended, and it was cancelled. */
        CANCELLED;

        private final String id = name().toLowerCase(Locale.ROOT);

        /** The stable name in results. */
        public String id() {
            return id;
        }

        /** Whether nothing changes any more. */
        public boolean hasEnded() {
            return this == ENDED || this == CANCELLED;
        }
    }
}
