package proxymcp.proxy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/**
 * A certificate of an origin and its key, self-signed unless {@link #issue} made it. The JDK's {@code keytool} makes them: nothing comes
 * from the code under test.
 *
 * @param certificate what the origin shows
 * @param key its private key
 * @param certificateFile the certificate as PEM: what a client is told to trust
 * @param pemFile key and certificate as PEM: what openssl serves
 */
public record TestCertificate(X509Certificate certificate, PrivateKey key, Path certificateFile, Path pemFile) {
    private static final char[] PASSWORD = "password".toCharArray();

    /** Names under which tests reach an origin. */
    public static final String LOOPBACK = "dns:localhost,ip:127.0.0.1,ip:::1";

    /** An ECDSA certificate for localhost, 127.0.0.1 and ::1. */
    public static TestCertificate forLoopback(Path folder) throws IOException, GeneralSecurityException {
        return make(folder, "loopback", LOOPBACK, "-keyalg", "EC", "-groupname", "secp256r1");
    }

    /**
     * Makes a certificate.
     *
     * @param folder where its files go
     * @param name of the files and of the subject
     * @param subjectAltName as keytool takes it, such as {@code dns:a.example}
     * @param options more of keytool's options: algorithm, dates
     */
    public static TestCertificate make(Path folder, String name, String subjectAltName, String... options)
            throws IOException, GeneralSecurityException {
        List<String> all = new ArrayList<>(List.of("-dname", "CN=" + name, "-ext", "bc:critical=ca:true"));
        all.addAll(List.of(options));
        return make(folder, folder.resolve(name + ".p12"), name, subjectAltName, all);
    }

    /** Makes a certificate that this one signs; options as for {@link #make}. */
    TestCertificate issue(String name, String subjectAltName, String... options) throws IOException, GeneralSecurityException {
        Path folder = certificateFile.getParent();
        String issuer = certificateFile.getFileName().toString().replace(".crt", "");
        List<String> all = new ArrayList<>(List.of("-dname", "CN=" + name, "-signer", issuer));
        all.addAll(List.of(options));
        return make(folder, folder.resolve(issuer + ".p12"), name, subjectAltName, all);
    }

    private static TestCertificate make(Path folder, Path store, String name, String subjectAltName, List<String> options)
            throws IOException, GeneralSecurityException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair",
                "-alias", name, "-ext", "san=" + subjectAltName, "-storetype", "PKCS12", "-keystore", store.toString(), "-storepass",
                new String(PASSWORD)));
        command.addAll(options);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException("keytool failed: " + said);
            }
        } catch (InterruptedException e) {
            throw new IOException("interrupted while keytool ran", e);
        }
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD);
        }
        X509Certificate certificate = (X509Certificate) keys.getCertificate(name);
        PrivateKey key = (PrivateKey) keys.getKey(name, PASSWORD);
        String certificatePem = pem("CERTIFICATE", certificate.getEncoded());
        return new TestCertificate(certificate, key, Files.writeString(folder.resolve(name + ".crt"), certificatePem),
                Files.writeString(folder.resolve(name + ".pem"), pem("PRIVATE KEY", key.getEncoded()) + certificatePem));
    }

    /** Serves this certificate. */
    public SSLContext context() throws GeneralSecurityException, IOException {
        return context(Optional.empty());
    }

    /** Serves this certificate, and believes clients that show {@code client}. */
    public SSLContext contextFor(TestCertificate client) throws GeneralSecurityException, IOException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("client", client.certificate);
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        return context(Optional.of(factory.getTrustManagers()));
    }

    private SSLContext context(Optional<TrustManager[]> trusted) throws GeneralSecurityException, IOException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        keys.setKeyEntry("origin", key, PASSWORD, new X509Certificate[] {certificate});
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), trusted.orElse(null), null);
        return context;
    }

    private static String pem(String label, byte[] encoded) {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded);
        return "-----BEGIN " + label + "-----\n" + text + "\n-----END " + label + "-----\n";
    }
}
