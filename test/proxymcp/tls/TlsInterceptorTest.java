package proxymcp.tls;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.Programs;
import proxymcp.exchange.TlsInfo;

/** Handshakes with JSSE, openssl and curl over loopback sockets. */
final class TlsInterceptorTest {
    private static final String ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi";

    private CertificateAuthority authority;
    private LeafCertificates leaves;
    private Loopback<TlsInfo> server;
    private SSLContext client;

    @BeforeAll static void setUpJsse() {
        TlsSetup.beforeFirstUse();
    }

    @BeforeEach void start(@TempDir Path home) throws Exception {
        authority = CertificateAuthority.open(home.resolve("ca"), Clock.systemUTC());
        leaves = new LeafCertificates(authority, Clock.systemUTC());
        TlsInterceptor interceptor = new TlsInterceptor(leaves, List.of("http/1.1"));
        server = new Loopback<>(socket -> answer(interceptor, socket));
        client = SSLContext.getInstance("TLS");
        client.init(null, new TrustManager[] {
            TrustAnchors.trustManager(new UpstreamTrust.Verify(List.of(authority.certificateFile())))}, null);
    }

    @AfterEach void stop() throws IOException {
        server.close();
    }

    private static TlsInfo answer(TlsInterceptor interceptor, Socket socket) throws IOException {
        ClientHelloReader.Beginning beginning = ClientHelloReader.read(socket.getInputStream());
        TlsConnection connection =
                interceptor.intercept(socket, assertInstanceOf(ClientHelloReader.Tls.class, beginning), "fallback.example");
        connection.socket().getInputStream().read(new byte[1000]);
        OutputStream out = connection.socket().getOutputStream();
        out.write(ANSWER.getBytes(StandardCharsets.US_ASCII));
        out.flush();
        connection.socket().close();
        return connection.info();
    }

    @Test void certificateIsForTheNameThatWasAskedFor() throws Exception {
        SSLSocket socket = open("www.example.org");
        X509Certificate leaf = (X509Certificate) socket.getSession().getPeerCertificates()[0];
        assertEquals("CN=www.example.org,O=proxy-mcp", leaf.getSubjectX500Principal().getName());
        assertEquals(authority.certificate(), socket.getSession().getPeerCertificates()[1]);
        assertEquals(ANSWER, talk(socket));
        TlsInfo info = server.outcome();
        assertEquals("TLSv1.3", info.version());
        assertEquals(socket.getSession().getCipherSuite(), info.cipher());
        assertEquals(Optional.of("www.example.org"), info.sni());
        assertEquals(Optional.of("http/1.1"), info.alpn());
        ClientHello hello = ClientHello.parse(info.clientHello());
        assertEquals(Optional.of("www.example.org"), hello.serverName());
        assertEquals(Optional.of(Ja3.of(hello).md5()), info.ja3());
        assertEquals(Optional.of(Ja4.of(hello).hashed()), info.ja4());
        assertEquals(Optional.empty(), info.ja3s());
        assertEquals(List.of(), info.certificates());
    }

    @Test void withoutNameTheFallbackIsServed() throws Exception {
        SSLSocket socket = socket("");
        socket.startHandshake();
        X509Certificate leaf = (X509Certificate) socket.getSession().getPeerCertificates()[0];
        assertEquals("CN=fallback.example,O=proxy-mcp", leaf.getSubjectX500Principal().getName());
        talk(socket);
        assertEquals(Optional.empty(), server.outcome().sni());
    }

    /** The server must not choke on what hey sends, and the certificate is for the address. */
    @Test void addressWithPortAsServerNameIsServed() throws Exception {
        String said = openssl("-servername", "127.0.0.1:9443", "-verify_ip", "127.0.0.1");
        assertTrue(said.contains("Verify return code: 0 (ok)"), said);
        assertEquals(Optional.of("127.0.0.1:9443"), server.outcome().sni());
    }

    @Test void opensslVerifiesUnderTls12AndTls13() throws Exception {
        for (String version : List.of("1_2", "1_3")) {
            String said = openssl("-tls" + version, "-servername", "www.example.org", "-verify_hostname",
                    "www.example.org", "-alpn", "h2,http/1.1");
            assertTrue(said.contains("Verify return code: 0 (ok)"), said);
            assertTrue(said.contains("ALPN protocol: http/1.1"), said);
            assertEquals("TLSv" + version.replace('_', '.'), server.outcome().version());
        }
    }

