package proxymcp.upstream;

import java.nio.file.Path;
import java.util.Optional;
import proxymcp.tls.OriginTlsSettings;

/**
 * How origins are reached.
 *
 * @param insecure whether certificates of origins are accepted unverified
 * @param caFile PEM file whose certificates are trusted beside the JDK's
 * @param limits time and number bounds
 * @param origins what is set for TLS with single origins; may change at any time
 */
public record UpstreamSettings(boolean insecure, Optional<Path> caFile, UpstreamLimits limits, OriginTlsSettings origins) {
    /** Certificates verified against the JDK's trust store. */
    public static final UpstreamSettings DEFAULT = new UpstreamSettings(false, Optional.empty(), UpstreamLimits.DEFAULT);

    /** The same for all origins. */
    public UpstreamSettings(boolean insecure, Optional<Path> caFile, UpstreamLimits limits) {
        this(insecure, caFile, limits, new OriginTlsSettings());
    }
}
