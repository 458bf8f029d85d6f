package proxymcp.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/** Builds the trust manager for what {@link UpstreamTrust} says. */
final class TrustAnchors {
    private TrustAnchors() {}

    /** @throws TlsException of reason {@code LOCAL} if a CA file cannot be used */
    static TrustManager trustManager(UpstreamTrust trust) throws GeneralSecurityException, TlsException {
        return switch (trust) {
            case UpstreamTrust.AcceptAny any -> new AcceptingTrustManager();
            case UpstreamTrust.Verify verify -> new KeepingTrustManager(verifying(verify.caFiles(), verify.read()));
        };
    }

    private static X509ExtendedTrustManager verifying(List<Path> caFiles, List<TrustedFile> read)
            throws GeneralSecurityException, TlsException {
        X509ExtendedTrustManager jdk = fromFactory(null);
        if (caFiles.isEmpty() && read.isEmpty()) {
            refuseEmpty(jdk);
            return jdk;
        }
        KeyStore anchors = emptyKeyStore();
        int count = 0;
        for (X509Certificate anchor : jdk.getAcceptedIssuers()) {
            anchors.setCertificateEntry("anchor-" + count++, anchor);
        }
        for (Path file : caFiles) {
            for (X509Certificate anchor : certificates("upstream_ca_file", file)) {
                anchors.setCertificateEntry("anchor-" + count++, anchor);
            }
        }
        for (TrustedFile file : read) {
            for (X509Certificate anchor : file.certificates()) {
                anchors.setCertificateEntry("anchor-" + count++, anchor);
            }
        }
        return fromFactory(anchors);
    }

    /** Some distributions ship a Java without authorities; JSSE would answer with an internal error. */
    private static void refuseEmpty(X509ExtendedTrustManager jdk) throws TlsException {
        if (jdk.getAcceptedIssuers().length == 0) {
            throw new TlsException(TlsException.Reason.LOCAL, "this Java's trust store holds no certificate authorities; "
                    + "name trusted ones with upstream_ca_file, or accept any certificate with insecure_upstream");
        }
    }

    /** @param anchors where trust begins; null, as JSSE takes it, for the JDK's own trust store */
    private static X509ExtendedTrustManager fromFactory(KeyStore anchors) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(anchors);
        for (TrustManager candidate : factory.getTrustManagers()) {
            if (candidate instanceof X509ExtendedTrustManager found) {
                return found;
            }
        }
        throw new GeneralSecurityException("this Java has no X.509 trust manager");
    }

    private static KeyStore emptyKeyStore() throws GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try {
            store.load(null, null);
        } catch (IOException e) {
            throw new GeneralSecurityException("an empty key store cannot be made", e);
        }
        return store;
    }

    /**
     * The certificates of a PEM file, in order, at least one.
     *
     * @param argument what the caller calls the file
     */
    static List<X509Certificate> certificates(String argument, Path file) throws TlsException {
        List<X509Certificate> found = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (byte[] der : Pem.decodeAll(Pem.CERTIFICATE, Files.readString(file, StandardCharsets.ISO_8859_1))) {
                found.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der)));
            }
        } catch (IOException e) {
            throw new TlsException(TlsException.Reason.LOCAL, argument + " " + file + " cannot be read: " + e, e);
        } catch (CertificateException | IllegalArgumentException e) {
            throw new TlsException(TlsException.Reason.LOCAL,
                    argument + " " + file + " holds a damaged certificate: " + e.getMessage(), e);
        }
        if (found.isEmpty()) {
            throw new TlsException(TlsException.Reason.LOCAL, argument + " " + file
                    + " holds no certificate: expected PEM with \"-----BEGIN CERTIFICATE-----\"");
        }
        return found;
    }

    /** Verifies by {@code jdk} and keeps the chain of a failure, from which the reason is told. */
    private static final class KeepingTrustManager extends X509ExtendedTrustManager {
        private final X509ExtendedTrustManager jdk;

        KeepingTrustManager(X509ExtendedTrustManager jdk) {
            this.jdk = jdk;
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
                throws CertificateException {
            try {
                jdk.checkServerTrusted(chain, authType, socket);
            } catch (CertificateException e) {
                throw new RejectedChainException(chain, e);
            }
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
                throws CertificateException {
            jdk.checkServerTrusted(chain, authType, engine);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            jdk.checkServerTrusted(chain, authType);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
                throws CertificateException {
            jdk.checkClientTrusted(chain, authType, socket);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
                throws CertificateException {
            jdk.checkClientTrusted(chain, authType, engine);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            jdk.checkClientTrusted(chain, authType);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return jdk.getAcceptedIssuers();
        }
    }

    /** Accepts every server. Extended, so that JSSE adds no checks of its own. */
    private static final class AcceptingTrustManager extends X509ExtendedTrustManager {
        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
                throws CertificateException {
            throw new CertificateException("not for servers");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
                throws CertificateException {
            throw new CertificateException("not for servers");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            throw new CertificateException("not for servers");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
