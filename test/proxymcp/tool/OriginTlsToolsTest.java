package proxymcp.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static proxymcp.tool.Tools.at;
import static proxymcp.tool.Tools.number;
import static proxymcp.tool.Tools.text;

import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.Route;
import proxymcp.json.Json;
import proxymcp.json.JsonObject;
import proxymcp.mcp.CallOrigin;
import proxymcp.tls.TlsVersion;

/** TLS settings of origins through the tools, while a proxy runs: what they change, what they leave, and what is told of them. */
@Timeout(120)
final class OriginTlsToolsTest {
    private static final String SET = "proxy_set_origin_tls";
    private static final String CLEAR = "proxy_clear_origin_tls";
    private static final String CONFIG = "proxy_get_tls_config";

    @TempDir
    Path folder;

    private Tools tools;
    private SecureOrigin origin;

    @BeforeEach
    void begin() throws Exception {
        tools = new Tools(folder.resolve("home"));
        origin = new SecureOrigin(folder);
    }

    @AfterEach
    void close() {
        origin.close();
        tools.close();
    }

    @Test
    void anAuthorityForOneHostIsTrustedFromTheNextRequestOn() throws Exception {
        HttpClient client = SecureOrigin.client(tools, start("{}"));
        assertEquals(502, SecureOrigin.status(client, origin.url()));
        JsonObject set = tools.call(SET, "{\"hostname\":\"LOCALHOST\",\"ca_file\":\"" + origin.certificateFile + "\"}");
        assertEquals("localhost " + origin.certificateFile.toRealPath() + " 1",
                text(set, "origin.hostname") + " " + text(set, "origin.caFile") + " " + number(set, "origin.caCertificates"));
        assertEquals(200, SecureOrigin.status(client, origin.url()));
        assertEquals(1, number(tools.call(CLEAR, "{\"hostname\":\"localhost\"}"), "cleared"));
        assertEquals(502, SecureOrigin.status(client, origin.url()), "not on a connection that was made while it was trusted");
        assertEquals(0, number(tools.call(CLEAR, "{}"), "cleared"));
    }

    @Test
    void connectionsOfOtherHostsAreKept() throws Exception {
        HttpClient client = SecureOrigin.client(tools, start("{\"insecure_upstream\":true}"));
        assertEquals(200, SecureOrigin.status(client, origin.url()));
        tools.call(SET, "{\"hostname\":\"*.example\",\"insecure\":false}");
        assertEquals(200, SecureOrigin.status(client, origin.url()));
        tools.call(SET, "{\"min_version\":\"TLSv1.3\"}");
        assertEquals(200, SecureOrigin.status(client, origin.url()));
        List<Route> routes = tools.live.snapshot().stream().map(exchange -> exchange.route().orElseThrow()).toList();
        assertEquals(List.of(false, true, false), routes.stream().map(Route::reused).toList());
        assertEquals(routes.get(0).connectionId(), routes.get(1).connectionId());
    }

