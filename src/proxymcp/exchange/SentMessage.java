package proxymcp.exchange;

import java.util.Optional;

/**
 * A message as it went out, where a rule made it another one than came in: a request to the origin, or a response to the client.
 *
 * @param url where a request went; empty for a response
 * @param head its octets in wire form, first line and empty line with them
 * @param bodyBytes octets of its body that went out, transfer coding not counted
 * @param bodySha256 digest of all of them, lower-case hex; empty where the body did not end
 * @param body the first of them, at most {@link #BODY_BYTES_MAX}; never changed once handed out
 * @param complete whether it was sent whole
 */
public record SentMessage(String url, byte[] head, long bodyBytes, Optional<String> bodySha256, byte[] body, boolean complete) {
    /** Octets of a body that are kept. */
    public static final int BODY_BYTES_MAX = 64 << 10;
}
