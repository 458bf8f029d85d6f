package proxymcp.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static proxymcp.tool.Tools.at;
import static proxymcp.tool.Tools.number;
import static proxymcp.tool.Tools.text;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import proxymcp.diff.WrittenExchange;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.CallOrigin;
import proxymcp.mcp.HeardCalls;
import proxymcp.mcp.ResourceContents;
import proxymcp.mcp.ResourceTemplate;
import proxymcp.tool.DriftingOrigin.Reply;

/** Verdicts on replays as a client asks for them: a session is recorded, its server changes, the session is sent again and judged. */
@Timeout(90)
final class ParityToolsTest {
    private static final String VERIFY = "proxy_replay_verify";
    private static final String LOGIN = "<!doctype html><html><head><title>Sign in</title></head><body><form action=\"/session\" method=\"post\">"
            + "<input name=\"user\"><input type=\"password\" name=\"password\"><button>Sign in</button></form></body></html>";

    @TempDir
    Path folder;

    private Tools tools;
    private DriftingOrigin origin;

    @BeforeEach
    void begin() throws Exception {
        tools = new Tools(folder.resolve("home"));
        origin = new DriftingOrigin(ParityToolsTest::shop);
    }

    @AfterEach
    void close() {
        origin.close();
        tools.close();
    }

    /** A shop as it is recorded: each answer has an id and a time of its own. */
    private static Reply shop(String path, long fresh) {
        String noise = "\"requestId\":\"" + new java.util.UUID(fresh * 0x9E3779B97F4A7C15L, ~fresh) + "\",\"servedAt\":" + (1_760_000_000_000L + fresh * 1_234);
        if (path.startsWith("/items/")) {
            long id = Long.parseLong(path.substring("/items/".length()));
            return Reply.json("{\"id\":" + id + ",\"name\":\"thing " + id + "\",\"price\":" + (id * 10 + 0.5) + ",\"state\":\"" + (id % 2 == 0 ? "free" : "sold") + "\","
                    + noise + "}");
        }
        return Reply.json("{\"items\":[{\"id\":1,\"price\":5},{\"id\":2,\"price\":7},{\"id\":3,\"price\":9}],\"count\":3," + noise + "}");
    }

    private static Reply changed(Reply reply, String from, String to) {
        assertTrue(reply.body().contains(from), () -> "the test's own: no " + from + " in " + reply.body());
        return Reply.json(reply.body().replace(from, to));
    }

    private String recorded() throws Exception {
        List<String> requests = new ArrayList<>();
        for (int i = 1; i <= 8; i++) {
            requests.add("GET /items/" + i);
            requests.add("GET /list?page=" + i);
        }
        return origin.session(tools, requests.toArray(new String[0]));
    }

    private String replay(String session, String more) {
        JsonObject run = tools.call("proxy_replay_session", "{\"session_id\":\"" + session + "\",\"mode\":\"execute\",\"wait_ms\":60000" + more + "}");
        assertEquals("done", text(run, "state"));
        return text(run, "replayId");
    }

    private JsonObject verify(String replayId, String more) {
        return tools.call(VERIFY, "{\"replay_id\":\"" + replayId + "\"" + more + "}");
    }

    private JsonObject compare(String baseline, String other, String more) {
        return tools.call(VERIFY, "{\"session_id\":\"" + baseline + "\",\"other_session_id\":\"" + other + "\"" + more + "}");
    }

    /** {@code verdict severity compared identical/equivalent/drifted/breaking/blocked/unknown}. */
    private static String outcome(JsonObject result) {
        List<Long> counts = new ArrayList<>();
        for (String verdict : List.of("drifted", "breaking", "blocked", "unknown")) {
            counts.add(number(result, "counts." + verdict));
        }
        return text(result, "verdict") + " " + text(result, "severity") + " " + number(result, "compared") + " " + counts;
    }

    /** {@code location kind severity} of each drift of an endpoint. */
    private static List<String> drift(JsonObject result, int endpoint) {
        List<String> drifts = new ArrayList<>();
        for (JsonValue drift : (JsonArray) at(result, "endpoints." + endpoint + ".drift")) {
            JsonObject one = (JsonObject) drift;
            drifts.add(text(one, "location") + " " + text(one, "kind") + " " + text(one, "severity"));
        }
        return drifts;
    }

    private ResourceTemplate resource() {
        for (ResourceTemplate template : tools.toolbox.templates()) {
            if (template.uri().text().equals("proxy://replay/{replay_id}/parity")) {
                return template;
            }
        }
        throw new AssertionError("no such resource");
    }

