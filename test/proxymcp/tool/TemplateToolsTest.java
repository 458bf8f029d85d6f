package proxymcp.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static proxymcp.tool.Tools.at;
import static proxymcp.tool.Tools.number;
import static proxymcp.tool.Tools.text;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.CallOrigin;
import proxymcp.mcp.ResourceContents;
import proxymcp.mcp.ResourceTemplate;

/** The tool that makes templates, and where they are found again. */
@Timeout(90)
final class TemplateToolsTest {
    private static final String TOOL = "proxy_generate_flow_template";

    @TempDir
    Path folder;

    private Tools tools;
    private FlowServer server;
    private int proxyPort;
    private final Flow flow = FormFlows.all().get(0);

    @BeforeEach
    void begin() throws Exception {
        tools = new Tools(folder.resolve("home"));
        server = new FlowServer("127.0.0.1");
        proxyPort = (int) number(tools.call("proxy_start", "{}"), "port");
    }

    @AfterEach
    void close() throws Exception {
        server.close();
        tools.close();
    }

    private String recording() {
        return text(tools.call("proxy_session_start", "{\"capture_profile\":\"full\"}"), "session.id");
    }

    private void play() throws Exception {
        server.start(flow.apps().start(List.of(server.url())));
        flow.script().play(new FlowClient(proxyPort), List.of(server.url()));
    }

    private String recorded() throws Exception {
        String session = recording();
        play();
        tools.call("proxy_session_stop", "{}");
        return session;
    }

    private JsonObject make(String session, String more) {
        return tools.call(TOOL, "{\"session_id\":\"" + session + "\"" + more + "}");
    }

    private static List<String> all(JsonObject result, String list, String member) {
        List<String> values = new ArrayList<>();
        for (JsonValue value : (JsonArray) at(result, list)) {
            values.add(Json.text(at((JsonObject) value, member)));
        }
        return values;
    }

    @Test
    void aTemplateIsShownAndKept() throws Exception {
        String session = recorded();
        JsonObject made = make(session, ",\"name\":\"a payment\"");
        assertEquals("a payment", text(made, "name"));
        assertEquals("true", at(made, "verified").toString());
        assertEquals("true", at(made, "complete").toString());
        assertEquals(List.of("1", "3", "4", "5", "6"), all(made, "steps", "seq"));
        assertEquals(List.of("\"username\"", "\"password\"", "\"amount\""), all(made, "inputs", "name").subList(0, 3));
        assertTrue(((JsonArray) at(made, "warnings")).values().isEmpty(), made.toString());
        JsonObject csrf = (JsonObject) ((JsonArray) at(made, "edges")).values().get(1);
        assertEquals(List.of("s1", "s2", "request.form.csrf_token", "html:input[name=csrf_token]"),
                List.of(text(csrf, "from"), text(csrf, "to"), text(csrf, "location"), text(csrf, "selector")));
        assertFalse(((JsonObject) ((JsonArray) at(made, "steps")).values().get(0)).has("headers"));
        JsonObject listed = Tools.object(read("proxy://sessions/{session_id}/templates", Map.of("session_id", session)).orElseThrow());
        assertEquals(1, number(listed, "count"));
        assertEquals(text(made, "templateId"), text(listed, "templates.0.templateId"));
        assertEquals(5, number(listed, "templates.0.stepCount"));
        JsonObject kept = Tools.object(read("proxy://sessions/{session_id}/templates/{template_id}",
                Map.of("session_id", session, "template_id", text(made, "templateId"))).orElseThrow());
        assertEquals("a payment", text(kept, "name"));
        assertTrue(((JsonObject) at(kept, "steps.0")).has("headers"));
    }

    @Test
    void aTemplateIsMadeWhileItsSessionIsRecorded() throws Exception {
        String session = recording();
        play();
        JsonObject made = make(session, "");
        assertEquals("true", at(made, "verified").toString());
        play();
        tools.call("proxy_session_stop", "{}");
        assertEquals(12, number(tools.call("proxy_query_session", "{\"session_id\":\"" + session + "\"}"), "total"));
        assertEquals(1, number(Tools.object(read("proxy://sessions/{session_id}/templates", Map.of("session_id", session)).orElseThrow()), "count"));
    }

