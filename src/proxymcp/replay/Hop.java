package proxymcp.replay;

import java.util.Optional;
import proxymcp.exchange.ErrorClass;

/**
 * What came of one request, which may be one of several when redirects are followed.
 *
 * @param answer the answer; empty if no response head came
 * @param responseBytes octets of its body
 * @param errorClass why it did not end well
 * @param reason a sentence for that; empty without one
 * @param nothingSent whether no connection was made
 * @param recorded where it was recorded
 */
record Hop(Optional<Answer> answer, long responseBytes, Optional<ErrorClass> errorClass, String reason, boolean nothingSent,
        Optional<RecordedAs> recorded) {}