    private Optional<JsonObject> kept(String replayId) throws Exception {
        return resource().family().read(Map.of("replay_id", replayId), CallContext.detached(CallOrigin.STDIO))
                .map(contents -> Tools.object(((ResourceContents.Text) contents).text()));
    }

    @Test
    void aReplayOfTheSameServerPassesThoughIdsAndTimesAreFresh() throws Exception {
        String session = recorded();
        String replay = replay(session, "");
        JsonObject result = verify(replay, "");
        assertEquals("pass none 16 [0, 0, 0, 0]", outcome(result), () -> Json.text(result));
        assertEquals(1, decimal(result, "score"));
        assertEquals(session + " " + replay + " medium", text(result, "baseline") + " " + text(result, "other") + " " + text(result, "failOn"));
        assertEquals("2 0 2 true", number(result, "total") + " " + number(result, "offset") + " " + number(result, "showing") + " " + at(result, "complete"));
        for (int i = 0; i < 2; i++) {
            assertEquals("8 8 []", number(result, "endpoints." + i + ".compared") + " " + number(result, "endpoints." + i + ".samples") + " "
                    + Json.text(at(result, "endpoints." + i + ".drift")));
        }
        assertEquals("[] [] []", Json.text(at(result, "unmatched")) + " " + Json.text(at(result, "blocked")) + " " + Json.text(at(result, "unknown")));
    }

    @Test
    void aBaselineAgainstItselfPassesWithOne() throws Exception {
        String session = recorded();
        JsonObject result = compare(session, session, ",\"fail_on\":\"low\",\"more_baselines\":[\"" + session + "\"]");
        assertEquals("pass none 16 [0, 0, 0, 0] 1.0 16", outcome(result) + " " + decimal(result, "score") + " " + number(result, "counts.identical"));
    }

    @Test
    void whatDriftsIsListedByEndpointTheWorstFirst() throws Exception {
        String session = recorded();
        origin.drift((path, fresh) -> path.startsWith("/items/") ? changed(shop(path, fresh), "\"price\"", "\"cost\"")
                : changed(shop(path, fresh), "{\"items\"", "{\"motd\":\"hello\",\"items\""));
        String replay = replay(session, "");
        JsonObject result = verify(replay, "");
        assertEquals("fail high 16 [8, 8, 0, 0]", outcome(result), () -> Json.text(result));
        assertTrue(text(result, "endpoints.0.endpoint").endsWith("/items/{id}") && text(result, "endpoints.1.endpoint").contains("/list"), () -> Json.text(result));
        assertEquals("high low", text(result, "endpoints.0.severity") + " " + text(result, "endpoints.1.severity"));
        assertEquals("response.json.$.price removed high", drift(result, 0).get(0));
        assertTrue(drift(result, 0).contains("response.json.$.cost added low"), () -> drift(result, 0).toString());
        assertEquals(1, decimal(result, "endpoints.0.drift.0.rate"));
        assertEquals(List.of("response.json.$.motd added low"), drift(result, 1));
        double score = decimal(result, "score");
        assertTrue(score > 0 && score < 1, "score " + score);
        // What is asked for decides, not what is found.
        assertEquals("pass", text(verify(replay, ",\"fail_on\":\"critical\""), "verdict"));
        assertEquals("pass low", passing(verify(replay, ",\"url_contains\":\"/list\"")));
        assertEquals("fail low", passing(verify(replay, ",\"url_contains\":\"/list\",\"fail_on\":\"low\"")));
        assertEquals("pass low", passing(verify(replay, ",\"ignore\":[\"response.json.$.price\"]")));
        assertEquals("fail critical", passing(verify(replay, ",\"key_fields\":[\"$.price\"],\"fail_on\":\"critical\"")));
    }

    private static double decimal(JsonObject result, String path) {
        return Double.parseDouble(at(result, path).toString());
    }

    private static String passing(JsonObject result) {
        return text(result, "verdict") + " " + text(result, "severity");
    }

    @Test
    void aLoginPageOrAnErrorBehindASuccessNeverPasses() throws Exception {
        String session = recorded();
        origin.drift((path, fresh) -> path.startsWith("/items/") ? new Reply(200, "text/html", LOGIN) : Reply.json("{\"success\":false,\"error\":\"no such shop\"}"));
        JsonObject result = verify(replay(session, ""), "");
        assertEquals("fail critical", passing(result));
        assertEquals("16 0", number(result, "counts.blocked") + number(result, "counts.breaking") + " "
                + (number(result, "counts.identical") + number(result, "counts.equivalent") + number(result, "counts.drifted")), () -> Json.text(result));
        assertTrue(number(result, "counts.blocked") >= 8, () -> Json.text(result));
        assertTrue(text(result, "blocked.0.endpoint").endsWith("/items/{id}") && number(result, "blocked.0.seq") == 1, () -> Json.text(result));
    }

