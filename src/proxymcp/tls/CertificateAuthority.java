package proxymcp.tls;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.Base64;
import java.util.HexFormat;

/**
 * The authority that signs the certificates shown to intercepted clients: made once for a home and kept in its {@code ca}
 * folder, never replaced silently, because clients were told to trust it. Immutable.
 */
public final class CertificateAuthority {
    private final Path certificateFile;
    private final X509Certificate certificate;
    private final PrivateKey key;

    CertificateAuthority(Path certificateFile, X509Certificate certificate, PrivateKey key) {
        this.certificateFile = certificateFile;
        this.certificate = certificate;
        this.key = key;
    }

    /**
     * Opens the authority in {@code caDir}, or makes it if there is none. Several processes that share one home end up
     * with the same authority. Permissions of the folder (0700) and of the key file (0600) are put right, with a warning in
     * the log, where others could read them.
     *
     * @throws CaException if a file is missing, unreadable, damaged, expired, or does not fit the other one, or the folder
     *     cannot be written
     */
    public static CertificateAuthority open(Path caDir, Clock clock) throws CaException {
        return new CaFiles(caDir).openOrMake(clock.instant());
    }

    /** The authority's own certificate. */
    public X509Certificate certificate() {
        return certificate;
    }

    /** The certificate as PEM, ended by a line feed. */
    public String pem() {
        return Pem.encode(Pem.CERTIFICATE, encoded());
    }

    /** The file that holds the certificate as PEM: what a client is told to trust. */
    public Path certificateFile() {
        return certificateFile;
    }

    /** SHA-256 of the public key with its algorithm, in base64: what Chromium's SPKI list takes. */
    public String spkiFingerprint() {
        return Base64.getEncoder().encodeToString(sha256(certificate.getPublicKey().getEncoded()));
    }

    /** SHA-256 of the certificate, as upper-case hex pairs divided by colons: what certificate viewers show. */
    public String sha256Fingerprint() {
        return HexFormat.ofDelimiter(":").withUpperCase().formatHex(sha256(encoded()));
    }

    /** Signs a certificate for {@code name} and {@code leafKey}. */
    X509Certificate issue(CertificateMaker maker, CertificateName name, PublicKey leafKey, Clock clock)
            throws GeneralSecurityException, IOException {
        return maker.leaf(name, leafKey, certificate, key, clock.instant());
    }

    private byte[] encoded() {
        try {
            return certificate.getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a certificate that was read does not encode", e);
        }
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
