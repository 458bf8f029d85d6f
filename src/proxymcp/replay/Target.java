package proxymcp.replay;

import proxymcp.exchange.Endpoint;

/**
 * Another origin that requests are sent to: scheme, host and port of it, path and query of theirs.
 *
 * @param endpoint http or https
 */
public record Target(Endpoint endpoint) {
    /** URL of {@code pathAndQuery} there. */
    public String url(String pathAndQuery) {
        return endpoint.url(pathAndQuery);
    }
}