    @Test
    void whatWasNotSentOrNotRecordedIsUnknownAndDoesNotPass() throws Exception {
        String session = origin.session(tools, "GET /list?page=1", "POST /list?page=2");
        JsonObject result = verify(replay(session, ""), ",\"fail_on\":\"critical\"");
        assertEquals("fail none", passing(result), () -> Json.text(result));
        assertEquals("2 unknown", number(result, "unknown.0.seq") + " " + text(result, "unknown.0.verdict"));
        assertTrue(text(result, "unknown.0.reason").startsWith("not sent: "), () -> Json.text(result));
        assertEquals("fail 2", text(verify(replay(session, ",\"record\":false"), ""), "verdict") + " " + number(verify(replay(session, ",\"record\":false"), ""), "counts.unknown"));
        String gone = replay(session, ",\"allow_unsafe\":true");
        assertEquals("pass", text(verify(gone, ""), "verdict"));
        String answers = text(tools.call("proxy_replay_status", "{\"replay_id\":\"" + gone + "\"}"), "replaySessionId");
        tools.call("proxy_delete_session", "{\"session_id\":\"" + answers + "\"}");
        JsonObject without = verify(gone, "");
        assertEquals("fail 2", text(without, "verdict") + " " + number(without, "counts.unknown"));
        assertTrue(text(without, "unknown.0.reason").contains(answers), () -> Json.text(without));
    }

    @Test
    void moreBaselinesTellWhatIsNoise() throws Exception {
        String session = recorded();
        // Words that no rule tells to be noise.
        DriftingOrigin.Answers blue = (path, fresh) -> changed(shop(path, fresh), "{", "{\"banner\":\"blue lantern\",");
        origin.drift(blue);
        String first = recorded();
        origin.drift((path, fresh) -> changed(shop(path, fresh), "{", "{\"banner\":\"green lantern\","));
        String second = recorded();
        origin.drift((path, fresh) -> changed(shop(path, fresh), "{", "{\"banner\":\"red lantern\","));
        String third = recorded();
        assertEquals("fail", text(compare(first, third, ",\"fail_on\":\"low\""), "verdict"), "the same word eight times, and then another");
        assertEquals("pass", text(compare(first, third, ",\"fail_on\":\"low\",\"more_baselines\":[\"" + second + "\"]"), "verdict"));
        assertTrue(tools.failure(VERIFY, "{\"session_id\":\"" + first + "\",\"other_session_id\":\"" + third + "\",\"more_baselines\":[\"" + third + "\"]}")
                .startsWith("bad_argument: more_baselines"));
        assertEquals("pass low", passing(compare(session, first, "")), "a field more");
    }

    @Test
    void rulesHaveToHoldAndBadOnesAreNamed() throws Exception {
        String session = recorded();
        String replay = replay(session, "");
        String holds = ",\"rules\":[{\"path\":\"$.items[*].price\",\"check\":\"range\",\"args\":{\"min\":1,\"max\":9},\"endpoint\":\"/list\"},"
                + "{\"path\":\"$.items\",\"check\":\"count_band\",\"endpoint\":\"/list\"},{\"path\":\"$.items[*].id\",\"check\":\"unique\"}]";
        assertEquals("pass none", passing(verify(replay, holds)));
        JsonObject broken = verify(replay, holds.replace("\"max\":9", "\"max\":8").replace("\"check\":\"range\"", "\"check\":\"range\",\"severity\":\"medium\""));
        assertEquals("fail medium", passing(broken), () -> Json.text(broken));
        assertTrue(drift(broken, 0).get(0).contains(" rule_broken medium"), () -> drift(broken, 0).toString());
        // A rule makes noise count.
        assertEquals("fail high", passing(verify(replay, ",\"rules\":[{\"path\":\"$.requestId\",\"check\":\"equals\"}]")));
        String bad = "{\"replay_id\":\"" + replay + "\",\"rules\":[{\"path\":\"$.a\",\"check\":\"unique\"},";
        assertEquals("bad_argument: rules[1].args: unknown argument \"mim\"; did you mean \"min\"?",
                tools.failure(VERIFY, bad + "{\"path\":\"$.a\",\"check\":\"range\",\"args\":{\"mim\":1}}]}"));
        assertTrue(tools.failure(VERIFY, bad + "{\"path\":\"$.a\",\"check\":\"rang\"}]}").startsWith("bad_argument: rules[1].check: "));
        assertTrue(tools.failure(VERIFY, bad + "{\"paht\":\"$.a\",\"check\":\"range\"}]}").contains("path"));
        assertTrue(tools.failure(VERIFY, bad + "{\"path\":\"a[\",\"check\":\"exists\"}]}").startsWith("bad_argument: rules[1].path: "));
    }

