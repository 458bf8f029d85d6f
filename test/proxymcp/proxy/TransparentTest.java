package proxymcp.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.Programs;
import proxymcp.exchange.Endpoint;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.Source;
import proxymcp.proxy.ScriptedOrigin.Step;

/** Clients that do not know of the proxy: what they say to the origin they mean tells where it goes. */
@Timeout(60)
final class TransparentTest {
    private ScriptedOrigin tls;
    private ScriptedOrigin plain;
    private RunningProxy proxy;

    @BeforeEach
    void start() throws Exception {
        Step answers = new Step.Repeat(List.of(new Step.ReadRequest(), ScriptedOrigin.respond("ok")));
        tls = ScriptedOrigin.each(RunningProxy.originTls(), answers);
        plain = ScriptedOrigin.each(answers);
        proxy = RunningProxy.start(settings -> settings.withListener(ListenerOptions.DEFAULT.withTransparentPort(0, tls.port())));
    }

    @AfterEach
    void stop() throws Exception {
        proxy.close();
        tls.close();
        plain.close();
    }

    private int port() {
        return proxy.server().transparentAddress().orElseThrow().getPort();
    }

    private RawClient client() throws IOException {
        return RawClient.connect(port());
    }

    private void assertRefused(Exchange exchange, ErrorClass errorClass, String reason) {
        assertEquals(new Outcome.Incomplete(errorClass, reason), exchange.outcome());
        assertEquals(new Endpoint("tunnel", "127.0.0.1", port()), exchange.start().endpoint());
        assertEquals(Source.TRANSPARENT, exchange.start().client().source());
    }

