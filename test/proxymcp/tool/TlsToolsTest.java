package proxymcp.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static proxymcp.tool.Tools.at;
import static proxymcp.tool.Tools.number;
import static proxymcp.tool.Tools.text;

import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.exchange.Client;
import proxymcp.exchange.Endpoint;
import proxymcp.exchange.ExchangeEnd;
import proxymcp.exchange.ExchangeStart;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.Recording;
import proxymcp.exchange.Route;
import proxymcp.exchange.Source;
import proxymcp.exchange.Timings;
import proxymcp.exchange.TlsInfo;
import proxymcp.http.Fields;
import proxymcp.http.RequestHead;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;

/** Fingerprints of exchanges, one by one and counted: of the live buffer and of a session. */
@Timeout(60)
final class TlsToolsTest {
    private static final String GET = "proxy_get_tls_fingerprints";
    private static final String LIST = "proxy_list_tls_fingerprints";
    /** TLS 1.2 alone, one cipher suite, extensions renegotiation_info then SNI for a.example. */
    private static final String HELLO = "1603010046" + "01000042" + "0303" + "00".repeat(32) + "00" + "0002c02b" + "0100" + "0017"
            + "ff01000100" + "0000000e000c000009612e6578616d706c65";

    @TempDir
    Path folder;

    private Tools tools;

    @BeforeEach
    void begin() {
        tools = new Tools(folder.resolve("home"));
    }

    @AfterEach
    void close() {
        tools.close();
    }

    @Test
    void realTrafficIsTheSameLiveAndInItsSession() throws Exception {
        int port = (int) number(tools.call("proxy_start", "{\"insecure_upstream\":true}"), "port");
        String session = text(tools.call("proxy_session_start", "{}"), "session.id");
        HttpClient client = SecureOrigin.client(tools, port);
        Path certificate;
        try (SecureOrigin origin = new SecureOrigin(folder)) {
            certificate = origin.certificateFile;
            assertEquals(200, SecureOrigin.status(client, origin.url() + "/a"));
            assertEquals(200, SecureOrigin.status(client, origin.url() + "/b"));
        }
        tools.call("proxy_stop", "{}");
        JsonObject stored = tools.call(GET, "{\"session_id\":\"" + session + "\",\"seq\":1,\"include_client_hello\":true}");
        String id = text(stored, "exchange_id");
        assertEquals(stored, tools.call(GET, "{\"exchange_id\":\"" + id + "\",\"include_client_hello\":true}"));
        assertEquals(stored, tools.call(GET, "{\"exchange_id\":\"" + id + "\",\"include_client_hello\":true,\"session_id\":\"" + session + "\"}"));
        assertEquals("localhost localhost", text(stored, "hostname") + " " + text(stored, "tls.client.sniHostname"));
        assertTrue(text(stored, "tls.client.ja4Fingerprint").startsWith("t13d"), Json.text(stored));
        String hello = text(stored, "tls.client.clientHello");
        assertEquals(number(stored, "tls.client.clientHelloBytes"), Base64.getDecoder().decode(hello).length);
        assertTrue(text(stored, "tls.server.ja3sFingerprint").matches("[0-9a-f]{32}"));
        assertEquals("CN=localhost", text(stored, "tls.server.certificates.0.subject"));
        assertEquals("[\"localhost\",\"origin.test\"]", Json.text(at(stored, "tls.server.certificates.0.sans")));
        String pem = Files.readString(certificate).replaceAll("-----[A-Z ]+-----|\\s", "");
        assertEquals(HexFormat.of().formatHex(Traffic.end(Base64.getDecoder().decode(pem), true).sha256()),
                text(stored, "tls.server.certificates.0.sha256"));
        assertTrue(!((JsonObject) at(tools.call(GET, "{\"exchange_id\":\"" + id + "\"}"), "tls.client")).has("clientHello"));
        JsonObject live = tools.call(LIST, "{}");
        assertEquals(live, tools.call(LIST, "{\"session_id\":\"" + session + "\"}"));
        assertEquals(2, number(live, "totalExchangesWithTls"));
        assertEquals("{\"fingerprint\":\"" + text(stored, "tls.client.ja4Fingerprint") + "\",\"count\":2,\"hostnames\":[\"localhost\"]}",
                Json.text(at(live, "ja4.0")));
        assertEquals(text(stored, "tls.client.ja3n"), text(live, "ja3n.0.fingerprint"));
    }

