package proxymcp.mcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonException;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;
import proxymcp.json.ResultSchema;
import proxymcp.json.Schema;
import proxymcp.rpc.RpcId;
import proxymcp.rpc.RpcMessage;

/** Every method, in every revision, without a transport. */
final class McpServerTest {
    private static final String MODERN_META = "\"_meta\":{\"io.modelcontextprotocol/serverInfo\":{\"name\":\"fixtures\",\"version\":\"1.0.0\"}}";

    private final McpServer server = ConformanceServer.server();

    private String answer(Revision revision, String method, String params) throws JsonException {
        return answer(server, revision, method, params);
    }

    private static String answer(McpServer server, Revision revision, String method, String params) throws JsonException {
        RpcMessage.Request request = new RpcMessage.Request(new RpcId.Whole(1), method, (JsonObject) Json.parse(params));
        String text = server.answer(request, revision, CallContext.detached(CallOrigin.STDIO)).json().toString();
        String start = "{\"jsonrpc\":\"2.0\",\"id\":1,";
        assertEquals(start, text.substring(0, start.length()));
        return text.substring(start.length(), text.length() - 1);
    }

    private static String error(int code, String message) {
        return "\"error\":{\"code\":" + code + ",\"message\":" + new JsonString(message) + "}";
    }

    private static JsonObject result(String answer) throws JsonException {
        return ((JsonObject) Json.parse("{" + answer + "}")).object("result").orElseThrow();
    }

    @Test
    void initializeAnswersWithTheRevisionAskedForIfItIsServed() throws JsonException {
        assertEquals("\"result\":{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{\"tools\":{},\"resources\":{},\"completions\":{}},"
                + "\"serverInfo\":{\"name\":\"fixtures\",\"version\":\"1.0.0\",\"title\":\"Fixtures\"},\"instructions\":\"Only for tests.\"}",
                answer(Revision.NEWEST_LEGACY, "initialize", "{\"protocolVersion\":\"2025-11-25\"}"));
        assertEquals("\"result\":{\"protocolVersion\":\"2024-11-05\",\"capabilities\":{\"tools\":{},\"resources\":{}},"
                + "\"serverInfo\":{\"name\":\"fixtures\",\"version\":\"1.0.0\"},\"instructions\":\"Only for tests.\"}",
                answer(Revision.NEWEST_LEGACY, "initialize", "{\"protocolVersion\":\"2024-11-05\"}"));
        Map<String, String> answers = Map.of("2025-03-26", "2025-03-26", "2025-06-18", "2025-06-18", "2026-07-28", "2025-11-25",
                "1999-01-01", "2025-11-25", "", "2025-11-25");
        for (Map.Entry<String, String> expected : answers.entrySet()) {
            String answer = answer(Revision.NEWEST_LEGACY, "initialize", "{\"protocolVersion\":\"" + expected.getKey() + "\"}");
            assertEquals(Optional.of(expected.getValue()), result(answer).string("protocolVersion"), expected.getKey());
        }
        assertEquals(error(-32602, "Invalid params: protocolVersion: expected a string"),
                answer(Revision.NEWEST_LEGACY, "initialize", "{}"));
    }

    @Test
    void discoverNamesVersionsCapabilitiesAndHowLongTheyStand() throws JsonException {
        assertEquals("\"result\":{\"resultType\":\"complete\",\"supportedVersions\":[\"2026-07-28\"],"
                + "\"capabilities\":{\"tools\":{},\"resources\":{},\"completions\":{}},\"instructions\":\"Only for tests.\","
                + "\"ttlMs\":60000,\"cacheScope\":\"public\"," + MODERN_META + "}", answer(Revision.MODERN, "server/discover", "{}"));
    }

