package proxymcp.upstream;

import java.nio.file.Path;
import java.util.Optional;

/**
 * How origins are reached.
 *
 * @param insecure whether certificates of origins are accepted unverified
 * @param caFile PEM file whose certificates are trusted beside the JDK's
 * @param limits time and number bounds
 */
public record UpstreamSettings(boolean insecure, Optional<Path> caFile, UpstreamLimits limits) {
    /** Certificates verified against the JDK's trust store. */
    public static final UpstreamSettings DEFAULT = new UpstreamSettings(false, Optional.empty(), UpstreamLimits.DEFAULT);
}
