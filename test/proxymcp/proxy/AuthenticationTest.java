package proxymcp.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.exchange.LiveBuffer;
import proxymcp.proxy.ScriptedOrigin.Step;
import proxymcp.upstream.OwnPorts;

/** Who may use the proxy, and where it may listen. */
@Timeout(60)
final class AuthenticationTest {
    private static final String GOOD = "Basic " + base64("user:pass:w\u00f6rd");

    private RunningProxy proxy;
    private ScriptedOrigin origin;

    @BeforeEach
    void start() throws Exception {
        proxy = RunningProxy.start(settings -> settings.withRequireAuth(Credentials.parse("user:pass:w\u00f6rd")));
        origin = ScriptedOrigin.each(new Step.Repeat(List.of(new Step.ReadRequest(), ScriptedOrigin.respond("ok"))));
    }

    @AfterEach
    void stop() throws Exception {
        proxy.close();
        origin.close();
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private String get(String authorization) {
        return "GET http://%1$s/ HTTP/1.1\r\nHost: %1$s\r\n%2$s\r\n".formatted(origin.authority(), authorization);
    }

    private static String field(String credentials) {
        return "Proxy-Authorization: " + credentials + "\r\n";
    }

    @Test
    void withoutTheRightCredentialsNothingPasses() throws Exception {
        for (String given : List.of("", field("Basic " + base64("user:wrong")), field("Basic " + base64("user")), field("Basic"),
                field("Basic !!!"), field("Bearer " + base64("user:pass:w\u00f6rd")), field("Basic " + base64("USER:pass:w\u00f6rd")),
                "Authorization: " + GOOD + "\r\n", field("Basic " + base64("user:pass:w\u00f6rd\0")))) {
            try (RawClient client = proxy.client()) {
                client.send(get(given));
                RawClient.Response answer = client.readResponse("GET");
                assertEquals(407, answer.status(), given);
                assertEquals(List.of("Basic realm=\"proxy-mcp\", charset=\"UTF-8\""), answer.head().fields().all("Proxy-Authenticate"));
                client.send(get(field(GOOD)));
                assertEquals(200, client.readResponse("GET").status());
            }
        }
    }

    @Test
    void theCredentialsStayHere() throws Exception {
        try (RawClient client = proxy.client()) {
            client.send(get(field(GOOD.replace("Basic ", "bASIC  "))));
            assertEquals("ok", client.readResponse("GET").bodyText());
            assertEquals("GET / HTTP/1.1\r\nHost: " + origin.authority() + "\r\n\r\n", origin.connection(0).receivedText());
        }
    }

    @Test
    void aRefusedBodyEndsTheConnectionAndTheAnswerIsRead() throws Exception {
        try (RawClient client = proxy.client()) {
            client.send(get("Content-Length: 100000\r\n").replace("GET", "POST") + "x".repeat(100_000) + get(field(GOOD)));
            RawClient.Response answer = client.readResponse("POST");
            assertEquals(407, answer.status());
            assertEquals(List.of("close"), answer.head().fields().all("Connection"));
            assertEquals("", client.readToEnd());
        }
        assertEquals(0, origin.connectionCount());
    }

    @Test
    void anHttp10ClientIsToldThatItsConnectionEnds() throws Exception {
        try (RawClient client = proxy.client()) {
            client.send(get("Connection: keep-alive\r\n").replace("HTTP/1.1", "HTTP/1.0"));
            assertTrue(client.readToEnd().startsWith("HTTP/1.1 407 "));
        }
    }

    @Test
    void headIsAnsweredWithoutABody() throws Exception {
        try (RawClient client = proxy.client()) {
            client.send(get("").replace("GET", "HEAD") + get(field(GOOD)));
            assertTrue(client.readHead().startsWith("HTTP/1.1 407 "));
            assertEquals("ok", client.readResponse("GET").bodyText());
        }
    }

    @Test
    void connectNeedsThemAndWhatIsInsideDoesNot() throws Exception {
        String connect = "CONNECT %1$s HTTP/1.1\r\nHost: %1$s\r\n".formatted(origin.authority());
        try (RawClient client = proxy.client()) {
            client.send(connect + "\r\n");
            assertEquals(407, client.readResponse("GET").status());
            client.send(connect + field(GOOD) + "\r\n");
            assertEquals("HTTP/1.1 200 Connection established\r\n\r\n", client.readHead());
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertEquals("ok", client.readResponse("GET").bodyText());
        }
    }

    @Test
    void credentialsAreUserAndPassword() {
        assertEquals(new Credentials("a", "b:c"), Credentials.parse("a:b:c"));
        assertEquals(new Credentials("a", ""), Credentials.parse("a:"));
        for (String bad : List.of("", "a", ":b", "a:b\r\n")) {
            assertThrows(IllegalArgumentException.class, () -> Credentials.parse(bad), bad);
        }
        assertEquals("Credentials[a:\u2026]", Credentials.parse("a:secret").toString());
    }

    private static ProxyServer open(String address, int port, Optional<Credentials> credentials, Optional<Path> caFile) throws IOException {
        return ProxyServer.start(new ProxySettings(address, port, credentials, Optional.empty(), false, caFile, ProxyLimits.DEFAULT),
                RunningProxy.authority(), new LiveBuffer(LiveBuffer.Limits.DEFAULT), new OwnPorts());
    }

    private static String startFails(String address, int port, Optional<Path> caFile) {
        return assertThrows(ProxyStartException.class, () -> open(address, port, Optional.empty(), caFile).close()).code();
    }

    @Test
    void otherMachinesNeedCredentials() throws Exception {
        assertEquals("auth_required", startFails("0.0.0.0", 0, Optional.empty()));
        assertEquals("auth_required", startFails("::", 0, Optional.empty()));
        try (ProxyServer open = open("0.0.0.0", 0, Optional.of(Credentials.parse("a:b")), Optional.empty());
                RawClient client = RawClient.connect(new InetSocketAddress("127.0.0.1", open.address().getPort()))) {
            client.send(get(field("Basic " + base64("a:b"))));
            assertEquals("ok", client.readResponse("GET").bodyText());
        }
    }

    @Test
    void whatKeepsItFromStartingHasACode() {
        assertEquals("port_in_use", startFails("127.0.0.1", proxy.port(), Optional.empty()));
        assertEquals("bad_ca_file", startFails("127.0.0.1", 0, Optional.of(Path.of("no", "such.pem"))));
        assertEquals("bad_address", startFails("no such name", 0, Optional.empty()));
    }
}
