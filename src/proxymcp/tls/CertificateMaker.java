package proxymcp.tls;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;

/**
 * Makes keys and certificates: the authority's own, and leaves signed by it. The only class that touches BouncyCastle.
 * Certificates are signed by ecdsa-with-SHA256 over P-256 keys.
 */
final class CertificateMaker {
    static final Duration CA_VALIDITY = Duration.ofDays(3650);

    /** Chromium refuses more than 200 days from some issuers. */
    static final Duration LEAF_VALIDITY = Duration.ofDays(197);

    /** Clients whose clock is behind must not find the certificate to be from the future. */
    private static final Duration BACKDATED = Duration.ofDays(1);

    private static final String ORGANIZATION = "proxy-mcp";
    private static final int COMMON_NAME_CHARS_MAX = 64;
    private static final int SERIAL_BITS = 126;

    private final SecureRandom random = new SecureRandom();

    /** A fresh P-256 key pair. */
    KeyPair keyPair() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"), random);
        return generator.generateKeyPair();
    }

    /** A self-signed authority whose name ends with eight random hex digits, so that two homes never share one. */
    X509Certificate authority(KeyPair keys, Instant now) throws GeneralSecurityException, IOException {
        String name = "proxy-mcp CA " + eightHexDigits();
        X500Name subject = name(ORGANIZATION, name);
        X509v3CertificateBuilder builder = builder(subject, subject, keys.getPublic(), now, now.plus(CA_VALIDITY));
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
        builder.addExtension(Extension.keyUsage, true,
                new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign | KeyUsage.digitalSignature));
        builder.addExtension(Extension.subjectKeyIdentifier, false, keyIdentifier(keys.getPublic()));
        return sign(builder, keys.getPrivate());
    }

    /** A server certificate for {@code name}, never valid longer than its issuer. */
    X509Certificate leaf(CertificateName name, PublicKey key, X509Certificate issuer, PrivateKey issuerKey, Instant now)
            throws GeneralSecurityException, IOException {
        Instant end = now.minus(BACKDATED).plus(LEAF_VALIDITY);
        Instant issuerEnd = issuer.getNotAfter().toInstant();
        X500Name subject = name.text().length() <= COMMON_NAME_CHARS_MAX
                ? name(ORGANIZATION, name.text())
                : name(ORGANIZATION);
        X500Name issuerName = X500Name.getInstance(issuer.getSubjectX500Principal().getEncoded());
        X509v3CertificateBuilder builder =
                builder(issuerName, subject, key, now, end.isBefore(issuerEnd) ? end : issuerEnd);
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
        builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
        builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(generalName(name)));
        builder.addExtension(Extension.subjectKeyIdentifier, false, keyIdentifier(key));
        builder.addExtension(Extension.authorityKeyIdentifier, false,
                new AuthorityKeyIdentifier(issuerKeyIdentifier(issuer)));
        return sign(builder, issuerKey);
    }

    private X509v3CertificateBuilder builder(
            X500Name issuer, X500Name subject, PublicKey key, Instant now, Instant end) {
        BigInteger serial = new BigInteger(SERIAL_BITS, random).setBit(SERIAL_BITS);
        return new X509v3CertificateBuilder(issuer, serial, Date.from(now.minus(BACKDATED)), Date.from(end), subject,
                SubjectPublicKeyInfo.getInstance(key.getEncoded()));
    }

    private String eightHexDigits() {
        String hex = Integer.toHexString(random.nextInt());
        return "0".repeat(8 - hex.length()) + hex;
    }

    private static X500Name name(String organization) {
        return new X500Name(new RDN[] {rdn(BCStyle.O, organization)});
    }

    private static X500Name name(String organization, String commonName) {
        return new X500Name(new RDN[] {rdn(BCStyle.O, organization), rdn(BCStyle.CN, commonName)});
    }

    private static RDN rdn(ASN1ObjectIdentifier type, String value) {
        return new RDN(new AttributeTypeAndValue(type, new DERUTF8String(value)));
    }

    private static GeneralName generalName(CertificateName name) {
        return switch (name) {
            case CertificateName.Dns dns -> new GeneralName(GeneralName.dNSName, dns.text());
            case CertificateName.Ip ip -> new GeneralName(GeneralName.iPAddress, new DEROctetString(ip.address()));
        };
    }

    /** SHA-1 of the key's bits (RFC 5280 section 4.2.1.2, method 1). */
    private static SubjectKeyIdentifier keyIdentifier(PublicKey key) throws GeneralSecurityException {
        byte[] bits = SubjectPublicKeyInfo.getInstance(key.getEncoded()).getPublicKeyData().getBytes();
        return new SubjectKeyIdentifier(MessageDigest.getInstance("SHA-1").digest(bits));
    }

    private static byte[] issuerKeyIdentifier(X509Certificate issuer) throws GeneralSecurityException, IOException {
        byte[] extension = issuer.getExtensionValue(Extension.subjectKeyIdentifier.getId());
        if (extension == null) {
            return keyIdentifier(issuer.getPublicKey()).getKeyIdentifier();
        }
        ASN1Encodable inner = ASN1Primitive.fromByteArray(ASN1OctetString.getInstance(extension).getOctets());
        return SubjectKeyIdentifier.getInstance(inner).getKeyIdentifier();
    }

    private static X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey key)
            throws GeneralSecurityException, IOException {
        byte[] der = builder.build(new JdkSigner(key)).getEncoded();
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        return (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der));
    }

    /** Signs by the JDK. BouncyCastle's own builder would load its tables of every algorithm it knows. */
    private static final class JdkSigner implements ContentSigner {
        private final ByteArrayOutputStream content = new ByteArrayOutputStream();
        private final PrivateKey key;

        JdkSigner(PrivateKey key) {
            this.key = key;
        }

        @Override
        public AlgorithmIdentifier getAlgorithmIdentifier() {
            return new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256);
        }

        @Override
        public OutputStream getOutputStream() {
            return content;
        }

        @Override
        public byte[] getSignature() {
            try {
                Signature signature = Signature.getInstance("SHA256withECDSA");
                signature.initSign(key);
                signature.update(content.toByteArray());
                return signature.sign();
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("signing a certificate failed", e);
            }
        }
    }
}
