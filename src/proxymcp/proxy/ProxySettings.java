package proxymcp.proxy;

import java.nio.file.Path;
import java.util.Optional;

/**
 * How a proxy is started.
 *
 * @param bindAddress address or name to listen on; other than loopback only with {@code requireAuth}
 * @param port 0..65535, 0 for any free one
 * @param requireAuth what clients must present
 * @param targetId the browser or process that this listener is for
 * @param insecureUpstream whether certificates of origins are accepted unverified
 * @param upstreamCaFile PEM file trusted beside the JDK's store
 * @param limits bounds
 * @param listener what is offered beside the main port, and changed of requests
 */
public record ProxySettings(String bindAddress, int port, Optional<Credentials> requireAuth, Optional<String> targetId,
        boolean insecureUpstream, Optional<Path> upstreamCaFile, ProxyLimits limits, ListenerOptions listener) {
    /** The main port alone. */
    public ProxySettings(String bindAddress, int port, Optional<Credentials> requireAuth, Optional<String> targetId, boolean insecureUpstream,
            Optional<Path> upstreamCaFile, ProxyLimits limits) {
        this(bindAddress, port, requireAuth, targetId, insecureUpstream, upstreamCaFile, limits, ListenerOptions.DEFAULT);
    }

    /** 127.0.0.1, certificates verified, no credentials. */
    public static ProxySettings onLoopback(int port) {
        return new ProxySettings("127.0.0.1", port, Optional.empty(), Optional.empty(), false, Optional.empty(), ProxyLimits.DEFAULT);
    }

    /** The same with origins' certificates accepted unverified, or not. */
    public ProxySettings withInsecureUpstream(boolean insecure) {
        return new ProxySettings(bindAddress, port, requireAuth, targetId, insecure, upstreamCaFile, limits, listener);
    }

    /** The same with credentials that clients must present. */
    public ProxySettings withRequireAuth(Credentials credentials) {
        return new ProxySettings(bindAddress, port, Optional.of(credentials), targetId, insecureUpstream, upstreamCaFile, limits,
                listener);
    }

    /** The same with other bounds. */
    public ProxySettings withLimits(ProxyLimits newLimits) {
        return new ProxySettings(bindAddress, port, requireAuth, targetId, insecureUpstream, upstreamCaFile, newLimits, listener);
    }

    /** The same with other listener options. */
    public ProxySettings withListener(ListenerOptions options) {
        return new ProxySettings(bindAddress, port, requireAuth, targetId, insecureUpstream, upstreamCaFile, limits, options);
    }
}
