package proxymcp.mcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.ResultSchema;
import proxymcp.json.Schema;

/** Streamable HTTP in both eras, over raw sockets. */
@Timeout(60)
final class HttpTransportTest {
    private static final String META = "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
            + "\"io.modelcontextprotocol/clientCapabilities\":{}";
    private static final String PING = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";
    private static final String PONG = "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}";
    private static final String VERSION = "MCP-Protocol-Version: 2026-07-28";

    private HttpTransport transport = start(ConformanceServer.server(), Optional.empty(), 10_000);

    private static HttpTransport start(McpServer server, Optional<String> token, long keepAliveMillis) {
        try {
            return HttpTransport.start(server, new HttpOptions(InetAddress.getByName("127.0.0.1"), 0, token, keepAliveMillis));
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }

    private void restart(McpServer server, Optional<String> token, long keepAliveMillis) {
        transport.close();
        transport = start(server, token, keepAliveMillis);
    }

    @AfterEach
    void stop() {
        transport.close();
    }

    /** A POST with the usual headers, the ones given, and a body. */
    private String post(String body, String... headers) {
        return raw("POST /mcp HTTP/1.1", body, "Host: 127.0.0.1:" + transport.port(), "Content-Type: application/json",
                String.join("\r\n", headers));
    }

    private static String raw(String requestLine, String body, String... headers) {
        StringBuilder request = new StringBuilder(requestLine).append("\r\n");
        for (String header : headers) {
            request.append(header).append(header.isEmpty() ? "" : "\r\n");
        }
        return request.append("Content-Length: ").append(body.getBytes(StandardCharsets.UTF_8).length).append("\r\n\r\n").append(body).toString();
    }

    private HttpWire.Reply exchange(String request) throws IOException {
        try (HttpWire wire = new HttpWire(transport.port())) {
            wire.send(request);
            return wire.read();
        }
    }

    private void expect(int status, String body, String request) throws IOException {
        HttpWire.Reply reply = exchange(request);
        assertEquals(status + " " + body, reply.status() + " " + reply.body(), request);
        assertEquals(body.isEmpty() ? "(absent)" : "application/json", reply.header("content-type"));
        assertEquals("(absent)", reply.header("mcp-session-id"));
    }

    private static String error(String id, int code, String message) {
        return "{\"jsonrpc\":\"2.0\"," + (id.isEmpty() ? "" : "\"id\":" + id + ",") + "\"error\":{\"code\":" + code
                + ",\"message\":" + new JsonString(message) + "}}";
    }

    private static String modern(String method, String params) {
        return "{\"jsonrpc\":\"2.0\",\"id\":\"m\",\"method\":\"" + method + "\",\"params\":{" + params + META + "}}}";
    }

    // Guarding the door.

    @Test
    void foreignHostsAndOriginsAreForbidden() throws IOException {
        String port = ":" + transport.port();
        String[] hosts = {"evil.example", "evil.example" + port, "127.0.0.1", "127.0.0.1:1", "127.0.0.1" + port + "@evil.example", ""};
        for (String host : hosts) {
            expect(403, error("", -32600, "Forbidden: the Host header does not name this server"),
                    raw("POST /mcp HTTP/1.1", PING, "Host: " + host, "Content-Type: application/json"));
        }
        String[] origins = {"http://evil.example", "null", "", "https://127.0.0.1" + port, "http://127.0.0.1:1", "http://127.0.0.1" + port + ".evil.example"};
        for (String origin : origins) {
            expect(403, error("", -32600, "Forbidden: requests from this Origin are not accepted"), post(PING, "Origin: " + origin));
        }
        expect(403, error("", -32600, "Forbidden: requests from this Origin are not accepted"),
                raw("GET /mcp HTTP/1.1", "", "Host: localhost" + port, "Origin: http://evil.example"));
        expect(403, error("", -32600, "Forbidden: requests from this Origin are not accepted"),
                post(PING, "Origin: http://localhost" + port, "Origin: http://evil.example"));
    }

    @Test
    void namesOfLoopbackAndTheServersOwnOriginPass() throws IOException {
        String[] names = {"localhost", "127.0.0.1", "[::1]", "LocalHost"};
        for (String name : names) {
            String host = name + ":" + transport.port();
            expect(200, PONG, raw("POST /mcp HTTP/1.1", PING, "Host: " + host, "Content-Type: application/json"));
            expect(200, PONG, post(PING, "Origin: http://" + host));
        }
    }

    @Test
    void tokenIsAskedForAndTellsWhereTheCallCameFrom() throws IOException {
        String call = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"origin\"}}";
        assertTrue(exchange(post(call)).body().contains("HTTP_WITHOUT_TOKEN"));
        restart(ConformanceServer.server(), Optional.of("s3cret"), 10_000);
        String[] wrong = {"X: y", "Authorization: Bearer", "Authorization: Bearer ", "Authorization: Bearer s3cre", "Authorization: Bearer s3crets",
            "Authorization: Bearer s3creT",
            "Authorization: Basic s3cret", "Authorization: s3cret", "Authorization: Bearer s3cret\r\nAuthorization: Bearer other"};
        for (String header : wrong) {
            HttpWire.Reply reply = exchange(post(PING, header));
            assertEquals(401, reply.status(), header);
            assertEquals("Bearer realm=\"proxy-mcp\"", reply.header("www-authenticate"));
            assertEquals(error("", -32600, "Unauthorized: send the server's token as Authorization: Bearer"), reply.body());
        }
        assertTrue(exchange(post(call, "Authorization: bearer s3cret")).body().contains("HTTP_WITH_TOKEN"));
    }

    @Test
    void addressThatOthersReachNeedsAToken() throws IOException {
        InetAddress any = InetAddress.getByName("0.0.0.0");
        assertEquals("bind address 0.0.0.0 can be reached from other machines: a token is needed",
                assertThrows(IllegalArgumentException.class, () -> new HttpOptions(any, 0, Optional.empty(), 1)).getMessage());
        assertThrows(IllegalArgumentException.class, () -> HttpOptions.loopback(0, Optional.of("")));
        assertThrows(IllegalArgumentException.class, () -> HttpOptions.loopback(0, Optional.of("a b")));
        try (HttpTransport open = HttpTransport.start(ConformanceServer.server(), new HttpOptions(any, 0, Optional.of("t"), 1_000));
                HttpWire wire = new HttpWire(open.port())) {
            wire.send(raw("POST /mcp HTTP/1.1", PING, "Host: my.machine:1", "Content-Type: application/json", "Authorization: Bearer t"));
            assertEquals(PONG, wire.read().body());
        }
    }

    @Test
    void otherPathsMethodsAndTypesAreRefused() throws IOException {
        String host = "Host: 127.0.0.1:" + transport.port();
        String[] paths = {"/", "/mcpx", "/mcp/", "/mcp/y", "/MCP"};
        for (String path : paths) {
            expect(404, error("", -32600, "Not found: the endpoint is /mcp"),
                    raw("POST " + path + " HTTP/1.1", PING, host, "Content-Type: application/json"));
        }
        String[] methods = {"GET", "DELETE", "PUT", "OPTIONS"};
        for (String method : methods) {
            HttpWire.Reply reply = exchange(raw(method + " /mcp HTTP/1.1", "", host, "Accept: text/event-stream"));
            assertEquals(405, reply.status());
            assertEquals("POST", reply.header("allow"));
        }
        String[] types = {"X: y", "Content-Type: text/plain", "Content-Type: application/x-www-form-urlencoded", "Content-Type: application/jsonx"};
        for (String type : types) {
            expect(415, error("", -32600, "Unsupported media type: expected Content-Type: application/json"),
                    raw("POST /mcp HTTP/1.1", PING, host, type));
        }
        expect(200, PONG, raw("POST /mcp HTTP/1.1", PING, host, "Content-Type: Application/JSON; charset=utf-8"));
    }

    @Test
    void bodyMustBeAMessageOfBoundedSize() throws IOException {
        expect(400, error("", -32700, "Parse error: expected a value, got the end of the text at character 11"), post("{\"jsonrpc\":"));
        expect(400, error("", -32700, "Parse error: expected a value, got the end of the text at character 0"), post(""));
        expect(400, error("", -32700, "Parse error: nesting is deeper than 200 at character 200"), post("[".repeat(1_000)));
        expect(400, error("", -32600, "Invalid request: expected an object"), post("7"));
        expect(400, error("5", -32600, "Invalid request: expected \"jsonrpc\":\"2.0\""), post("{\"id\":5,\"method\":\"ping\"}"));
        expect(413, error("", -32600, "Content too large: at most 16777216 bytes"), post(" ".repeat((16 << 20) + 1)));
    }

    @Test
    void chunkedBodyIsRead() throws IOException {
        expect(200, PONG, "POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:" + transport.port() + "\r\nContent-Type: application/json\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(PING.length()) + "\r\n" + PING + "\r\n0\r\n\r\n");
    }

    @Test
    void connectionServesOneRequestAfterTheOther() throws IOException {
        try (HttpWire wire = new HttpWire(transport.port())) {
            for (int i = 0; i < 3; i++) {
                wire.send(post(PING));
                assertEquals(PONG, wire.read().body());
            }
        }
    }

    // The initialize era.

    @Test
    void initializeGivesNoSessionAndIgnoresLegacyVersionHeaders() throws IOException {
        String initialize = "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2025-06-18\"}}";
        String[] headers = {"X: y", "MCP-Protocol-Version: 2025-11-25", "MCP-Protocol-Version: 1999-01-01", "Mcp-Session-Id: stale"};
        for (String header : headers) {
            HttpWire.Reply reply = exchange(post(initialize, header));
            assertEquals(200, reply.status());
            assertTrue(reply.body().startsWith("{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":{\"protocolVersion\":\"2025-06-18\","), reply.body());
            assertEquals("(absent)", reply.header("mcp-session-id"));
        }
        expect(400, error("0", -32020, "Header mismatch: initialize does not exist in the revision that MCP-Protocol-Version names"),
                post(initialize, VERSION));
    }

    @Test
    void headerTellsTheRevisionOfALegacyRequest() throws IOException {
        String call = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"origin\"}}";
        assertFalse(exchange(post(call)).body().contains("structuredContent"), "without a header: 2025-03-26");
        assertTrue(exchange(post(call, "MCP-Protocol-Version: 2025-06-18")).body().contains("structuredContent"));
        expect(400, error("1", -32600, "Bad request: unsupported MCP-Protocol-Version; served are 2024-11-05, 2025-03-26, 2025-06-18, "
                + "2025-11-25 after initialize, and 2026-07-28"), post(call, "MCP-Protocol-Version: 1999-01-01"));
        expect(400, error("1", -32602, "Invalid params: _meta: expected the keys that 2026-07-28 requires"), post(call, VERSION));
    }

    @Test
    void notificationsAndResponsesAreAcceptedWithoutABody() throws IOException {
        expect(202, "", post("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}"));
        expect(202, "", post("{\"jsonrpc\":\"2.0\",\"id\":9,\"result\":{}}"));
        expect(202, "", post("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":1}}", VERSION));
    }

    @Test
    void batchIsServedToTheRevisionThatHadThem() throws IOException {
        String batch = "[" + PING + ",{\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\"},{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"x\"},7,"
                + modern("tools/list", "") + "]";
        String answers = "[" + PONG + "," + error("2", -32601, "Method not found: x") + ","
                + error("", -32600, "Invalid request: expected an object") + ","
                + error("\"m\"", -32600, "Invalid request: not allowed in a batch") + "]";
        expect(200, answers, post(batch));
        expect(200, answers, post(batch, "MCP-Protocol-Version: 2025-03-26"));
        expect(202, "", post("[{\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\"}]"));
        expect(400, error("", -32600, "Invalid request: expected one message"), post(batch, "MCP-Protocol-Version: 2025-11-25"));
        expect(400, error("", -32600, "Invalid request: expected one message"), post("[]"));
    }

    @Test
    void legacyErrorsOfMethodsAreStatus200() throws IOException {
        expect(200, error("1", -32601, "Method not found: x"), post("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\"}"));
    }

    // The modern era.

    @Test
    void modernRequestIsAnsweredWithoutASession() throws IOException {
        HttpWire.Reply reply = exchange(post(modern("tools/list", ""), VERSION, "Mcp-Method: tools/list", "Mcp-Session-Id: stale", "Last-Event-ID: 7"));
        assertEquals(200, reply.status());
        assertTrue(reply.body().startsWith("{\"jsonrpc\":\"2.0\",\"id\":\"m\",\"result\":{\"resultType\":\"complete\",\"tools\":["), reply.body());
        assertEquals("(absent)", reply.header("mcp-session-id"));
    }

    @Test
    void earliestFaultOfAModernRequestAnswers() throws IOException {
        String list = modern("tools/list", "");
        expect(400, error("\"m\"", -32602, "Invalid params: _meta[\"io.modelcontextprotocol/clientCapabilities\"]: expected an object"),
                post(list.replace("{}", "[]"), "MCP-Protocol-Version: 1900-01-01"));
        expect(400, error("\"m\"", -32020, "Header mismatch: MCP-Protocol-Version and _meta name different revisions"),
                post(list.replace("2026-07-28", "2030-01-01"), VERSION));
        expect(400, "{\"jsonrpc\":\"2.0\",\"id\":\"m\",\"error\":{\"code\":-32022,\"message\":\"Unsupported protocol version\","
                + "\"data\":{\"supported\":[\"2026-07-28\"],\"requested\":\"2030-01-01\"}}}",
                post(list.replace("2026-07-28", "2030-01-01"), "MCP-Protocol-Version: 2030-01-01"));
        expect(400, error("\"m\"", -32020, "Header mismatch: MCP-Protocol-Version: missing, or given with different values"),
                post(list, "Mcp-Method: tools/list"));
        expect(400, error("\"m\"", -32020, "Header mismatch: MCP-Protocol-Version: missing, or given with different values"),
                post(list, VERSION, "MCP-Protocol-Version: 2025-11-25", "Mcp-Method: tools/list"));
        expect(400, error("\"m\"", -32020, "Header mismatch: Mcp-Method: missing, malformed, or given with different values"), post(list, VERSION));
        expect(400, error("\"m\"", -32020, "Header mismatch: Mcp-Method does not repeat what the message says"),
                post(list, VERSION, "Mcp-Method: Tools/List"));
        expect(404, error("\"m\"", -32601, "Method not found: ping"), post(modern("ping", ""), VERSION, "Mcp-Method: ping"));
        expect(404, error("\"m\"", -32601, "Method not found: initialize"), post(modern("initialize", ""), VERSION, "Mcp-Method: initialize"));
        expect(200, error("\"m\"", -32602, "Invalid params: cursor: this list has one page"),
                post(modern("tools/list", "\"cursor\":\"x\","), VERSION, "mcp-method:   tools/list  "));
    }

    @Test
    void nameHeaderMustRepeatToolOrUriPlainOrEncoded() throws IOException {
        String call = modern("tools/call", "\"name\":\"no such tööl\",");
        String unknown = error("\"m\"", -32602, "Unknown tool: no such tööl");
        String base64 = Base64.getEncoder().encodeToString("no such tööl".getBytes(StandardCharsets.UTF_8));
        expect(200, unknown, post(call, VERSION, "Mcp-Method: tools/call", "Mcp-Name: =?base64?" + base64 + "?="));
        String missing = error("\"m\"", -32020, "Header mismatch: Mcp-Name: missing, malformed, or given with different values");
        String different = error("\"m\"", -32020, "Header mismatch: Mcp-Name does not repeat what the message says");
        expect(400, missing, post(call, VERSION, "Mcp-Method: tools/call"));
        String[] malformed = {"!" + base64.substring(1), base64.substring(0, base64.length() - 1), "/w=="};
        for (String value : malformed) {
            expect(400, missing, post(call, VERSION, "Mcp-Method: tools/call", "Mcp-Name: =?base64?" + value + "?="));
        }
        expect(400, different, post(call, VERSION, "Mcp-Method: tools/call", "Mcp-Name: =?BASE64?" + base64 + "?="));
        expect(400, different, post(modern("resources/read", "\"uri\":\"test://static-text\","), VERSION, "Mcp-Method: resources/read",
                "Mcp-Name: test://static-binary"));
        assertEquals(200, exchange(post(modern("resources/read", "\"uri\":\"test://static-text\","), VERSION, "Mcp-Method: resources/read",
                "Mcp-Name: test://static-text")).status());
    }

    // Event streams.

    private String callWithProgress(String tool) {
        String body = modern("tools/call", "\"name\":\"" + tool + "\",").replace("\"_meta\":{", "\"_meta\":{\"progressToken\":\"p\",");
        return post(body, VERSION, "Mcp-Method: tools/call", "Mcp-Name: " + tool);
    }

    @Test
    void progressComesAsEventsAndTheResponseEndsTheStream() throws IOException {
        try (HttpWire wire = new HttpWire(transport.port())) {
            wire.send(callWithProgress("test_tool_with_progress"));
            HttpWire.Reply head = wire.read();
            assertEquals("200 text/event-stream no-cache no", head.status() + " " + head.header("content-type") + " "
                    + head.header("cache-control") + " " + head.header("x-accel-buffering"));
            int[] expected = {0, 50, 100};
            for (int done : expected) {
                assertEquals("event: message\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":\"p\","
                        + "\"progress\":" + done + ",\"total\":100,\"message\":\"done " + done + "\"}}\n\n", wire.chunk());
            }
            assertEquals("event: message\ndata: {\"jsonrpc\":\"2.0\",\"id\":\"m\",\"result\":{\"resultType\":\"complete\",\"content\":"
                    + "[{\"type\":\"text\",\"text\":\"{\\\"status\\\":\\\"success\\\"}\"}],\"structuredContent\":{\"status\":\"success\"},"
                    + "\"_meta\":{\"io.modelcontextprotocol/serverInfo\":{\"name\":\"fixtures\",\"version\":\"1.0.0\"}}}}\n\n", wire.chunk());
            assertEquals("", wire.chunk());
        }
    }

    @Test
    void commentsKeepAQuietStreamAlive() throws IOException {
        restart(ConformanceServer.server(), Optional.empty(), 20);
        try (HttpWire wire = new HttpWire(transport.port())) {
            wire.send(callWithProgress("wait"));
            wire.read();
            assertTrue(wire.chunk().contains("waiting"));
            assertEquals(": ka\n\n", wire.chunk());
            assertEquals(": ka\n\n", wire.chunk());
        }
    }

    /** A tool that waits until it is cancelled, and says when it began. */
    private static Tool waiting(CountDownLatch running, CountDownLatch cancelled, CountDownLatch release) {
        return new Tool("hold", "t", "d", Tool.Hints.QUERY, "core", Schema.EMPTY, ResultSchema.of(), (args, context) -> {
            context.onCancel(cancelled::countDown);
            context.onCancel(release::countDown);
            running.countDown();
            release.await();
            return ToolOutcome.success(JsonObject.EMPTY);
        });
    }

    private static McpServer serverWith(Tool tool) {
        return new McpServer(new ServerInfo("n", "t", "v", "i"), List.of(tool), List.of(), List.of());
    }

    @Test
    void headOfAQuietStreamIsSentAtOnce() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        restart(serverWith(waiting(new CountDownLatch(1), new CountDownLatch(1), release)), Optional.empty(), 60_000);
        try (HttpWire wire = new HttpWire(transport.port())) {
            wire.send(callWithProgress("hold"));
            assertEquals(200, wire.read().status());
            release.countDown();
            assertTrue(wire.chunk().contains("\"resultType\":\"complete\""));
        }
    }

    @Test
    void clientThatLeavesCancelsItsModernCall() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch cancelled = new CountDownLatch(1);
        restart(serverWith(waiting(running, cancelled, new CountDownLatch(1))), Optional.empty(), 20);
        try (HttpWire wire = new HttpWire(transport.port())) {
            wire.send(callWithProgress("hold"));
            wire.read();
            running.await();
            wire.reset();
        }
        assertTrue(cancelled.await(20, TimeUnit.SECONDS));
    }

    @Test
    void closingCancelsCallsAndFreesThePort() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch cancelled = new CountDownLatch(1);
        restart(serverWith(waiting(running, cancelled, new CountDownLatch(1))), Optional.empty(), 10_000);
        int port = transport.port();
        try (HttpWire wire = new HttpWire(port)) {
            wire.send(post("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"hold\"}}"));
            running.await();
            transport.close();
            assertTrue(cancelled.await(0, TimeUnit.SECONDS));
        }
        assertThrows(ConnectException.class, () -> new HttpWire(port).close());
    }

    @Test
    void legacyClientThatLeavesDoesNotCancelItsCall() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch cancelled = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        restart(serverWith(waiting(running, cancelled, release)), Optional.empty(), 5);
        try (HttpWire wire = new HttpWire(transport.port())) {
            wire.send(post("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"hold\",\"_meta\":{\"progressToken\":1}}}"));
            wire.read();
            running.await();
            wire.reset();
        }
        // Nothing tells that a cancellation will not come; a hundred comments would have brought it.
        assertFalse(cancelled.await(500, TimeUnit.MILLISECONDS));
        release.countDown();
    }

    @Test
    void urlNamesTheBoundAddress() {
        assertEquals("http://127.0.0.1:" + transport.port() + "/mcp", transport.url());
    }
}
