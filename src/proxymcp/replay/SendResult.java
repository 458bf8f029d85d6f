package proxymcp.replay;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import proxymcp.exchange.ErrorClass;

/**
 * What came of one attempt to send an item.
 *
 * @param status status code of the final response, of the last hop; empty without one
 * @param responseBytes octets of its body that came
 * @param errorClass why the exchange did not end well; empty if both messages passed whole
 * @param redirectRefused whether the response redirects where the run, which follows redirects, does not go
 * @param reason a sentence for {@code errorClass} or {@code redirectRefused}; empty without either
 * @param nothingSent whether the origin cannot have seen any octet of the request, so that an unsafe one may be sent again
 * @param durationMillis from the attempt's begin to its end
 * @param recorded where it was recorded; empty if it was not
 * @param retryAfter the response's Retry-After field
 * @param date the response's Date field, which a date in {@code retryAfter} is measured against
 * @param changes how the request differed from its recording, one sentence each
 * @param sentAs how the request went out, where overrides changed its method or URL
 * @param skipped why nothing was sent at all, which only shows when the recording is read; such an item counts as skipped, not as executed
 * @param verdict what the answer is worth
 */
public record SendResult(OptionalInt status, long responseBytes, Optional<ErrorClass> errorClass, boolean redirectRefused, String reason,
        boolean nothingSent, long durationMillis, Optional<RecordedAs> recorded, Optional<String> retryAfter, Optional<String> date, List<String> changes,
        Optional<SentAs> sentAs, Optional<Skip> skipped, ItemChanges.Verdict verdict) {
    /** Copies the list. */
    public SendResult {
        changes = List.copyOf(changes);
    }

    /** A result that its status decides about. */
    public SendResult(OptionalInt status, long responseBytes, Optional<ErrorClass> errorClass, boolean redirectRefused, String reason, boolean nothingSent,
            long durationMillis, Optional<RecordedAs> recorded, Optional<String> retryAfter, Optional<String> date, List<String> changes,
            Optional<SentAs> sentAs, Optional<Skip> skipped) {
        this(status, responseBytes, errorClass, redirectRefused, reason, nothingSent, durationMillis, recorded, retryAfter, date, changes, sentAs, skipped,
                new ItemChanges.Verdict.Usual());
    }

    /** The result of an item that is not sent. */
    public static SendResult skipped(Skip skip) {
        return new SendResult(OptionalInt.empty(), 0, Optional.empty(), false, "", true, 0, Optional.empty(), Optional.empty(), Optional.empty(),
                List.of(), Optional.empty(), Optional.of(skip));
    }

    /** Whether it counts as a success: an answer that passed whole and is what was expected, which is a 2xx or 3xx as a rule, and no redirect refused. */
    public boolean isSuccess() {
        return skipped.isEmpty() && errorClass.isEmpty() && !redirectRefused && status.isPresent() && switch (verdict) {
            case ItemChanges.Verdict.Usual usual -> status.getAsInt() >= 200 && status.getAsInt() < 400;
            case ItemChanges.Verdict.Expected expected -> true;
            case ItemChanges.Verdict.Failed failed -> false;
        };
    }

    /** What a failed one counts as: see {@link RunItem#errorClass}. */
    public String bucket() {
        if (errorClass.isPresent()) {
            return errorClass.get().id();
        }
        if (redirectRefused) {
            return ItemResult.REDIRECT;
        }
        if (verdict instanceof ItemChanges.Verdict.Failed) {
            return ItemResult.ASSERT;
        }
        int code = status.orElse(0);
        return code == 0 ? ItemResult.UNKNOWN : code == 429 ? "http_429" : "http_" + code / 100 + "xx";
    }
}
