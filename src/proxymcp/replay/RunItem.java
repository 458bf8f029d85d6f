package proxymcp.replay;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * An item of a run and what came of it.
 *
 * @param item as planned
 * @param state how far it is
 * @param attempts how often it was sent
 * @param status status code of the last answer
 * @param responseBytes octets of its body
 * @param durationMillis how long the last attempt took
 * @param errorClass bucket that a failed one counts in: an error class, {@code http_429}, {@code http_4xx}, {@code http_5xx}, {@code redirect} for one that
 *     was not followed where it leads, {@code assert} for an answer that is not what a template says, or {@code unknown} for an unsafe request that may or may not have been sent when the run was interrupted
 * @param reason a sentence for it; empty without one
 * @param recorded where the answer was recorded
 * @param sentAs how it was sent, where overrides changed its method or URL
 * @param skipped why it was not sent
 */
public record RunItem(PlanItem item, State state, int attempts, OptionalInt status, long responseBytes, long durationMillis,
        Optional<String> errorClass, String reason, Optional<RecordedAs> recorded, Optional<SentAs> sentAs,
        Optional<Skip> skipped) {
    /** How far an item is. */
    public enum State {
        /** Not ended. */
        PENDING,
        /** A final 2xx or 3xx. */
        SUCCESS,
        /** Sent, and anything else. */
        ERROR,
        /** Not sent. */
        SKIPPED;

        private final String id = name().toLowerCase(Locale.ROOT);

        /** The stable name in results. */
        public String id() {
            return id;
        }
    }

    /** Which items are asked for. */
    public enum Only {
        /** Every one. */
        ALL,
        /** Those that ended as an error. */
        FAILED,
        /** Those that were not sent. */
        SKIPPED
    }
}