    @Test
    void methodsOfTheOtherEraAndUnknownOnesAreNotFound() throws JsonException {
        assertEquals("\"result\":{}", answer(Revision.NEWEST_LEGACY, "ping", "{}"));
        String[] notModern = {"ping", "initialize", "logging/setLevel", "resources/subscribe", "subscriptions/listen", "prompts/list", "x"};
        for (String method : notModern) {
            assertEquals(error(-32601, "Method not found: " + method), answer(Revision.MODERN, method, "{}"));
        }
        String[] notLegacy = {"server/discover", "logging/setLevel", "resources/subscribe", "prompts/get", "tasks/get", ""};
        for (String method : notLegacy) {
            assertEquals(error(-32601, "Method not found: " + method), answer(Revision.NEWEST_LEGACY, method, "{}"));
        }
        assertEquals(error(-32601, "Method not found: completion/complete"), answer(Revision.R2024_11_05, "completion/complete", "{}"));
    }

    @Test
    void toolsAreListedByNameWithTheFieldsOfTheRevision() throws JsonException {
        JsonArray tools = result(answer(Revision.MODERN, "tools/list", "{}")).array("tools").orElseThrow();
        List<String> names = new ArrayList<>();
        tools.forEach(tool -> names.add(((JsonObject) tool).string("name").orElseThrow()));
        assertEquals(List.of("broken", "echo", "origin", "test_error_handling", "test_simple_text", "test_tool_with_progress", "wait"), names);
        assertEquals("{\"name\":\"origin\",\"title\":\"origin\",\"description\":\"Says where the call came from\","
                + "\"inputSchema\":{\"type\":\"object\",\"additionalProperties\":false},"
                + "\"outputSchema\":{\"type\":\"object\",\"properties\":{\"origin\":{}}},"
                + "\"annotations\":{\"readOnlyHint\":true,\"openWorldHint\":false}}",
                tools.values().get(2).toString());
        JsonValue second = result(answer(Revision.R2025_03_26, "tools/list", "{}")).array("tools").orElseThrow().values().get(2);
        assertEquals("{\"name\":\"origin\",\"description\":\"Says where the call came from\","
                + "\"inputSchema\":{\"type\":\"object\",\"additionalProperties\":false},"
                + "\"annotations\":{\"readOnlyHint\":true,\"openWorldHint\":false}}",
                second.toString());
        JsonValue first = result(answer(Revision.R2024_11_05, "tools/list", "{}")).array("tools").orElseThrow().values().get(2);
        assertFalse(((JsonObject) first).has("annotations"));
        assertEquals(error(-32602, "Invalid params: cursor: this list has one page"), answer(Revision.MODERN, "tools/list", "{\"cursor\":\"x\"}"));
        assertEquals(error(-32602, "Invalid params: cursor: expected a string"), answer(Revision.MODERN, "tools/list", "{\"cursor\":1}"));
    }

    @Test
    void successIsStructuredAndTheSameAsText() throws JsonException {
        String text = "{\"status\":\"success\",\"arguments\":{\"text\":\"é\\u001b\"},\"limit\":50}";
        String content = "\"content\":[{\"type\":\"text\",\"text\":" + new JsonString(text) + "}]";
        String params = "{\"name\":\"echo\",\"arguments\":{\"text\":\"é\\u001b\"}}";
        assertEquals("\"result\":{\"resultType\":\"complete\"," + content + ",\"structuredContent\":" + text + "," + MODERN_META + "}",
                answer(Revision.MODERN, "tools/call", params));
        assertEquals("\"result\":{" + content + ",\"structuredContent\":" + text + "}", answer(Revision.R2025_06_18, "tools/call", params));
        assertEquals("\"result\":{" + content + "}", answer(Revision.R2025_03_26, "tools/call", params));
    }

