package proxymcp.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.Programs;
import proxymcp.exchange.TlsInfo;

/** Settings of single origins, held against {@code openssl s_server} on loopback. Keys and files are made by openssl. */
@Timeout(120)
final class OriginTlsTest {
    private static final String PASSWORD = "correct horse";
    private static final UpstreamTrust ANY = new UpstreamTrust.AcceptAny();

    @TempDir static Path folder;
    /** What clients are known by: key and certificate in one file, and the certificate alone. */
    private static Path rsa;
    private static Path rsaCertificate;
    private static Path ecKey;
    private static Path ecCertificate;
    /** What servers show, for a.example, trusted where a test says so. */
    private static Path server;

    @BeforeAll static void files() throws Exception {
        TlsSetup.beforeFirstUse();
        rsa = OpensslServer.selfSignedRsa(folder.resolve("rsa.pem"), "DNS:rsa.example");
        rsaCertificate = Path.of(rsa + ".crt");
        ecKey = folder.resolve("ec.key");
        ecCertificate = folder.resolve("ec.crt");
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-out", ecKey.toString());
        openssl("req", "-x509", "-key", ecKey.toString(), "-subj", "/CN=ec client", "-days", "5", "-out", ecCertificate.toString());
        server = OpensslServer.selfSignedRsa(folder.resolve("server.pem"), "DNS:a.example,DNS:b.example,DNS:x.a.example");
    }

    @Test void patternsHaveOneForm() {
        assertEquals(Optional.of("*"), OriginTlsSettings.pattern("*"));
        assertEquals(Optional.of("a.example"), OriginTlsSettings.pattern("A.Example."));
        assertEquals(Optional.of("*.a.example"), OriginTlsSettings.pattern("*.A.example"));
        assertEquals(OriginTlsSettings.pattern("::1"), OriginTlsSettings.pattern("[::1]"));
        for (String none : List.of("", "*.", "*.127.0.0.1", "a.*.example", "*a.example", "a/b", "a b")) {
            assertEquals(Optional.empty(), OriginTlsSettings.pattern(none), none);
        }
    }

    @Test void eachMemberComesFromTheMostExactPattern() {
        OriginTlsSettings settings = new OriginTlsSettings();
        settings.set("*", setting(Optional.of(true), Optional.of(TlsVersion.TLS_1_2)));
        settings.set("*.example", setting(Optional.empty(), Optional.of(TlsVersion.TLS_1_3)));
        settings.set("*.a.example", setting(Optional.of(false), Optional.empty()));
        settings.set("x.a.example", setting(Optional.of(true), Optional.empty()));
        assertEquals(setting(Optional.of(true), Optional.of(TlsVersion.TLS_1_3)), settings.of("X.a.example."));
        assertEquals(setting(Optional.of(false), Optional.of(TlsVersion.TLS_1_3)), settings.of("y.x.a.example"));
        assertEquals(setting(Optional.of(true), Optional.of(TlsVersion.TLS_1_3)), settings.of("a.example"), "a suffix is not its own member");
        assertEquals(setting(Optional.of(true), Optional.of(TlsVersion.TLS_1_2)), settings.of("127.0.0.1"));
        assertEquals(1, settings.clear(Optional.of("*.example")));
        assertEquals(0, settings.clear(Optional.of("*.example")));
        assertEquals(setting(Optional.of(true), Optional.of(TlsVersion.TLS_1_2)), settings.of("x.a.example"));
        assertEquals(3, settings.clear(Optional.empty()));
        assertEquals(OriginTlsSetting.NONE, settings.of("x.a.example"));
    }

    /** The proxy gives up connections whose client is not the same any more: the others must stay. */
    @Test void aChangeConcernsItsHostsAlone() {
        OriginTlsSettings settings = new OriginTlsSettings();
        OriginTls tls = new OriginTls(ANY, List.of(), settings);
        ClientTls plain = tls.client("a.example");
        assertSame(plain, tls.client("b.example"));
        settings.set("a.example", setting(Optional.of(true), Optional.empty()));
        assertNotSame(plain, tls.client("a.example"));
        assertSame(plain, tls.client("b.example"));
        settings.clear(Optional.empty());
        assertSame(plain, tls.client("a.example"));
    }