    @Test void clientThatOffersNoProtocolOfOursGetsNone() throws Exception {
        String said = openssl("-servername", "www.example.org", "-alpn", "h2");
        assertTrue(said.contains("No ALPN negotiated"), said);
        assertEquals(Optional.empty(), server.outcome().alpn());
    }

    @Test void longNameAndAddressVerify() throws Exception {
        String longName = ("a".repeat(50) + ".").repeat(4) + "example";
        String said = openssl("-servername", longName, "-verify_hostname", longName);
        assertTrue(said.contains("Verify return code: 0 (ok)"), said);
    }

    @Test void curlTrustsTheAuthority() throws Exception {
        String curl = Programs.require("curl").toString();
        for (String host : List.of("www.example.org", "xn--bcher-kva.example")) {
            String said = output(curl, "-sS", "--noproxy", "*", "--cacert", authority.certificateFile().toString(),
                    "--connect-to", "::127.0.0.1:" + server.port(), "https://" + host + "/");
            assertEquals("hi", said);
            assertEquals(Optional.of(host), server.outcome().sni());
        }
    }

    @Test void helloInSmallPiecesIsAnswered() throws Exception {
        byte[] hello = new HelloBytes().ciphers(0x1301).serverName("www.example.org").supportedVersions(0x0304)
                .groups(23).signatureAlgorithms(0x0403).extension(51, new byte[] {0, 0}).records(7);
        try (Socket socket = server.connect()) {
            for (byte octet : hello) {
                socket.getOutputStream().write(octet);
                socket.getOutputStream().flush();
            }
            // Without a key share the server answers with HelloRetryRequest, a ServerHello.
            byte[] answer = socket.getInputStream().readNBytes(43);
            assertEquals(22, answer[0]);
            assertEquals(2, answer[5]);
            assertEquals("cf21ad74", HexFormat.of().formatHex(answer, 11, 15));
        }
    }

    @Test void sessionIsResumedUnderTheSameName() throws Exception {
        SSLSocket first = open("www.example.org");
        assertEquals(ANSWER, talk(first));
        long created = first.getSession().getCreationTime();
        SSLSocket second = open("www.example.org");
        assertEquals(ANSWER, talk(second));
        assertEquals(created, second.getSession().getCreationTime());
        assertArrayEquals(first.getSession().getPeerCertificates(), second.getSession().getPeerCertificates());
        // A resumed TLS 1.3 hello carries a pre_shared_key extension (41).
        server.outcome();
        ClientHello resumed = ClientHello.parse(server.outcome().clientHello());
        assertTrue(resumed.extensions().stream().anyMatch(extension -> extension.type() == 41));
        SSLSocket other = open("other.example");
        assertNotEquals(first.getSession().getPeerCertificates()[0], other.getSession().getPeerCertificates()[0]);
        talk(other);
    }

    @Test void cachedNameIsServedByTheSameContext() throws Exception {
        talk(open("www.example.org"));
        SSLContext context = leaves.serverContext(CertificateName.parse("www.example.org").orElseThrow());
        talk(open("www.example.org"));
        assertEquals(1, leaves.size());
        assertEquals(context, leaves.serverContext(CertificateName.parse("www.example.org").orElseThrow()));
    }

    /** The client's alert is lost when it closes while the server still writes, so that either answer is right. */
    @Test void clientThatDoesNotTrustUsIsSaidToBeOne(@TempDir Path other) throws Exception {
        Path otherCa = CertificateAuthority.open(other, Clock.systemUTC()).certificateFile();
        client = SSLContext.getInstance("TLS");
        client.init(null, new TrustManager[] {
            TrustAnchors.trustManager(new UpstreamTrust.Verify(List.of(otherCa)))}, null);
        assertThrows(SSLHandshakeException.class, () -> open("www.example.org"));
        TlsException thrown = assertThrows(TlsException.class, server::outcome);
        assertEquals(thrown.reason() == TlsException.Reason.AUTHORITY_NOT_TRUSTED
                ? "the client that asked for www.example.org does not trust this proxy's authority (alert "
                        + "certificate_unknown); install the CA certificate there, or the client pins its certificates"
                : "the client that asked for www.example.org closed the connection during the TLS handshake; perhaps it "
                        + "does not trust this proxy's authority", thrown.getMessage());
    }

