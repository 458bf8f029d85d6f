package proxymcp.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.Route;
import proxymcp.exchange.Timings;
import proxymcp.proxy.ScriptedOrigin.Step;
import proxymcp.upstream.NoProxy;
import proxymcp.upstream.UpstreamProxies;
import proxymcp.upstream.UpstreamProxy;

/** Requests, upgrades and tunnels through each kind of upstream proxy: what it was asked, what the origin saw, what is recorded. */
@Timeout(60)
final class UpstreamKindsTest {
    private static final String SWITCHING = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";

    private RunningProxy proxy;
    private RelayingProxy plain;
    private RelayingProxy secured;

    @BeforeEach void start() throws Exception {
        proxy = RunningProxy.start();
        plain = RelayingProxy.plain();
        secured = RelayingProxy.secured(RunningProxy.originTls());
    }

    @AfterEach void stop() throws Exception {
        proxy.close();
        plain.close();
        secured.close();
    }

    private RelayingProxy relay(String scheme) {
        return scheme.equals("https") ? secured : plain;
    }

    private String url(String scheme, String login) {
        return scheme + "://" + login + "127.0.0.1:" + relay(scheme).port();
    }

    private void use(String url, String... except) {
        proxy.server().use(UpstreamProxies.NONE.withGlobal(
                Optional.of(new UpstreamProxies.Entry(UpstreamProxy.parse(url), NoProxy.parse(List.of(except))))));
    }

    /** The name that only the proxy resolves, where it does. */
    private static String host(String scheme) {
        return scheme.equals("socks4") || scheme.equals("socks5") ? "127.0.0.1" : "a.test";
    }

    private static boolean isHttp(String scheme) {
        return scheme.startsWith("http");
    }

    /** What the proxy is asked for a tunnel to {@code target}. */
    private static String tunnelTo(String scheme, String target) {
        return isHttp(scheme) ? "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n\r\n" : scheme + " " + target;
    }

