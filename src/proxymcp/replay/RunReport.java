package proxymcp.replay;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A run in numbers. {@code selectedCount = executedCount + skippedCount + pendingCount}, the last being 0 once the run has ended;
 * {@code executedCount = successCount + errorCount}.
 *
 * @param replayId the run
 * @param sessionId where its requests were recorded
 * @param state how far it is
 * @param reason why it was aborted; empty otherwise
 * @param selectedCount items of the plan
 * @param successCount those that ended with a 2xx or 3xx
 * @param errorCount those that were sent and ended otherwise
 * @param skippedCount those that were not sent
 * @param pendingCount those that have not ended
 * @param retryCount attempts beyond the first
 * @param statusCounts final status codes, ascending
 * @param errorBuckets failed items by class, in alphabetical order
 * @param skippedBuckets skipped items by reason, in alphabetical order
 * @param latency of the last attempts of executed items
 * @param requestsPerSecond executed items in a second of the run; 0 before the first
 * @param startedAtMillis epoch milliseconds
 * @param endedAtMillis epoch milliseconds; empty while it runs, and if it was interrupted
 * @param selectionNotes what was asked for and is not among its items, a sentence each
 * @param note what went wrong with keeping the run or renewing its authorisation; empty if nothing did
 * @param replaySessions sessions that its answers were recorded to, the newest last
 * @param waitingFor what holds it up: an origin that asked for it, with the time, or its queue; empty if nothing does
 */
public record RunReport(ReplayId replayId, String sessionId, State state, String reason, int selectedCount, int successCount, int errorCount,
        int skippedCount, int pendingCount, int retryCount, Map<Integer, Integer> statusCounts, Map<String, Integer> errorBuckets,
        Map<String, Integer> skippedBuckets, Latency latency, double requestsPerSecond, long startedAtMillis, Optional<Long> endedAtMillis,
        List<String> selectionNotes, Optional<String> note, List<String> replaySessions, Optional<String> waitingFor) {
    /** How far a run is. */
    public enum State {
        /** Not begun. */
        PLANNED,
        /** Sending. */
        RUNNING,
        /** All items have ended. */
        DONE,
        /** It ended itself; the reason is told. */
        ABORTED,
        /** Somebody ended it. */
        CANCELLED,
        /** Its process died. */
        INTERRUPTED;

        private final String id = name().toLowerCase(Locale.ROOT);

        /** The stable name in results. */
        public String id() {
            return id;
        }
    }

    /**
     * Milliseconds, within 0.4 %; the largest is exact.
     *
     * @param p50 median
     * @param p90 nine of ten are not above
     * @param p99 99 of 100 are not above
     * @param max the largest
     */
    public record Latency(long p50, long p90, long p99, long max) {}

    /** Items that were sent. */
    public int executedCount() {
        return successCount + errorCount;
    }
}
