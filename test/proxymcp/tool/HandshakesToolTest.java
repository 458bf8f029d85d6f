package proxymcp.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static proxymcp.tool.Tools.at;
import static proxymcp.tool.Tools.number;
import static proxymcp.tool.Tools.text;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.exchange.Client;
import proxymcp.exchange.Endpoint;
import proxymcp.exchange.ErrorClass;
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
import proxymcp.http.ResponseHead;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;

/** Handshakes of a session: of real traffic, and counted over many exchanges. */
@Timeout(60)
final class HandshakesToolTest {
    private static final String HANDSHAKES = "proxy_get_session_handshakes";

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

    private String startSession() {
        return text(tools.call("proxy_session_start", "{}"), "session.id");
    }

    private JsonObject handshakes(String session, String more) {
        return tools.call(HANDSHAKES, "{\"session_id\":\"" + session + "\"" + more + "}");
    }

    private static String counts(JsonObject result) {
        return at(result, "total") + " " + at(result, "withTlsMetadata") + " " + at(result, "withoutTlsMetadata");
    }

    @Test
    void handshakesOfRealTrafficAreListed() throws Exception {
        int port = (int) number(tools.call("proxy_start", "{\"insecure_upstream\":true}"), "port");
        String session = startSession();
        HttpServer plain = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        plain.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        plain.start();
        try (SecureOrigin secure = new SecureOrigin(folder)) {
            HttpClient client = SecureOrigin.client(tools, port);
            assertEquals(200, SecureOrigin.status(client, secure.url() + "/a"));
            assertEquals(200, SecureOrigin.status(client, "http://localhost:" + plain.getAddress().getPort() + "/b"));
            assertEquals(200, SecureOrigin.status(client, secure.url() + "/c"));
            tools.call("proxy_session_stop", "{}");
        } finally {
            plain.stop(0);
        }
        JsonObject found = handshakes(session, ",\"sort\":\"asc\"");
        assertEquals("3 2 1", counts(found));
        assertEquals(session, text(found, "sessionId"));
        for (int i : new int[] {0, 2}) {
            assertEquals("localhost", text(found, "items." + i + ".hostname"));
            assertEquals("true", at(found, "items." + i + ".hasTls").toString());
            assertTrue(text(found, "items." + i + ".ja3").matches("[0-9a-f]{32}"));
            assertTrue(text(found, "items." + i + ".ja3s").matches("[0-9a-f]{32}"));
            assertTrue(text(found, "items." + i + ".ja4").matches("t1[23]d[0-9]{4}.{2}_[0-9a-f]{12}_[0-9a-f]{12}"), text(found, "items." + i + ".ja4"));
            assertTrue(text(found, "items." + i + ".client.tlsVersion").startsWith("TLSv1."));
            assertTrue(text(found, "items." + i + ".server.cipher").startsWith("TLS_"));
        }
        assertEquals("null null null false", at(found, "items.1.ja3") + " " + at(found, "items.1.ja4") + " " + at(found, "items.1.ja3s") + " "
                + at(found, "items.1.hasTls"));
        assertEquals(3, number(handshakes(session, ""), "items.0.seq"), "newest first");
        JsonObject one = handshakes(session, ",\"url_contains\":\"/C\",\"hostname_contains\":\"local\"");
        assertEquals("1 1 0", counts(one));
        assertTrue(text(one, "items.0.url").endsWith("/c"));
    }

    @Test
    void countsAreExactOverMoreThanAPage() {
        tools.call("proxy_start", "{}");
        String session = startSession();
        int clients = 0;
        int servers = 0;
        for (int i = 0; i < 6_000; i++) {
            boolean client = i % 3 == 0;
            boolean server = i % 5 == 0;
            clients += client ? 1 : 0;
            servers += server && !client ? 1 : 0;
            record(i, client, server, i % 7 != 0);
        }
        JsonObject found = handshakes(session, "");
        assertEquals("6000 " + (clients + servers) + " " + (6_000 - clients - servers), counts(found));
        assertEquals("max_chars reached; continue at nextOffset", text(found, "reason"));
        assertEquals("false", at(found, "complete").toString());
        List<Long> seqs = new ArrayList<>();
        long offset = 0;
        while (offset < 400) {
            JsonObject page = handshakes(session, ",\"hostname_contains\":\"H1.\",\"limit\":50,\"sort\":\"asc\",\"max_chars\":200000,\"offset\":" + offset);
            assertEquals(400, number(page, "total"));
            for (int i = 0; i < ((JsonArray) at(page, "items")).values().size(); i++) {
                seqs.add(number(page, "items." + i + ".seq"));
            }
            offset = offset + number(page, "showing");
            assertEquals(offset < 400, page.has("nextOffset"));
        }
        List<Long> expected = new ArrayList<>();
        for (long i = 1; i < 6_000; i += 15) {
            expected.add(i + 1);
        }
        assertEquals(expected, seqs);
        assertTrue(Json.text(handshakes(session, ",\"max_chars\":2000")).length() <= 2_000);
    }

    private void record(int i, boolean clientTls, boolean serverTls, boolean answered) {
        Optional<TlsInfo> known = Optional.of(new TlsInfo("TLSv1.3", "TLS_AES_128_GCM_SHA256", Optional.of("http/1.1"), Optional.empty(), new byte[0],
                Optional.of("0".repeat(32)), Optional.empty(), Optional.empty(), List.of()));
        Client client = new Client("127.0.0.1:5", "127.0.0.1:8080", Source.EXPLICIT, Optional.empty(), i % 15);
        Recording recording = tools.sink.open(new ExchangeStart(new UUID(1, i), 1_700_000_000_000L + i, client,
                new Endpoint("https", "h" + i % 15 + ".example", 443), RequestHead.of("GET", "/", Fields.EMPTY), clientTls ? known : Optional.empty()));
        recording.routed(new Route(Optional.empty(), "192.0.2.1:443", i % 15, true, serverTls ? known : Optional.empty()));
        if (answered) {
            recording.response(ResponseHead.of(204, "No Content", Fields.EMPTY));
        }
        Outcome outcome = answered ? new Outcome.Complete() : new Outcome.Incomplete(ErrorClass.TIMEOUT, "no answer");
        recording.end(new ExchangeEnd(outcome, Timings.NONE, List.of(), List.of()));
    }
}