    /** Both settings let every request pass; a swap in the middle of one must not be seen in any. */
    @Test
    void requestsInFlightSurviveHundredChanges() throws Exception {
        int port = start("{\"insecure_upstream\":true}");
        List<HttpClient> clients = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            clients.add(SecureOrigin.client(tools, port));
        }
        AtomicBoolean changing = new AtomicBoolean(true);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> done = new ArrayList<>();
            for (HttpClient client : clients) {
                done.add(threads.submit(() -> {
                    int count = 0;
                    while (changing.get() || count < 20) {
                        assertEquals(200, SecureOrigin.status(client, origin.url()));
                        count++;
                    }
                    return count;
                }));
            }
            for (int i = 0; i < 100; i++) {
                tools.call(SET, i % 2 == 0 ? "{\"hostname\":\"localhost\",\"insecure\":false,\"ca_file\":\"" + origin.certificateFile + "\"}"
                        : "{\"hostname\":\"localhost\",\"insecure\":true}");
            }
            changing.set(false);
            for (Future<Integer> one : done) {
                assertTrue(one.get() >= 20);
            }
        }
        tools.call("proxy_stop", "{}"); // Only then has every exchange ended: its client may have the answer before.
        for (Exchange exchange : tools.live.snapshot()) {
            assertEquals(new Outcome.Complete(), exchange.outcome());
        }
    }

    @Test
    void captureOfServersIsSwitchedWhileTheProxyRuns() throws Exception {
        int port = start("{\"insecure_upstream\":true}");
        assertEquals("true", at(tools.call(CONFIG, "{}"), "serverTlsCaptureEnabled").toString());
        assertEquals("false", at(tools.call("proxy_enable_server_tls_capture", "{\"enabled\":false}"), "serverTlsCaptureEnabled").toString());
        assertEquals(200, SecureOrigin.status(SecureOrigin.client(tools, port), origin.url()));
        JsonObject without = tools.call("proxy_get_tls_fingerprints", "{\"exchange_id\":\"" + tools.live.snapshot().get(0).start().id() + "\"}");
        assertEquals("[] false", Json.text(at(without, "tls.server.certificates")) + " "
                + ((JsonObject) at(without, "tls.server")).has("ja3sFingerprint"));
        assertEquals("TLSv1.3", text(without, "tls.server.protocol"));
    }

    @Test
    void passwordsAndKeysAreNowhereAndFilesAreInTheManifest() throws Exception {
        start("{}");
        JsonObject set = tools.call(SET, "{\"hostname\":\"*.bank.example\",\"insecure\":true,\"client_cert_file\":\"" + origin.store
                + "\",\"client_cert_password\":\"password\",\"min_version\":\"TLSv1.2\"}");
        assertEquals("CN=localhost", text(set, "origin.clientCertificate.subject"));
        String session = text(tools.call("proxy_session_start", "{}"), "session.id");
        JsonObject shown = tools.call("proxy_get_session", "{\"session_id\":\"" + session + "\"}");
        JsonObject config = tools.call(CONFIG, "{}");
        assertEquals("null", Json.text(at(config, "ja3SpoofConfig")));
        assertEquals(Json.text(at(set, "origin")), Json.text(at(config, "origins.0")));
        String manifest = Files.readString(folder.resolve("home/sessions").resolve(session).resolve("manifest.json"));
        assertTrue(manifest.contains("\"insecureHosts\":[\"*.bank.example\"]"), manifest);
        assertTrue(manifest.contains("\"originTls\":[" + Json.text(at(set, "origin")) + "]"), manifest);
        for (String text : List.of(Json.text(set), Json.text(config), Json.text(shown), manifest)) {
            assertFalse(text.contains("password"), text);
        }
        try (Stream<Path> files = Files.walk(folder.resolve("home/sessions"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertFalse(Files.readString(file, StandardCharsets.ISO_8859_1).contains("password"), file.toString());
            }
        }
    }

    @Test
    void refusedSettingsChangeNothing() throws IOException {
        Path junk = Files.writeString(folder.resolve("junk.pem"), "no certificate");
        String store = "\"client_cert_file\":\"" + origin.store + "\"";
        assertEquals("bad_tls_file: client_cert_password is wrong for " + origin.store.toRealPath() + " | nothing has changed",
                tools.failure(SET, "{" + store + ",\"client_cert_password\":\"sesame\"}"));
        assertTrue(tools.failure(SET, "{\"ca_file\":\"" + junk + "\"}").startsWith("bad_tls_file: ca_file " + junk.toRealPath() + " holds no cert"));
        assertTrue(tools.failure(SET, "{\"ca_file\":\"" + folder.resolve("none") + "\"}").startsWith("file_not_found: ca_file"));
        assertTrue(tools.failure(SET, "{\"hostname\":\"a b\",\"insecure\":true}").startsWith("bad_argument: hostname"));
        assertTrue(tools.failure(SET, "{\"hostname\":\"a.example\"}").startsWith("bad_argument: insecure"));
        assertTrue(tools.failure(SET, "{\"client_cert_password\":\"sesame\",\"insecure\":true}").startsWith("bad_argument: client_cert_file"));
        assertTrue(tools.failure(SET, "{\"min_version\":\"SSLv3\"}").startsWith("bad_argument: min_version"));
        assertTrue(tools.failure(CallOrigin.HTTP_WITHOUT_TOKEN, SET, "{\"ca_file\":\"" + junk + "\"}").startsWith("forbidden: ca_file"));
        assertEquals(0, number(tools.call(CONFIG, "{}"), "total"));
    }

    @Test
    void versionsThatJavaHasSwitchedOffAreRefused() {
        Assumptions.assumeFalse(TlsVersion.TLS_1_0.isEnabled());
        assertTrue(tools.failure(SET, "{\"min_version\":\"TLSv1\"}")
                .startsWith("version_disabled: TLSv1 is switched off in this Java by jdk.tls.disabledAlgorithms"));
    }

    @Test
    void whatIsOddIsWarnedOf() {
        JsonObject set = tools.call(SET, "{\"insecure\":true,\"ca_file\":\"" + origin.certificateFile + "\"}");
        assertEquals("[\"with insecure no certificate is verified, so that ca_file has no effect\"]", Json.text(at(set, "warnings")));
        assertEquals("null", Json.text(at(set, "origin.hostname")));
    }

    @Test
    void anExpiredClientCertificateIsTakenAndWarnedOf() throws Exception {
        Path store = folder.resolve("old.p12");
        Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair", "-alias", "old",
                "-dname", "CN=old", "-keyalg", "EC", "-startdate", "-10d", "-validity", "5", "-storetype", "PKCS12", "-keystore", store.toString(),
                "-storepass", "password").redirectErrorStream(true).start();
        keytool.getInputStream().readAllBytes();
        assertEquals(0, keytool.waitFor());
        JsonObject set = tools.call(SET, "{\"client_cert_file\":\"" + store + "\",\"client_cert_password\":\"password\"}");
        assertEquals("the client certificate expired on " + text(set, "origin.clientCertificate.notAfter"), text(set, "warnings.0"));
    }

    @Test
    void manySettingsArePaged() {
        for (int i = 0; i < 60; i++) {
            tools.call(SET, "{\"hostname\":\"h" + (100 + i) + ".example\",\"insecure\":true}");
        }
        JsonObject first = tools.call(CONFIG, "{\"max_chars\":2000}");
        assertTrue(Json.text(first).length() <= 2_000);
        JsonObject next = tools.call(CONFIG, "{\"offset\":" + number(first, "nextOffset") + "}");
        assertEquals(60, number(first, "showing") + number(next, "showing"));
        assertEquals(60, number(tools.call(CLEAR, "{}"), "cleared"));
    }

    private int start(String arguments) {
        return (int) number(tools.call("proxy_start", arguments), "port");
    }
}
