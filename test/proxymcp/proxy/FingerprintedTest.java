package proxymcp.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.proxy.ScriptedOrigin.Step;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.TlsInfo;
import proxymcp.tls.ClientHello;
import proxymcp.tls.Ja3;
import proxymcp.tls.Ja4;

/** However a client comes to its TLS, both sides' fingerprints are on each of its exchanges. */
@Timeout(60)
final class FingerprintedTest {
    private static final String GET = "GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n";

    private static ScriptedOrigin origin() throws Exception {
        return ScriptedOrigin.each(RunningProxy.originTls(), new Step.Repeat(List.of(new Step.ReadRequest(), ScriptedOrigin.respond("ok"))));
    }

    /** JA3S of JSSE's server by its definition: TLS 1.3 with the suite chosen, supported_versions and key_share. */
    private static String ja3s(String cipher) throws Exception {
        int suite = cipher.equals("TLS_AES_256_GCM_SHA384") ? 0x1302 : 0x1301;
        String text = "771," + suite + ",43-51";
        return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.US_ASCII)));
    }

    private static void assertBothSides(Exchange exchange) throws Exception {
        TlsInfo client = exchange.start().clientTls().orElseThrow();
        ClientHello hello = ClientHello.parse(client.clientHello());
        assertEquals(Optional.of("localhost"), hello.serverName());
        assertEquals(Optional.of(Ja3.of(hello).md5()), client.ja3());
        assertEquals(Optional.of(Ja4.of(hello).hashed()), client.ja4());
        assertTrue(client.ja4().orElseThrow().startsWith("t13d"), client.ja4().orElseThrow());
        TlsInfo server = exchange.route().orElseThrow().tls().orElseThrow();
        assertEquals(Optional.of(ja3s(server.cipher())), server.ja3s(), server.cipher());
        assertEquals(1, server.certificates().size());
    }

    private static void getsTwice(RawClient client) throws Exception {
        for (int i = 0; i < 2; i++) {
            client.send(GET);
            assertEquals("ok", client.readResponse("GET").bodyText());
        }
    }

    @Test
    void throughConnect() throws Exception {
        try (ScriptedOrigin origin = origin(); RunningProxy proxy = RunningProxy.start()) {
            try (RawClient client = proxy.tunnelTo("localhost:" + origin.port())) {
                client.startTlsAskingFor(RunningProxy.clientTls(), "localhost");
                getsTwice(client);
            }
            assertBothSides(proxy.exchange(0));
            assertBothSides(proxy.exchange(1));
        }
    }

    @Test
    void throughSocks() throws Exception {
        try (ScriptedOrigin origin = origin(); RunningProxy proxy = RunningProxy.start(); RawClient client = proxy.client()) {
            client.send(new byte[] {5, 1, 0});
            assertEquals("0500", HexFormat.of().formatHex(client.readBytes(2)));
            client.send(HexFormat.of().parseHex("05010003" + "09" + HexFormat.of().formatHex("localhost".getBytes(StandardCharsets.US_ASCII))
                    + "%04x".formatted(origin.port())));
            assertEquals("0500", HexFormat.of().formatHex(client.readBytes(10), 0, 2));
            client.startTlsAskingFor(RunningProxy.clientTls(), "localhost");
            getsTwice(client);
            assertBothSides(proxy.exchange(0));
            assertBothSides(proxy.exchange(1));
        }
    }

    @Test
    void redirected() throws Exception {
        try (ScriptedOrigin origin = origin(); RunningProxy proxy = RunningProxy.start(
                settings -> settings.withListener(ListenerOptions.DEFAULT.withTransparentPort(0, origin.port())));
                RawClient client = RawClient.connect(proxy.server().transparentAddress().orElseThrow())) {
            client.startTlsAskingFor(RunningProxy.clientTls(), "localhost");
            getsTwice(client);
            assertBothSides(proxy.exchange(0));
            assertBothSides(proxy.exchange(1));
        }
    }
}