    @Test
    void whatIsChosenIsLookedAt() throws Exception {
        String session = recorded();
        assertEquals(List.of("1", "3"), all(make(session, ",\"seqs\":[1,2,3]"), "steps", "seq"));
        assertEquals(List.of("1", "3", "4"), all(make(session, ",\"seq_ranges\":[\"1-4\"]"), "steps", "seq"));
        assertEquals(List.of("1", "3"), all(make(session, ",\"url_contains\":\"/login\""), "steps", "seq"));
        assertEquals(List.of("1", "3"), all(make(session, ",\"goal_seq\":3"), "steps", "seq"));
        assertEquals(List.of("1", "2", "3"), all(make(session, ",\"seq_ranges\":[\"1-3\"],\"include_static\":true"), "steps", "seq"));
    }

    @Test
    void whatMakesNoSenseIsRefused() throws Exception {
        String session = recorded();
        String begin = "{\"session_id\":\"" + session + "\",";
        assertEquals("bad_argument: seqs: expected either it or seq_ranges, url_contains", tools.failure(TOOL, begin + "\"seqs\":[1],\"seq_ranges\":[\"1\"],\"url_contains\":\"a\"}"));
        assertTrue(tools.failure(TOOL, begin + "\"seqs\":[1,99]}").startsWith("bad_argument: "));
        assertTrue(tools.failure(TOOL, begin + "\"goal_seq\":99}").startsWith("unknown_exchange: goal_seq"));
        assertTrue(tools.failure(TOOL, begin + "\"url_contains\":\"nowhere\"}").startsWith("nothing_selected: "));
        assertTrue(tools.failure(TOOL, begin + "\"seqs\":[2]}").startsWith("nothing_selected: "));
        assertEquals("bad_argument: other_session_id: expected another recording of the same flow, not session_id",
                tools.failure(TOOL, begin + "\"other_session_id\":\"" + session + "\"}"));
        assertTrue(tools.failure(TOOL, begin + "\"other_session_id\":\"20260101000000_aaaaaaaa\"}").startsWith("unknown_session: "));
        assertTrue(tools.failure(TOOL, "{\"session_id\":\"20260101000000_aaaaaaaa\"}").startsWith("unknown_session: "));
        assertEquals(0, number(Tools.object(read("proxy://sessions/{session_id}/templates", Map.of("session_id", session)).orElseThrow()), "count"));
    }

    @Test
    void exportsAreShownOrWritten() throws Exception {
        String session = recorded();
        assertTrue(text(make(session, ",\"format\":\"curl\""), "text").startsWith("#!"));
        assertTrue(text(make(session, ",\"format\":\"mermaid\""), "text").startsWith("flowchart"));
        JsonObject written = make(session, ",\"format\":\"openapi\",\"output_file\":\"flows/api.json\"");
        Path file = Path.of(text(written, "outputFile"));
        assertTrue(file.endsWith("home/files/flows/api.json"), file.toString());
        assertEquals(Files.size(file), number(written, "bytes"));
        assertEquals("3.1.0", text(Tools.object(Files.readString(file)), "openapi"));
        assertFalse(written.has("text"));
        String again = "{\"session_id\":\"" + session + "\",\"output_file\":\"flows/api.json\"";
        assertTrue(tools.failure(TOOL, again + "}").startsWith("file_exists: "));
        make(session, ",\"output_file\":\"flows/api.json\",\"overwrite\":true");
        assertEquals(1, number(Tools.object(Files.readString(file)), "version"));
        assertTrue(tools.failure(TOOL, "{\"session_id\":\"" + session + "\",\"output_file\":\"/etc/flow.json\"}").startsWith("path_not_allowed: "));
    }

    @Test
    void listsAreShortenedAndSaySo() throws Exception {
        String session = recorded();
        JsonObject whole = make(session, ",\"max_chars\":200000");
        for (int most : new int[] {2_000, 3_000, 4_500}) {
            JsonObject made = make(session, ",\"format\":\"openapi\",\"max_chars\":" + most);
            assertTrue(Json.text(made).length() <= most, Json.text(made));
            assertEquals("false", at(made, "complete").toString());
            assertEquals(!made.has("text"), text(made, "reason").contains("text of "), text(made, "reason"));
            assertTrue(text(made, "reason").contains(" of 5 steps"), text(made, "reason"));
            List<String> ids = all(made, "steps", "id");
            assertEquals(all(whole, "steps", "id").subList(0, ids.size()), ids);
        }
        assertFalse(make(session, ",\"format\":\"curl\",\"max_chars\":2000").has("text"));
        assertTrue(((JsonArray) at(make(session, ",\"max_chars\":6000"), "inputs")).values().size() > 0);
    }

