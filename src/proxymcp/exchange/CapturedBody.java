package proxymcp.exchange;

import java.util.Arrays;
import java.util.Optional;

/**
 * A message body as far as it was kept.
 *
 * @param array holds its first octets, transfer coding removed and content coding as received; never changed once handed out, but may be
 *     longer than {@code length}
 * @param length how many octets were kept
 * @param size octets that passed, at least {@code length}
 * @param sha256 digest of all that passed, lower-case hex; empty while the body flows
 * @param state how far it came
 * @param evicted whether octets that had been kept were given up for newer exchanges
 */
public record CapturedBody(byte[] array, int length, long size, Optional<String> sha256, State state, boolean evicted) {
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
    public static final CapturedBody NONE = new CapturedBody(new byte[0], 0, 0, Optional.empty(), State.NONE, false);

    /** The kept octets; a copy unless {@link #array} holds nothing else. Lists of exchanges do without. */
    public byte[] bytes() {
        return array.length == length ? array : Arrays.copyOf(array, length);
    }

    /** Whether all that passed was kept. */
    public boolean isWhole() {
        return length == size;
    }
}
