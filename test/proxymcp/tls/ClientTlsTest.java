package proxymcp.tls;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.Programs;
import proxymcp.exchange.TlsInfo;

/** Handshakes with {@code openssl s_server} and scripted peers over loopback sockets. */
final class ClientTlsTest {
    private static final List<String> HTTP1 = List.of("http/1.1");

    private final CertificateMaker maker = new CertificateMaker();
    private Path folder;
    private KeyPair keys;
    private CertificateAuthority authority;

    @BeforeAll static void setUpJsse() {
        TlsSetup.beforeFirstUse();
    }

    @BeforeEach void authority(@TempDir Path home) throws Exception {
        folder = home;
        keys = maker.keyPair();
        authority = CertificateAuthority.open(home.resolve("ca"), Clock.systemUTC());
    }

    @Test void verifiedServerGivesItsFacts() throws Exception {
        X509Certificate leaf = leaf("a.example", Instant.now());
        for (String version : List.of("1_2", "1_3")) {
            try (OpensslServer server = OpensslServer.start(pem(leaf), "-cert_chain",
                    authority.certificateFile().toString(), "-tls" + version, "-alpn", "http/1.1",
                    "-ciphersuites", "TLS_AES_128_GCM_SHA256", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256")) {
                TlsInfo info = get(trusting(authority.certificateFile()), server, "a.example");
                boolean newer = version.equals("1_3");
                assertEquals("TLSv" + version.replace('_', '.'), info.version());
                assertEquals(newer ? "TLS_AES_128_GCM_SHA256" : "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", info.cipher());
                assertEquals(Optional.of("http/1.1"), info.alpn());
                assertEquals(Optional.of("a.example"), info.sni());
                assertEquals(2, info.certificates().size());
                assertArrayEquals(leaf.getEncoded(), info.certificates().get(0));
                assertArrayEquals(authority.certificate().getEncoded(), info.certificates().get(1));
                // OpenSSL's order of extensions in its ServerHello.
                String text = newer ? "771,4865,43-51" : "771,49195,65281-11-35-16-23";
                assertEquals(Optional.of(new Ja3(text).md5()), info.ja3s());
                assertEquals(0, info.clientHello().length);
            }
        }
    }

    /** The server takes only a group that no key share was sent for: HelloRetryRequest, then the ServerHello. */
    @Test void serverHelloAfterARetryIsTheOneThatCounts() throws Exception {
        try (OpensslServer server = OpensslServer.start(pem(leaf("a.example", Instant.now())), "-tls1_3", "-groups",
                "P-521", "-ciphersuites", "TLS_AES_128_GCM_SHA256")) {
            TlsInfo info = get(trusting(authority.certificateFile()), server, "a.example");
            assertEquals(Optional.of(new Ja3("771,4865,43-51").md5()), info.ja3s());
        }
    }

    @Test void rsaAndAddressesWork() throws Exception {
        Path pem = OpensslServer.selfSignedRsa(folder.resolve("rsa.pem"), "IP:127.0.0.1,IP:::1");
        for (String version : List.of("-tls1_2", "-tls1_3")) {
            try (OpensslServer server = OpensslServer.start(pem, version)) {
                for (String host : List.of("127.0.0.1", "[::1]")) {
                    TlsInfo info = get(trusting(pem), server, host);
                    assertEquals(Optional.empty(), info.sni());
                    assertEquals(Optional.empty(), info.alpn());
                }
            }
        }
    }

    @Test void shortNamesAndUnderscoresAreSentAndVerified() throws Exception {
        X509Certificate leaf = leaf("my_bucket.a.example", Instant.now());
        try (OpensslServer server = OpensslServer.start(pem(leaf), "-servername", "intranet", "-cert2",
                pem("other.pem", leaf("intranet", Instant.now())).toString(), "-key2",
                folder.resolve("other.pem").toString())) {
            ClientTls client = trusting(authority.certificateFile());
            assertEquals(Optional.of("my_bucket.a.example"), get(client, server, "my_bucket.a.example").sni());
            assertEquals(Optional.of("intranet"), get(client, server, "Intranet.").sni());
            assertFails(client, server, "my_other.a.example", TlsException.Reason.NAME_MISMATCH,
                    "the certificate is for my_bucket.a.example, not my_other.a.example; "
                            + "accept any certificate with insecure_upstream");
        }
    }

    @Test void wildcardStandsForOneLabel() {
        assertTrue(HostNameCheck.matches("*.a.example", "my_b.a.example"));
        assertTrue(HostNameCheck.matches("MY_b.a.example", "my_B.a.example"));
        assertTrue(!HostNameCheck.matches("*.a.example", "x.my_b.a.example"));
        assertTrue(!HostNameCheck.matches("*.a.example", "a.example"));
        assertTrue(!HostNameCheck.matches("*.example", "my_b.example"));
        assertTrue(!HostNameCheck.matches("m*.a.example", "my_b.a.example"));
    }

    @Test void otherNameIsRefusedAndNamed() throws Exception {
        try (OpensslServer server = OpensslServer.start(pem(leaf("a.example", Instant.now())))) {
            assertFails(trusting(authority.certificateFile()), server, "b.example", TlsException.Reason.NAME_MISMATCH,
                    "the certificate is for a.example, not b.example; accept any certificate with insecure_upstream");
            assertFails(trusting(authority.certificateFile()), server, "127.0.0.1", TlsException.Reason.NAME_MISMATCH,
                    "the certificate is for a.example, not 127.0.0.1; accept any certificate with insecure_upstream");
        }
    }

    @Test void untrustedIssuerIsRefusedAndNamed() throws Exception {
        try (OpensslServer server = OpensslServer.start(pem(leaf("a.example", Instant.now())))) {
            assertFails(trustingAnother(), server, "a.example",
                    TlsException.Reason.UNTRUSTED_ISSUER,
                    "the certificate of a.example is issued by an authority that is not trusted ("
                            + authority.certificate().getSubjectX500Principal() + "); trust its CA with upstream_ca_file, "
                            + "or accept any certificate with insecure_upstream");
        }
    }

    @Test void selfSignedIsRefusedAndNamed() throws Exception {
        Path pem = OpensslServer.selfSignedRsa(folder.resolve("rsa.pem"), "DNS:a.example");
        try (OpensslServer server = OpensslServer.start(pem)) {
            assertFails(trustingAnother(), server, "a.example",
                    TlsException.Reason.SELF_SIGNED,
                    "the certificate of a.example is self-signed (CN=rsa); trust its CA with upstream_ca_file, or accept "
                            + "any certificate with insecure_upstream");
        }
    }

    @Test void expiredAndFutureCertificatesAreRefusedWithTheirDates() throws Exception {
        X509Certificate old = leaf("a.example", Instant.now().minus(Duration.ofDays(300)));
        try (OpensslServer server = OpensslServer.start(pem(old))) {
            assertFails(trusting(authority.certificateFile()), server, "a.example", TlsException.Reason.EXPIRED,
                    "the certificate of a.example expired on " + old.getNotAfter().toInstant()
                            + "; accept any certificate with insecure_upstream");
        }
        X509Certificate future = leaf("a.example", Instant.now().plus(Duration.ofDays(30)));
        try (OpensslServer server = OpensslServer.start(pem(future))) {
            assertFails(trusting(authority.certificateFile()), server, "a.example", TlsException.Reason.NOT_YET_VALID,
                    "the certificate of a.example is not valid before " + future.getNotBefore().toInstant()
                            + "; check this machine's clock, or accept any certificate with insecure_upstream");
        }
    }

    @Test void acceptAnyAcceptsAndRecordsTheChain() throws Exception {
        X509Certificate old = leaf("a.example", Instant.now().minus(Duration.ofDays(300)));
        ClientTls client = new ClientTls(new UpstreamTrust.AcceptAny(), HTTP1);
        try (OpensslServer server = OpensslServer.start(pem(old))) {
            TlsInfo info = get(client, server, "b.example");
            assertEquals(1, info.certificates().size());
            assertArrayEquals(old.getEncoded(), info.certificates().get(0));
            get(client, server, "not_a_match.example");
        }
    }

    @Test void sessionIsResumedUnderBothVersions() throws Exception {
        for (String version : List.of("-tls1_2", "-tls1_3")) {
            ClientTls client = trusting(authority.certificateFile());
            try (OpensslServer server = OpensslServer.start(pem(leaf("a.example", Instant.now())), version, "-ciphersuites", "TLS_AES_128_GCM_SHA256",
                    "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256")) {
                assertTrue(page(client, server, "a.example").contains("\nNew, TLS"), version);
                String second = page(client, server, "a.example");
                assertTrue(second.contains("\nReused, TLS"), second);
                TlsInfo info = get(client, server, "a.example");
                assertEquals(1, info.certificates().size());
                // pre_shared_key (41) beside the others; of TLS 1.2 what a session ticket leaves of them.
                String text = version.equals("-tls1_3") ? "771,4865,43-51-41" : "771,49195,65281-23";
                assertEquals(Optional.of(new Ja3(text).md5()), info.ja3s());
            }
        }
    }

    @Test void caFileMayHoldSeveralCertificatesAndText() throws Exception {
        Path other = folder.resolve("other-ca");
        String first = CertificateAuthority.open(other, Clock.systemUTC()).pem();
        Path both = Files.writeString(folder.resolve("both.pem"), "# first\n" + first + "second\r\n"
                + authority.pem().replace("\n", "\r\n"));
        try (OpensslServer server = OpensslServer.start(pem(leaf("a.example", Instant.now())))) {
            assertEquals(Optional.of("a.example"), get(trusting(both), server, "a.example").sni());
        }
    }

    @Test void caFileThatCannotBeUsedIsNamed() throws Exception {
        Path missing = folder.resolve("missing.pem");
        Path empty = Files.writeString(folder.resolve("empty.pem"), "nothing\n");
        Path broken = Files.writeString(folder.resolve("broken.pem"), authority.pem().replace("MII", "MI!"));
        Path cut = Files.writeString(folder.resolve("cut.pem"), authority.pem().substring(0, 200));
        try (Loopback<Integer> server = new Loopback<>(socket -> socket.getInputStream().read())) {
            for (Path file : List.of(missing, empty, broken, cut)) {
                try (Socket socket = server.connect()) {
                    TlsException thrown = assertThrows(TlsException.class,
                            () -> trusting(file).connect(socket, "a.example", 443));
                    assertEquals(TlsException.Reason.LOCAL, thrown.reason());
                    assertTrue(thrown.getMessage().startsWith("upstream_ca_file " + file + " "), thrown.getMessage());
                }
            }
        }
    }

    /** A child process whose trust store is empty says so, instead of JSSE's internal error. */
    @Test void javaWithoutAuthoritiesIsSaidToBeOne() throws Exception {
        Path empty = folder.resolve("empty.p12");
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (OutputStream out = Files.newOutputStream(empty)) {
            store.store(out, "changeit".toCharArray());
        }
        Process child = new ProcessBuilder(Programs.java().toString(), "-Djavax.net.ssl.trustStore=" + empty,
                "-Djavax.net.ssl.trustStorePassword=changeit", "-cp", System.getProperty("java.class.path"),
                MakeTrust.class.getName()).redirectErrorStream(true).start();
        String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(child.waitFor(60, TimeUnit.SECONDS));
        assertEquals("LOCAL: this Java's trust store holds no certificate authorities; name trusted ones with "
                + "upstream_ca_file, or accept any certificate with insecure_upstream", said.strip());
    }

    /** Reads the trust store of its Java. */
    static final class MakeTrust {
        private MakeTrust() {}

        public static void main(String[] args) throws Exception {
            try {
                TrustAnchors.trustManager(new UpstreamTrust.Verify(List.of()));
            } catch (TlsException e) {
                System.out.println(e.reason() + ": " + e.getMessage());
            }
        }
    }

    @Test void serverWithoutTlsIsSaidToBeOne() throws Exception {
        byte[] plain = "HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        try (Loopback<Integer> server = new Loopback<>(socket -> {
            socket.getOutputStream().write(plain);
            return socket.getInputStream().readAllBytes().length;
        })) {
            assertFails(server, TlsException.Reason.NOT_TLS, "the server a.example does not speak TLS on this port");
        }
    }

    @Test void serverThatClosesIsSaidToHaveClosed() throws Exception {
        try (Loopback<Integer> server = new Loopback<>(socket -> ClientHelloReader.read(socket.getInputStream())
                .bytesRead().length)) {
            assertFails(server, TlsException.Reason.CLOSED,
                    "the server a.example closed the connection during the TLS handshake");
        }
    }

    @Test void alertOfTheServerIsNamed() throws Exception {
        try (Loopback<Integer> server = new Loopback<>(socket -> {
            ClientHelloReader.read(socket.getInputStream());
            socket.getOutputStream().write(new byte[] {21, 3, 3, 0, 2, 2, 40});
            return socket.getInputStream().read();
        })) {
            assertFails(server, TlsException.Reason.NO_COMMON_PARAMETERS,
                    "the server a.example refused the handshake with alert handshake_failure; it may share no protocol "
                            + "version or cipher suite with this Java");
        }
    }

    @Test void oldProtocolIsAMatterOfParameters() throws Exception {
        try (OpensslServer server = OpensslServer.start(pem(leaf("a.example", Instant.now())), "-tls1_1", "-cipher",
                "ALL:@SECLEVEL=0"); Socket socket = server.connect()) {
            TlsException thrown = assertThrows(TlsException.class,
                    () -> trusting(authority.certificateFile()).connect(socket, "a.example", server.port()));
            assertEquals(TlsException.Reason.NO_COMMON_PARAMETERS, thrown.reason(), thrown.getMessage());
        }
    }

    @Test void timeoutAndResetStayWhatTheyAre() throws Exception {
        try (Loopback<Integer> server = new Loopback<>(socket -> socket.getInputStream().readAllBytes().length);
                Socket socket = server.connect()) {
            socket.setSoTimeout(100);
            assertThrows(SocketTimeoutException.class,
                    () -> trusting(authority.certificateFile()).connect(socket, "a.example", 443));
        }
        try (Loopback<Integer> server = new Loopback<>(socket -> {
            int first = socket.getInputStream().read();
            socket.setSoLinger(true, 0);
            return first;
        }); Socket socket = server.connect()) {
            assertThrows(SocketException.class,
                    () -> trusting(authority.certificateFile()).connect(socket, "a.example", 443));
        }
    }

    private void assertFails(Loopback<?> server, TlsException.Reason reason, String message) throws Exception {
        try (Socket socket = server.connect()) {
            TlsException thrown = assertThrows(TlsException.class,
                    () -> trusting(authority.certificateFile()).connect(socket, "a.example", 443));
            assertEquals(message, thrown.getMessage());
            assertEquals(reason, thrown.reason());
        }
    }

    private static void assertFails(ClientTls client, OpensslServer server, String host, TlsException.Reason reason,
            String message) throws IOException {
        try (Socket socket = server.connect()) {
            TlsException thrown = assertThrows(TlsException.class, () -> client.connect(socket, host, server.port()));
            assertEquals(message, thrown.getMessage());
            assertEquals(reason, thrown.reason());
        }
    }

    private X509Certificate leaf(String name, Instant now) throws Exception {
        return authority.issue(maker, CertificateName.parse(name).orElseThrow(), keys.getPublic(), new StepClock(now));
    }

    private Path pem(X509Certificate leaf) throws Exception {
        return pem("server.pem", leaf);
    }

    private Path pem(String file, X509Certificate leaf) throws Exception {
        return OpensslServer.pem(folder.resolve(file), keys.getPrivate(), leaf);
    }

    private static ClientTls trusting(Path caFile) {
        return new ClientTls(new UpstreamTrust.Verify(List.of(caFile)), HTTP1);
    }

    /** Trusts an authority that signed nothing here; not every Java has a filled trust store. */
    private ClientTls trustingAnother() throws IOException {
        return trusting(CertificateAuthority.open(folder.resolve("another-ca"), Clock.systemUTC()).certificateFile());
    }

    private static TlsInfo get(ClientTls client, OpensslServer server, String host) throws IOException {
        TlsConnection connection = client.connect(server.connect(), host, server.port());
        assertTrue(talk(connection).startsWith("HTTP/1.0 200 "));
        return connection.info();
    }

    private static String page(ClientTls client, OpensslServer server, String host) throws IOException {
        return talk(client.connect(server.connect(), host, server.port()));
    }

    private static String talk(TlsConnection connection) throws IOException {
        try (Socket socket = connection.socket()) {
            socket.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }
}
