package proxymcp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;

/** Sessions between processes: one records and ends or dies, others read what it kept. */
final class SessionProcessTest {
    @TempDir
    Path folder;

    private HttpServer origin;

    @BeforeEach
    void serve() throws IOException {
        origin = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        origin.createContext("/", exchange -> {
            byte[] body = ("body of " + exchange.getRequestURI().getPath()).getBytes(StandardCharsets.US_ASCII);
            exchange.getResponseHeaders().set("Content-Type", "text/plain");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        origin.start();
    }

    @AfterEach
    void stop() {
        origin.stop(0);
    }

    private Path home() {
        return folder.resolve("home");
    }

    /** A request through a proxy; returns when the answer has come whole. */
    private void send(int proxyPort, String path) throws IOException {
        String host = "127.0.0.1:" + origin.getAddress().getPort();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxyPort)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(("GET http://" + host + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            assertTrue(answer.endsWith("body of " + path), answer);
        }
    }

    /** Runs one tool in a process of its own, on the same home. */
    private JsonObject call(String tool, String arguments) throws Exception {
        try (JarProcess call = JarProcess.start(home(), "call", tool, arguments)) {
            JsonObject result = (JsonObject) Json.parse(call.line());
            assertEquals("success 0", result.string("status").orElseThrow() + " " + call.exit(), () -> Json.text(result));
            return result;
        }
    }

    private static JsonObject first(JsonObject result, String list) {
        return (JsonObject) result.array(list).orElseThrow().values().get(0);
    }

    private static long number(JsonObject object, String name) {
        return ((JsonNumber) object.get(name).orElseThrow()).exactLong().orElseThrow();
    }

    private static int port(String line) {
        return Integer.parseInt(line.replaceFirst(".*http://127\\.0\\.0\\.1:(\\d+),.*", "$1"));
    }

    @Test
    void captureRecordsASessionThatCtrlCEndsCleanly() throws Exception {
        String session;
        try (JarProcess jar = JarProcess.start(home(), "capture", "--port", "0", "--session", "shop", "--max-disk-mb", "5")) {
            int port = port(jar.line());
            session = jar.lineWith("records session").replaceFirst(".* session (\\S+) .*", "$1");
            send(port, "/one");
            jar.lineWith("/one");
            jar.terminate();
            assertEquals(0, jar.exit());
        }
        JsonObject listed = first(call("proxy_list_sessions", "{}"), "sessions");
        assertEquals(session + " shop full stopped clean 1 5", listed.string("id").orElseThrow() + " " + listed.string("name").orElseThrow() + " "
                + listed.string("captureProfile").orElseThrow() + " " + listed.string("status").orElseThrow() + " "
                + listed.string("recoveryState").orElseThrow() + " " + number(listed, "exchangeCount") + " " + number(listed, "maxDiskMb"));
        JsonObject exchange = call("proxy_get_session_exchange", "{\"session_id\":\"" + session + "\",\"seq\":1,\"body\":\"response\"}");
        assertEquals("body of /one", exchange.object("responseBody").orElseThrow().string("text").orElseThrow());
    }

    @Test
    void whatAKilledCaptureLeftIsRecoveredByTheNextProcess() throws Exception {
        String session;
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                JarProcess jar = JarProcess.start(home(), "capture", "--port", "0", "--profile", "full")) {
            int port = port(jar.line());
            session = jar.lineWith("records session").replaceFirst(".* session (\\S+) .*", "$1");
            for (int i = 0; i < 5; i++) {
                send(port, "/" + i);
                jar.lineWith("/" + i);
            }
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
                client.getOutputStream().write(("GET http://127.0.0.1:" + silent.getLocalPort() + "/hang HTTP/1.1\r\nHost: 127.0.0.1:"
                        + silent.getLocalPort() + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
                try (Socket reached = silent.accept()) {
                    assertEquals('G', reached.getInputStream().read());
                    // Another process reads along, and sees that somebody records.
                    JsonObject seen = first(call("proxy_list_sessions", "{}"), "sessions");
                    assertEquals("active", seen.string("status").orElseThrow());
                    JsonObject rows = call("proxy_query_session", "{\"session_id\":\"" + session + "\",\"state\":\"complete\"}");
                    assertEquals(5, number(rows, "total"));
                    jar.process().destroyForcibly();
                    assertTrue(jar.process().waitFor(20, TimeUnit.SECONDS));
                }
            }
        }
        try (JarProcess doctor = JarProcess.start(home(), "doctor")) {
            String shown = doctor.rest();
            assertTrue(shown.contains("sessions: 1, 1 of them left by a process that died"), shown);
        }
        JsonObject rows = call("proxy_query_session", "{\"session_id\":\"" + session + "\",\"sort\":\"asc\",\"fields\":[\"path\",\"state\"]}");
        StringBuilder shown = new StringBuilder();
        for (JsonValue row : (JsonArray) rows.get("items").orElseThrow()) {
            shown.append(((JsonObject) row).string("path").orElseThrow()).append(' ').append(((JsonObject) row).string("state").orElseThrow())
                    .append(' ');
        }
        assertEquals("/0 complete /1 complete /2 complete /3 complete /4 complete /hang incomplete ", shown.toString());
        assertEquals("true", Json.text(rows.get("recovered").orElseThrow()));
        assertEquals("recovered", first(call("proxy_list_sessions", "{}"), "sessions").string("recoveryState").orElseThrow());
    }

    @Test
    void aServerRecoversByItselfWhatIsLeftBehindAndLeavesAnotherServersSessionAlone() throws Exception {
        String left;
        try (JarProcess dying = JarProcess.start(home(), "capture", "--port", "0", "--profile", "preview")) {
            int port = port(dying.line());
            left = dying.lineWith("records session").replaceFirst(".* session (\\S+) .*", "$1");
            send(port, "/left");
            dying.lineWith("/left");
        }
        try (JarProcess first = JarProcess.start(home()); JarProcess second = JarProcess.start(home())) {
            JsonObject started = structured(first.tool("proxy_start", "{\"persistence_enabled\":true,\"session_name\":\"first\"}"));
            String live = started.object("persistence").orElseThrow().string("sessionId").orElseThrow();
            send((int) number(started, "port"), "/live");
            JsonObject listed = structured(second.tool("proxy_list_sessions", "{}"));
            JsonObject newest = first(listed, "sessions");
            assertEquals(live + " active another process", newest.string("id").orElseThrow() + " " + newest.string("status").orElseThrow() + " "
                    + newest.string("recordedBy").orElse("this one"));
            JsonObject refused = structured(second.tool("proxy_session_recover", "{}"));
            assertTrue(!Json.text(refused).contains(live), Json.text(refused));
            String failure = Json.text(second.tool("proxy_delete_session", "{\"session_id\":\"" + live + "\"}"));
            assertTrue(failure.contains("session_locked"), failure);
            JsonObject recovered = structured(second.tool("proxy_get_session", "{\"session_id\":\"" + left + "\"}"));
            assertEquals("recovered", recovered.string("recoveryState").orElseThrow());
            first.endInput();
            assertEquals(0, first.exit());
            JsonObject kept = structured(second.tool("proxy_get_session", "{\"session_id\":\"" + live + "\"}"));
            assertEquals("clean", kept.string("recoveryState").orElseThrow());
            assertEquals(1, number(structured(second.tool("proxy_query_session", "{\"session_id\":\"" + live + "\"}")), "total"));
        }
    }

    @Test
    void aVerifyOfADamagedSessionEndsWithOneHereAndOnAServer() throws Exception {
        String session;
        try (JarProcess jar = JarProcess.start(home(), "capture", "--port", "0", "--session", "shop")) {
            int port = port(jar.line());
            session = jar.lineWith("records session").replaceFirst(".* session (\\S+) .*", "$1");
            send(port, "/kept");
            jar.lineWith("/kept");
            jar.terminate();
            assertEquals(0, jar.exit());
        }
        try (JarProcess server = JarProcess.start(home(), "--transport", "http", "--port", "0")) {
            String url = server.line().replaceFirst(".* at (\\S+/mcp),.*", "$1");
            assertEquals("success true clean 0", verify(session));
            assertEquals("success true clean 0", verify(session, "--url", url));
            Path segment = home().resolve("sessions").resolve(session).resolve("segment-000001.seg");
            byte[] bytes = Files.readAllBytes(segment);
            int body = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("body of /kept");
            bytes[body] ^= 1;
            Files.write(segment, bytes);
            assertEquals("success false damaged 1", verify(session));
            assertEquals("success false damaged 1", verify(session, "--url", url));
        }
    }

    /** What {@code call proxy_session_verify_integrity} prints of it, and its exit code. */
    private String verify(String session, String... options) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("call", "proxy_session_verify_integrity", "session_id=" + session));
        arguments.addAll(List.of(options));
        try (JarProcess call = JarProcess.start(home(), arguments.toArray(new String[0]))) {
            JsonObject report = (JsonObject) Json.parse(call.line());
            return report.string("status").orElseThrow() + " " + Json.text(report.get("ok").orElseThrow()) + " "
                    + report.string("state").orElseThrow() + " " + call.exit();
        }
    }

    private static JsonObject structured(JsonObject result) {
        return result.object("structuredContent").orElseThrow(() -> new AssertionError(Json.text(result)));
    }
}
