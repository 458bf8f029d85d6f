package proxymcp.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.NoSuchAlgorithmException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.net.ssl.KeyManager;
import javax.net.ssl.X509ExtendedKeyManager;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.bc.BcPEMDecryptorProvider;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;

/**
 * A certificate that is shown to origins that ask for one, with its key. Equal only to itself; its text names files, never a key.
 */
public final class ClientIdentity {
    private static final String KEY = "client_key_file";
    private static final String CERTIFICATE = "client_cert_file";
    private static final String WRONG = "client_cert_password is wrong for ";
    private static final int DER_SEQUENCE = 0x30;

    private final Path file;
    private final PrivateKey key;
    private final List<X509Certificate> chain;

    private ClientIdentity(Path file, PrivateKey key, List<X509Certificate> chain) throws TlsException {
        this.file = file;
        this.key = key;
        this.chain = List.copyOf(chain);
        requirePair();
    }

    /**
     * Reads the certificate and its key: from a PKCS#12 file, or from PEM.
     *
     * @param certificateFile PKCS#12, or PEM with the certificate first and its issuers after it
     * @param keyFile PEM file with the key; absent for PKCS#12, and for PEM where both are in one file
     * @param password of the PKCS#12 file or the encrypted key
     * @throws TlsException of reason {@code LOCAL}, with a sentence that names the file and what is wrong with it
     */
    public static ClientIdentity read(Path certificateFile, Optional<Path> keyFile, Optional<String> password) throws TlsException {
        byte[] content = bytes(CERTIFICATE, certificateFile);
        if (content.length > 0 && content[0] == DER_SEQUENCE) {
            if (keyFile.isPresent()) {
                throw local(KEY + " goes with a PEM certificate, and " + certificateFile + " is PKCS#12, which holds its key itself", null);
            }
            return pkcs12(certificateFile, content, password.orElse("").toCharArray());
        }
        List<X509Certificate> chain = TrustAnchors.certificates(CERTIFICATE, certificateFile);
        Path keys = keyFile.orElse(certificateFile);
        byte[] keyContent = keyFile.isPresent() ? bytes(KEY, keys) : content;
        return new ClientIdentity(certificateFile, pemKey(keys, keyContent, password), chain);
    }

    /** The file that held the certificate. */
    public Path file() {
        return file;
    }

    /** What origins are shown. */
    public X509Certificate certificate() {
        return chain.get(0);
    }

    @Override
    public String toString() {
        return "ClientIdentity[" + file + "]";
    }

    /** Always shows the certificate where its kind of key will do, as other clients do, whatever authorities the server names. */
    KeyManager keyManager() {
        return new OneKey();
    }

    private static byte[] bytes(String argument, Path path) throws TlsException {
        try {
            return Files.readAllBytes(path);
        } catch (IOException e) {
            throw local(argument + " " + path + " cannot be read: " + e, e);
        }
    }