    @Test
    void aTemplateIsProvedBySendingIt() throws Exception {
        String session = recorded();
        FlowApp fresh = flow.apps().start(List.of(server.url()));
        server.start(fresh);
        JsonObject made = make(session, ",\"verify\":\"replay\"");
        assertEquals("true", at(made, "verified").toString(), Json.text(made));
        assertEquals(List.of(), fresh.refused);
        assertEquals(List.of(flow.recorded()), fresh.finished);
        assertEquals("done", text(tools.call("proxy_replay_status", "{\"replay_id\":\"" + text(made, "replayId") + "\"}"), "state"));
        FlowApp closed = new FlowApp() {
            @Override
            Reply answer(Call call) {
                return call.path().equals("/login") ? fresh.answer(call) : refuse(call, "closed");
            }
        };
        server.start(closed);
        JsonObject failed = make(session, ",\"verify\":\"replay\"");
        assertEquals("false", at(failed, "verified").toString());
        assertTrue(at(failed, "warnings").toString().contains("s3 sent again: "), at(failed, "warnings").toString());
        assertTrue(at(failed, "warnings").toString().contains("s4 sent again: "), at(failed, "warnings").toString());
        assertFalse(at(make(session, ",\"verify\":\"none\""), "warnings").toString().contains("sent again"));
        assertFalse(make(session, ",\"verify\":\"none\"").has("verified"));
    }

    @Test
    void aSecondRecordingTellsConstants() throws Exception {
        String session = recorded();
        String other = recorded();
        List<String> alone = all(make(session, ""), "inputs", "name");
        List<String> compared = all(make(session, ",\"other_session_id\":\"" + other + "\""), "inputs", "name");
        assertTrue(alone.contains("\"amount\""), alone.toString());
        assertFalse(compared.contains("\"amount\""), compared.toString());
    }

    @Test
    void nobodyWaitsForWhatIsCancelled() throws Exception {
        String session = recorded();
        CallContext context = CallContext.detached(CallOrigin.STDIO);
        context.cancel();
        assertThrows(CancellationException.class, () -> tools.server.tool(TOOL).handler().call(tools.server.tool(TOOL).input()
                .check(Tools.object("{\"session_id\":\"" + session + "\"}")), context));
        assertEquals(0, number(Tools.object(read("proxy://sessions/{session_id}/templates", Map.of("session_id", session)).orElseThrow()), "count"));
    }

    @Test
    void templatesGoWithTheirSession() throws Exception {
        String session = recorded();
        String template = text(make(session, ""), "templateId");
        Family family = new Family("proxy://sessions/{session_id}/templates/{template_id}");
        assertEquals(List.of(template), family.it.complete("template_id", "t", Map.of("session_id", session)));
        assertEquals(List.of(), family.it.complete("template_id", "x", Map.of("session_id", session)));
        assertEquals(List.of(session), family.it.complete("session_id", "2", Map.of()));
        assertEquals(List.of(session), new Family("proxy://sessions/{session_id}/templates").it.complete("session_id", "", Map.of()));
        tools.call("proxy_delete_session", "{\"session_id\":\"" + session + "\"}");
        assertFalse(Files.exists(folder.resolve("home/sessions").resolve(session)));
        assertEquals(Optional.empty(), read("proxy://sessions/{session_id}/templates", Map.of("session_id", session)));
        assertEquals(Optional.empty(), read("proxy://sessions/{session_id}/templates/{template_id}", Map.of("session_id", session, "template_id", template)));
        assertEquals(List.of(), family.it.complete("template_id", "t", Map.of("session_id", session)));
    }

    @Test
    void unknownTemplatesAreNoResources() throws Exception {
        String session = recorded();
        for (String id : List.of("t0", "../manifest", "", "T")) {
            assertEquals(Optional.empty(), read("proxy://sessions/{session_id}/templates/{template_id}", Map.of("session_id", session, "template_id", id)), id);
        }
        assertEquals(Optional.empty(), read("proxy://sessions/{session_id}/templates/{template_id}", Map.of("session_id", "..", "template_id", "t")));
    }

    private final class Family {
        private final ResourceTemplate.Family it;

        Family(String uri) {
            for (ResourceTemplate template : tools.toolbox.templates()) {
                if (template.uri().text().equals(uri)) {
                    it = template.family();
                    return;
                }
            }
            throw new AssertionError("no resource " + uri);
        }
    }

    private Optional<String> read(String uri, Map<String, String> variables) throws Exception {
        return new Family(uri).it.read(variables, CallContext.detached(CallOrigin.STDIO)).map(contents -> ((ResourceContents.Text) contents).text());
    }
}
