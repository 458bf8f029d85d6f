package proxymcp.proxy;

import proxymcp.http.HeadLimits;
import proxymcp.upstream.UpstreamLimits;

/**
 * Bounds of a proxy.
 *
 * @param head bounds of a request head
 * @param connectionsMax client connections at a time; more are answered 503
 * @param headMillis from a request head's first octet to its last
 * @param idleMillis between requests of one connection
 * @param bodyMillis silence within a request body, and a client that does not read its response
 * @param handshakeMillis TLS handshake with a client
 * @param tunnelIdleMillis silence of both sides of a tunnel
 * @param upstream bounds of the way out
 */
public record ProxyLimits(HeadLimits head, int connectionsMax, long headMillis, long idleMillis, long bodyMillis, long handshakeMillis,
        long tunnelIdleMillis, UpstreamLimits upstream) {
    /** 64 KiB heads, 4,096 connections, 30 s for a head, 5 minutes idle or silent, 15 s for TLS, 4 hours for a silent tunnel. */
    public static final ProxyLimits DEFAULT = new ProxyLimits(HeadLimits.DEFAULT, 4_096, 30_000, 300_000, 300_000, 15_000, 14_400_000,
            UpstreamLimits.DEFAULT);
}