    @Test void noMorePatternsThanThereIsRoomFor() {
        OriginTlsSettings settings = new OriginTlsSettings();
        for (int i = 0; i < OriginTlsSettings.PATTERNS_MAX; i++) {
            assertTrue(settings.set("h" + i, setting(Optional.of(true), Optional.empty())));
        }
        assertFalse(settings.set("more", setting(Optional.of(true), Optional.empty())));
        assertTrue(settings.set("h7", setting(Optional.of(false), Optional.empty())), "what is there can be replaced");
        assertEquals(OriginTlsSetting.NONE, settings.of("more"));
    }

    @Test void everyKindOfKeyFileServesAServerThatDemandsACertificate() throws Exception {
        Path p12 = folder.resolve("all.p12");
        openssl("pkcs12", "-export", "-in", rsa.toString(), "-out", p12.toString(), "-passout", "pass:" + PASSWORD);
        Path encrypted = folder.resolve("encrypted.key");
        openssl("pkcs8", "-topk8", "-in", rsa.toString(), "-out", encrypted.toString(), "-passout", "pass:" + PASSWORD);
        Path old = folder.resolve("old.key");
        openssl("rsa", "-in", rsa.toString(), "-traditional", "-aes128", "-out", old.toString(), "-passout", "pass:" + PASSWORD);
        Path ecEncrypted = folder.resolve("ec-encrypted.key");
        openssl("pkcs8", "-topk8", "-in", ecKey.toString(), "-out", ecEncrypted.toString(), "-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA512", "-passout",
                "pass:" + PASSWORD);
        Path ecP12 = folder.resolve("ec.p12");
        openssl("pkcs12", "-export", "-in", ecCertificate.toString(), "-inkey", ecKey.toString(), "-out", ecP12.toString(), "-passout",
                "pass:" + PASSWORD);
        Path older = folder.resolve("older.key");
        openssl("rsa", "-in", rsa.toString(), "-traditional", "-out", older.toString());
        Optional<String> password = Optional.of(PASSWORD);
        List<ClientIdentity> identities = List.of(
                ClientIdentity.read(rsa, Optional.empty(), Optional.empty()),
                ClientIdentity.read(p12, Optional.empty(), password),
                ClientIdentity.read(rsaCertificate, Optional.of(encrypted), password),
                ClientIdentity.read(rsaCertificate, Optional.of(old), password),
                ClientIdentity.read(rsaCertificate, Optional.of(older), Optional.empty()));
        for (String version : List.of("-tls1_2", "-tls1_3")) {
            try (OpensslServer demanding = demanding(version, rsaCertificate)) {
                for (ClientIdentity identity : identities) {
                    assertTrue(page(with(identity), demanding, "a.example").contains("CN=rsa"), identity.toString());
                }
            }
            try (OpensslServer demanding = demanding(version, ecCertificate)) {
                for (ClientIdentity identity : List.of(ClientIdentity.read(ecCertificate, Optional.of(ecKey), Optional.empty()),
                        ClientIdentity.read(ecCertificate, Optional.of(ecEncrypted), password), ClientIdentity.read(ecP12, Optional.empty(), password))) {
                    assertTrue(page(with(identity), demanding, "a.example").contains("CN=ec client"), identity.toString());
                }
            }
        }
    }

    /** JSSE's own key manager would send none here. */
    @Test void certificateIsShownWhateverAuthoritiesTheServerNames() throws Exception {
        try (OpensslServer asking = OpensslServer.start(server, "-tls1_2", "-verify", "1", "-CAfile", ecCertificate.toString())) {
            assertTrue(page(with(ClientIdentity.read(rsa, Optional.empty(), Optional.empty())), asking, "a.example").contains("CN=rsa"));
        }
    }

    @Test void onlyTheHostThatItIsForSeesTheCertificate() throws Exception {
        OriginTlsSettings settings = new OriginTlsSettings();
        settings.set("*.a.example", identity(ClientIdentity.read(rsa, Optional.empty(), Optional.empty())));
        OriginTls tls = new OriginTls(ANY, List.of(), settings);
        try (OpensslServer asking = OpensslServer.start(server, "-tls1_3", "-verify", "1")) {
            assertTrue(page(tls, asking, "x.a.example").contains("CN=rsa"));
            assertTrue(page(tls, asking, "a.example").contains("no client certificate available"));
            settings.clear(Optional.empty());
            assertTrue(page(tls, asking, "x.a.example").contains("no client certificate available"));
        }
    }