    @Test
    void whatATemplateExtractsMattersMost() throws Exception {
        origin.drift((path, fresh) -> Reply.json(path.startsWith("/login") ? "{\"ticket\":\"tk-" + Long.toHexString(fresh * 0x9E3779B97F4A7C15L) + "\",\"greeting\":\"hi\"}"
                : "{\"ok\":\"yes\"}"));
        int port = (int) number(tools.call("proxy_start", "{}"), "port");
        String session = text(tools.call("proxy_session_start", "{\"capture_profile\":\"full\"}"), "session.id");
        origin.ask(port, "GET /login");
        tools.call("proxy_session_checkpoint", "{}");
        String ticket = text(Tools.object(text(tools.call("proxy_get_session_exchange", "{\"session_id\":\"" + session + "\",\"seq\":1,\"body\":\"response\"}"),
                "responseBody.text")), "ticket");
        origin.ask(port, "GET /cart?ticket=" + ticket);
        tools.call("proxy_stop", "{}");
        tools.call("proxy_session_stop", "{}");
        JsonObject template = tools.call("proxy_generate_flow_template", "{\"session_id\":\"" + session + "\"}");
        assertEquals(1, ((JsonArray) at(template, "edges")).values().size(), () -> Json.text(template));
        origin.drift((path, fresh) -> Reply.json(path.startsWith("/login") ? "{\"ticket2\":\"tk-1\",\"greeting\":\"hi\"}" : "{\"ok\":\"yes\"}"));
        JsonObject result = verify(replay(session, ""), ",\"fail_on\":\"critical\"");
        assertEquals("fail critical", passing(result), () -> Json.text(result));
        assertEquals("response.json.$.ticket removed critical", drift(result, 0).get(0));
    }

    @Test
    void theLastReportIsKeptWithTheRunAndReadAsAResource() throws Exception {
        String session = recorded();
        String replay = replay(session, "");
        assertEquals(Optional.empty(), kept(replay));
        assertEquals(List.of(), resource().family().complete("replay_id", "", Map.of()));
        JsonObject result = verify(replay, "");
        JsonObject report = kept(replay).orElseThrow();
        for (String member : List.of("baseline", "other", "verdict", "score", "counts", "endpoints")) {
            assertEquals(at(result, member), at(report, member), member);
        }
        assertEquals(List.of(replay), resource().family().complete("replay_id", "replay_", Map.of()));
        assertEquals(List.of(), resource().family().complete("replay_id", "x", Map.of()));
        assertEquals(List.of(Map.of("replay_id", replay)), resource().family().list().stream().map(ResourceTemplate.Member::variables).toList());
        verify(replay, ",\"rules\":[{\"path\":\"$.nothing\",\"check\":\"exists\"}]");
        assertEquals("fail", text(kept(replay).orElseThrow(), "verdict"));
        assertEquals(Optional.empty(), kept("replay_20260101000000_aaaaaaaa"));
        assertEquals(Optional.empty(), kept("../sessions"));
        Path file = folder.resolve("home").resolve("replays").resolve(replay).resolve("parity.json");
        Files.writeString(file, "{\"verdict\":");
        assertEquals(Optional.empty(), kept(replay), "half a report is none");
        Files.delete(file);
        Files.createDirectories(file.resolve("in the way"));
        JsonObject unkept = verify(replay, "");
        assertEquals("pass", text(unkept, "verdict"), "the verdict is worth more than its file");
        assertTrue(text(unkept, "notes.0").startsWith("it could not be kept with the run: "), () -> Json.text(unkept));
    }

