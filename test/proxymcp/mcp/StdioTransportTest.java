package proxymcp.mcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;
import proxymcp.json.ResultSchema;
import proxymcp.json.Schema;

/** Messages as lines, through real streams. */
@Timeout(60)
final class StdioTransportTest {
    private static final String META = "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
            + "\"io.modelcontextprotocol/clientCapabilities\":{}";
    private static final String INITIALIZE = "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"%s\"}}";
    private static final String PONG = "{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{}}";

    private static String error(String id, int code, String message) {
        return "{\"jsonrpc\":\"2.0\"," + (id.isEmpty() ? "" : "\"id\":" + id + ",") + "\"error\":{\"code\":" + code
                + ",\"message\":" + new JsonString(message) + "}}";
    }

    private static String ping(String id) {
        return "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"method\":\"ping\"}";
    }

    private static String call(String id, String tool, String more) {
        return "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"method\":\"tools/call\",\"params\":{\"name\":\"" + tool + "\"" + more + "}}";
    }

    private static String cancel(String id) {
        return "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":" + id + "}}";
    }

    @Test
    void bothErasAreServedOnOnePipe() throws Exception {
        try (StdioSession session = new StdioSession(ConformanceServer.server())) {
            session.send("{\"jsonrpc\":\"2.0\",\"id\":\"d\",\"method\":\"server/discover\",\"params\":{" + META + "}}}");
            assertEquals("[\"2026-07-28\"]", session.nextJson().object("result").orElseThrow().get("supportedVersions").orElseThrow().toString());
            session.send(INITIALIZE.formatted("2025-06-18"));
            assertEquals("\"2025-06-18\"", session.nextJson().object("result").orElseThrow().get("protocolVersion").orElseThrow().toString());
            assertEquals(PONG.formatted("1"), session.ask(ping("1")));
            session.send("{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/list\",\"params\":{" + META + "}}}");
            assertEquals("\"complete\"", session.nextJson().object("result").orElseThrow().get("resultType").orElseThrow().toString());
            assertEquals(error("3", -32601, "Method not found: ping"),
                    session.ask("{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"ping\",\"params\":{" + META + "}}}"));
        }
    }

    @Test
    void modernRequestsMustNameAServedVersionAndCapabilities() throws Exception {
        try (StdioSession session = new StdioSession(ConformanceServer.server())) {
            assertEquals("{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32022,\"message\":\"Unsupported protocol version\","
                    + "\"data\":{\"supported\":[\"2026-07-28\"],\"requested\":\"2025-11-25\"}}}",
                    session.ask("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{" + META.replace("2026-07-28", "2025-11-25") + "}}}"));
            assertEquals(error("2", -32602, "Invalid params: _meta[\"io.modelcontextprotocol/clientCapabilities\"]: expected an object"),
                    session.ask("{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/list\",\"params\":{" + META.replace("{}", "7") + "}}}"));
            assertEquals(error("3", -32602, "Invalid params: _meta[\"io.modelcontextprotocol/protocolVersion\"]: expected a string"),
                    session.ask("{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"tools/list\",\"params\":{" + META.replace("\"2026-07-28\"", "null") + "}}}"));
        }
    }

    @Test
    void secondInitializeIsRefusedAndAFailedOneIsNot() throws Exception {
        try (StdioSession session = new StdioSession(ConformanceServer.server())) {
            assertEquals(error("0", -32602, "Invalid params: protocolVersion: expected a string"),
                    session.ask("{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{}}"));
            session.send(INITIALIZE.formatted("1999-01-01"));
            assertEquals("\"2025-11-25\"", session.nextJson().object("result").orElseThrow().get("protocolVersion").orElseThrow().toString());
            assertEquals(error("0", -32600, "Invalid request: already initialized"), session.ask(INITIALIZE.formatted("2025-11-25")));
        }
    }

    @Test
    void badLinesAreAnsweredAndTheNextOneIsRead() throws Exception {
        try (StdioSession session = new StdioSession(ConformanceServer.server())) {
            assertEquals(error("", -32700, "Parse error: expected a value, got 't' at character 0"), session.ask("this is not JSON"));
            assertEquals(error("", -32600, "Invalid request: expected an object"), session.ask("7"));
            assertEquals(error("\"q\"", -32600, "Invalid request: expected \"jsonrpc\":\"2.0\""), session.ask("{\"id\":\"q\",\"method\":\"ping\"}"));
            assertEquals(error("", -32700, "Parse error: nesting is deeper than 200 at character 200"), session.ask("[".repeat(10_000)));
            session.sendRaw(new byte[] {'"', (byte) 0xff, '"', '\n'});
            assertEquals(error("", -32700, "Parse error: the bytes are not UTF-8 at character 0"), session.next());
            assertEquals(PONG.formatted("1"), session.ask(ping("1")));
        }
    }

    @Test
    void lineAboveTheBoundIsRefusedAndTheNextOneIsRead() throws Exception {
        try (StdioSession session = new StdioSession(ConformanceServer.server())) {
            session.send("\"" + "x".repeat(16 << 20) + "\"");
            assertEquals(error("", -32600, "Invalid request: the line is longer than 16777216 bytes"), session.next());
            assertEquals(PONG.formatted("1"), session.ask(ping("1")));
        }
    }

    @Test
    void argumentOfTenMebibytesIsTaken() throws Exception {
        try (StdioSession session = new StdioSession(ConformanceServer.server())) {
            String text = "é".repeat(5 << 20);
            session.send(call("1", "echo", ",\"arguments\":{\"text\":\"" + text + "\"}"));
            JsonObject result = session.nextJson().object("result").orElseThrow();
            assertEquals(text, result.object("structuredContent").orElseThrow().object("arguments").orElseThrow().string("text").orElseThrow());
        }
    }

    @Test
    void blankLinesCarriageReturnsAndAByteOrderMarkAreTolerated() throws Exception {
        try (StdioSession session = new StdioSession(ConformanceServer.server())) {
            session.sendRaw(new byte[] {(byte) 0xef, (byte) 0xbb, (byte) 0xbf});
            assertEquals(PONG.formatted("0"), session.ask(ping("0") + "\r"));
            session.send("");
            session.send(" \t\r");
            assertEquals(PONG.formatted("9007199254740991"), session.ask(ping("9007199254740991")));
            assertEquals(0, session.unread());
        }
    }

    @Test
    void notificationsAndResponsesAreNeverAnswered() throws Exception {
        try (StdioSession session = new StdioSession(ConformanceServer.server())) {
            session.send("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/no_such_thing\",\"params\":{}}");
            session.send("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":[1]}");
            session.send("{\"jsonrpc\":\"2.0\",\"method\":\"tools/call\"}");
            session.send("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}");
            session.send(cancel("\"never\""));
            assertEquals(PONG.formatted("2"), session.ask(ping("2")));
            assertEquals(0, session.unread());
        }
    }

    @Test
    void pingIsAnsweredWhileToolsRunAndACancelledCallIsNot() throws Exception {
        try (StdioSession session = new StdioSession(ConformanceServer.server())) {
            session.send(call("1", "wait", ",\"_meta\":{\"progressToken\":\"p\"}"));
            assertEquals("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":\"p\",\"progress\":1,"
                    + "\"message\":\"waiting\"}}", session.next());
            assertEquals(PONG.formatted("2"), session.ask(ping("2")));
            assertEquals(error("1", -32600, "Invalid request: a request with this id is still running"), session.ask(call("1", "wait", "")));
            session.send(cancel("\"1\""));
            session.send(cancel("1"));
            session.end();
            assertEquals(0, session.unread());
        }
    }

    @Test
    void progressComesBeforeTheResponse() throws Exception {
        try (StdioSession session = new StdioSession(ConformanceServer.server())) {
            session.send(call("1", "test_tool_with_progress", ",\"_meta\":{\"progressToken\":7}"));
            int[] expected = {0, 50, 100};
            for (int done : expected) {
                assertEquals("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":7,\"progress\":" + done
                        + ",\"total\":100,\"message\":\"done " + done + "\"}}", session.next());
            }
            assertTrue(session.nextJson().has("result"));
        }
    }

    @Test
    void endOfInputCancelsWhatRunsAndReturns() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch cancelled = new CountDownLatch(1);
        Tool endless = new Tool("endless", "t", "d", Tool.Hints.QUERY, "core", Schema.EMPTY, ResultSchema.of(), (args, context) -> {
            context.onCancel(cancelled::countDown);
            running.countDown();
            cancelled.await();
            return ToolOutcome.success(JsonObject.EMPTY);
        });
        McpServer server = new McpServer(new ServerInfo("n", "t", "v", "i"), List.of(endless), List.of(), List.of());
        StdioSession session = new StdioSession(server);
        session.send(call("1", "endless", ""));
        running.await();
        session.end();
        assertTrue(cancelled.await(0, TimeUnit.SECONDS));
        assertEquals(0, session.unread());
    }

    @Test
    void callThatCanFinishAtTheEndOfInputIsAnswered() throws Exception {
        StdioSession session = new StdioSession(ConformanceServer.server());
        session.sendRaw(call("1", "origin", "").getBytes(StandardCharsets.UTF_8));
        session.end();
        assertEquals("{\"status\":\"success\",\"origin\":\"STDIO\"}",
                session.nextJson().object("result").orElseThrow().get("structuredContent").orElseThrow().toString());
    }

    @Test
    void batchIsAnsweredAsOneArrayInTheRevisionThatHadThem() throws Exception {
        try (StdioSession session = new StdioSession(ConformanceServer.server())) {
            session.send(INITIALIZE.formatted("2025-03-26"));
            session.next();
            String answers = session.ask("[" + ping("1") + "," + call("2", "origin", "") + ",{\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\"},"
                    + "{\"jsonrpc\":\"2.0\",\"id\":3},9," + INITIALIZE.formatted("2025-03-26") + "]");
            Set<String> expected = Set.of(error("3", -32600, "Invalid request: expected a method, or a result or an error"),
                    error("", -32600, "Invalid request: expected an object"), PONG.formatted("1"),
                    error("0", -32600, "Invalid request: already initialized"),
                    "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{\"content\":[{\"type\":\"text\",\"text\":"
                    + "\"{\\\"status\\\":\\\"success\\\",\\\"origin\\\":\\\"STDIO\\\"}\"}]}}");
            Set<String> given = new HashSet<>();
            ((JsonArray) Json.parse(answers)).forEach(answer -> given.add(answer.toString()));
            assertEquals(expected, given, "in any order");
            session.send("[{\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\"}]");
            assertEquals(error("", -32600, "Invalid request: expected one message a line"), session.ask("[]"));
            assertEquals(0, session.unread());
        }
    }

    @Test
    void cancelledRequestIsMissingFromItsBatch() throws Exception {
        try (StdioSession session = new StdioSession(ConformanceServer.server())) {
            session.send(INITIALIZE.formatted("2025-03-26"));
            session.next();
            session.send("[" + ping("1") + "," + call("2", "wait", ",\"_meta\":{\"progressToken\":1}") + "]");
            assertTrue(session.next().contains("notifications/progress"));
            session.send(cancel("2"));
            assertEquals("[" + PONG.formatted("1") + "]", session.next());
            session.send("[" + call("3", "wait", ",\"_meta\":{\"progressToken\":2}") + "]");
            assertTrue(session.next().contains("notifications/progress"));
            session.send(cancel("3"));
            session.end();
            assertEquals(0, session.unread(), "a batch without answers is not answered");
        }
    }

    @Test
    void batchIsRefusedInEveryOtherRevision() throws Exception {
        String[] revisions = {"2024-11-05", "2025-06-18", "2025-11-25"};
        for (String revision : revisions) {
            try (StdioSession session = new StdioSession(ConformanceServer.server())) {
                assertEquals(error("", -32600, "Invalid request: expected one message a line"), session.ask("[" + ping("1") + "]"));
                session.send(INITIALIZE.formatted(revision));
                session.next();
                assertEquals(error("", -32600, "Invalid request: expected one message a line"), session.ask("[" + ping("1") + "]"));
            }
        }
    }

    /** Damaged messages are answered, dropped or served; the session lives on, and only messages come out. */
    @Test
    void damagedLinesNeverEndTheSession() throws Exception {
        String[] whole = {ping("1"), call("2", "echo", ",\"arguments\":{\"text\":\"é\"}"), INITIALIZE.formatted("2025-03-26"), cancel("2"),
            "[" + ping("3") + "]", "{\"jsonrpc\":\"2.0\",\"id\":4,\"method\":\"tools/list\",\"params\":{" + META + "}}}"};
        long seed = 11;
        Random random = new Random(seed);
        try (StdioSession session = new StdioSession(ConformanceServer.server())) {
            for (int round = 0; round < 3_000; round++) {
                byte[] line = whole[random.nextInt(whole.length)].getBytes(StandardCharsets.UTF_8);
                for (int i = random.nextInt(3); i >= 0; i--) {
                    line[random.nextInt(line.length)] = (byte) random.nextInt(256);
                }
                session.sendRaw(line);
                session.send("");
            }
            session.send(ping("\"last\""));
            String answer = "";
            while (!answer.equals(PONG.formatted("\"last\""))) {
                answer = session.next();
                JsonValue message = Json.parse(answer);
                assertTrue(message instanceof JsonArray || ((JsonObject) message).string("jsonrpc").orElseThrow().equals("2.0"), "seed " + seed);
            }
        }
    }

    @Test
    void twoBusyJobsDelayNeitherAPingNorAnotherCall() throws Exception {
        WorkPool pool = new WorkPool();
        CountDownLatch busy = new CountDownLatch(Runtime.getRuntime().availableProcessors());
        Tool spin = new Tool("spin", "t", "d", Tool.Hints.QUERY, "core", Schema.EMPTY, ResultSchema.of(), (args, context) ->
                pool.run(context, () -> {
                    busy.countDown();
                    while (!context.cancelled()) {
                        Thread.onSpinWait();
                    }
                    return ToolOutcome.success(JsonObject.EMPTY);
                }));
        Tool origin = ConformanceServer.server().tool("origin");
        McpServer server = new McpServer(new ServerInfo("n", "t", "v", "i"), List.of(spin, origin), List.of(), List.of());
        try (StdioSession session = new StdioSession(server)) {
            for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
                session.send(call("\"spin" + i + "\"", "spin", ""));
            }
            busy.await();
            assertEquals(PONG.formatted("1"), session.ask(ping("1")));
            assertFalse(session.ask(call("2", "origin", "")).contains("isError"));
            session.end();
            assertEquals(0, session.unread());
        }
        pool.close();
    }
}