    @Test void serverThatGetsNoCertificateIsExplained() throws Exception {
        try (OpensslServer demanding = demanding("-tls1_2", rsaCertificate)) {
            assertThrows(IOException.class, () -> page(new OriginTls(ANY, List.of(), new OriginTlsSettings()), demanding, "a.example"));
        }
    }

    @Test void unusableIdentitiesAreRefusedWithoutTellingThePassword() throws Exception {
        Path p12 = folder.resolve("one.p12");
        openssl("pkcs12", "-export", "-in", rsa.toString(), "-out", p12.toString(), "-passout", "pass:" + PASSWORD);
        Path encrypted = folder.resolve("one.key");
        openssl("pkcs8", "-topk8", "-in", rsa.toString(), "-out", encrypted.toString(), "-passout", "pass:" + PASSWORD);
        Optional<String> wrong = Optional.of("battery staple");
        assertRefused("client_cert_password is wrong for " + p12, p12, Optional.empty(), wrong);
        assertRefused("client_cert_password is wrong for " + p12, p12, Optional.empty(), Optional.empty());
        assertRefused("client_cert_password is wrong for " + encrypted, rsaCertificate, Optional.of(encrypted), wrong);
        assertRefused("the key in " + encrypted + " is encrypted; give client_cert_password", rsaCertificate, Optional.of(encrypted), Optional.empty());
        assertRefused("the private key does not belong to the certificate in " + rsaCertificate, rsaCertificate, Optional.of(ecKey), Optional.empty());
        assertRefused("the private key does not belong to the certificate in " + rsaCertificate, rsaCertificate, Optional.of(server),
                Optional.empty());
        assertRefused(rsaCertificate + " holds no private key; name the file that does with client_key_file", rsaCertificate, Optional.empty(),
                Optional.empty());
        assertRefused("client_cert_file " + ecKey + " holds no certificate", ecKey, Optional.empty(), Optional.empty());
        assertRefused("client_key_file goes with a PEM certificate", p12, Optional.of(ecKey), Optional.of(PASSWORD));
        Path damaged = Files.write(folder.resolve("damaged.p12"), new byte[] {0x30, 0x03, 0x02, 0x01, 0x03});
        assertRefused("client_cert_file " + damaged, damaged, Optional.empty(), wrong);
        Path cut = Files.writeString(folder.resolve("cut.key"), Files.readString(ecKey).replace("\nM", "\nA"));
        assertRefused("client_key_file " + cut + " holds a damaged key", ecCertificate, Optional.of(cut), Optional.empty());
    }

    /** The JDK has no scrypt: the sentence must not blame the password. */
    @Test void encryptionThatJavaDoesNotKnowIsNamed() throws Exception {
        Path scrypt = folder.resolve("scrypt.key");
        openssl("pkcs8", "-topk8", "-in", rsa.toString(), "-out", scrypt.toString(), "-scrypt", "-passout", "pass:" + PASSWORD);
        assertRefused("the key in " + scrypt + " is encrypted in a way that this Java does not know", rsaCertificate, Optional.of(scrypt),
                Optional.of(PASSWORD));
    }

    @Test void authoritiesOfOneHostAreNotThoseOfAnother() throws Exception {
        OriginTlsSettings settings = new OriginTlsSettings();
        OriginTls tls = new OriginTls(new UpstreamTrust.Verify(List.of(ecCertificate)), List.of(), settings);
        TrustedFile trusted = TrustedFile.read("ca_file", Path.of(server + ".crt"));
        settings.set("a.example", new OriginTlsSetting(Optional.empty(), Optional.of(trusted), Optional.empty(), Optional.empty()));
        try (OpensslServer one = OpensslServer.start(server)) {
            assertTrue(page(tls, one, "a.example").startsWith("HTTP/1.0 200 "));
            TlsException refused = assertThrows(TlsException.class, () -> page(tls, one, "b.example"));
            assertEquals(TlsException.Reason.SELF_SIGNED, refused.reason());
            settings.set("b.example", setting(Optional.of(true), Optional.empty()));
            assertTrue(page(tls, one, "b.example").startsWith("HTTP/1.0 200 "));
            settings.set("*", setting(Optional.of(true), Optional.empty()));
            settings.set("b.example", setting(Optional.of(false), Optional.empty()));
            assertThrows(TlsException.class, () -> page(tls, one, "b.example"));
        }
    }