    private void assertRoute(Exchange exchange, String scheme) {
        assertEquals(new Outcome.Complete(), exchange.outcome());
        Route route = exchange.route().orElseThrow();
        assertEquals(Optional.of(url(scheme, "")), route.upstreamProxy());
        assertEquals("127.0.0.1:" + relay(scheme).port(), route.serverAddress());
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "https", "socks4", "socks4a", "socks5", "socks5h"})
    void keptConnectionsCarryRequests(String scheme) throws Exception {
        use(url(scheme, ""));
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.Repeat(List.of(new Step.ReadRequest(), ScriptedOrigin.respond("hello"))));
                RawClient client = proxy.client()) {
            String authority = host(scheme) + ":" + origin.port();
            List<String> asked = new ArrayList<>(isHttp(scheme) ? List.of() : List.of(scheme + " " + authority));
            StringBuilder seen = new StringBuilder();
            for (int i = 0; i < 3; i++) {
                String fields = " HTTP/1.1\r\nHost: " + authority + "\r\nX-A: b\r\n\r\n";
                client.send("GET http://" + authority + "/" + i + "?q" + fields);
                assertEquals("hello", client.readResponse("GET").bodyText());
                seen.append("GET /").append(i).append("?q").append(fields);
                if (isHttp(scheme)) {
                    asked.add("GET http://" + authority + "/" + i + "?q" + fields);
                }
                assertRoute(proxy.exchange(i), scheme);
                assertEquals(i > 0, proxy.exchange(i).route().orElseThrow().reused());
                assertEquals(proxy.exchange(0).route().orElseThrow().connectionId(), proxy.exchange(i).route().orElseThrow().connectionId());
            }
            assertEquals(asked, relay(scheme).asked());
            if (!isHttp(scheme)) {
                assertEquals(seen.toString(), origin.connection(0).receivedText());
            }
            Timings first = proxy.exchange(0).timings();
            assertTrue(first.dns() >= 0 && first.connect() > 0 && first.send() >= 0 && first.await() >= 0 && first.receive() >= 0, first.toString());
            assertEquals(Timings.UNKNOWN, first.tls());
            assertTrue(first.total() >= first.connect() + first.await(), first.toString());
            assertEquals(Timings.UNKNOWN, proxy.exchange(1).timings().connect());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "https", "socks4", "socks4a", "socks5", "socks5h"})
    void tlsPassesThroughATunnel(String scheme) throws Exception {
        use(url(scheme, ""), "spared.test");
        String host = host(scheme).equals("a.test") ? "localhost" : "127.0.0.1"; // Names of the origin's certificate.
        try (ScriptedOrigin origin = ScriptedOrigin.each(RunningProxy.originTls(), new Step.Repeat(List.of(new Step.ReadRequest(),
                ScriptedOrigin.respond("secret"))));
                RawClient client = proxy.tlsTo(host + ":" + origin.port())) {
            client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
            assertEquals("secret", client.readResponse("GET").bodyText());
            assertEquals(List.of(tunnelTo(scheme, host + ":" + origin.port())), relay(scheme).asked());
            assertRoute(proxy.exchange(0), scheme);
            assertTrue(proxy.exchange(0).route().orElseThrow().tls().isPresent());
            Timings timings = proxy.exchange(0).timings();
            assertTrue(timings.connect() > 0 && timings.tls() > 0, timings.toString());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "https", "socks4", "socks4a", "socks5", "socks5h"})
    void upgradesReachTheOriginThroughATunnel(String scheme) throws Exception {
        use(url(scheme, ""));
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadHead(), ScriptedOrigin.send(SWITCHING + "hi"), new Step.Echo());
                RawClient client = proxy.client()) {
            String authority = host(scheme) + ":" + origin.port();
            String fields = " HTTP/1.1\r\nHost: " + authority + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
            client.send("GET http://" + authority + "/chat" + fields);
            assertEquals(SWITCHING + "hi", client.readText(SWITCHING.length() + 2));
            client.send("ping");
            assertEquals("ping", client.readText(4));
            client.halfClose();
            assertEquals("", client.readToEnd());
            assertEquals("GET /chat" + fields + "ping", origin.connection(0).receivedText());
            assertEquals(List.of(tunnelTo(scheme, authority)), relay(scheme).asked());
            assertRoute(proxy.exchange(0), scheme);
        }
    }

    /** The origin speaks first, as SSH and SMTP servers do. */
    @ParameterizedTest
    @ValueSource(strings = {"http", "https", "socks4a", "socks5h"})
    void tunnelsPassOctetsUnread(String scheme) throws Exception {
        use(url(scheme, ""));
        try (ScriptedOrigin origin = ScriptedOrigin.each(ScriptedOrigin.send("220 ready\r\n"), new Step.Echo())) {
            String authority = "a.test:" + origin.port();
            try (RawClient client = proxy.tunnelTo(authority)) {
                client.send("\u0001\u0002");
                assertEquals("220 ready\r\n\u0001\u0002", client.readText(13));
                client.halfClose();
                assertEquals("", client.readToEnd());
            }
            assertEquals(List.of(tunnelTo(scheme, authority)), relay(scheme).asked());
            assertRoute(proxy.exchange(0), scheme);
            assertEquals("220 ready\r\n\u0001\u0002", new String(proxy.exchange(0).responseBody().bytes(), StandardCharsets.ISO_8859_1));
        }
    }

    @Test void loginGoesToTheProxyAloneAndIsNotRecorded() throws Exception {
        use(url("http", "us%40er:s%3Acret@"));
        String basic = "Proxy-Authorization: Basic dXNAZXI6czpjcmV0\r\n"; // "us@er:s:cret"
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadRequest(), ScriptedOrigin.respond("ok"));
                ScriptedOrigin tls = ScriptedOrigin.each(RunningProxy.originTls(), new Step.ReadRequest(), ScriptedOrigin.respond("ok"));
                RawClient client = proxy.client(); RawClient inner = proxy.tlsTo("localhost:" + tls.port())) {
            String authority = "a.test:" + origin.port();
            client.send("GET http://" + authority + "/ HTTP/1.1\r\nHost: " + authority + "\r\nProxy-Authorization: Basic b3duOm93bg==\r\nX: y\r\n\r\n");
            assertEquals("ok", client.readResponse("GET").bodyText());
            inner.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
            assertEquals("ok", inner.readResponse("GET").bodyText());
            assertEquals(List.of("GET http://" + authority + "/ HTTP/1.1\r\nHost: " + authority + "\r\nX: y\r\n" + basic + "\r\n",
                    "CONNECT localhost:" + tls.port() + " HTTP/1.1\r\nHost: localhost:" + tls.port() + "\r\n" + basic + "\r\n"), plain.asked());
            assertEquals("GET / HTTP/1.1\r\nHost: x\r\n\r\n", tls.connection(0).receivedText());
            for (int i = 0; i < 2; i++) {
                Exchange exchange = proxy.exchange(i);
                assertEquals(Optional.of(url("http", "")), exchange.route().orElseThrow().upstreamProxy());
                assertFalse(exchange.start().head().fields().toString().contains("dXNAZXI6"), exchange.toString());
            }
        }
    }

    @Test void sparedHostsAreReachedDirectly() throws Exception {
        use(url("socks5h", ""), "127.0.0.0/8");
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadRequest(), ScriptedOrigin.respond("ok")); RawClient client = proxy.client()) {
            client.send("GET http://" + origin.authority() + "/ HTTP/1.1\r\nHost: " + origin.authority() + "\r\n\r\n");
            assertEquals("ok", client.readResponse("GET").bodyText());
            assertEquals(List.of(), plain.asked());
            assertEquals(Optional.empty(), proxy.exchange(0).route().orElseThrow().upstreamProxy());
        }
    }

    @Test void anUntrustedCertificateOfTheProxyIsRefused(@TempDir Path folder) throws Exception {
        TestCertificate other = TestCertificate.forLoopback(folder);
        try (RelayingProxy untrusted = RelayingProxy.secured(other.context()); RawClient client = proxy.client()) {
            use("https://127.0.0.1:" + untrusted.port());
            client.send("GET http://a.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n");
            assertEquals(502, client.readResponse("GET").status());
            Outcome.Incomplete outcome = (Outcome.Incomplete) proxy.exchange(0).outcome();
            assertEquals(ErrorClass.UPSTREAM_PROXY, outcome.errorClass());
            assertTrue(outcome.reason().startsWith("TLS with upstream proxy https://127.0.0.1:" + untrusted.port() + " failed: "), outcome.reason());
            assertEquals(List.of(), untrusted.asked());
        }
    }

    @Test void anUpgradeThatMayNotTunnelIsForwarded() throws Exception {
        try (ScriptedOrigin strict = ScriptedOrigin.inOrder(List.of(
                List.of(new Step.ReadHead(), ScriptedOrigin.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"), new Step.ReadToEnd()),
                List.of(new Step.ReadHead(), ScriptedOrigin.send(SWITCHING), new Step.Echo())));
                RawClient client = proxy.client()) {
            use("http://" + strict.authority());
            String request = "GET http://a.test/chat HTTP/1.1\r\nHost: a.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
            client.send(request);
            assertEquals(SWITCHING, client.readText(SWITCHING.length()));
            client.halfClose();
            assertEquals("", client.readToEnd());
            assertEquals("CONNECT a.test:80 HTTP/1.1\r\nHost: a.test:80\r\n\r\n", strict.connection(0).receivedText());
            assertEquals(request, strict.connection(1).receivedText());
        }
    }

    @Test void anOfferOfHttp2NeedsNoTunnel() throws Exception {
        try (ScriptedOrigin upstream = ScriptedOrigin.each(new Step.ReadRequest(), ScriptedOrigin.respond("ok")); RawClient client = proxy.client()) {
            use("http://" + upstream.authority());
            String request = "GET http://a.test/ HTTP/1.1\r\nHost: a.test\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n";
            client.send(request);
            assertEquals("ok", client.readResponse("GET").bodyText());
            assertEquals(request, upstream.connection(0).receivedText());
        }
    }

    @Test void aForwardingProxysOwnAnswersAreNotedAndItsFailuresNamed() throws Exception {
        String unavailable = "HTTP/1.1 503 Service Unavailable\r\nProxy-Status: edge; error=dns_error\r\nContent-Length: 2\r\n\r\nno";
        try (ScriptedOrigin upstream = ScriptedOrigin.inOrder(List.of(
                List.of(new Step.ReadRequest(), ScriptedOrigin.send(unavailable), new Step.ReadRequest(), ScriptedOrigin.send(
                        "HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic realm=x\r\nContent-Length: 100\r\n\r\n"), new Step.ReadToEnd()),
                List.of(new Step.ReadRequest(), new Step.Close())));
                RawClient client = proxy.client()) {
            use("http://" + upstream.authority());
            String request = "GET http://a.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n";
            client.send(request);
            assertEquals(unavailable, client.readResponse("GET").wire());
            assertEquals(List.of("the upstream proxy seems to have answered itself: Proxy-Status error=dns_error"), proxy.exchange(0).notes());
            client.send(request);
            assertEquals(502, client.readResponse("GET").status());
            assertEquals(new Outcome.Incomplete(ErrorClass.UPSTREAM_PROXY, "upstream proxy http://" + upstream.authority()
                    + " wants a user and password: it answered GET http://a.test/ with 407 Who; put them in the proxy URL"), proxy.exchange(1).outcome());
            client.send(request);
            assertEquals(502, client.readResponse("GET").status());
            Outcome.Incomplete cut = (Outcome.Incomplete) proxy.exchange(2).outcome();
            assertEquals(ErrorClass.CLOSED, cut.errorClass());
            assertTrue(cut.reason().startsWith("upstream proxy http://" + upstream.authority() + ", asked for a.test:80: "), cut.reason());
        }
    }
}