    @Test
    void filesHoldTheWholeReport() throws Exception {
        String session = recorded();
        origin.drift((path, fresh) -> path.startsWith("/items/") ? changed(shop(path, fresh), "\"name\":\"thing", "\"name\":null,\"was\":\"thing") : shop(path, fresh));
        String replay = replay(session, "");
        JsonObject result = verify(replay, ",\"output_file\":\"ci/parity.json\"");
        Path file = Path.of(text(result, "outputFile"));
        assertEquals(Files.size(file), number(result, "bytes"));
        JsonObject whole = Tools.object(Files.readString(file));
        assertEquals("fail 8", text(whole, "verdict") + " " + ((JsonArray) at(whole, "findings")).values().size());
        assertTrue(tools.failure(VERIFY, "{\"replay_id\":\"" + replay + "\",\"output_file\":\"ci/parity.json\"}").startsWith("file_exists: "));
        JsonObject again = verify(replay, ",\"output_file\":\"ci/parity.json\",\"format\":\"junit\",\"overwrite\":true");
        assertFalse(again.has("text"));
        String xml = Files.readString(file);
        assertEquals(xml, text(verify(replay, ",\"format\":\"junit\""), "text"));
        Element suites = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)))
                .getDocumentElement();
        assertEquals("testsuites 2", suites.getTagName() + " " + suites.getElementsByTagName("testsuite").getLength());
        int failures = suites.getElementsByTagName("failure").getLength();
        assertTrue(failures >= 1 && Integer.toString(failures).equals(suites.getAttribute("failures")), xml);
        JsonObject small = verify(replay, ",\"format\":\"junit\",\"max_chars\":2000");
        assertTrue(!small.has("text") && text(small, "listsNote").contains("nothing of the text of " + xml.length() + " characters"), () -> Json.text(small));
        assertTrue(tools.failure(CallOrigin.HTTP_WITHOUT_TOKEN, VERIFY, "{\"replay_id\":\"" + replay + "\",\"output_file\":\"x.json\"}").startsWith("forbidden: "));
        assertTrue(tools.failure(VERIFY, "{\"replay_id\":\"" + replay + "\",\"output_file\":\"../replays/" + replay + "/parity.json\",\"overwrite\":true}")
                .startsWith("path_not_allowed: "));
    }

    @Test
    void pagesReachEachEndpointOnceAndStayBelowTheirRoom() throws Exception {
        String[] requests = new String[60];
        for (int i = 0; i < requests.length; i++) {
            requests[i] = "GET /kind" + (char) ('a' + i % 26) + (char) ('a' + i / 26) + "/things";
        }
        origin.drift((path, fresh) -> Reply.json(many("field", 40)));
        String session = origin.session(tools, requests);
        origin.drift((path, fresh) -> path.startsWith("/kinda") ? new Reply(200, "text/html", LOGIN) : Reply.json(many("other", 40)));
        String replay = replay(session, "");
        TreeSet<String> seen = new TreeSet<>();
        int shown = 0;
        for (Optional<Long> offset = Optional.of(0L); offset.isPresent();) {
            JsonObject page = verify(replay, ",\"max_chars\":5000,\"limit\":7,\"offset\":" + offset.get());
            assertTrue(Json.text(page).length() <= 5_000, () -> Json.text(page).length() + " characters");
            for (JsonValue endpoint : (JsonArray) at(page, "endpoints")) {
                seen.add(text((JsonObject) endpoint, "endpoint"));
                shown++;
            }
            assertEquals(60, number(page, "total"));
            offset = page.has("nextOffset") ? Optional.of(number(page, "nextOffset")) : Optional.empty();
        }
        assertEquals("60 60", seen.size() + " " + shown);
        for (int room : List.of(2_000, 2_500, 3_000, 4_000, 8_000, 24_000)) {
            JsonObject page = verify(replay, ",\"max_chars\":" + room);
            assertTrue(Json.text(page).length() <= room, () -> room + ": " + Json.text(page).length() + " characters");
            long blocked = ((JsonArray) at(page, "blocked")).values().size();
            assertTrue(blocked == 3 || text(page, "listsNote").contains(blocked + " of 3 blocked"), () -> Json.text(page));
        }
        JsonObject one = verify(replay, ",\"url_contains\":\"/kindba/\"");
        assertEquals(40, drift(one, 0).stream().filter(drift -> drift.endsWith(" removed high")).count(), "an endpoint that is alone has all the room");
        long all = drift(one, 0).size();
        JsonObject few = verify(replay, ",\"url_contains\":\"/kindba/\",\"max_chars\":4000");
        assertEquals(all, number(few, "endpoints.0.driftTotal"));
        assertTrue(drift(few, 0).size() >= 5 && drift(few, 0).size() < all, () -> Json.text(few));
    }

    private static String many(String name, int fields) {
        StringBuilder body = new StringBuilder("{");
        for (int i = 0; i < fields; i++) {
            body.append(i == 0 ? "" : ",").append('"').append(name).append(i).append("\":\"a text\"");
        }
        return body.append('}').toString();
    }

    @Test
    void progressRisesAndACancelledVerdictStops() {
        tools.call("proxy_start", "{}");
        String session = text(tools.call("proxy_session_start", "{\"capture_profile\":\"full\"}"), "session.id");
        for (int i = 1; i <= 400; i++) {
            new WrittenExchange("GET", "shop.example", "/items/" + i).answer(200, "application/json", shop("/items/" + i, i).body()).record(tools.sink, 1, i);
        }
        tools.call("proxy_session_stop", "{}");
        JsonObject arguments = Tools.object("{\"session_id\":\"" + session + "\",\"other_session_id\":\"" + session + "\"}");
        List<Long> done = new ArrayList<>();
        tools.server.call(VERIFY, arguments, HeardCalls.context(params -> {
            assertTrue(number(params, "progress") <= number(params, "total"));
            done.add(number(params, "progress"));
        }));
        assertTrue(done.size() >= 3 && done.stream().distinct().sorted().toList().equals(done), done.toString());
        List<CallContext> contexts = new ArrayList<>();
        contexts.add(HeardCalls.context(params -> contexts.get(0).cancel()));
        assertEquals("cancelled", text(tools.server.call(VERIFY, arguments, contexts.get(0)).json(), "code"));
    }

    @Test
    void whatCannotBeJudgedIsRefused() throws Exception {
        String session = origin.session(tools, "GET /list?page=1");
        assertTrue(tools.failure(VERIFY, "{}").startsWith("bad_argument: replay_id: expected replay_id, or session_id and other_session_id"));
        assertTrue(tools.failure(VERIFY, "{\"session_id\":\"" + session + "\"}").startsWith("bad_argument: other_session_id: "));
        assertTrue(tools.failure(VERIFY, "{\"replay_id\":\"replay_20260101000000_aaaaaaaa\",\"session_id\":\"" + session + "\"}").startsWith("bad_argument: session_id: "));
        assertTrue(tools.failure(VERIFY, "{\"replay_id\":\"replay_20260101000000_aaaaaaaa\"}").startsWith("unknown_replay: "));
        assertTrue(tools.failure(VERIFY, "{\"replay_id\":\"nothing\"}").startsWith("unknown_replay: "));
        assertTrue(tools.failure(VERIFY, "{\"session_id\":\"" + session + "\",\"other_session_id\":\"20260101000000_aaaaaaaa\"}").startsWith("unknown_session: "));
        assertTrue(tools.failure(VERIFY, "{\"session_id\":\"" + session + "\",\"other_session_id\":\"" + session + "\",\"url_contains\":\"/nothing\"}")
                .startsWith("nothing_to_compare: "));
        assertTrue(tools.failure(VERIFY, "{\"session_id\":\"" + session + "\",\"other_session_id\":\"" + session + "\",\"fail_on\":\"none\"}").startsWith("bad_argument: fail_on"));
        assertTrue(tools.failure(VERIFY, "{\"session_id\":\"" + session + "\",\"other_session_id\":\"" + session + "\",\"ignore\":[\"nothing\"]}").startsWith("bad_argument: ignore"));
        assertTrue(tools.failure(VERIFY, "{\"session_id\":\"" + session + "\",\"other_session_id\":\"" + session + "\",\"key_fields\":[\"nothing\"]}").startsWith("bad_argument: key_fields"));
    }

    @Test
    void aRunThatHasNotEndedIsNotJudged() throws Exception {
        try (ReplayOrigin holding = new ReplayOrigin()) {
            String session = origin.session(tools, "GET /list?page=1");
            String run = text(tools.call("proxy_replay_session", "{\"session_id\":\"" + session + "\",\"mode\":\"execute\",\"wait_ms\":0,\"target_base_url\":\""
                    + holding.url() + "\",\"overrides\":[{\"replace\":[[\"/list\",\"/hold\"]]}]}"), "replayId");
            assertTrue(tools.failure(VERIFY, "{\"replay_id\":\"" + run + "\"}").startsWith("replay_running: "));
            holding.release();
            tools.call("proxy_replay_status", "{\"replay_id\":\"" + run + "\",\"wait_ms\":30000}");
            assertEquals("fail", text(verify(run, ""), "verdict"), "it answers a text");
        }
    }
}
