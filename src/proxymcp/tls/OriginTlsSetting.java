package proxymcp.tls;

import java.util.Optional;

/**
 * What is set for TLS with some origins. What is absent is left to a less exact setting, and at last to the proxy's own.
 *
 * @param insecure whether any certificate is accepted
 * @param caFile authorities that are trusted beside the proxy's
 * @param identity what is shown when the origin asks for a certificate
 * @param minVersion the oldest version that is offered
 */
public record OriginTlsSetting(Optional<Boolean> insecure, Optional<TrustedFile> caFile, Optional<ClientIdentity> identity,
        Optional<TlsVersion> minVersion) {
    /** Nothing is set. */
    public static final OriginTlsSetting NONE = new OriginTlsSetting(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    /** Whether nothing is set. */
    public boolean isEmpty() {
        return equals(NONE);
    }

    /** This one, with what it leaves open taken from {@code other}. */
    OriginTlsSetting or(OriginTlsSetting other) {
        return new OriginTlsSetting(insecure.or(other::insecure), caFile.or(other::caFile), identity.or(other::identity),
                minVersion.or(other::minVersion));
    }
}