    @Test
    void tlsGoesWhereItsServerNameSays() throws Exception {
        try (RawClient client = client()) {
            client.startTlsAskingFor(RunningProxy.clientTls(), "localhost");
            for (int i = 0; i < 2; i++) {
                client.send("GET /" + i + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
                assertEquals("ok", client.readResponse("GET").bodyText());
                Exchange exchange = proxy.exchange(i);
                assertEquals(new Endpoint("https", "localhost", tls.port()), exchange.start().endpoint());
                assertEquals(Source.TRANSPARENT, exchange.start().client().source());
                assertEquals("127.0.0.1:" + port(), exchange.start().client().listener());
                assertEquals(Optional.of("localhost"), exchange.start().clientTls().orElseThrow().sni());
            }
        }
        assertEquals(2, proxy.server().transparentExchanges());
        assertEquals("GET /0 HTTP/1.1\r\nHost: localhost\r\n\r\nGET /1 HTTP/1.1\r\nHost: localhost\r\n\r\n",
                tls.connection(0).receivedText());
    }

    @Test
    void tlsThatIsNotHttpPassesUnread() throws Exception {
        try (ScriptedOrigin echo = ScriptedOrigin.each(RunningProxy.originTls(), new Step.Echo());
                RunningProxy other = RunningProxy.start(
                        settings -> settings.withListener(ListenerOptions.DEFAULT.withTransparentPort(0, echo.port())));
                RawClient client = RawClient.connect(other.server().transparentAddress().orElseThrow())) {
            client.startTlsAskingFor(RunningProxy.clientTls(), "localhost");
            client.send("\0\1binary");
            assertEquals("\0\1binary", client.readText(8));
            client.halfClose();
            assertEquals("", client.readToEnd());
            Exchange exchange = other.exchange(0);
            assertEquals(new Endpoint("tunnel", "localhost", echo.port()), exchange.start().endpoint());
            assertEquals("\0\1binary", new String(exchange.requestBody().bytes(), StandardCharsets.ISO_8859_1));
            assertEquals(List.of("redirected TLS; the target is the name that its ClientHello asks for"), exchange.notes());
        }
    }

    @Test
    void tlsWithoutAServerNameIsRefusedByAnAlert() throws Exception {
        try (RawClient client = client()) {
            // JSSE sends no server name for an address; RFC 8446 section 9.2 wants the alert missing_extension.
            IOException refused = assertThrows(IOException.class, () -> client.startTls(RunningProxy.clientTls(), "127.0.0.1"));
            assertTrue(refused.getMessage().contains("missing_extension"), refused::getMessage);
        }
        assertRefused(proxy.exchange(0), ErrorClass.TLS,
                "redirected TLS without a server name (SNI): nothing says where it should go");
    }

    @Test
    void whatIsNeitherTlsNorHttpIsRefusedAndRecorded() throws Exception {
        try (RawClient client = client()) {
            client.send("SSH-2.0-client\r\n");
            client.awaitGone();
        }
        assertRefused(proxy.exchange(0), ErrorClass.PROTOCOL,
                "neither TLS nor HTTP came to the transparent port: nothing says where it should go");
        try (RawClient client = client()) {
            client.send(new byte[] {0x16, 0x03, 0x01, 0x00, 0x05, 0x09, 0, 0, 1, 0});
            client.awaitGone();
        }
        assertTrue(proxy.exchange(1).outcome() instanceof Outcome.Incomplete);
    }

    @Test
    void plainHttpGoesWhereItsHostFieldSays() throws Exception {
        String elsewhere = "localhost:" + plain.port();
        try (RawClient client = client()) {
            for (String host : List.of(plain.authority(), elsewhere)) {
                client.send("GET /p?q HTTP/1.1\r\nHost: " + host + "\r\nProxy-Authorization: Basic x\r\n\r\n");
                assertEquals("ok", client.readResponse("GET").bodyText());
            }
            client.send("GET http://" + elsewhere + "/abs HTTP/1.1\r\nHost: " + elsewhere + "\r\n\r\n");
            assertEquals("ok", client.readResponse("GET").bodyText());
        }
        assertEquals("http://" + plain.authority() + "/p?q", proxy.exchange(0).start().url());
        assertEquals("http://" + elsewhere + "/p?q", proxy.exchange(1).start().url());
        assertEquals("http://" + elsewhere + "/abs", proxy.exchange(2).start().url());
        assertEquals(Source.TRANSPARENT, proxy.exchange(0).start().client().source());
        // To such a client the proxy is the origin: what it sends is the origin's.
        assertTrue(plain.connection(0).receivedText().startsWith(
                "GET /p?q HTTP/1.1\r\nHost: " + plain.authority() + "\r\nProxy-Authorization: Basic x\r\n\r\n"));
    }

    @Test
    void plainHttpWithoutAHostNamesNoTarget() throws Exception {
        for (String request : List.of("GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n")) {
            try (RawClient client = client()) {
                client.send(request);
                if (request.startsWith("CONNECT")) {
                    client.awaitGone(); // A target of this form is none of an origin.
                } else {
                    assertEquals(400, client.readResponse("GET").status(), request);
                }
            }
        }
        assertEquals(0, plain.connectionCount() + tls.connectionCount());
    }

    @Test
    void noneOfTheProxysPortsIsATarget() throws Exception {
        for (int target : List.of(port(), proxy.port())) {
            try (RawClient client = client()) {
                client.send("GET / HTTP/1.1\r\nHost: localhost:" + target + "\r\n\r\n");
                assertEquals(508, client.readResponse("GET").status());
            }
            try (RawClient client = proxy.client()) {
                client.send("GET http://localhost:" + target + "/ HTTP/1.1\r\nHost: localhost:" + target + "\r\n\r\n");
                assertEquals(508, client.readResponse("GET").status());
            }
        }
    }

    @Test
    void aPortThatCannotBeHadLeavesNothingOpen() throws Exception {
        int free = RunningProxy.closedPort();
        assertEquals("port_in_use", assertThrows(ProxyStartException.class, () -> RunningProxy.start(settings -> new ProxySettings("127.0.0.1",
                free, Optional.empty(), Optional.empty(), false, Optional.empty(), ProxyLimits.DEFAULT,
                ListenerOptions.DEFAULT.withTransparentPort(port(), 443))).close()).code());
        assertThrows(IOException.class, () -> RawClient.connect(free).close());
        int transparent = port();
        proxy.close();
        assertThrows(IOException.class, () -> RawClient.connect(transparent).close());
    }

    @Test
    void otherMachinesCannotPresentCredentialsThere() {
        ProxyStartException refused = assertThrows(ProxyStartException.class, () -> RunningProxy.start(settings -> new ProxySettings("0.0.0.0",
                0, Optional.of(Credentials.parse("a:b")), Optional.empty(), false, Optional.empty(), ProxyLimits.DEFAULT,
                ListenerOptions.DEFAULT.withTransparentPort(0, 443))).close());
        assertEquals("auth_required", refused.code());
    }

    @Test
    void curlAndOpensslAreRedirected(@TempDir Path folder) throws Exception {
        Programs.require("curl");
        TestCertificate certificate = TestCertificate.forLoopback(folder);
        try (TestOrigin origin = TestOrigin.https("127.0.0.1", certificate.context(), new TestSite())) {
            int target = Integer.parseInt(origin.url("127.0.0.1", "").replaceAll("^.*:", ""));
            try (CapturingProxy other = CapturingProxy.start(folder.resolve("home"), settings -> CapturingProxy.trusting(settings,
                    certificate.certificateFile()).withListener(ListenerOptions.DEFAULT.withTransparentPort(0, target)))) {
                int redirected = other.server().transparentAddress().orElseThrow().getPort();
                String authority = other.authority().certificateFile().toString();
                CurlRun run = CurlRun.of(folder, List.of("--connect-to", "localhost:443:127.0.0.1:" + redirected, "--cacert", authority,
                        "https://localhost/hello"));
                assertEquals(0, run.exit(), run::toString);
                assertEquals(HexFormat.of().formatHex(TestOrigin.sha256().digest("hello /hello\n".getBytes(StandardCharsets.US_ASCII))),
                        run.bodySha256());
                assertEquals(origin.url("localhost", "/hello"), other.awaitNewest().start().url());
                assertTrue(sClient(redirected, authority, "-servername", "localhost").contains("Verify return code: 0 (ok)"));
                String refused = sClient(redirected, authority, "-noservername");
                assertTrue(refused.contains("missing extension") || refused.contains("alert number 109"), refused);
                assertEquals(new Outcome.Incomplete(ErrorClass.TLS,
                        "redirected TLS without a server name (SNI): nothing says where it should go"), other.awaitNewest().outcome());
            }
        }
    }

    /** What openssl says of a handshake with {@code port}. */
    private static String sClient(int port, String authority, String... options) throws Exception {
        java.util.ArrayList<String> command = new java.util.ArrayList<>(List.of(Programs.require("openssl").toString(), "s_client", "-connect",
                "127.0.0.1:" + port, "-CAfile", authority));
        command.addAll(List.of(options));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectInput(Path.of("/dev/null").toFile()).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        assertTrue(process.waitFor(30, TimeUnit.SECONDS), said);
        return said;
    }
}
