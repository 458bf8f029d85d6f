package proxymcp.cli;

import proxymcp.exchange.LiveBuffer;
import proxymcp.proxy.ProxyLimits;
import proxymcp.store.StoreLimits;

/**
 * Every bound that the process runs under, handed down as values.
 *
 * @param exchangesMax exchanges that the live buffer keeps, 1..1,000,000
 * @param bodyMebibytesMax MiB of bodies that it keeps over all exchanges, 0..65,536
 */
record Limits(int exchangesMax, int bodyMebibytesMax) {
    /** 1,000 exchanges, 64 MiB. */
    static final Limits DEFAULT = new Limits(1_000, 64);

    /** Bounds of the live buffer. */
    LiveBuffer.Limits live() {
        return new LiveBuffer.Limits(exchangesMax, (long) bodyMebibytesMax << 20, LiveBuffer.Limits.DEFAULT.bodyBytesMax());
    }

    /** Bounds of a proxy. */
    ProxyLimits proxy() {
        return ProxyLimits.DEFAULT;
    }

    /** Bounds of sessions on disk. */
    StoreLimits store() {
        return StoreLimits.DEFAULT;
    }
}