    private static ClientIdentity pkcs12(Path file, byte[] content, char[] password) throws TlsException {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(new ByteArrayInputStream(content), password);
            for (String alias : Collections.list(store.aliases())) {
                if (store.isKeyEntry(alias) && store.getKey(alias, password) instanceof PrivateKey key) {
                    return new ClientIdentity(file, key, x509(store.getCertificateChain(alias)));
                }
            }
        } catch (TlsException e) {
            throw e;
        } catch (IOException e) {
            // What JSSE throws for a wrong password is told by its cause alone.
            throw e.getCause() instanceof GeneralSecurityException ? local(WRONG + file, null)
                    : local(CERTIFICATE + " " + file + " is damaged, or not PKCS#12: " + e.getMessage(), e);
        } catch (GeneralSecurityException e) {
            throw local(CERTIFICATE + " " + file + " cannot be used: " + e.getMessage(), e);
        }
        throw local(CERTIFICATE + " " + file + " holds no private key", null);
    }

    private static List<X509Certificate> x509(Certificate... chain) {
        List<X509Certificate> certificates = new ArrayList<>();
        for (Certificate certificate : chain) {
            certificates.add((X509Certificate) certificate);
        }
        return certificates;
    }

    private static PrivateKey pemKey(Path file, byte[] content, Optional<String> password) throws TlsException {
        try (PEMParser parser = new PEMParser(new StringReader(new String(content, StandardCharsets.ISO_8859_1)))) {
            for (Object found = parser.readObject(); found != null; found = parser.readObject()) {
                Optional<PrivateKey> key = key(found, file, password);
                if (key.isPresent()) {
                    return key.get();
                }
            }
        } catch (TlsException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            // BouncyCastle tells damage in one way and a wrong password of the old encryption in the other.
            throw local(password.isPresent() ? WRONG + file + ", or its key is damaged" : KEY + " " + file + " holds a damaged key", null);
        }
        throw local(file + " holds no private key; name the file that does with " + KEY, null);
    }

    private static Optional<PrivateKey> key(Object found, Path file, Optional<String> password)
            throws IOException {
        JcaPEMKeyConverter converter = new JcaPEMKeyConverter();
        return switch (found) {
            case PrivateKeyInfo plain -> Optional.of(converter.getPrivateKey(plain));
            case PEMKeyPair pair -> Optional.of(converter.getPrivateKey(pair.getPrivateKeyInfo()));
            case PKCS8EncryptedPrivateKeyInfo encrypted -> Optional.of(converter.getPrivateKey(
                    decrypted(encrypted.getEncoded(), file, password(password, file))));
            case PEMEncryptedKeyPair encrypted -> Optional.of(converter.getPrivateKey(encrypted.decryptKeyPair(
                    new BcPEMDecryptorProvider(password(password, file))).getPrivateKeyInfo()));
            default -> Optional.empty(); // Certificates and parameters of curves stand in the same files.
        };
    }

    /** By the JDK: BouncyCastle asks it for a padding by a name that it does not have. */
    private static PrivateKeyInfo decrypted(byte[] encrypted, Path file, char[] password) throws IOException {
        EncryptedPrivateKeyInfo info;
        try {
            info = new EncryptedPrivateKeyInfo(encrypted);
        } catch (IOException e) {
            // Of PBES2 with another derivation than PBKDF2, such as scrypt, it cannot even read the parameters.
            throw unknownEncryption(file, e);
        }
        try {
            // PBES2 is a family: which of them it is, the parameters know.
            String parameters = String.valueOf(info.getAlgParameters());
            String algorithm = parameters.startsWith("PBEWith") ? parameters : info.getAlgName();
            Cipher cipher = Cipher.getInstance(algorithm);
            cipher.init(Cipher.DECRYPT_MODE, SecretKeyFactory.getInstance(algorithm).generateSecret(new PBEKeySpec(password)),
                    info.getAlgParameters());
            return PrivateKeyInfo.getInstance(info.getKeySpec(cipher).getEncoded());
        } catch (NoSuchAlgorithmException e) {
            throw unknownEncryption(file, e);
        } catch (InvalidKeySpecException e) {
            throw local(WRONG + file, null);
        } catch (GeneralSecurityException e) {
            throw local("the key in " + file + " cannot be decrypted: " + e.getMessage(), null);
        }
    }

    private static TlsException unknownEncryption(Path file, Exception cause) {
        return local("the key in " + file + " is encrypted in a way that this Java does not know (" + cause.getMessage()
                + "); openssl pkcs8 -topk8 -v2 aes-256-cbc -in " + file.getFileName() + " -out NEW encrypts it in one that it does", cause);
    }

    private static char[] password(Optional<String> password, Path file) throws TlsException {
        return password.orElseThrow(() -> local("the key in " + file + " is encrypted; give client_cert_password", null)).toCharArray();
    }

    /** A key of another certificate would fail in each handshake, with an alert that does not say so. */
    private void requirePair() throws TlsException {
        String algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            case "RSASSA-PSS", "DSA" -> "";
            default -> key.getAlgorithm();
        };
        if (algorithm.isEmpty()) {
            return;
        }
        boolean fits;
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            byte[] signed = signature.sign();
            signature.initVerify(certificate().getPublicKey());
            fits = signature.verify(signed);
        } catch (GeneralSecurityException e) {
            fits = false;
        }
        if (!fits) {
            throw local("the private key does not belong to the certificate in " + file, null);
        }
    }

    private static TlsException local(String message, Throwable cause) {
        return new TlsException(TlsException.Reason.LOCAL, message, cause);
    }

    /** JSSE's own one keeps the certificate back when the server names other authorities. */
    private final class OneKey extends X509ExtendedKeyManager {
        private static final String ALIAS = "client";

        @Override
        public String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
            String algorithm = certificate().getPublicKey().getAlgorithm();
            for (String keyType : keyTypes) {
                if (keyType.equals(algorithm)) {
                    return ALIAS;
                }
            }
            return null; // JSSE's word for none.
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return chain.toArray(new X509Certificate[0]);
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return key;
        }

        @Override
        public String[] getClientAliases(String keyType, Principal[] issuers) {
            return new String[] {ALIAS};
        }

        @Override
        public String[] getServerAliases(String keyType, Principal[] issuers) {
            return new String[0];
        }

        @Override
        public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
            return null;
        }
    }
}
