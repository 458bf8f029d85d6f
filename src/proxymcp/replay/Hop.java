package proxymcp.replay;

import java.util.Optional;
import proxymcp.exchange.ErrorClass;

/**
 * What came of one request, which may be one of several when redirects are followed.
 *
 * @param answer the answer; empty if no response head came
 * @param responseBytes octets of its body
 * @param errorClass why it did not end well
 * @param redirectRefused whether it ended well, and redirects where the run does not go
 * @param reason a sentence for either; empty without one
 * @param nothingSent whether no connection was made
 * @param recorded where it was recorded
 */
record Hop(Optional<Answer> answer, long responseBytes, Optional<ErrorClass> errorClass, boolean redirectRefused, String reason, boolean nothingSent,
        Optional<RecordedAs> recorded) {
    /** The last of several: nothing was sent only if that holds for all. */
    Hop last(boolean nothingSentBefore) {
        return new Hop(answer, responseBytes, errorClass, redirectRefused, reason, nothingSent && nothingSentBefore, recorded);
    }

    /** The same, not followed where it leads. */
    Hop refused(String sentence) {
        return new Hop(answer, responseBytes, errorClass, true, sentence, nothingSent, recorded);
    }
}
