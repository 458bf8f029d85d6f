package proxymcp.tls;

import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * A file of certificate authorities, as it was when it was read.
 *
 * @param file where it was
 * @param certificates what it held, at least one
 */
public record TrustedFile(Path file, List<X509Certificate> certificates) {
    /** Keeps a copy of {@code certificates}. */
    public TrustedFile {
        certificates = List.copyOf(certificates);
    }

    /** Of the name alone: settings are looked up for each request, and a file may hold hundreds of certificates. */
    @Override
    public int hashCode() {
        return file.hashCode();
    }

    /**
     * Reads a PEM file.
     *
     * @param argument what the caller calls the file, for messages
     * @throws TlsException of reason {@code LOCAL} if it cannot be read or holds no certificate
     */
    public static TrustedFile read(String argument, Path file) throws TlsException {
        return new TrustedFile(file, TrustAnchors.certificates(argument, file));
    }
}
