package proxymcp.upstream;

import java.util.Optional;
import proxymcp.exchange.Endpoint;

/**
 * How an origin is reached. Connections are kept by it, so that none made one way serves a request that goes another.
 *
 * @param endpoint the origin
 * @param proxy what is between; empty for the direct way
 */
record Way(Endpoint endpoint, Optional<UpstreamProxy> proxy) {
    /** Whether requests on a connection of this way are read by the proxy, which then wants them in absolute form. */
    boolean isForwarded() {
        return proxy.isPresent() && proxy.get().kind().isHttp() && endpoint.scheme().equals("http");
    }
}
