package proxymcp.proxy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.exchange.Endpoint;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.Outcome;
import proxymcp.proxy.ScriptedOrigin.Step;

/** CONNECT leads to anything: TLS and HTTP are read, what is neither passes unread and is recorded as octets. */
@Timeout(60)
final class TunnelTest {
    private RunningProxy proxy;

    @BeforeEach
    void start() throws Exception {
        proxy = RunningProxy.start();
    }

    @AfterEach
    void stop() {
        proxy.close();
    }

    private Exchange assertTunnelled(ScriptedOrigin origin, String sent, String received) throws Exception {
        Exchange exchange = proxy.exchange(0);
        assertEquals(new Endpoint("tunnel", "127.0.0.1", origin.port()), exchange.start().endpoint());
        assertEquals("CONNECT", exchange.start().head().method());
        assertEquals(sent, new String(exchange.requestBody().bytes(), StandardCharsets.ISO_8859_1));
        assertEquals(received, new String(exchange.responseBody().bytes(), StandardCharsets.ISO_8859_1));
        assertEquals(new Outcome.Complete(), exchange.outcome());
        assertTrue(exchange.route().isPresent());
        return exchange;
    }

    @Test
    void theClientSpeaksFirst() throws Exception {
        String binary = "\0\1\2\u00ff\r\n";
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.Echo()); RawClient client = proxy.tunnelTo(origin.authority())) {
            client.send(binary);
            assertEquals(binary, client.readText(binary.length()));
            client.halfClose();
            assertEquals("", client.readToEnd());
            assertTunnelled(origin, binary, binary);
        }
    }

    @Test
    void theClientSpeaksBeforeItHeardThatTheTunnelStands() throws Exception {
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.Echo()); RawClient client = proxy.client()) {
            client.send("CONNECT " + origin.authority() + " HTTP/1.1\r\nHost: " + origin.authority() + "\r\n\r\nbinary");
            client.readHead();
            assertEquals("binary", client.readText(6));
        }
    }

    @Test
    void theServerSpeaksFirst() throws Exception {
        String banner = "SSH-2.0-test\r\n";
        try (ScriptedOrigin origin = ScriptedOrigin.each(ScriptedOrigin.send(banner), new Step.ReadBytes(6), ScriptedOrigin.send("welcome"),
                new Step.ReadToEnd());
                RawClient client = proxy.tunnelTo(origin.authority())) {
            assertEquals(banner, client.readText(banner.length()));
            client.send("hello\n");
            assertEquals("welcome", client.readText(7));
            client.halfClose();
            assertEquals("", client.readToEnd());
            assertTunnelled(origin, "hello\n", banner + "welcome");
        }
    }

    @Test
    void aClientThatSpeaksLateIsStillRead() throws Exception {
        // The origin has been dialled by then to see whether it speaks first; the client's octets decide all the same.
        for (int i = 0; i < 3; i++) {
            try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.Repeat(List.of(new Step.ReadRequest(),
                    ScriptedOrigin.respond("ok"))));
                    RawClient client = proxy.tunnelTo(origin.authority())) {
                origin.connection(0);
                client.send("GET /late HTTP/1.1\r\nHost: " + origin.authority() + "\r\n\r\n");
                assertEquals("ok", client.readResponse("GET").bodyText());
            }
            assertEquals("http", proxy.exchange(i).start().endpoint().scheme());
        }
    }

    @Test
    void eitherSideMayEndItsDirectionFirst() throws Exception {
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadBytes(2), ScriptedOrigin.send("bye"), new Step.HalfClose(),
                new Step.ReadToEnd());
                RawClient client = proxy.tunnelTo(origin.authority())) {
            client.send("\0\1");
            assertEquals("bye", client.readToEnd());
            client.send("more");
            origin.connection(0).awaitReceived("more");
            client.halfClose();
            assertTunnelled(origin, "\0\1more", "bye");
        }
    }

    @Test
    void httpInsideIsRead() throws Exception {
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.Repeat(List.of(new Step.ReadRequest(),
                ScriptedOrigin.respond("ok"))));
                RawClient client = proxy.tunnelTo(origin.authority())) {
            client.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n");
            assertEquals("ok", client.readResponse("GET").bodyText());
            client.send("GET http://%s/2 HTTP/1.1\r\nHost: a\r\n\r\n".formatted(origin.authority()));
            assertEquals("ok", client.readResponse("GET").bodyText());
            assertEquals("http://" + origin.authority() + "/1", proxy.exchange(0).start().url());
            assertEquals("http://" + origin.authority() + "/2", proxy.exchange(1).start().url());
            assertEquals("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: " + origin.authority() + "\r\n\r\n",
                    origin.connection(0).receivedText());
        }
        assertEquals(2, proxy.exchanges().size());
    }

    @Test
    void httpInsideArrivesInPieces() throws Exception {
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadRequest(), ScriptedOrigin.respond("ok"));
                RawClient client = proxy.tunnelTo(origin.authority())) {
            for (char c : "GET / HTTP/1.1\r\nHost: a\r\n\r\n".toCharArray()) {
                client.send(String.valueOf(c));
            }
            assertEquals("ok", client.readResponse("GET").bodyText());
        }
    }

    @Test
    void theBeginningOfHttp2IsTunnelled() throws Exception {
        String preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.Echo()); RawClient client = proxy.tunnelTo(origin.authority())) {
            client.send(preface);
            assertEquals(preface, client.readText(preface.length()));
            client.halfClose();
            assertEquals("", client.readToEnd());
            assertTunnelled(origin, preface, preface);
        }
    }

    @Test
    void whatIsNotHttpInsideTlsGoesOverTlsToTheOrigin() throws Exception {
        byte[] mqtt = {0x10, 0x0c, 0x00, 0x04, 'M', 'Q', 'T', 'T', 0x04, 0x02, 0x00, 0x3c, 0x00, 0x00};
        try (ScriptedOrigin origin = ScriptedOrigin.each(RunningProxy.originTls(), new Step.Echo());
                RawClient client = proxy.tlsTo(origin.authority())) {
            client.send(mqtt);
            assertArrayEquals(mqtt, client.readBytes(mqtt.length));
            client.halfClose();
            assertEquals("", client.readToEnd());
            String octets = new String(mqtt, StandardCharsets.ISO_8859_1);
            Exchange exchange = assertTunnelled(origin, octets, octets);
            assertEquals(Optional.of("TLSv1.3"), exchange.start().clientTls().map(tls -> tls.version()));
            assertEquals(Optional.of("TLSv1.3"), exchange.route().orElseThrow().tls().map(tls -> tls.version()));
        }
    }

    @Test
    void httpInsideTlsIsReadAndBothHandshakesAreKept() throws Exception {
        try (ScriptedOrigin origin = ScriptedOrigin.each(RunningProxy.originTls(), new Step.ReadRequest(), ScriptedOrigin.respond("ok"));
                RawClient client = proxy.tlsTo(origin.authority())) {
            client.send("GET /tls HTTP/1.1\r\nHost: a\r\n\r\n");
            assertEquals("ok", client.readResponse("GET").bodyText());
            Exchange exchange = proxy.exchange(0);
            assertEquals("https://" + origin.authority() + "/tls", exchange.start().url());
            assertTrue(exchange.start().clientTls().orElseThrow().ja4().isPresent());
            assertEquals(1, exchange.route().orElseThrow().tls().orElseThrow().certificates().size());
        }
    }

    @Test
    void anOriginThatIsNotThereEndsTheTunnelAndIsRecorded() throws Exception {
        int port = RunningProxy.closedPort();
        try (RawClient client = proxy.tunnelTo("127.0.0.1:" + port)) {
            client.send("\0\1\2");
            client.awaitGone();
        }
        Exchange exchange = proxy.exchange(0);
        assertEquals(new Outcome.Incomplete(ErrorClass.CONNECT_REFUSED,
                "127.0.0.1:" + port + " (127.0.0.1) refused the connection: nothing listens there"), exchange.outcome());
    }

    @Test
    void anOriginThatResetsEndsTheTunnel() throws Exception {
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.ReadBytes(1), ScriptedOrigin.send("x"), new Step.ReadBytes(1),
                new Step.Reset());
                RawClient client = proxy.tunnelTo(origin.authority())) {
            client.send("\0");
            assertEquals("x", client.readText(1));
            client.send("\0");
            client.awaitGone();
        }
        Exchange exchange = proxy.exchange(0);
        assertEquals(ErrorClass.RESET, ((Outcome.Incomplete) exchange.outcome()).errorClass());
        assertEquals("x", new String(exchange.responseBody().bytes(), StandardCharsets.ISO_8859_1));
    }

    @Test
    void aSilentTunnelEnds() throws Exception {
        ProxyLimits limits = ProxyLimits.DEFAULT;
        ProxyLimits impatient = new ProxyLimits(limits.head(), limits.connectionsMax(), limits.headMillis(), limits.idleMillis(),
                limits.bodyMillis(), limits.handshakeMillis(), 300, limits.upstream());
        try (RunningProxy other = RunningProxy.start(settings -> settings.withLimits(impatient));
                ScriptedOrigin origin = ScriptedOrigin.each(new Step.Echo());
                RawClient client = other.tunnelTo(origin.authority())) {
            client.send("\0");
            assertEquals("\0", client.readText(1));
            client.awaitGone();
            assertEquals(ErrorClass.TIMEOUT, ((Outcome.Incomplete) other.exchange(0).outcome()).errorClass());
        }
    }
}