    @Test
    void failuresAreResultsWithoutStructuredContent() throws JsonException {
        Map<String, String> failures = Map.of(
                "{\"name\":\"test_error_handling\"}",
                "{\"status\":\"error\",\"error\":\"This tool intentionally returns an error for testing\",\"code\":\"on_purpose\"}",
                "{\"name\":\"echo\",\"arguments\":{\"limit\":0,\"mod\":\"all\"}}",
                "{\"status\":\"error\",\"error\":\"limit: expected an integer in 1..5000, got 0; unknown argument \\\"mod\\\"; "
                        + "did you mean \\\"mode\\\"?\",\"code\":\"bad_argument\"}",
                "{\"name\":\"broken\",\"arguments\":{}}",
                "{\"status\":\"error\",\"error\":\"broken failed for a reason of its own\",\"code\":\"internal_error\","
                        + "\"hint\":\"the server's log on stderr names the fault\"}");
        for (Map.Entry<String, String> failure : failures.entrySet()) {
            assertEquals("\"result\":{\"content\":[{\"type\":\"text\",\"text\":" + new JsonString(failure.getValue()) + "}],\"isError\":true}",
                    answer(Revision.R2025_11_25, "tools/call", failure.getKey()));
        }
    }

    @Test
    void callsThatNameNoToolAreProtocolErrors() throws JsonException {
        Map<String, String> errors = Map.of(
                "{}", "Invalid params: name: expected the name of a tool",
                "{\"name\":7}", "Invalid params: name: expected the name of a tool",
                "{\"name\":\"ecco\"}", "Unknown tool: ecco; did you mean echo?",
                "{\"name\":\"nothing_like_it\"}", "Unknown tool: nothing_like_it",
                "{\"name\":\"echo\",\"arguments\":[]}", "Invalid params: arguments: expected an object",
                "{\"name\":\"echo\",\"arguments\":null}", "Invalid params: arguments: expected an object");
        for (Map.Entry<String, String> expected : errors.entrySet()) {
            assertEquals(error(-32602, expected.getValue()), answer(Revision.MODERN, "tools/call", expected.getKey()), expected.getKey());
        }
    }

    @Test
    void resourcesAreListedInPagesThatCoverAllOfThemOnce() throws JsonException {
        List<String> uris = new ArrayList<>();
        Optional<String> cursor = Optional.empty();
        int pages = 0;
        do {
            JsonObject page = result(answer(Revision.R2025_11_25, "resources/list",
                    JsonObject.builder().putIf("cursor", cursor).build().toString()));
            page.array("resources").orElseThrow().forEach(resource -> uris.add(((JsonObject) resource).string("uri").orElseThrow()));
            cursor = page.string("nextCursor");
            pages++;
        } while (cursor.isPresent());
        assertEquals(3, pages);
        assertEquals(252, uris.size());
        assertEquals(uris.stream().sorted().distinct().toList(), uris);
        JsonObject modern = result(answer(Revision.MODERN, "resources/list", "{}"));
        assertEquals("0 \"private\"", modern.get("ttlMs").orElseThrow() + " " + modern.get("cacheScope").orElseThrow());
        String[] cursors = {"no-such-cursor-zz", "", "YWZ0ZXI", "###"};
        for (String bad : cursors) {
            assertEquals(error(-32602, "Invalid params: cursor: not one that this server gave"),
                    answer(Revision.MODERN, "resources/list", "{\"cursor\":\"" + bad + "\"}"), bad);
        }
    }

    @Test
    void listedResourceHasTheFieldsOfTheRevision() throws JsonException {
        assertEquals("{\"uri\":\"test://static-binary\",\"name\":\"static_binary\",\"title\":\"Static bytes\",\"description\":\"Four fixed bytes\","
                + "\"mimeType\":\"application/octet-stream\"}",
                result(answer(Revision.R2025_06_18, "resources/list", "{}")).array("resources").orElseThrow().values().get(0).toString());
        assertEquals("\"result\":{\"resourceTemplates\":[{\"uriTemplate\":\"test://template/{id}/data\",\"name\":\"template_data\","
                + "\"description\":\"Says its id\",\"mimeType\":\"application/json\"}]}",
                answer(Revision.R2025_03_26, "resources/templates/list", "{}"));
    }

