package proxymcp.exchange;

import proxymcp.http.Fields;

/**
 * The end of a message body.
 *
 * @param bytes octets that passed, transfer coding removed
 * @param sha256 digest of them, 32 bytes
 * @param complete whether the body ended as its framing says
 * @param trailers trailer section; empty for most
 */
public record BodyEnd(long bytes, byte[] sha256, boolean complete, Fields trailers) {}
