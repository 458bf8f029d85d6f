package proxymcp.replay;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.exchange.Endpoint;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.Route;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonObject;
import proxymcp.proxy.RawClient;
import proxymcp.proxy.RelayingProxy;
import proxymcp.proxy.ScriptedOrigin;
import proxymcp.proxy.ScriptedOrigin.Step;
import proxymcp.proxy.TestCertificate;

/** What was recorded over TLS is sent again over real sockets: trust, another scheme, proxies, certificates of clients. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class SecureWayTest {
    private static final Step[] SERVE = {new Step.Repeat(List.of(new Step.ReadRequest(), ScriptedOrigin.respond("fine")))};

    @TempDir
    private Path home;

    private TestCertificate certificate;

    @BeforeEach
    void makeCertificate() throws Exception {
        certificate = TestCertificate.make(home, "origin", TestCertificate.LOOPBACK + ",dns:far.test", "-keyalg", "EC", "-groupname", "secp256r1");
    }

    /** How to send: the parts of {@link SendSettings} that these tests are about. */
    private record Way(Optional<Target> target, Optional<Boolean> insecure, Optional<Path> caFile, Optional<String> upstream) {
        static final Way RECORDED = new Way(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

        Way to(String scheme, String host, int port) {
            return new Way(Optional.of(new Target(new Endpoint(scheme, host, port))), insecure, caFile, upstream);
        }

        Way insecure(boolean accepted) {
            return new Way(target, Optional.of(accepted), caFile, upstream);
        }

        Way trusting(Path file) {
            return new Way(target, insecure, Optional.of(file), upstream);
        }

        Way through(String proxy) {
            return new Way(target, insecure, caFile, Optional.of(proxy));
        }

        SendSettings settings() {
            return new SendSettings(new Safety(true, Set.of()), target, 15_000, insecure, caFile, upstream, false);
        }
    }

    private static String post(String authority) {
        return "POST /p?q=1 HTTP/1.1\r\nA: 1\r\nhOst: " + authority + "\r\nContent-Length: 2\r\n\r\nhi";
    }

    /** Records one request to an origin that speaks TLS. */
    private RecordedTraffic recordedSecurely(ScriptedOrigin origin, JsonObject settings) throws Exception {
        RecordedTraffic traffic = RecordedTraffic.startAcceptingAll(home, settings);
        try (RawClient client = traffic.secured("localhost", origin.port())) {
            client.send(post("localhost:" + origin.port()));
            assertEquals(200, client.readResponse("POST").status());
        }
        traffic.stop();
        return traffic;
    }

    private static SendResult replay(RecordedTraffic traffic, Way way) throws Exception {
        Plan plan = traffic.planAll(way.settings());
        assertEquals(1, plan.items().size());
        try (HttpItemSender sender = traffic.sender(plan, way.settings())) {
            return sender.send(plan.items().get(0), 1);
        }
    }

    private static Route assertFine(RecordedTraffic traffic, Way way) throws Exception {
        SendResult result = replay(traffic, way);
        assertEquals(OptionalInt.of(200), result.status(), result.reason());
        assertTrue(result.isSuccess(), result.reason());
        return traffic.replayOf(result).exchange().route().orElseThrow();
    }

    private static void assertNotTrusted(RecordedTraffic traffic, Way way) throws Exception {
        SendResult result = replay(traffic, way);
        assertEquals(Optional.of(ErrorClass.TLS), result.errorClass(), result.reason());
        assertEquals(OptionalInt.empty(), result.status());
        assertTrue(result.nothingSent(), "the request may be sent again");
        assertTrue(result.reason().contains("self-signed") && result.reason().contains("insecure_upstream"), result.reason());
    }

    @Test void aCertificateIsVerifiedUnlessToldOtherwise() throws Exception {
        try (ScriptedOrigin origin = ScriptedOrigin.each(certificate.context(), SERVE);
                RecordedTraffic traffic = recordedSecurely(origin, JsonObject.EMPTY)) {
            assertNotTrusted(traffic, Way.RECORDED);
            assertEquals("", origin.connection(1).receivedText());
            Route verified = assertFine(traffic, Way.RECORDED.trusting(certificate.certificateFile()));
            assertArrayEquals(certificate.certificate().getEncoded(), verified.tls().orElseThrow().certificates().get(0));
            assertEquals(Optional.of("localhost"), verified.tls().orElseThrow().sni());
            assertFine(traffic, Way.RECORDED.insecure(true));
            for (int i : List.of(0, 2, 3)) {
                assertEquals(post("localhost:" + origin.port()), origin.connection(i).receivedText(), "connection " + i);
            }
        }
    }

    @Test void trustIsAsRecordedUnlessToldOtherwise() throws Exception {
        JsonObject lenient = JsonObject.builder().put("insecureUpstream", true).build();
        JsonObject trusting = JsonObject.builder().put("upstreamCaFile", certificate.certificateFile().toString()).build();
        for (JsonObject settings : List.of(lenient, trusting)) {
            try (ScriptedOrigin origin = ScriptedOrigin.each(certificate.context(), SERVE);
                    RecordedTraffic traffic = recordedSecurely(origin, settings)) {
                assertFine(traffic, Way.RECORDED);
                if (settings == lenient) {
                    assertNotTrusted(traffic, Way.RECORDED.insecure(false));
                }
            }
        }
    }

    @Test void aNameThatTheCertificateLacksIsRefused() throws Exception {
        TestCertificate other = TestCertificate.make(home, "other", "dns:other.example", "-keyalg", "EC", "-groupname", "secp256r1");
        try (ScriptedOrigin origin = ScriptedOrigin.each(other.context(), SERVE);
                RecordedTraffic traffic = recordedSecurely(origin, JsonObject.EMPTY)) {
            SendResult result = replay(traffic, Way.RECORDED.trusting(other.certificateFile()));
            assertEquals(Optional.of(ErrorClass.TLS), result.errorClass());
            assertTrue(result.reason().contains("other.example"), result.reason());
        }
    }

    @Test void plainTrafficIsSentToAnOriginWithTls() throws Exception {
        try (RecordedTraffic traffic = RecordedTraffic.start(home); ScriptedOrigin plain = ScriptedOrigin.each(SERVE);
                ScriptedOrigin secure = ScriptedOrigin.each(certificate.context(), SERVE)) {
            try (RawClient client = traffic.client()) {
                client.send(post(plain.authority()).replace("/p?q=1", "http://" + plain.authority() + "/p?q=1"));
                assertEquals(200, client.readResponse("POST").status());
            }
            traffic.stop();
            Way way = Way.RECORDED.to("https", "localhost", secure.port()).trusting(certificate.certificateFile());
            assertTrue(assertFine(traffic, way).tls().isPresent());
            assertEquals(post("localhost:" + secure.port()), secure.connection(0).receivedText());
            assertEquals(1, plain.connectionCount());
        }
    }

    @Test void trafficWithTlsIsSentToAPlainOrigin() throws Exception {
        try (ScriptedOrigin secure = ScriptedOrigin.each(certificate.context(), SERVE); ScriptedOrigin plain = ScriptedOrigin.each(SERVE);
                RecordedTraffic traffic = recordedSecurely(secure, JsonObject.EMPTY)) {
            assertFalse(assertFine(traffic, Way.RECORDED.to("http", "127.0.0.1", plain.port())).tls().isPresent());
            assertEquals(post(plain.authority()), plain.connection(0).receivedText());
            assertEquals(1, secure.connectionCount());
        }
    }

    /** The port of a URL whose scheme implies it does not stand in Host (RFC 9110 section 7.2). */
    @Test void aDefaultPortIsLeftOutOfHost() throws Exception {
        try (ScriptedOrigin secure = ScriptedOrigin.each(certificate.context(), SERVE); ScriptedOrigin proxy = ScriptedOrigin.each(SERVE);
                RecordedTraffic traffic = recordedSecurely(secure, JsonObject.EMPTY)) {
            assertFine(traffic, Way.RECORDED.to("http", "far.test", 80).through("http://127.0.0.1:" + proxy.port()));
            assertEquals(post("far.test").replace("/p?q=1", "http://far.test/p?q=1"), proxy.connection(0).receivedText());
        }
    }

    @Test void throughSocks5TheProxyFindsTheName() throws Exception {
        try (RelayingProxy proxy = RelayingProxy.plain(); ScriptedOrigin secure = ScriptedOrigin.each(certificate.context(), SERVE);
                ScriptedOrigin plain = ScriptedOrigin.each(SERVE); RecordedTraffic traffic = recordedSecurely(secure, JsonObject.EMPTY)) {
            String url = "socks5h://127.0.0.1:" + proxy.port();
            Way way = Way.RECORDED.through(url).trusting(certificate.certificateFile());
            Route route = assertFine(traffic, way.to("https", "far.test", secure.port()));
            assertEquals(Optional.of(url), route.upstreamProxy());
            assertEquals(Optional.of("far.test"), route.tls().orElseThrow().sni());
            assertFine(traffic, way.to("http", "far.test", plain.port()));
            assertFine(traffic, way.through("socks5://127.0.0.1:" + proxy.port()).to("http", "127.0.0.1", plain.port()));
            assertEquals(List.of("socks5h far.test:" + secure.port(), "socks5h far.test:" + plain.port(), "socks5 127.0.0.1:" + plain.port()),
                    proxy.asked());
            assertEquals(post("far.test:" + secure.port()), secure.connection(1).receivedText());
            assertEquals(post("far.test:" + plain.port()), plain.connection(0).receivedText());
        }
    }

    @Test void throughAnHttpProxyTlsTakesATunnel() throws Exception {
        try (RelayingProxy proxy = RelayingProxy.plain(); ScriptedOrigin secure = ScriptedOrigin.each(certificate.context(), SERVE)) {
            String url = "http://127.0.0.1:" + proxy.port();
            JsonObject recorded = JsonObject.builder().put("globalUpstream", JsonObject.builder().put("proxyUrl", url).build())
                    .put("upstreamCaFile", certificate.certificateFile().toString()).build();
            try (RecordedTraffic traffic = recordedSecurely(secure, recorded)) {
                String authority = "localhost:" + secure.port();
                assertEquals(Optional.of(url), assertFine(traffic, Way.RECORDED).upstreamProxy());
                assertEquals(1, proxy.asked().size());
                assertTrue(proxy.asked().get(0).startsWith("CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n"), proxy.asked().get(0));
                assertEquals(post(authority), secure.connection(1).receivedText());
                assertEquals(Optional.empty(), assertFine(traffic, Way.RECORDED.through("direct")).upstreamProxy());
                assertEquals(1, proxy.asked().size());
            }
        }
    }

    /** The recording names the file of the client's certificate, which holds its key too. */
    @Test void theClientCertificateOfTheRecordingIsShown() throws Exception {
        TestCertificate client = TestCertificate.make(home, "client", "dns:client.test", "-keyalg", "EC", "-groupname", "secp256r1");
        JsonObject setting = JsonObject.builder().put("hostname", "localhost").put("caFile", certificate.certificateFile().toString())
                .put("clientCertificate", JsonObject.builder().put("file", client.pemFile().toString()).build()).build();
        JsonObject bare = JsonObject.builder().put("hostname", JsonNull.NULL).put("caFile", certificate.certificateFile().toString()).build();
        try (ScriptedOrigin lax = ScriptedOrigin.each(certificate.context(), SERVE);
                ScriptedOrigin asking = ScriptedOrigin.each(certificate.contextFor(client), SERVE)) {
            asking.askForCertificate();
            Way way = Way.RECORDED.to("https", "localhost", asking.port());
            try (RecordedTraffic traffic = recordedSecurely(lax, JsonObject.builder().put("originTls", JsonArray.of(setting)).build())) {
                assertFine(traffic, way);
                assertEquals(post("localhost:" + asking.port()), asking.connection(0).receivedText());
            }
            try (RecordedTraffic traffic = recordedSecurely(lax, JsonObject.builder().put("originTls", JsonArray.of(bare)).build())) {
                SendResult result = replay(traffic, way);
                // The alert may be lost to a reset, as the request comes unread.
                assertTrue(result.errorClass().isPresent(), "not refused");
                assertEquals(OptionalInt.empty(), result.status());
                assertEquals("", asking.connection(1).receivedText());
            }
        }
    }
}