    @Test
    void resourcesAreReadAsTextOrBytes() throws JsonException {
        assertEquals("\"result\":{\"contents\":[{\"uri\":\"test://static-binary\",\"mimeType\":\"application/octet-stream\",\"blob\":\"AAEC/w==\"}]}",
                answer(Revision.R2025_11_25, "resources/read", "{\"uri\":\"test://static-binary\"}"));
        assertEquals("\"result\":{\"resultType\":\"complete\",\"contents\":[{\"uri\":\"test://template/a%20b/data\",\"mimeType\":\"application/json\","
                + "\"text\":\"{\\\"id\\\":\\\"a b\\\",\\\"templateTest\\\":true,\\\"data\\\":\\\"Data for ID: a b\\\"}\"}],"
                + "\"ttlMs\":0,\"cacheScope\":\"private\"," + MODERN_META + "}",
                answer(Revision.MODERN, "resources/read", "{\"uri\":\"test://template/a%20b/data\"}"));
    }

    @Test
    void unknownResourceIsAnErrorWithItsUri() throws JsonException {
        String[] unknown = {"test://nothing", "test://template/none/data", "test://template//data"};
        for (String uri : unknown) {
            String params = JsonObject.builder().put("uri", uri).build().toString();
            String rest = ",\"message\":\"Resource not found\",\"data\":{\"uri\":\"" + uri + "\"}}";
            assertEquals("\"error\":{\"code\":-32602" + rest, answer(Revision.MODERN, "resources/read", params));
            assertEquals("\"error\":{\"code\":-32002" + rest, answer(Revision.R2025_11_25, "resources/read", params));
        }
        assertEquals(error(-32602, "Invalid params: uri: expected a string"), answer(Revision.MODERN, "resources/read", "{}"));
    }

    @Test
    void completionGivesAtMostAHundredValuesAndSaysHowManyThereAre() throws JsonException {
        String start = "{\"ref\":{\"type\":\"ref/resource\",\"uri\":\"test://template/{id}/data\"},\"argument\":{\"name\":\"id\",\"value\":\"";
        assertEquals("\"result\":{\"completion\":{\"values\":[\"25\",\"250\"],\"total\":2,\"hasMore\":false}}",
                answer(Revision.R2025_11_25, "completion/complete", start + "25\"}}"));
        assertEquals("\"result\":{\"completion\":{\"values\":[],\"total\":0,\"hasMore\":false}}",
                answer(Revision.R2025_11_25, "completion/complete", start + "x\"},\"context\":{\"arguments\":{\"a\":\"b\"}}}"));
        JsonObject many = result(answer(Revision.MODERN, "completion/complete", start + "\"}}")).object("completion").orElseThrow();
        assertEquals(100, many.array("values").orElseThrow().size());
        assertEquals("250 true", many.get("total").orElseThrow() + " " + many.get("hasMore").orElseThrow());
    }

    @Test
    void completionOfSomethingUnknownIsAnError() throws JsonException {
        String uri = "\"uri\":\"test://template/{id}/data\"";
        Map<String, String> errors = Map.of(
                "{}", "ref.type: expected \"ref/resource\"",
                "{\"ref\":{\"type\":\"ref/prompt\",\"name\":\"p\"}}", "ref.type: expected \"ref/resource\"",
                "{\"ref\":{\"type\":\"ref/resource\"}}", "uri: expected a string",
                "{\"ref\":{\"type\":\"ref/resource\",\"uri\":\"t://x\"},\"argument\":{\"name\":\"id\",\"value\":\"\"}}", "ref.uri: no such template",
                "{\"ref\":{\"type\":\"ref/resource\"," + uri + "},\"argument\":{\"name\":\"q\",\"value\":\"\"}}",
                "argument.name: the template has no variable q",
                "{\"ref\":{\"type\":\"ref/resource\"," + uri + "},\"argument\":{\"name\":\"id\"}}", "value: expected a string");
        for (Map.Entry<String, String> expected : errors.entrySet()) {
            assertEquals(error(-32602, "Invalid params: " + expected.getValue()),
                    answer(Revision.MODERN, "completion/complete", expected.getKey()), expected.getKey());
        }
    }

