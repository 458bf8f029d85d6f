package proxymcp.exchange;

import java.util.Optional;

/**
 * A message body as far as it was kept.
 *
 * @param bytes its first octets, transfer coding removed and content coding as received
 * @param size octets that passed, at least {@code bytes.length}
 * @param sha256 digest of all that passed, lower-case hex; empty while the body flows
 * @param state how far it came
 * @param evicted whether octets that had been kept were given up for newer exchanges
 */
public record CapturedBody(byte[] bytes, long size, Optional<String> sha256, State state, boolean evicted) {
    /** How far a body came. */
    public enum State {
        /** The message has no body. */
        NONE,
        /** Octets still pass. */
        FLOWING,
        /** It ended as its framing says. */
        COMPLETE,
        /** It was cut off. */
        INCOMPLETE
    }

    /** No body. */
    public static final CapturedBody NONE = new CapturedBody(new byte[0], 0, Optional.empty(), State.NONE, false);

    /** Whether {@link #bytes} holds all that passed. */
    public boolean isWhole() {
        return bytes.length == size;
    }
}
