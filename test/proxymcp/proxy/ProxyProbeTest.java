package proxymcp.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.exchange.Client;
import proxymcp.proxy.ScriptedOrigin.Step;

/** Names that the proxy answers for itself, on every way that leads through it, and never records. */
@Timeout(60)
final class ProxyProbeTest {
    private static final long AT_ONCE = 0;
    private static final long LIMIT_MILLIS = 30_000;

    private RunningProxy proxy;

    @BeforeEach
    void start() throws Exception {
        proxy = RunningProxy.start();
    }

    /** A request that is recorded comes after everything else: what was recorded before is then to be seen. */
    @AfterEach
    void nothingButTheLastRequestIsRecorded() throws Exception {
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadRequest(), ScriptedOrigin.respond("last")); RawClient client = proxy.client()) {
            client.send("GET http://%1$s/ HTTP/1.1\r\nHost: %1$s\r\n\r\n".formatted(origin.authority()));
            assertEquals("last", client.readResponse("GET").bodyText());
            assertEquals(List.of("http://" + origin.authority() + "/"),
                    proxy.exchanges().stream().map(exchange -> exchange.start().url()).toList());
        } finally {
            proxy.close();
        }
    }

    private static String host(ProxyProbe probe) {
        return URI.create(probe.url()).getHost();
    }

    private static String get(String host) {
        return "GET http://%1$s/ HTTP/1.1\r\nHost: %1$s\r\n\r\n".formatted(host);
    }

    @Test void whoAsksIsTold() throws Exception {
        TargetListener target = proxy.server().openTarget();
        target.serve("chrome_1");
        try (ProxyProbe probe = proxy.server().probe(); RawClient client = RawClient.connect(target.port())) {
            assertTrue(probe.url().matches("http://[0-9a-f]{32}\\.proxy-mcp\\.invalid/"), probe.url());
            assertEquals(Optional.empty(), probe.await(AT_ONCE));
            client.send(get(host(probe)));
            RawClient.Response response = client.readResponse("GET");
            assertEquals(200, response.status());
            assertEquals(Optional.of("no-store"), response.head().fields().first("Cache-Control"));
            Client seen = probe.await(LIMIT_MILLIS).orElseThrow();
            assertEquals(Optional.of("chrome_1"), seen.targetId());
            assertEquals("127.0.0.1:" + target.port(), seen.listener());
        }
    }

    @Test void aConnectionGoesOnAfterAProbeAndAnotherProbeIsAnotherName() throws Exception {
        try (ProxyProbe first = proxy.server().probe(); ProxyProbe second = proxy.server().probe(); RawClient client = proxy.client()) {
            client.send(get(host(first).toUpperCase(Locale.ROOT)));
            assertEquals(200, client.readResponse("GET").status());
            assertEquals(Optional.empty(), second.await(AT_ONCE));
            client.send("HEAD http://%1$s/ HTTP/1.1\r\nHost: %1$s\r\n\r\n".formatted(host(second)));
            assertEquals(200, client.readResponse("HEAD").status());
            assertTrue(first.await(LIMIT_MILLIS).isPresent() && second.await(LIMIT_MILLIS).isPresent());
        }
    }

    @Test void namesThatNobodyExpectsAreAnsweredToo() throws Exception {
        ProxyProbe over = proxy.server().probe();
        over.close();
        for (String host : List.of("nobody.proxy-mcp.invalid", host(over))) {
            try (RawClient client = proxy.client()) {
                client.send(get(host));
                assertEquals(404, client.readResponse("GET").status(), host);
            }
        }
        assertEquals(Optional.empty(), over.await(AT_ONCE));
    }

    @Test void aBodyThatIsSentToAProbeEndsTheConnection() throws Exception {
        try (ProxyProbe probe = proxy.server().probe(); RawClient client = proxy.client()) {
            client.send("POST http://%1$s/ HTTP/1.1\r\nHost: %1$s\r\nContent-Length: 2\r\n\r\nab".formatted(host(probe)));
            RawClient.Response response = client.readResponse("POST");
            assertEquals(200, response.status());
            assertEquals(Optional.of("close"), response.head().fields().first("Connection"));
            assertEquals("", client.readToEnd());
        }
    }

    @Test void insideATunnelItIsAnsweredInTheClearAndOverTls() throws Exception {
        try (ProxyProbe probe = proxy.server().probe(); ProxyProbe secure = proxy.server().probe();
                RawClient plain = proxy.tunnelTo(host(probe) + ":80"); RawClient tls = proxy.tunnelTo(host(secure) + ":443")) {
            plain.send("GET / HTTP/1.1\r\nHost: %s\r\n\r\n".formatted(host(probe)));
            assertEquals(200, plain.readResponse("GET").status());
            tls.startTls(RunningProxy.clientTls(), host(secure));
            tls.send("GET / HTTP/1.1\r\nHost: %s\r\n\r\n".formatted(host(secure)));
            assertEquals(200, tls.readResponse("GET").status());
            assertTrue(probe.await(LIMIT_MILLIS).isPresent() && secure.await(LIMIT_MILLIS).isPresent());
        }
    }

    @Test void aTunnelToItThatIsNeitherTlsNorHttpEnds() throws Exception {
        try (ProxyProbe probe = proxy.server().probe(); RawClient client = proxy.tunnelTo(host(probe) + ":443")) {
            client.send(new byte[] {0x16, 0x63, 0, 0, 0, 0});
            assertEquals("", client.readToEnd());
        }
    }

    @Test void aClientThatDoesNotTrustTheAuthorityLeavesNoTrace() throws Exception {
        try (ProxyProbe probe = proxy.server().probe(); RawClient client = proxy.tunnelTo(host(probe) + ":443")) {
            assertThrows(IOException.class,
                    () -> client.startTls(SSLContext.getDefault(), host(probe)));
        }
    }
}
