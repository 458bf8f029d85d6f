package proxymcp.chrome;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import proxymcp.store.StoreFiles;

/** A file of trusted certificates for Java programs, which read no PEM. */
final class TrustStore {
    static final String TYPE = "PKCS12";
    /** No secret: it guards public certificates against accidents, and is what Java's own one has. */
    static final String PASSWORD = "changeit";

    private TrustStore() {}

    /** Writes a file that trusts {@code certificate} alone. */
    static void write(Path file, X509Certificate certificate) throws IOException {
        try (OutputStream out = Files.newOutputStream(file)) {
            KeyStore store = KeyStore.getInstance(TYPE);
            store.load(null, null);
            store.setCertificateEntry("proxy-mcp", certificate);
            store.store(out, PASSWORD.toCharArray());
        } catch (GeneralSecurityException e) {
            throw new IOException("no trust store can be made: " + e.getMessage(), e);
        }
        StoreFiles.restrictFile(file);
    }
}
