package proxymcp.proxy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import proxymcp.Programs;
import proxymcp.exchange.Endpoint;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.Source;
import proxymcp.http.HeadLimits;
import proxymcp.proxy.ScriptedOrigin.Step;

/** SOCKS clients on the port of HTTP ones. The octets are those of RFC 1928, RFC 1929 and the SOCKS 4 and 4a notes. */
@Timeout(60)
final class SocksTest {
    private static final String GRANTED_5 = "05 00 00 01 00 00 00 00 00 00";
    private static final String GRANTED_4 = "00 5a 00 00 00 00 00 00";
    private static final String REFUSED_4 = "00 5b 00 00 00 00 00 00";

    private RunningProxy proxy;
    private ScriptedOrigin origin;

    @BeforeEach
    void start() throws Exception {
        proxy = RunningProxy.start();
        origin = ScriptedOrigin.each(new Step.Repeat(List.of(new Step.ReadRequest(), ScriptedOrigin.respond("ok"))));
    }

    @AfterEach
    void stop() throws Exception {
        proxy.close();
        origin.close();
    }

    private static byte[] octets(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    private static String hex(byte[] octets) {
        return HexFormat.ofDelimiter(" ").formatHex(octets);
    }

    private static byte[] join(Object... parts) throws IOException {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (Object part : parts) {
            joined.write(part instanceof String hex ? octets(hex) : (byte[]) part);
        }
        return joined.toByteArray();
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] named(String name) throws IOException {
        return join(new byte[] {(byte) name.length()}, text(name));
    }

    private byte[] port() {
        return new byte[] {(byte) (origin.port() >> 8), (byte) origin.port()};
    }

    private static void expect(RawClient client, String hex) {
        assertEquals(hex, hex(client.readBytes(octets(hex).length)));
    }

    private static void choose(RawClient client) throws IOException {
        client.send(octets("05 02 00 01"));
        expect(client, "05 00");
    }

    private void getsThrough(RawClient client, String host) throws Exception {
        client.send("GET /a HTTP/1.1\r\nHost: origin\r\n\r\n");
        assertEquals("ok", client.readResponse("GET").bodyText());
        Exchange exchange = proxy.exchange(proxy.exchanges().size() - 1);
        assertEquals(new Endpoint("http", host, origin.port()), exchange.start().endpoint());
        assertEquals(Source.EXPLICIT, exchange.start().client().source());
        assertEquals(new Outcome.Complete(), exchange.outcome());
    }

    /** The proxy still serves, whatever a client did to its own connection. */
    private void assertServes() throws Exception {
        try (RawClient client = proxy.client()) {
            client.send("GET http://%1$s/ HTTP/1.1\r\nHost: %1$s\r\n\r\n".formatted(origin.authority()));
            assertEquals("ok", client.readResponse("GET").bodyText());
        }
    }

    @Test
    void fiveByAddressAndByName() throws Exception {
        try (RawClient client = proxy.client()) {
            choose(client);
            client.send(join("05 01 00 01 7f 00 00 01", port()));
            expect(client, GRANTED_5);
            getsThrough(client, "127.0.0.1");
        }
        try (RawClient client = proxy.client()) {
            choose(client);
            client.send(join("05 01 00 03", named("LocalHost"), port()));
            expect(client, GRANTED_5);
            getsThrough(client, "localhost");
        }
    }

    @ParameterizedTest
    @CsvSource({"00000000000000000000000000000001, ::1", "20010db8000000000001000000000001, 2001:db8::1:0:0:1",
            "00000000000000000000000000000000, ::", "20010db8000100020003000400050006, 2001:db8:1:2:3:4:5:6",
            "fe800010000000000000000000000000, fe80:10::", "00000000000000000000ffff7f000001, 127.0.0.1"})
    void fiveByIpv6AddressIsShownShort(String address, String shown) throws Exception {
        int closed = RunningProxy.closedPort();
        try (RawClient client = proxy.client()) {
            choose(client);
            client.send(join("05 01 00 04", address, new byte[] {(byte) (closed >> 8), (byte) closed}));
            expect(client, GRANTED_5);
            client.send("\0not HTTP");
            client.awaitGone();
        }
        Exchange exchange = proxy.exchange(0);
        assertEquals(new Endpoint("tunnel", shown, closed), exchange.start().endpoint());
        assertEquals("CONNECT", exchange.start().head().method());
        assertEquals(List.of("the client asked for this over SOCKS5"), exchange.notes());
    }

    @Test
    void fourByAddressAndByName() throws Exception {
        try (RawClient client = proxy.client()) {
            client.send(join("04 01", port(), "7f 00 00 01", text("me\0")));
            expect(client, GRANTED_4);
            getsThrough(client, "127.0.0.1");
        }
        try (RawClient client = proxy.client()) {
            client.send(join("04 01", port(), "00 00 00 07", text("\0localhost\0")));
            expect(client, GRANTED_4);
            getsThrough(client, "localhost");
        }
    }

    @Test
    void octetsMayComeOneByOneOrAllAtOnce() throws Exception {
        byte[] handshake = join("05 01 00 05 01 00 01 7f 00 00 01", port());
        try (RawClient client = proxy.client()) {
            for (byte octet : handshake) {
                client.send(new byte[] {octet});
            }
            expect(client, "05 00 " + GRANTED_5);
            getsThrough(client, "127.0.0.1");
        }
        try (RawClient client = proxy.client()) {
            client.send(join(handshake, text("GET /b HTTP/1.1\r\nHost: a\r\n\r\n")));
            expect(client, "05 00 " + GRANTED_5);
            assertEquals("ok", client.readResponse("GET").bodyText());
        }
    }

    @Test
    void tlsInsideIsIntercepted() throws Exception {
        try (ScriptedOrigin tls = ScriptedOrigin.each(RunningProxy.originTls(), new Step.ReadRequest(), ScriptedOrigin.respond("secret"));
                RawClient client = proxy.client()) {
            choose(client);
            client.send(join("05 01 00 01 7f 00 00 01", new byte[] {(byte) (tls.port() >> 8), (byte) tls.port()}));
            expect(client, GRANTED_5);
            client.startTls(RunningProxy.clientTls(), "127.0.0.1");
            client.send("GET /s HTTP/1.1\r\nHost: " + tls.authority() + "\r\n\r\n");
            assertEquals("secret", client.readResponse("GET").bodyText());
            assertEquals("https://" + tls.authority() + "/s", proxy.exchange(0).start().url());
        }
    }

    @Test
    void whatIsNeitherPassesUnreadAndTheServerMaySpeakFirst() throws Exception {
        try (ScriptedOrigin far = ScriptedOrigin.each(ScriptedOrigin.send("220 hello\r\n"), new Step.Echo()); RawClient client = proxy.client()) {
            client.send(join("04 01", new byte[] {(byte) (far.port() >> 8), (byte) far.port()}, "7f 00 00 01 00"));
            expect(client, GRANTED_4);
            assertEquals("220 hello\r\n", client.readText(11));
            client.send("EHLO a\r\n");
            assertEquals("EHLO a\r\n", client.readText(8));
            client.halfClose();
            assertEquals("", client.readToEnd());
        }
        Exchange exchange = proxy.exchange(0);
        assertArrayEquals(text("EHLO a\r\n"), exchange.requestBody().bytes());
        assertEquals(List.of("the client asked for this over SOCKS4"), exchange.notes());
    }

    /** Request in SOCKS 5 to the code of its refusal; {@code PPPP} is a port that nobody would mind. */
    @ParameterizedTest
    @CsvSource({"05 02 00 01 7f 00 00 01 00 50, 07", "05 03 00 01 7f 00 00 01 00 50, 07", "05 03 00 03 01 61 00 50, 07",
            "05 f0 00 01 00 00 00 00 00 00, 07", "05 01 00 02, 08", "05 01 00 00, 08", "05 01 00 01 7f 00 00 01 00 00, 01",
            "05 01 00 03 00 00 50, 01", "05 01 00 03 03 61 20 62 00 50, 01", "05 01 00 03 04 61 3a 38 30 00 50, 01",
            "04 01 00 01 7f 00 00 01 00 50, 01"})
    void fiveRefusesWhatItDoesNotDo(String request, String code) throws Exception {
        try (RawClient client = proxy.client()) {
            choose(client);
            client.send(octets(request));
            expect(client, "05 " + code + " 00 01 00 00 00 00 00 00");
            assertEquals("", client.readToEnd());
        }
        assertEquals(List.of(), proxy.exchanges());
        assertServes();
    }

    @ParameterizedTest
    @ValueSource(strings = {"04 02 00 50 7f 00 00 01 00", "04 09 00 50 7f 00 00 01 00", "04 01 00 00 7f 00 00 01 00",
            "04 01 00 50 00 00 00 01 00 00", "04 01 00 50 00 00 00 01 00 61 20 62 00"})
    void fourRefusesWhatItDoesNotDo(String request) throws Exception {
        try (RawClient client = proxy.client()) {
            client.send(octets(request));
            expect(client, REFUSED_4);
            assertEquals("", client.readToEnd());
        }
        assertServes();
    }

    @Test
    void aNameThatDoesNotEndIsRefused() throws Exception {
        try (RawClient client = proxy.client()) {
            client.send(join("04 01 00 50 7f 00 00 01", text("u".repeat(256))));
            expect(client, REFUSED_4);
            client.awaitGone();
        }
        assertServes();
    }

    @ParameterizedTest
    @ValueSource(strings = {"05", "05 02 00", "05 01 00 05 01 00", "05 01 00 05 01 00 03 09 61", "04", "04 01 00 50 7f 00 00 01 61"})
    void aCutHandshakeEndsThatConnectionAlone(String begun) throws Exception {
        try (RawClient client = proxy.client()) {
            client.send(octets(begun));
            client.halfClose();
            client.awaitGone();
        }
        assertEquals(List.of(), proxy.exchanges());
        assertServes();
    }

    @ParameterizedTest
    @ValueSource(strings = {"05", "05 01 00 05 01", "04 01 00 50"})
    void aSlowHandshakeEndsThatConnectionAlone(String begun) throws Exception {
        ProxyLimits limits = ProxyLimits.DEFAULT;
        ProxyLimits hasty = new ProxyLimits(HeadLimits.DEFAULT, limits.connectionsMax(), 200, limits.idleMillis(), limits.bodyMillis(),
                limits.handshakeMillis(), limits.tunnelIdleMillis(), limits.upstream());
        try (RunningProxy impatient = RunningProxy.start(settings -> settings.withLimits(hasty)); RawClient client = impatient.client()) {
            client.send(octets(begun));
            client.awaitGone();
        }
    }

    @Test
    void credentialsAreCheckedWhereTheyAreAskedFor() throws Exception {
        try (RunningProxy guarded = RunningProxy.start(settings -> settings.withRequireAuth(Credentials.parse("me:p:w")))) {
            try (RawClient client = guarded.client()) {
                client.send(octets("05 02 00 02"));
                expect(client, "05 02");
                client.send(join("01", named("me"), named("p:w")));
                expect(client, "01 00");
                client.send(join("05 01 00 01 7f 00 00 01", port()));
                expect(client, GRANTED_5);
                client.send("GET /a HTTP/1.1\r\nHost: origin\r\n\r\n");
                assertEquals("ok", client.readResponse("GET").bodyText());
            }
            for (byte[] wrong : List.of(join("01", named("me"), named("pw")), join("01", named("you"), named("p:w")), join("01 00 00"),
                    octets("02"))) {
                try (RawClient client = guarded.client()) {
                    client.send(octets("05 01 02"));
                    expect(client, "05 02");
                    client.send(wrong);
                    expect(client, "01 01");
                    assertEquals("", client.readToEnd());
                }
            }
            try (RawClient client = guarded.client()) {
                client.send(octets("05 01 00"));
                expect(client, "05 ff");
                assertEquals("", client.readToEnd());
            }
            try (RawClient client = guarded.client()) {
                client.send(join("04 01", port(), "7f 00 00 01", text("me\0")));
                expect(client, REFUSED_4);
                assertEquals("", client.readToEnd());
            }
            assertEquals(1, guarded.exchanges().size());
        }
    }

    @Test
    void methodsThatNobodyAskedForDoNotKeepAClientOut() throws Exception {
        try (RawClient client = proxy.client()) {
            client.send(octets("05 01 02"));
            expect(client, "05 02");
            client.send(join("01", named("any"), named("thing")));
            expect(client, "01 00");
            client.send(join("05 01 00 01 7f 00 00 01", port()));
            expect(client, GRANTED_5);
            getsThrough(client, "127.0.0.1");
        }
        for (String none : List.of("05 00", "05 01 01")) {
            try (RawClient client = proxy.client()) {
                client.send(octets(none));
                expect(client, "05 ff");
                assertEquals("", client.readToEnd());
            }
        }
    }

    @Test
    void theProxyItselfIsNoTarget() throws Exception {
        try (RawClient client = proxy.client()) {
            choose(client);
            client.send(join("05 01 00 01 7f 00 00 01", new byte[] {(byte) (proxy.port() >> 8), (byte) proxy.port()}));
            expect(client, GRANTED_5);
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertEquals(508, client.readResponse("GET").status());
        }
        assertTrue(proxy.exchange(0).outcome() instanceof Outcome.Incomplete(ErrorClass errorClass, String reason)
                && errorClass == ErrorClass.LOOP);
    }

    @Test
    void curlSpeaksEachOfThem(@TempDir Path folder) throws Exception {
        Programs.require("curl");
        TestCertificate certificate = TestCertificate.forLoopback(folder);
        try (TestOrigin tls = TestOrigin.https("127.0.0.1", certificate.context(), new TestSite());
                CapturingProxy guarded = CapturingProxy.start(folder.resolve("home"), settings ->
                        CapturingProxy.trusting(settings.withRequireAuth(Credentials.parse("me:secret")), certificate.certificateFile()));
                CapturingProxy open = CapturingProxy.trusting(folder.resolve("home"), certificate)) {
            String expected = HexFormat.of().formatHex(TestOrigin.sha256().digest(text("hello /hello\n")));
            for (String option : List.of("--socks4", "--socks4a", "--socks5", "--socks5-hostname")) {
                CurlRun run = curl(folder, open, option, Optional.empty(), tls.url("localhost", "/hello"));
                assertEquals(0, run.exit(), () -> option + ": " + run);
                assertEquals(expected, run.bodySha256(), option);
                // Of those two that look the name up themselves, the ClientHello has it; the origin's certificate is checked against it.
                assertEquals(tls.url("localhost", "/hello"), open.awaitNewest().start().url(), option);
            }
            assertEquals(0, curl(folder, guarded, "--socks5", Optional.of("me:secret"), tls.url("127.0.0.1", "/hello")).exit());
            // 97 is curl's CURLE_PROXY.
            assertEquals(97, curl(folder, guarded, "--socks5", Optional.of("me:wrong"), tls.url("127.0.0.1", "/hello")).exit());
            assertEquals(97, curl(folder, guarded, "--socks5", Optional.empty(), tls.url("127.0.0.1", "/hello")).exit());
            assertEquals(97, curl(folder, guarded, "--socks4", Optional.empty(), tls.url("127.0.0.1", "/hello")).exit());
        }
    }

    private static CurlRun curl(Path folder, CapturingProxy proxy, String option, Optional<String> user, String url) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("-4", option, "127.0.0.1:" + proxy.port(), "--cacert",
                proxy.authority().certificateFile().toString(), url));
        user.ifPresent(given -> arguments.addAll(List.of("--proxy-user", given)));
        return CurlRun.of(folder, arguments);
    }
}
