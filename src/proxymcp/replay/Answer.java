package proxymcp.replay;

import proxymcp.http.ResponseHead;

/**
 * What an origin answered, as far as it is looked at.
 *
 * @param head final response head
 * @param body first octets of the body, at most {@link #BODY_BYTES_MAX}; transfer coding removed, content coding as received
 * @param whole whether that is all of it
 */
public record Answer(ResponseHead head, byte[] body, boolean whole) {
    /** Octets of a body that are kept in memory: 1 MiB. */
    public static final int BODY_BYTES_MAX = 1 << 20;
}
