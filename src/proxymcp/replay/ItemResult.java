package proxymcp.replay;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * What is kept of an item that has ended.
 *
 * @param state never pending
 * @param attempts how often it was sent
 * @param status of the last answer
 * @param errorClass bucket of a failed item, reason of a skipped one; empty for a success
 * @param reason a sentence for it
 * @param sentAs how it was sent, where overrides changed its method or URL
 */
record ItemResult(RunItem.State state, int attempts, OptionalInt status, long responseBytes, long durationMillis, String errorClass, String reason,
        Optional<RecordedAs> recorded, Optional<SentAs> sentAs) {
    /** Bucket of unsafe requests that may have been sent before their process died. */
    static final String UNKNOWN = "unknown";

    /** Bucket of redirects that were not followed where they lead. */
    static final String REDIRECT = "redirect";

    /** Bucket of answers that are not what a template asserts. */
    static final String ASSERT = "assert";

    /** The result of an item that was sent, or found not to be sendable. */
    static ItemResult of(SendResult result, int attempts) {
        if (result.skipped().isPresent()) {
            return skipped(result.skipped().get());
        }
        if (result.isSuccess()) {
            return new ItemResult(RunItem.State.SUCCESS, attempts, result.status(), result.responseBytes(), result.durationMillis(), "", "",
                    result.recorded(), result.sentAs());
        }
        return new ItemResult(RunItem.State.ERROR, attempts, result.status(), result.responseBytes(), result.durationMillis(), result.bucket(),
                result.reason(), result.recorded(), result.sentAs());
    }

    /** The result of an item that is not sent. */
    static ItemResult skipped(Skip skip) {
        return new ItemResult(RunItem.State.SKIPPED, 0, OptionalInt.empty(), 0, 0, skip.reason().id(), skip.sentence(), Optional.empty(), Optional.empty());
    }

    /** The result of an unsafe request that may have been sent. */
    static ItemResult unknown(int attempts) {
        return new ItemResult(RunItem.State.ERROR, attempts, OptionalInt.empty(), 0, 0, UNKNOWN,
                "it may have been sent when the run was interrupted, and is not sent again as it may change something", Optional.empty(), Optional.empty());
    }
}
