package proxymcp.replay;

import java.nio.file.Path;
import java.util.Optional;

/**
 * How single requests are sent.
 *
 * @param safety which requests that may change something are sent all the same
 * @param target where requests go instead of their own origins
 * @param timeoutMillis bound of a whole exchange, redirects included, at least 1
 * @param insecureUpstream whether certificates are accepted unverified; empty for what the session was recorded with
 * @param caFile PEM file with further trust anchors; empty for that of the session
 * @param upstreamUrl proxy that all requests go through, {@code direct} for none; empty for those of the session
 * @param useRules whether the rules of this process hold for the requests
 */
public record SendSettings(Safety safety, Optional<Target> target, long timeoutMillis, Optional<Boolean> insecureUpstream,
        Optional<Path> caFile, Optional<String> upstreamUrl, boolean useRules) {
    /** Safe requests only, to their own origins, 15 s each. */
    public static final SendSettings DEFAULT = new SendSettings(Safety.SAFE_ONLY, Optional.empty(), 15_000, Optional.empty(),
            Optional.empty(), Optional.empty(), false);
}
