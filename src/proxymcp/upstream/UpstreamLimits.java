package proxymcp.upstream;

import proxymcp.http.HeadLimits;

/**
 * Bounds of the way out.
 *
 * @param connectMillis name resolution and connection to one address
 * @param handshakeMillis TLS handshake
 * @param responseMillis silence before the response head, and within either body
 * @param idleMillis how long an unused connection is kept
 * @param idleConnectionsMax unused connections kept over all origins
 * @param head bounds of a response head
 */
public record UpstreamLimits(long connectMillis, long handshakeMillis, long responseMillis, long idleMillis, int idleConnectionsMax,
        HeadLimits head) {
    /** 15 s to connect, 15 s for TLS, 300 s of silence, 60 s idle, 512 idle connections. */
    public static final UpstreamLimits DEFAULT = new UpstreamLimits(15_000, 15_000, 300_000, 60_000, 512, HeadLimits.DEFAULT);
}