    /** What the texts must be follows from the message above, by hand; the digest is that of md5sum. */
    @Test
    void fingerprintsAreReadFromTheKeptHello() {
        String id = exchange("a.example", Optional.of(client("1".repeat(32), HELLO)), Optional.empty());
        JsonObject found = tools.call(GET, "{\"exchange_id\":\"" + id + "\"}");
        assertEquals("771,49195,65281-0,,", text(found, "tls.client.ja3String"));
        assertEquals("t12d010200_c02b_ff01", text(found, "tls.client.ja4_r"));
        assertEquals("t12d010200_c02b_ff01,0000", text(found, "tls.client.ja4_ro"));
        assertEquals("null", Json.text(at(found, "tls.server")));
        assertEquals("549c275d32463c12e229977191b7c68e", text(tools.call(LIST, "{}"), "ja3n.0.fingerprint"), "771,49195,0-65281,,");
        assertEquals("[]", Json.text(at(found, "tls.client.clientAlpn")));
    }

    @Test
    void withoutTlsItIsNull() {
        String id = exchange("a.example", Optional.empty(), Optional.empty());
        assertEquals("null", Json.text(at(tools.call(GET, "{\"exchange_id\":\"" + id + "\"}"), "tls")));
    }

    /** Imported exchanges have what their file said, and no hello; a certificate can be anything. */
    @Test
    void whatIsNotKnownIsLeftOut() {
        TlsInfo server = new TlsInfo("TLSv1.3", "X", Optional.empty(), Optional.empty(), new byte[0], Optional.empty(), Optional.empty(),
                Optional.empty(), List.of(new byte[] {1, 2, 3}));
        String id = exchange("a.example", Optional.of(client("1".repeat(32), "")), Optional.of(server));
        JsonObject found = tools.call(GET, "{\"exchange_id\":\"" + id + "\"}");
        assertEquals("1".repeat(32), text(found, "tls.client.ja3Fingerprint"));
        assertTrue(!((JsonObject) at(found, "tls.client")).has("ja3n"));
        assertEquals("039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81", text(found, "tls.server.certificates.0.sha256"));
        assertEquals("[]", Json.text(at(tools.call(LIST, "{}"), "ja3n")));
    }

    @Test
    void mostFrequentComeFirstWithFiveHosts() {
        for (int i = 0; i < 12; i++) {
            exchange("h" + i % 8 + ".example", Optional.of(client("a".repeat(32), "")), Optional.empty());
            if (i % 2 == 0) {
                exchange("H" + i + ".other", Optional.of(client("b".repeat(32), "")), Optional.empty());
            }
        }
        exchange("plain.example", Optional.empty(), Optional.empty());
        JsonObject all = tools.call(LIST, "{}");
        assertEquals(18, number(all, "totalExchangesWithTls"));
        assertEquals("12 6", number(all, "ja3.0.count") + " " + number(all, "ja3.1.count"));
        assertEquals("h0.example h1.example h2.example h3.example h4.example", ((JsonArray) at(all, "ja3.0.hostnames")).values().stream()
                .map(host -> ((JsonString) host).value()).collect(Collectors.joining(" ")));
        JsonObject one = tools.call(LIST, "{\"limit\":1}");
        assertEquals("1 false limit reached", ((JsonArray) at(one, "ja3")).values().size() + " " + at(one, "complete") + " " + text(one, "reason"));
        JsonObject other = tools.call(LIST, "{\"hostname_filter\":\"h2.OTHER\"}");
        assertEquals("1 " + "b".repeat(32), number(other, "totalExchangesWithTls") + " " + text(other, "ja3.0.fingerprint"));
    }

