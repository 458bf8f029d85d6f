package proxymcp.rule;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * When and how far the answer reaches the client.
 *
 * @param delay before the request is acted on
 * @param throttleBytesPerSecond of the response body, at least 1
 * @param abortAfterBytes of the response body, 0 or more; the connection to the client ends after that many, by a reset where its end would
 *     pass for that of the body
 */
public record Pace(Optional<Delay> delay, OptionalLong throttleBytesPerSecond, OptionalLong abortAfterBytes) {
    /** At once, as fast as it goes, to its end. */
    public static final Pace FREE = new Pace(Optional.empty(), OptionalLong.empty(), OptionalLong.empty());

    /** @throws IllegalArgumentException if a number is below its minimum */
    public Pace {
        if (throttleBytesPerSecond.orElse(1) < 1 || abortAfterBytes.orElse(0) < 0) {
            throw new IllegalArgumentException("throttleBytesPerSecond " + throttleBytesPerSecond + ", abortAfterBytes " + abortAfterBytes);
        }
    }
}
