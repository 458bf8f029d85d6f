package proxymcp.chrome;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;

/** A file of trusted certificates for Java programs, which read no PEM. */
final class TrustStore {
    static final String TYPE = "PKCS12";
    /** No secret: it guards public certificates against accidents, and is what Java's own one has. */
    static final String PASSWORD = "changeit";

    private static final String ALIAS = "proxy-mcp";

    private TrustStore() {}

    /** A file that trusts {@code certificate} alone. */
    static byte[] bytes(X509Certificate certificate) throws IOException {
        try {
            KeyStore store = KeyStore.getInstance(TYPE);
            store.load(null, null);
            store.setCertificateEntry(ALIAS, certificate);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            store.store(out, PASSWORD.toCharArray());
            return out.toByteArray();
        } catch (GeneralSecurityException e) {
            throw new IOException("no trust store can be made: " + e.getMessage(), e);
        }
    }

    /** Whether {@code file} is such a one; not if it is missing or damaged. */
    static boolean trusts(Path file, X509Certificate certificate) {
        try (InputStream in = Files.newInputStream(file)) {
            KeyStore store = KeyStore.getInstance(TYPE);
            store.load(in, PASSWORD.toCharArray());
            return store.size() == 1 && certificate.equals(store.getCertificate(ALIAS));
        } catch (IOException | GeneralSecurityException e) {
            return false;
        }
    }
}