    /** Numbers of a session are exact, whatever the live buffer still holds. */
    @Test
    void thousandExchangesOfASessionAreCounted() throws Exception {
        tools.call("proxy_start", "{}");
        String session = text(tools.call("proxy_session_start", "{}"), "session.id");
        for (int i = 0; i < 1_000; i++) {
            Optional<TlsInfo> client = i % 4 == 3 ? Optional.empty() : Optional.of(client(Integer.toString(i % 4).repeat(32), HELLO));
            exchange("h" + i % 10 + ".example", client, Optional.empty());
        }
        tools.call("proxy_session_stop", "{}");
        String of = "{\"session_id\":\"" + session + "\"";
        JsonObject all = tools.call(LIST, of + "}");
        assertEquals("750 250 250 250 750", number(all, "totalExchangesWithTls") + " " + number(all, "ja3.0.count") + " " + number(all, "ja3.1.count") + " "
                + number(all, "ja3.2.count") + " " + number(all, "ja3n.0.count"));
        // Of every twenty exchanges two go to h3.example, the 4th without TLS and the 14th with that of 13 % 4.
        JsonObject one = tools.call(LIST, of + ",\"hostname_filter\":\"H3.\"}");
        assertEquals("50 50 " + "1".repeat(32), number(one, "totalExchangesWithTls") + " " + number(one, "ja3.0.count") + " " + text(one, "ja3.0.fingerprint"));
        assertEquals(0, number(tools.call(LIST, of + ",\"hostname_filter\":\"nowhere\"}"), "totalExchangesWithTls"));
    }

    @Test
    void aLongListStaysBelowItsRoom() {
        for (int i = 0; i < 400; i++) {
            exchange("h".repeat(200) + i, Optional.of(client(String.format("%032x", i), HELLO)), Optional.empty());
        }
        JsonObject found = tools.call(LIST, "{\"limit\":500,\"max_chars\":3000}");
        assertTrue(Json.text(found).length() <= 3_000, Json.text(found));
        assertEquals("false", at(found, "complete").toString());
        assertEquals(400, number(found, "ja3n.0.count"), "each kind has its first");
    }

    @Test
    void refusalsSayWhatIsMissing() {
        assertTrue(tools.failure(GET, "{}").startsWith("bad_argument: exchange_id"));
        assertTrue(tools.failure(GET, "{\"seq\":1}").startsWith("bad_argument: seq"));
        assertTrue(tools.failure(GET, "{\"session_id\":\"20260131235959_0a1b2c3d\"}").startsWith("bad_argument: seq"));
        assertTrue(tools.failure(GET, "{\"exchange_id\":\"nobody\"}").startsWith("unknown_exchange"));
        assertTrue(tools.failure(GET, "{\"session_id\":\"../x\",\"seq\":1}").startsWith("bad_argument: session_id"));
        assertTrue(tools.failure(LIST, "{\"session_id\":\"20260131235959_0a1b2c3d\"}").startsWith("unknown_session"));
    }

    private static TlsInfo client(String ja3, String hello) {
        return new TlsInfo("TLSv1.2", "C", Optional.empty(), Optional.empty(), HexFormat.of().parseHex(hello), Optional.of(ja3), Optional.empty(),
                Optional.empty(), List.of());
    }

    private String exchange(String host, Optional<TlsInfo> client, Optional<TlsInfo> server) {
        UUID id = UUID.randomUUID();
        Recording recording = tools.sink.open(new ExchangeStart(id, 1_700_000_000_000L,
                new Client("127.0.0.1:5", "127.0.0.1:8080", Source.EXPLICIT, Optional.empty(), 1), new Endpoint("https", host, 443),
                RequestHead.of("GET", "/", Fields.EMPTY), client));
        recording.routed(new Route(Optional.empty(), "192.0.2.1:443", 1, false, server));
        recording.end(new ExchangeEnd(new Outcome.Complete(), Timings.NONE, List.of(), List.of()));
        return id.toString();
    }
}
