package proxymcp.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.Outcome;
import proxymcp.proxy.ScriptedOrigin.Step;
import proxymcp.upstream.NoProxy;
import proxymcp.upstream.UpstreamProxies;
import proxymcp.upstream.UpstreamProxy;

/** Requests through Dante and Squid as they are installed: what users have between them and the net. */
@Timeout(60)
final class UpstreamProgramsTest {
    @TempDir private Path folder;
    private RunningProxy proxy;
    private ScriptedOrigin plain;
    private ScriptedOrigin secured;
    private ScriptedOrigin blocked;
    private int closed;
    private int recorded;

    @BeforeEach void start() throws Exception {
        proxy = RunningProxy.start();
        Step serve = new Step.Repeat(List.of(new Step.ReadRequest(), ScriptedOrigin.respond("hello")));
        plain = ScriptedOrigin.each(serve);
        secured = ScriptedOrigin.each(RunningProxy.originTls(), serve);
        blocked = ScriptedOrigin.each(serve);
        closed = RunningProxy.closedPort();
    }

    @AfterEach void stop() throws Exception {
        proxy.close();
        plain.close();
        secured.close();
        assertEquals(0, blocked.connectionCount(), "what the proxy's rules forbid was reached");
        blocked.close();
    }

    private void use(String url) {
        proxy.server().use(UpstreamProxies.NONE.withGlobal(Optional.of(new UpstreamProxies.Entry(UpstreamProxy.parse(url), NoProxy.NONE))));
    }

    private RawClient.Response http(String authority) throws Exception {
        try (RawClient client = proxy.client()) {
            client.send("GET http://" + authority + "/a HTTP/1.1\r\nHost: " + authority + "\r\n\r\n");
            return client.readResponse("GET");
        }
    }

    private RawClient.Response https(String authority) throws Exception {
        try (RawClient client = proxy.tlsTo(authority)) {
            client.send("GET /a HTTP/1.1\r\nHost: " + authority + "\r\n\r\n");
            return client.readResponse("GET");
        }
    }

    private void assertPassed(RawClient.Response response, String upstream) throws Exception {
        assertEquals(200, response.status(), response.bodyText());
        assertEquals("hello", response.bodyText());
        Exchange exchange = proxy.exchange(recorded++);
        assertEquals(new Outcome.Complete(), exchange.outcome());
        assertEquals(Optional.of(upstream), exchange.route().orElseThrow().upstreamProxy());
    }

    private void assertFailed(RawClient.Response response, int status, ErrorClass errorClass, String said) throws Exception {
        assertEquals(status, response.status(), response.bodyText());
        Outcome.Incomplete outcome = (Outcome.Incomplete) proxy.exchange(recorded++).outcome();
        assertTrue(outcome.reason().contains(said), outcome.reason());
        assertFalse(outcome.reason().contains("s:cr@t"), outcome.reason());
        assertEquals(errorClass, outcome.errorClass());
    }

    @Test void danteWithoutLogin() throws Exception {
        try (UpstreamProgram dante = UpstreamProgram.dante(folder, "none", blocked.port())) {
            for (String scheme : List.of("socks5", "socks5h", "socks4", "socks4a")) {
                String url = scheme + "://127.0.0.1:" + dante.port();
                use(url);
                assertPassed(http(plain.authority()), url);
                assertPassed(https(secured.authority()), url);
                if (!scheme.equals("socks4a")) { // Dante 1.4.2 refuses names in SOCKS 4A, from curl as well.
                    assertPassed(http("localhost:" + plain.port()), url);
                }
                boolean five = scheme.startsWith("socks5");
                assertFailed(http("127.0.0.1:" + closed), 502, five ? ErrorClass.CONNECT_REFUSED : ErrorClass.UPSTREAM_PROXY,
                        five ? "SOCKS 5 reply 5, connection refused" : "SOCKS 4 reply 91");
                assertFailed(http(blocked.authority()), 502, ErrorClass.UPSTREAM_PROXY,
                        five ? "SOCKS 5 reply 2, not allowed by its rules" : "SOCKS 4 reply 91");
            }
        }
    }

    /** A right login would need a user of this machine; that it passes is proved with scripted servers. */
    @Test void danteWithAWrongLogin() throws Exception {
        try (UpstreamProgram dante = UpstreamProgram.dante(folder, "username", blocked.port())) {
            use("socks5h://no-such-user:s%3Acr%40t@127.0.0.1:" + dante.port());
            assertFailed(http(plain.authority()), 502, ErrorClass.UPSTREAM_PROXY, "did not accept the user and password (status ");
            use("socks5h://127.0.0.1:" + dante.port());
            assertFailed(http(plain.authority()), 502, ErrorClass.UPSTREAM_PROXY, "wants a user and password (SOCKS 5 method 255)");
            assertEquals(0, plain.connectionCount());
        }
    }

    @Test void squidWithLogin() throws Exception {
        try (UpstreamProgram squid = UpstreamProgram.squid(folder, blocked.port())) {
            String url = "http://127.0.0.1:" + squid.port();
            use("http://user:s%3Acr%40t@127.0.0.1:" + squid.port());
            assertPassed(http(plain.authority()), url);
            assertPassed(https(secured.authority()), url);
            assertPassed(http("localhost:" + plain.port()), url);
            assertFalse(plain.connection(0).receivedText().contains("Proxy-Authorization"), plain.connection(0).receivedText());
            assertTrue(plain.connection(0).receivedText().startsWith("GET /a HTTP/1.1\r\n"), plain.connection(0).receivedText());

            assertFailed(https("127.0.0.1:" + closed), 502, ErrorClass.CONNECT_REFUSED,
                    "cannot be reached through upstream proxy " + url + ": it answered CONNECT with 503 Service Unavailable "
                    + "(X-Squid-Error ERR_CONNECT_FAIL 111)");
            assertFailed(https(blocked.authority()), 502, ErrorClass.UPSTREAM_PROXY, "upstream proxy " + url + " refused CONNECT "
                    + blocked.authority() + " with 403 Forbidden");
            // Forwarded requests are answered by Squid itself; the note says so.
            assertEquals(503, http("127.0.0.1:" + closed).status());
            Exchange unreachable = proxy.exchange(recorded++);
            assertEquals(new Outcome.Complete(), unreachable.outcome());
            assertEquals(List.of("the upstream proxy seems to have answered itself: X-Squid-Error ERR_CONNECT_FAIL 111"), unreachable.notes());
        }
    }

    @Test void squidWithAWrongLogin() throws Exception {
        try (UpstreamProgram squid = UpstreamProgram.squid(folder, blocked.port())) {
            use("http://user:wrong@127.0.0.1:" + squid.port());
            assertFailed(http(plain.authority()), 502, ErrorClass.UPSTREAM_PROXY,
                    "did not accept the user and password: it answered GET http://" + plain.authority() + "/ with 407 ");
            assertFailed(https(secured.authority()), 502, ErrorClass.UPSTREAM_PROXY,
                    "did not accept the user and password: it answered CONNECT " + secured.authority() + " with 407 ");
            use("http://127.0.0.1:" + squid.port());
            assertFailed(http(plain.authority()), 502, ErrorClass.UPSTREAM_PROXY, "wants a user and password: it answered GET ");
            assertFailed(https(secured.authority()), 502, ErrorClass.UPSTREAM_PROXY, "wants a user and password: it answered CONNECT ");
            assertEquals(0, plain.connectionCount() + secured.connectionCount());
        }
    }
}
