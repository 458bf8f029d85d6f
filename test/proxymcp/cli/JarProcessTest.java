package proxymcp.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.json.Json;
import proxymcp.json.JsonException;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.tool.ToolboxTest;

/** The jar as users run it: each command, its output, its exit code, and its end. */
final class JarProcessTest {
    @TempDir
    Path folder;

    private static final String INITIALIZE = "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2025-06-18\","
            + "\"capabilities\":{},\"clientInfo\":{\"name\":\"test\",\"version\":\"1\"}}}";

    /** Calls at a time, more than the pool has threads. */
    private static final int BOMBS = 16;

    private Path home() {
        return folder.resolve("home");
    }

    private static JsonObject json(String text) throws JsonException {
        return (JsonObject) Json.parse(text);
    }

    private static int port(JsonObject started) {
        return (int) ((JsonNumber) started.get("port").orElseThrow()).exactLong().orElseThrow();
    }

    private static Socket connect(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(20_000);
        return socket;
    }

    @Test
    void stdoutOfTheServerCarriesProtocolAloneWhateverComesIn() throws Exception {
        try (JarProcess jar = JarProcess.start(home())) {
            jar.send(INITIALIZE);
            assertEquals("proxy", json(jar.line()).object("result").orElseThrow().object("serverInfo").orElseThrow().string("name").orElseThrow());
            jar.send("this is no JSON");
            assertTrue(jar.line().contains("-32700"));
            jar.send("{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":{\"name\":\"proxy_stat\"}}");
            assertTrue(jar.line().contains("-32602"));
            jar.send("[".repeat(100_000));
            assertTrue(jar.line().contains("-32700"));
            jar.send("{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"tools/call\",\"params\":{\"name\":\"proxy_search_traffic\",\"arguments\":{\"query\":\""
                    + "x".repeat(10 << 20) + "\"}}}");
            String large = jar.line();
            assertTrue(large.contains("bad_argument") && large.length() < 1_000, () -> "length " + large.length());
            assertEquals("success", jar.tool("proxy_status", "{}").object("structuredContent").orElseThrow().string("status").orElseThrow());
            jar.endInput();
            assertEquals(0, jar.exit());
            assertEquals("", jar.rest());
        }
    }

    @Test
    void theEndOfStdinEndsAProcessWithARequestInFlight() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress()); JarProcess jar = JarProcess.start(home())) {
            int port = port(jar.tool("proxy_start", "{}").object("structuredContent").orElseThrow());
            try (Socket client = connect(port)) {
                String url = "http://127.0.0.1:" + silent.getLocalPort() + "/hang";
                client.getOutputStream().write(("GET " + url + " HTTP/1.1\r\nHost: 127.0.0.1:" + silent.getLocalPort() + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
                try (Socket origin = silent.accept()) {
                    assertEquals('G', origin.getInputStream().read());
                    jar.endInput();
                    // Far above the second that is promised: a busy machine must not fail this test, a process that stays must.
                    assertTrue(jar.process().waitFor(10, TimeUnit.SECONDS), jar.err());
                    assertEquals(0, jar.exit());
                }
            }
            Assertions.assertThrows(ConnectException.class, () -> connect(port).close());
        }
        assertNothingRuns();
    }

    private void assertNothingRuns() throws IOException {
        try (Stream<Path> locks = Files.list(home().resolve("run"))) {
            assertEquals(List.of(), locks.toList());
        }
    }

    @Test
    void aSignalEndsItCleanly() throws Exception {
        try (JarProcess jar = JarProcess.start(home(), "run", "--port", "0", "--proxy-port", "0")) {
            jar.lineWith("curl -s ");
            jar.terminate();
            assertEquals(0, jar.exit());
        }
        assertNothingRuns();
    }

    @Test
    void runShowsAddressesAndTokenThatWork() throws Exception {
        try (JarProcess jar = JarProcess.start(home(), "run", "--port", "0", "--proxy-port", "0")) {
            String proxy = jar.lineWith("  proxy").trim().split("\\s+")[1];
            String mcp = jar.lineWith("  MCP").trim().split("\\s+")[1];
            String token = jar.lineWith("  token").trim().split("\\s+")[1];
            jar.lineWith("curl -x " + proxy + " --cacert " + home().resolve("ca/ca-cert.pem"));
            jar.lineWith("curl -s " + mcp);
            try (JarProcess call = JarProcess.start(home(), "call", "proxy_status", "--url", mcp, "--token", token)) {
                JsonObject status = json(call.line());
                assertEquals(proxy + " 0", status.string("url").orElseThrow() + " " + call.exit());
            }
            try (JarProcess call = JarProcess.start(home(), "call", "proxy_get_exchange", "exchange_id=none", "--url", mcp, "--token", token)) {
                assertEquals("unknown_exchange 1", json(call.line()).string("code").orElseThrow() + " " + call.exit());
            }
            // min_size is told by another tool, and a number.
            try (JarProcess call = JarProcess.start(home(), "call", "proxy_search_session_bodies", "session_id=20260131235959_0a1b2c3d", "text=x",
                    "min_size=5", "--url", mcp, "--token", token)) {
                assertEquals("unknown_session 1", json(call.line()).string("code").orElseThrow() + " " + call.exit());
            }
            try (JarProcess call = JarProcess.start(home(), "call", "proxy_status", "--url", mcp)) {
                assertEquals(3, call.exit());
                assertTrue(call.err().contains("--token"), call.err());
            }
        }
    }

    @Test
    void anEndpointWithoutATokenTakesNoFileNames() throws Exception {
        try (JarProcess jar = JarProcess.start(home(), "--transport", "http", "--port", "0")) {
            String mcp = jar.line().replaceFirst(".* at (\\S+/mcp),.*", "$1");
            try (JarProcess call = JarProcess.start(home(), "call", "proxy_start", "upstream_ca_file=/etc/hostname", "--url", mcp)) {
                assertEquals("forbidden 1", json(call.line()).string("code").orElseThrow() + " " + call.exit());
            }
            try (JarProcess call = JarProcess.start(home(), "call", "proxy_start", "{\"port\":0}", "--url", mcp)) {
                assertEquals("success 0", json(call.line()).string("status").orElseThrow() + " " + call.exit());
            }
        }
    }

    @Test
    void captureShowsALineForEachExchange() throws Exception {
        try (ServerSocket origin = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                JarProcess jar = JarProcess.start(home(), "capture", "--port", "0", "--insecure-upstream")) {
            int port = Integer.parseInt(jar.line().replaceFirst(".*http://127\\.0\\.0\\.1:(\\d+),.*", "$1"));
            Thread.ofVirtual().start(() -> {
                try (Socket socket = origin.accept()) {
                    socket.getOutputStream().write("HTTP/1.1 204 No Content\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                    socket.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
                } catch (IOException e) {
                    // The line that does not come fails the test.
                }
            });
            try (Socket client = connect(port)) {
                client.getOutputStream().write(("GET http://127.0.0.1:" + origin.getLocalPort() + "/seen HTTP/1.1\r\nHost: 127.0.0.1:"
                        + origin.getLocalPort() + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
                assertTrue(jar.lineWith("/seen").contains(" 204 "));
            }
            jar.terminate();
            assertEquals(0, jar.exit());
        }
    }

    @Test
    void bodiesThatDecodeToFarMoreThanTheyAreFitInASmallHeap() throws Exception {
        ByteArrayOutputStream coded = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(coded)) {
            gzip.write("a".repeat(32 << 20).getBytes(StandardCharsets.US_ASCII));
        }
        ProcessBuilder builder = new ProcessBuilder();
        builder.environment().put("JAVA_TOOL_OPTIONS", "-Xmx64m");
        try (ServerSocket origin = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                JarProcess jar = JarProcess.start(builder, home())) {
            int port = port(jar.tool("proxy_start", "{}").object("structuredContent").orElseThrow());
            try (Socket client = connect(port)) {
                String authority = "127.0.0.1:" + origin.getLocalPort();
                client.getOutputStream().write(("GET http://" + authority + "/ HTTP/1.1\r\nHost: " + authority
                        + "\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
                try (Socket served = origin.accept()) {
                    served.getOutputStream().write(("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Encoding: gzip\r\nContent-Length: "
                            + coded.size() + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
                    coded.writeTo(served.getOutputStream());
                    String head = new String(client.getInputStream().readNBytes(15), StandardCharsets.US_ASCII);
                    assertEquals("HTTP/1.1 200 OK", head);
                }
                client.getInputStream().transferTo(OutputStream.nullOutputStream());
            }
            String id = jar.tool("proxy_list_traffic", "{}").toString().replaceFirst("(?s).*?([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}).*", "$1");
            jar.send(INITIALIZE);
            jar.line();
            for (int i = 1; i <= BOMBS; i++) {
                jar.send("{\"jsonrpc\":\"2.0\",\"id\":" + i + ",\"method\":\"tools/call\",\"params\":{\"name\":\"proxy_get_exchange\","
                        + "\"arguments\":{\"exchange_id\":\"" + id + "\",\"body\":\"response\",\"output_file\":\"bomb" + i + "\"}}}");
            }
            for (int i = 1; i <= BOMBS; i++) {
                String answer = jar.line();
                assertTrue(answer.contains("\"status\":\"success\""), answer + jar.err());
            }
        }
    }

    @Test
    void portsThatAreTakenCannotBeStartedOn() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(taken.getLocalPort());
            for (List<String> args : List.of(List.of("--transport", "http", "--port", port), List.of("capture", "--port", port),
                    List.of("run", "--port", "0", "--proxy-port", port), List.of("run", "--proxy-port", "0", "--port", port))) {
                try (JarProcess jar = JarProcess.start(home(), args.toArray(new String[0]))) {
                    assertEquals(3, jar.exit(), args.toString());
                    assertTrue(jar.err().contains(port), jar.err());
                }
            }
        }
    }

    @Test
    void callRunsAToolHere() throws Exception {
        try (JarProcess jar = JarProcess.start(home(), "call", "proxy_get_ca_cert", "format=pem")) {
            JsonObject result = json(jar.line());
            assertEquals(0, jar.exit());
            assertArrayEquals(Files.readAllBytes(home().resolve("ca/ca-cert.pem")), result.string("certPem").orElseThrow().getBytes());
        }
        try (JarProcess jar = JarProcess.start(home(), "call", "proxy_list_traffic", "limit=zero")) {
            assertEquals("{\"status\":\"error\",\"error\":\"limit: expected an integer in 1..5000, got \\\"zero\\\"\",\"code\":\"bad_argument\"}",
                    jar.line());
            assertEquals(1, jar.exit());
        }
        try (JarProcess jar = JarProcess.start(home(), "call", "proxy_stat")) {
            assertEquals(2, jar.exit());
            assertTrue(jar.err().contains("did you mean proxy_st"), jar.err());
        }
    }

    @Test
    void badCommandLinesHomesAndHelp() throws Exception {
        try (JarProcess jar = JarProcess.start(home(), "capture", "--prot", "1")) {
            assertEquals(2, jar.exit());
            assertEquals("proxy-mcp: unknown option --prot; did you mean --port?\ntry --help\n", jar.err());
            assertEquals("", jar.rest());
        }
        try (JarProcess jar = JarProcess.start(Files.createFile(folder.resolve("file")), "capture", "--port", "0")) {
            assertEquals(3, jar.exit());
            assertTrue(jar.err().contains("--home"), jar.err());
        }
        try (JarProcess jar = JarProcess.start(folder.resolve("other"), "capture", "--port", "0", "--upstream-ca", "/nowhere/ca.pem")) {
            assertEquals(3, jar.exit());
            assertEquals("proxy-mcp: The upstream CA file /nowhere/ca.pem does not exist\n", jar.err());
        }
        try (JarProcess jar = JarProcess.start(home(), "--help")) {
            assertTrue(jar.rest().contains("exit codes: 0 fine, 1 the tool said error, 2 bad command line, 3 could not start"));
            assertEquals(0, jar.exit());
        }
        try (JarProcess jar = JarProcess.start(home(), "--version")) {
            assertTrue(jar.rest().matches("proxy-mcp \\d+\\.\\d+\\.\\d+\n"));
            assertEquals(0, jar.exit());
        }
        assertTrue(Files.notExists(home()), "nothing of this needs a home");
    }

    @Test
    void toolsListsAndDescribes() throws Exception {
        try (JarProcess jar = JarProcess.start(home(), "tools")) {
            assertEquals(ToolboxTest.names(), jar.rest().lines().map(line -> line.split(" ", 2)[0]).filter(name -> name.contains("_")).toList());
            assertEquals(0, jar.exit());
        }
        try (JarProcess jar = JarProcess.start(home(), "tools", "proxy_start")) {
            assertEquals("object", json(jar.line()).object("inputSchema").orElseThrow().string("type").orElseThrow());
        }
    }

    @Test
    void doctorNamesEachPart() throws Exception {
        try (JarProcess jar = JarProcess.start(home(), "doctor")) {
            String shown = jar.rest();
            assertEquals(0, jar.exit(), shown);
            for (String part : List.of("Java ", "home ", "CA ", "sessions: 0", "brotli", "port ", "browser")) {
                assertTrue(shown.lines().anyMatch(line -> line.matches("(ok|warn) +" + part + ".*")), part + " in " + shown);
            }
        }
    }

    @Test
    void aDoctorThatFindsAFaultSaysSoWithItsExitCode() throws Exception {
        try (JarProcess jar = JarProcess.start(Files.createFile(folder.resolve("file")), "doctor")) {
            assertTrue(jar.rest().contains("fail home "));
            assertEquals(1, jar.exit());
        }
    }
}