    @Test
    void whatAServerDoesNotHaveIsNeitherAdvertisedNorServed() throws JsonException {
        McpServer bare = new McpServer(new ServerInfo("n", "t", "v", "i"), List.of(), List.of(), List.of());
        assertEquals(JsonObject.builder().put("tools", JsonObject.EMPTY).build(),
                result(answer(bare, Revision.MODERN, "server/discover", "{}")).object("capabilities").orElseThrow());
        String[] absent = {"resources/list", "resources/templates/list", "resources/read", "completion/complete"};
        for (String method : absent) {
            assertEquals(error(-32601, "Method not found: " + method), answer(bare, Revision.MODERN, method, "{}"));
        }
    }

    @Test
    void theMoreSpecificTemplateIsRead() throws JsonException {
        McpServer two = new McpServer(new ServerInfo("n", "t", "v", "i"), List.of(), List.of(),
                List.of(saying("t://{a}/{b}", "general"), saying("t://x/{b}", "special")));
        assertEquals("\"result\":{\"contents\":[{\"uri\":\"t://x/1\",\"mimeType\":\"text/plain\",\"text\":\"special\"}]}",
                answer(two, Revision.R2025_11_25, "resources/read", "{\"uri\":\"t://x/1\"}"));
        assertEquals("\"result\":{\"contents\":[{\"uri\":\"t://y/1\",\"mimeType\":\"text/plain\",\"text\":\"general\"}]}",
                answer(two, Revision.R2025_11_25, "resources/read", "{\"uri\":\"t://y/1\"}"));
        assertEquals("\"result\":{\"resources\":[]}", answer(two, Revision.R2025_11_25, "resources/list", "{}"));
    }

    private static ResourceTemplate saying(String uri, String word) {
        return new ResourceTemplate(new UriTemplate(uri), word, word, word, Optional.empty(),
                (variables, context) -> Optional.of(ResourceContents.text("text/plain", word)));
    }

    @Test
    void faultOfAResourceIsAnInternalErrorWithoutDetails() throws JsonException {
        McpServer faulty = new McpServer(new ServerInfo("n", "t", "v", "i"), List.of(),
                List.of(new Resource("t://x", "x", "x", "x", Optional.empty(), context -> {
                    throw new IllegalStateException("secret detail");
                })), List.of());
        assertEquals(error(-32603, "Internal error"), answer(faulty, Revision.MODERN, "resources/read", "{\"uri\":\"t://x\"}"));
    }

    @Test
    void mistakesInAnOfferAreFoundAtOnce() {
        Tool tool = server.tool("echo");
        ServerInfo info = new ServerInfo("n", "t", "v", "i");
        assertThrows(IllegalArgumentException.class, () -> new McpServer(info, List.of(tool, tool), List.of(), List.of()));
        Resource resource = new Resource("t://x", "x", "x", "x", Optional.empty(), context -> ResourceContents.text("a/b", ""));
        assertThrows(IllegalArgumentException.class, () -> new McpServer(info, List.of(), List.of(resource, resource), List.of()));
        String[] names = {"", "Big", "with-dash", "a".repeat(41)};
        for (String name : names) {
            assertThrows(IllegalArgumentException.class, () -> new Tool(name, "t", "d", Tool.Hints.QUERY, "core", Schema.EMPTY,
                    ResultSchema.of(), (args, context) -> ToolOutcome.success(JsonObject.EMPTY)), name);
        }
    }

    @Test
    void toolsCanBeCalledWithinTheProcess() {
        CallContext context = CallContext.detached(CallOrigin.STDIO);
        assertEquals("{\"status\":\"success\",\"origin\":\"STDIO\"}", server.call("origin", JsonObject.EMPTY, context).json().toString());
        assertEquals("Unknown tool: origins; did you mean origin?", assertThrows(IllegalArgumentException.class,
                () -> server.call("origins", JsonObject.EMPTY, context)).getMessage());
        context.cancel();
        assertEquals("{\"status\":\"error\",\"error\":\"The call was cancelled\",\"code\":\"cancelled\"}",
                server.call("origin", JsonObject.EMPTY, context).json().toString());
        assertTrue(server.tools().size() > 1);
    }
}