    @Test void everyAlertAboutOurCertificateMeansTheAuthority() throws Exception {
        ClientHello hello = ClientHello.parse(new HelloBytes().record());
        for (String alert : List.of("unknown_ca", "certificate_unknown", "bad_certificate")) {
            IOException found = HandshakeFailure.ofClient(
                    new SSLHandshakeException("(" + alert + ") Received fatal alert: " + alert), hello);
            assertEquals(TlsException.Reason.AUTHORITY_NOT_TRUSTED, assertInstanceOf(TlsException.class, found).reason());
            assertEquals("the client does not trust this proxy's authority (alert " + alert + "); install the CA "
                    + "certificate there, or the client pins its certificates", found.getMessage());
        }
        IOException reset = new SocketException("Connection reset");
        assertEquals(TlsException.Reason.CLOSED,
                assertInstanceOf(TlsException.class, HandshakeFailure.ofClient(reset, hello)).reason());
        IOException stopped = new SocketException("Socket closed");
        assertEquals(stopped, HandshakeFailure.ofClient(stopped, hello));
    }

    @Test void clientWithoutCommonCipherIsSaidToBeOne() throws Exception {
        byte[] hello = new HelloBytes().ciphers(0x0005).serverName("www.example.org").record();
        try (Socket socket = server.connect()) {
            socket.getOutputStream().write(hello);
            assertEquals(21, socket.getInputStream().read());
        }
        TlsException thrown = assertThrows(TlsException.class, server::outcome);
        assertEquals(TlsException.Reason.NO_COMMON_PARAMETERS, thrown.reason());
    }

    @Test void clientThatLeavesIsSaidToHaveLeft() throws Exception {
        byte[] hello = new HelloBytes().ciphers(0x1301).supportedVersions(0x0304).groups(23).signatureAlgorithms(0x0403)
                .extension(51, new byte[] {0, 0}).record();
        try (Socket socket = server.connect()) {
            socket.getOutputStream().write(hello);
            socket.getInputStream().read();
            socket.shutdownOutput();
            TlsException thrown = assertThrows(TlsException.class, server::outcome);
            assertEquals(TlsException.Reason.CLOSED, thrown.reason());
            assertEquals("the client closed the connection during the TLS handshake; perhaps it does not trust this "
                    + "proxy's authority", thrown.getMessage());
        }
    }

    @Test void manyClientsAtOnceOnVirtualThreadsAreServed() throws Exception {
        TlsInterceptor interceptor = new TlsInterceptor(leaves, List.of("http/1.1"));
        int clients = 20;
        try (ServerSocket listener = new ServerSocket(0);
                var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = new ArrayList<Future<String>>();
            for (int i = 0; i < clients; i++) {
                String name = "host" + i % 3 + ".example";
                pool.submit(() -> {
                    try (Socket accepted = listener.accept()) {
                        return answer(interceptor, accepted);
                    }
                });
                answers.add(pool.submit(() -> {
                    Socket plain = new Socket("127.0.0.1", listener.getLocalPort());
                    SSLSocket tls = layered(plain, name);
                    tls.startHandshake();
                    return talk(tls);
                }));
            }
            for (var answer : answers) {
                assertEquals(ANSWER, answer.get(30, TimeUnit.SECONDS));
            }
        }
        assertEquals(3, leaves.size());
    }

    private SSLSocket open(String serverName) throws IOException {
        SSLSocket socket = socket(serverName);
        socket.startHandshake();
        return socket;
    }

    private SSLSocket socket(String serverName) throws IOException {
        return layered(server.connect(), serverName);
    }

    private SSLSocket layered(Socket plain, String serverName) throws IOException {
        SSLSocket socket = (SSLSocket) client.getSocketFactory()
                .createSocket(plain, serverName.isEmpty() ? "127.0.0.1" : serverName, 443, true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setServerNames(serverName.isEmpty() ? List.of() : List.of(new SNIHostName(serverName)));
        parameters.setApplicationProtocols(new String[] {"h2", "http/1.1"});
        if (!serverName.isEmpty()) {
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
        }
        socket.setSSLParameters(parameters);
        return socket;
    }

    private static String talk(SSLSocket socket) throws IOException {
        try (socket) {
            socket.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    private String openssl(String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of(Programs.require("openssl").toString(), "s_client",
                "-connect", "127.0.0.1:" + server.port(), "-CAfile", authority.certificateFile().toString()));
        command.addAll(List.of(options));
        Process child = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (OutputStream in = child.getOutputStream()) {
            in.write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            in.flush();
            String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertTrue(child.waitFor(30, TimeUnit.SECONDS));
            assertFalse(said.contains("alert"), said);
            return said;
        }
    }

    private static String output(String... command) throws Exception {
        Process child = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(child.waitFor(30, TimeUnit.SECONDS));
        return said;
    }
}