    @Test void olderVersionsThanTheLeastAreNotOffered() throws Exception {
        OriginTlsSettings settings = new OriginTlsSettings();
        settings.set("a.example", setting(Optional.empty(), Optional.of(TlsVersion.TLS_1_3)));
        OriginTls tls = new OriginTls(ANY, List.of(), settings);
        try (OpensslServer old = OpensslServer.start(server, "-tls1_2")) {
            assertEquals(TlsException.Reason.NO_COMMON_PARAMETERS,
                    assertThrows(TlsException.class, () -> page(tls, old, "a.example")).reason());
            assertTrue(page(tls, old, "b.example").startsWith("HTTP/1.0 200 "));
        }
        try (OpensslServer recent = OpensslServer.start(server, "-tls1_3")) {
            assertTrue(page(tls, recent, "a.example").startsWith("HTTP/1.0 200 "));
        }
    }

    @Test void versionsAreOffWhereThePropertyNamesThem() {
        String property = "SSLv3, TLSv1, RC4, EC keySize < 224";
        assertFalse(TlsVersion.TLS_1_0.isEnabled(property));
        assertTrue(TlsVersion.TLS_1_1.isEnabled(property));
        assertTrue(TlsVersion.TLS_1_2.isEnabled(property));
        assertTrue(TlsVersion.TLS_1_3.isEnabled("null"));
        assertEquals(TlsVersion.TLS_1_1, TlsVersion.of("TLSv1.1"));
        assertThrows(IllegalArgumentException.class, () -> TlsVersion.of("SSLv3"));
    }

    @Test void captureOfTheServerCanBeSwitched() throws Exception {
        OriginTlsSettings settings = new OriginTlsSettings();
        OriginTls tls = new OriginTls(ANY, List.of(), settings);
        try (OpensslServer one = OpensslServer.start(server)) {
            assertEquals(1, info(tls, one).certificates().size());
            settings.captureServer(false);
            TlsInfo without = info(tls, one);
            assertEquals(List.of(), without.certificates());
            assertEquals(Optional.empty(), without.ja3s());
            assertEquals("TLSv1.3", without.version());
            settings.captureServer(true);
            assertTrue(info(tls, one).ja3s().isPresent());
        }
    }

    private static OriginTlsSetting setting(Optional<Boolean> insecure, Optional<TlsVersion> version) {
        return new OriginTlsSetting(insecure, Optional.empty(), Optional.empty(), version);
    }

    private static OriginTlsSetting identity(ClientIdentity identity) {
        return new OriginTlsSetting(Optional.empty(), Optional.empty(), Optional.of(identity), Optional.empty());
    }

    private static OriginTls with(ClientIdentity identity) {
        OriginTlsSettings settings = new OriginTlsSettings();
        settings.set("*", identity(identity));
        return new OriginTls(ANY, List.of(), settings);
    }

    private static OpensslServer demanding(String version, Path authority) throws IOException {
        return OpensslServer.start(server, version, "-Verify", "1", "-verify_return_error", "-CAfile", authority.toString());
    }

    private static void assertRefused(String sentence, Path certificate, Optional<Path> key, Optional<String> password) {
        TlsException refused = assertThrows(TlsException.class, () -> ClientIdentity.read(certificate, key, password));
        assertEquals(TlsException.Reason.LOCAL, refused.reason());
        assertTrue(refused.getMessage().startsWith(sentence), refused.getMessage());
        assertFalse(password.isPresent() && refused.toString().contains(password.get()), refused.getMessage());
    }

    private static TlsInfo info(OriginTls tls, OpensslServer server) throws IOException {
        try (Socket socket = server.connect()) {
            return tls.connect(tls.client("a.example"), socket, "a.example", server.port()).info();
        }
    }

    private static String page(OriginTls tls, OpensslServer server, String host) throws IOException {
        try (Socket raw = server.connect(); Socket socket = tls.connect(tls.client(host), raw, host, server.port()).socket()) {
            socket.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1).replace(" = ", "=");
        }
    }

    private static void openssl(String... words) throws Exception {
        List<String> command = new ArrayList<>(List.of(Programs.require("openssl").toString()));
        command.addAll(List.of(words));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
    }
}
