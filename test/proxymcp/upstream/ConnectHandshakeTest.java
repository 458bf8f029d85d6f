package proxymcp.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import proxymcp.exchange.Endpoint;
import proxymcp.exchange.ErrorClass;
import proxymcp.http.HeadLimits;
import proxymcp.proxy.ScriptedOrigin;
import proxymcp.proxy.ScriptedOrigin.Step;

/** CONNECT at HTTP proxies (RFC 9110 section 9.3.6): what they are told, and how each of their answers is taken. */
@Timeout(30)
final class ConnectHandshakeTest {
    private static final Endpoint NAME = new Endpoint("tunnel", "a.example", 8_443);

    private static Step[] answering(String answer) {
        return new Step[] {new Step.ReadHead(), ScriptedOrigin.send(answer), new Step.ReadToEnd()};
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
        "a.example | 8443 | a.example:8443", "192.0.2.7 | 443 | 192.0.2.7:443", "2001:db8::9 | 80 | [2001:db8::9]:80",
    })
    void theTargetIsNamedWithItsPort(String host, int port, String shown) throws Exception {
        try (ScriptedProxy proxy = ScriptedProxy.each("http", answering("HTTP/1.1 200 Fine\r\n\r\n"))) {
            proxy.dial(new Endpoint("tunnel", host, port), "").close();
            assertEquals("CONNECT " + shown + " HTTP/1.1\r\nHost: " + shown + "\r\n\r\n", proxy.receivedText(0));
        }
    }

    @Test void longestNameIsSentWhole() throws Exception {
        String longest = "a".repeat(63) + ("." + "b".repeat(63)).repeat(3);
        try (ScriptedProxy proxy = ScriptedProxy.each("http", answering("HTTP/1.1 200 Fine\r\n\r\n"))) {
            proxy.dial(new Endpoint("tunnel", longest, 1), "").close();
            assertTrue(proxy.receivedText(0).startsWith("CONNECT " + longest + ":1 HTTP/1.1\r\n"), proxy.receivedText(0));
        }
    }

    @Test void loginGoesInBasic() throws Exception {
        try (ScriptedProxy proxy = ScriptedProxy.each("http", answering("HTTP/1.1 200 Fine\r\n\r\n"))) {
            proxy.dial(NAME, "us%40r:p%3A%25%C3%A4@").close();
            // "us@r:p:%ä" in UTF-8, encoded by hand with coreutils' base64.
            assertEquals("CONNECT a.example:8443 HTTP/1.1\r\nHost: a.example:8443\r\nProxy-Authorization: Basic dXNAcjpwOiXDpA==\r\n\r\n",
                    proxy.receivedText(0));
        }
    }

    /** A 2xx to CONNECT has no body, whatever its fields say: what follows is the origin's. */
    @ParameterizedTest
    @ValueSource(strings = {
        "HTTP/1.1 200 Connection established\r\n\r\n", "HTTP/1.0 200 OK\r\nProxy-agent: x\r\n\r\n", "HTTP/1.1 200\r\n\r\n", "HTTP/1.1 200 OK\n\n",
        "HTTP/1.1 299 Odd\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
    })
    void serverBytesBehindTheAnswerAreKept(String answer) throws Exception {
        byte[] both = (answer + "220 hello").getBytes(StandardCharsets.US_ASCII);
        try (ScriptedProxy proxy = ScriptedProxy.inOrder("http", index -> List.of(new Step.ReadHead(),
                index == 0 ? new Step.Send(both) : new Step.SendSlowly(both, 1), new Step.ReadToEnd()))) {
            for (int i = 0; i < 2; i++) {
                try (UpstreamConnection made = proxy.dial(NAME, "")) {
                    assertEquals("220 hello", ScriptedProxy.read(made, 9));
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
        "403 Not Here | refused CONNECT a.example:8443 with 403 Not Here",
        "403 | refused CONNECT a.example:8443 with 403",
        "405 No | refused CONNECT a.example:8443 with 405 No",
        "429 Slow down | refused CONNECT a.example:8443 with 429 Slow down",
        "500 Ouch | refused CONNECT a.example:8443 with 500 Ouch",
        "503 Busy | refused CONNECT a.example:8443 with 503 Busy",
        "302 Found | refused CONNECT a.example:8443 with 302 Found",
        "407 Who | wants a user and password: it answered CONNECT a.example:8443 with 407 Who; put them in the proxy URL",
    })
    void refusalsOfTheProxyAreItsOwn(String status, String failure) throws Exception {
        try (ScriptedProxy proxy = ScriptedProxy.each("http", answering("HTTP/1.1 " + status + "\r\nContent-Length: 100000\r\n\r\n<html>why"))) {
            UpstreamException e = proxy.failure(NAME, "");
            assertEquals(proxy.name() + " " + failure, e.getMessage());
            assertEquals(ErrorClass.UPSTREAM_PROXY, e.errorClass());
            assertEquals(502, e.suggestedStatus());
        }
    }

    @Test void wrongLoginIsSaidWithoutThePassword() throws Exception {
        try (ScriptedProxy proxy = ScriptedProxy.each("http", answering("HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic realm=x\r\n\r\n"))) {
            assertEquals(proxy.name() + " did not accept the user and password: it answered CONNECT a.example:8443 with 407 Who",
                    proxy.failure(NAME, "user:secret@").getMessage());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
        "502 Bad Gateway | \"\" | CONNECT_FAILED | 502 | \"\"",
        "504 Too Late | \"\" | CONNECT_TIMEOUT | 504 | \"\"",
        "503 Service Unavailable | X-Squid-Error: ERR_CONNECT_FAIL 111 | CONNECT_REFUSED | 502 | \" (X-Squid-Error ERR_CONNECT_FAIL 111)\"",
        "503 Service Unavailable | X-Squid-Error: ERR_CONNECT_FAIL 110 | CONNECT_TIMEOUT | 504 | \" (X-Squid-Error ERR_CONNECT_FAIL 110)\"",
        "503 Service Unavailable | X-Squid-Error: ERR_CONNECT_FAIL 113 | CONNECT_FAILED | 502 | \" (X-Squid-Error ERR_CONNECT_FAIL 113)\"",
        "503 Service Unavailable | X-Squid-Error: ERR_DNS_FAIL 0 | DNS | 502 | \" (X-Squid-Error ERR_DNS_FAIL 0)\"",
        "502 Bad Gateway | Proxy-Status: edge; received-status=1, p; error=connection_refused | CONNECT_REFUSED | 502 | \" (Proxy-Status "
            + "error=connection_refused)\"",
        "502 Bad Gateway | Proxy-Status: p; error=\"dns_error\"; rcode=x | DNS | 502 | \" (Proxy-Status error=dns_error)\"",
        "504 Gateway Timeout | Proxy-Status: p;error=connection_timeout | CONNECT_TIMEOUT | 504 | \" (Proxy-Status error=connection_timeout)\"",
        "502 Bad Gateway | Proxy-Status: p; error=destination_ip_unroutable | CONNECT_FAILED | 502 | \" (Proxy-Status "
            + "error=destination_ip_unroutable)\"",
        "502 Bad Gateway | Proxy-Status: p; error=destination_ip_prohibited | UPSTREAM_PROXY | 502 | \" (Proxy-Status "
            + "error=destination_ip_prohibited)\"",
        "403 Forbidden | X-Squid-Error: ERR_ACCESS_DENIED 0 | UPSTREAM_PROXY | 502 | \" (X-Squid-Error ERR_ACCESS_DENIED 0)\"",
    })
    void failuresOfTheTargetAreToldApart(String status, String field, ErrorClass errorClass, int suggested, String sign) throws Exception {
        String line = field.isEmpty() ? "" : field + "\r\n";
        try (ScriptedProxy proxy = ScriptedProxy.each("http", answering("HTTP/1.1 " + status + "\r\n" + line + "\r\n"))) {
            UpstreamException e = proxy.failure(NAME, "");
            assertEquals(errorClass == ErrorClass.UPSTREAM_PROXY ? proxy.name() + " refused CONNECT a.example:8443 with " + status + sign
                    : "a.example:8443 cannot be reached through " + proxy.name() + ": it answered CONNECT with " + status + sign, e.getMessage());
            assertEquals(errorClass, e.errorClass());
            assertEquals(suggested, e.suggestedStatus());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "H", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nA: b\r\n", "HTTP/1.1 100 Continue\r\n\r\n"})
    void everyCutIsSeen(String answer) throws Exception {
        try (ScriptedProxy proxy = ScriptedProxy.each("http", new Step.ReadHead(), ScriptedOrigin.send(answer))) {
            UpstreamException e = proxy.failure(NAME, "");
            assertEquals(proxy.name() + " broke off: it closed the connection instead of answering CONNECT", e.getMessage());
            assertEquals(ErrorClass.UPSTREAM_PROXY, e.errorClass());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"SSH-2.0-OpenSSH\r\n\r\n", "\r\n\r\n", "HTTP/1.1 two OK\r\n\r\n", "\u0005\u00ff\r\n\r\n"})
    void whatIsNotHttpIsSaid(String answer) throws Exception {
        try (ScriptedProxy proxy = ScriptedProxy.each("http", answering(answer))) {
            UpstreamException e = proxy.failure(NAME, "");
            assertTrue(e.getMessage().startsWith(proxy.name() + " answered CONNECT with what is not HTTP: "), e.getMessage());
            assertEquals(ErrorClass.UPSTREAM_PROXY, e.errorClass());
        }
    }

    @Test void anEndlessHeadIsCutShort() throws Exception {
        try (ScriptedProxy proxy = ScriptedProxy.each("http", new Step.ReadHead(), ScriptedOrigin.send("HTTP/1.1 200 OK\r\nX: "),
                new Step.SendRepeated("x".repeat(1_000).getBytes(StandardCharsets.US_ASCII), 100_000))) {
            UpstreamException e = proxy.failure(NAME, "");
            assertEquals(proxy.name() + " answered CONNECT with a head of more than 65536 octets", e.getMessage());
            assertEquals(ErrorClass.UPSTREAM_PROXY, e.errorClass());
        }
    }

    @Test void endlessInformationalAnswersAreARefusal() throws Exception {
        try (ScriptedProxy proxy = ScriptedProxy.each("http", new Step.ReadHead(),
                new Step.SendRepeated("HTTP/1.1 102 Wait\r\n\r\n".getBytes(StandardCharsets.US_ASCII), 1_000))) {
            assertEquals(proxy.name() + " refused CONNECT a.example:8443 with 102 Wait", proxy.failure(NAME, "").getMessage());
        }
    }

    @Test void silenceIsNamedWithItsLimit() throws Exception {
        UpstreamLimits limits = new UpstreamLimits(300, 400, 2_000, 60_000, 8, HeadLimits.DEFAULT);
        try (ScriptedProxy proxy = ScriptedProxy.with("http", limits, Optional.empty(),
                index -> List.of(new Step.ReadHead(), ScriptedOrigin.send("HTTP/1.1 200 "), new Step.Stall()));
                ScriptedProxy tls = ScriptedProxy.with("https", limits, Optional.empty(), index -> List.of(new Step.Stall()))) {
            UpstreamException e = proxy.failure(NAME, "");
            assertEquals(proxy.name() + " did not answer for a.example:8443 within 300 ms", e.getMessage());
            assertEquals(504, e.suggestedStatus());
            UpstreamException handshake = tls.failure(NAME, "");
            assertEquals("TLS handshake with " + tls.name() + " did not end within 400 ms", handshake.getMessage());
            assertEquals(ErrorClass.UPSTREAM_PROXY, handshake.errorClass());
            assertEquals(504, handshake.suggestedStatus());
        }
    }

    @Test void aProxyThatSpeaksNoTlsIsSaid() throws Exception {
        try (ScriptedProxy proxy = ScriptedProxy.each("https", ScriptedOrigin.send("HTTP/1.1 400 Bad Request\r\n\r\n"), new Step.ReadToEnd())) {
            UpstreamException e = proxy.failure(NAME, "");
            assertTrue(e.getMessage().startsWith("TLS with " + proxy.name() + " failed: "), e.getMessage());
            assertEquals(ErrorClass.UPSTREAM_PROXY, e.errorClass());
        }
    }
}
