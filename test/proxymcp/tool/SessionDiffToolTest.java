package proxymcp.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static proxymcp.tool.Tools.at;
import static proxymcp.tool.Tools.number;
import static proxymcp.tool.Tools.text;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
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

/** Two sessions compared as a client asks for it. */
@Timeout(60)
final class SessionDiffToolTest {
    private static final String DIFF = "proxy_diff_sessions";
    private static final int SUMMARY_CHARS = 6_000;

    @TempDir
    Path folder;

    private Tools tools;
    private long sessions;

    @BeforeEach
    void begin() {
        tools = new Tools(folder.resolve("home"));
        tools.call("proxy_start", "{}");
    }

    @AfterEach
    void close() {
        tools.close();
    }

    private String session(List<WrittenExchange> exchanges) {
        String id = text(tools.call("proxy_session_start", "{\"capture_profile\":\"full\"}"), "session.id");
        sessions++;
        long number = 0;
        for (WrittenExchange exchange : exchanges) {
            exchange.record(tools.sink, sessions, ++number);
        }
        tools.call("proxy_session_stop", "{}");
        return id;
    }

    private JsonObject diff(String a, String b, String more) {
        return tools.call(DIFF, arguments(a, b, more));
    }

    private static String arguments(String a, String b, String more) {
        return "{\"session_id\":\"" + a + "\",\"other_session_id\":\"" + b + "\"" + more + "}";
    }

    /** Eight kinds of request, five times each; in one that fails the key is missing, a refusal says so, and one kind of request is new. */
    private static List<WrittenExchange> shop(boolean fails) {
        List<WrittenExchange> all = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            String date = "Tue, 0" + (fails ? 7 : 6) + " Oct 2025 08:00:" + (10 + i) + " GMT";
            WrittenExchange exchange = new WrittenExchange("GET", "shop.example", "/v1/kind" + (char) ('a' + i % 8) + "/" + (500 + i) + "?lang=en")
                    .header("Accept", "*/*").responseHeader("Date", date);
            if (!fails) {
                exchange.header("X-Api-Key", "key-of-the-shop");
            }
            all.add(exchange.answer(fails && i % 8 == 3 ? 403 : 200, "application/json",
                    "{\"id\":" + (500 + i) + ",\"name\":\"thing " + i + "\",\"state\":\"" + (fails && i % 8 == 5 ? "sold" : "free") + "\"}"));
        }
        if (fails) {
            all.add(new WrittenExchange("GET", "shop.example", "/v1/challenge").answer(200, "text/html", "<p>Are you a person?"));
        }
        return all;
    }

    @Test
    void progressRisesAndACancelledComparisonStops() throws Exception {
        List<WrittenExchange> many = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            many.addAll(shop(false));
        }
        String arguments = arguments(session(many), session(many), "");
        List<Long> done = new ArrayList<>();
        JsonObject result = tools.server.call(DIFF, Tools.object(arguments), HeardCalls.context(params -> {
            assertTrue(number(params, "progress") <= number(params, "total"));
            done.add(number(params, "progress"));
        })).json();
        assertEquals(200, number(result, "summary.matched"));
        assertTrue(done.size() >= 3, done.toString());
        assertEquals(done.stream().distinct().sorted().toList(), done);
        List<CallContext> contexts = new ArrayList<>();
        contexts.add(HeardCalls.context(params -> contexts.get(0).cancel()));
        assertEquals("cancelled", text(tools.server.call(DIFF, Tools.object(arguments), contexts.get(0)).json(), "code"));
    }

    @Test
    void theSummaryIsShortAndSaysWhatDiffers() {
        String a = session(shop(false));
        String b = session(shop(true));
        JsonObject summary = diff(a, b, "");
        assertTrue(Json.text(summary).length() <= SUMMARY_CHARS, () -> Json.text(summary).length() + " characters");
        assertEquals("{\"exchangesA\":40,\"exchangesB\":41,\"matched\":40,\"onlyA\":0,\"onlyB\":1,\"moved\":0,\"repeated\":0,\"endpointsChanged\":9,"
                + "\"statusChanges\":5,\"unknown\":0}", Json.text((JsonObject) at(summary, "summary")));
        assertEquals("request.header.x-api-key removed token", field(summary, 0));
        assertEquals(40, number(summary, "topChangedFields.0.count"));
        assertEquals(8, number(summary, "topChangedFields.0.endpointsTotal"));
        assertEquals("[\"key-of-the-shop\"] []", Json.text((JsonArray) at(summary, "topChangedFields.0.samplesA")) + " "
                + Json.text((JsonArray) at(summary, "topChangedFields.0.samplesB")));
        assertEquals("response.status changed content", field(summary, 1));
        assertEquals("response.json.$.state changed content", field(summary, 2));
        assertEquals(3, number(summary, "total"));
        assertEquals(1, number(summary, "firstDivergence.seqA"));
        assertTrue(text(summary, "firstDivergence.why").startsWith("request.header.x-api-key removed in GET shop.example/v1/kinda/"));
        assertEquals("request.header.x-api-key", text(summary, "authCandidates.0.location"));
        assertTrue(number(summary, "suppressedCount") >= 8, "the dates");
    }

    private static String field(JsonObject result, int index) {
        String at = "topChangedFields." + index + ".";
        return text(result, at + "location") + " " + text(result, at + "kind") + " " + text(result, at + "role");
    }

    @Test
    void levelsListEndpointsExchangesAndFields() {
        String a = session(shop(false));
        String b = session(shop(true));
        JsonObject endpoints = diff(a, b, ",\"level\":\"endpoints\"");
        assertEquals(9, number(endpoints, "total"));
        assertEquals("only_b", text(endpoints, "endpoints.0.verdict"));
        assertEquals("GET shop.example/v1/challenge", text(endpoints, "endpoints.0.endpoint"));
        JsonObject refused = diff(a, b, ",\"level\":\"endpoints\",\"endpoint\":\"/v1/KINDD/\"");
        assertEquals("status_changed 1 {\"200\":5} {\"403\":5}", text(refused, "endpoints.0.verdict") + " " + number(refused, "total") + " "
                + Json.text((JsonObject) at(refused, "endpoints.0.statusA")) + " " + Json.text((JsonObject) at(refused, "endpoints.0.statusB")));
        JsonObject exchanges = diff(a, b, ",\"level\":\"exchanges\",\"limit\":5,\"offset\":39");
        assertEquals(41, number(exchanges, "total"));
        assertEquals("matched only_b", text(exchanges, "exchanges.0.state") + " " + text(exchanges, "exchanges.1.state"));
        assertEquals(41, number(exchanges, "exchanges.1.seqB"));
        JsonObject fields = diff(a, b, ",\"level\":\"fields\",\"endpoint\":\"/v1/kindf/\"");
        assertEquals("request.header.x-api-key removed token", field(fields, 0));
        assertEquals("response.json.$.state changed content", field(fields, 1));
        assertEquals(2, number(fields, "total"));
        assertTrue(number(diff(a, b, ",\"level\":\"fields\",\"suppress_volatile\":false"), "total") >= 8 + 1 + 1 + 8);
    }

    @Test
    void ignoredFieldsAreCountedAndFiltersApplyToBoth() {
        String a = session(shop(false));
        String b = session(shop(true));
        JsonObject ignoring = diff(a, b, ",\"ignore\":[\"request.header.x-api-*\",\"response.header.date\"]");
        assertEquals("response.status changed content", field(ignoring, 0));
        assertEquals(80, number(ignoring, "ignoredCount"));
        JsonObject some = diff(a, b, ",\"url_contains\":\"/kinda/\"");
        assertEquals("5 5", number(some, "summary.exchangesA") + " " + number(some, "summary.exchangesB"));
    }

    @Test
    void twoExchangesAreComparedAlone() {
        String a = session(shop(false));
        JsonObject two = diff(a, a, ",\"seq_a\":1,\"seq_b\":9,\"level\":\"fields\",\"suppress_volatile\":false");
        assertEquals("1 1 1", number(two, "summary.exchangesA") + " " + number(two, "summary.exchangesB") + " " + number(two, "summary.matched"));
        List<String> locations = new ArrayList<>();
        for (JsonValue row : (JsonArray) at(two, "topChangedFields")) {
            locations.add(((JsonObject) row).string("location").orElseThrow());
        }
        assertTrue(locations.contains("response.json.$.name"), locations::toString);
        assertTrue(locations.contains("response.json.$.id"), locations::toString);
    }

    @Test
    void aSessionDoesNotDifferFromItself() {
        String a = session(shop(false));
        JsonObject same = diff(a, a, ",\"suppress_volatile\":false");
        assertEquals("0 [] []", number(same, "total") + " " + Json.text((JsonArray) at(same, "topChangedFields")) + " " + Json.text((JsonArray) at(same, "endpoints")));
        assertFalse(same.has("firstDivergence"));
    }

    @Test
    void bodiesThatBrokeOffAreUnknown() {
        WrittenExchange whole = new WrittenExchange("GET", "a.example", "/x").answer(200, "application/json", "{\"a\":1,\"b\":2}");
        WrittenExchange cut = new WrittenExchange("GET", "a.example", "/x").answer(200, "application/json", "{\"a\":1,").cut();
        JsonObject result = diff(session(List.of(whole)), session(List.of(cut)), ",\"level\":\"endpoints\"");
        assertEquals(1, number(result, "summary.unknown"));
        assertEquals("unknown", text(result, "endpoints.0.verdict"));
        JsonObject exchanges = diff(text(result, "sessionId"), text(result, "otherSessionId"), ",\"level\":\"exchanges\"");
        assertEquals("true", at(exchanges, "exchanges.0.bodiesUnknown").toString());
    }

    @Test
    void whatIsWrongIsNamed() {
        String a = session(shop(false));
        String unknown = "20260131235959_0a1b2c3d";
        assertTrue(tools.failure(DIFF, arguments(a, unknown, "")).startsWith("unknown_session: "));
        assertTrue(tools.failure(DIFF, arguments(unknown, a, "")).startsWith("unknown_session: "));
        assertTrue(tools.failure(DIFF, arguments(a, a, ",\"more_baselines\":[\"" + unknown + "\"]")).startsWith("bad_argument")
                || tools.failure(DIFF, arguments(a, a, ",\"more_baselines\":[\"" + unknown + "\"]")).startsWith("unknown_session"));
        assertTrue(tools.failure(DIFF, arguments(a, a, ",\"seq_a\":1,\"seq_b\":41")).startsWith("unknown_exchange: "));
        assertTrue(tools.failure(DIFF, arguments(a, a, ",\"seq_a\":1")).startsWith("bad_argument: seq_b"));
        assertTrue(tools.failure(DIFF, arguments(a, a, ",\"ignore\":[\"response.status\",\"somewhere.else\"]")).contains("somewhere.else"));
        assertTrue(tools.failure(DIFF, arguments(a, a, ",\"endpoint\":\"/nowhere\"")).startsWith("unknown_endpoint: "));
        assertTrue(tools.failure(DIFF, arguments(a, a, ",\"more_baselines\":[\"" + a + "\"]")).startsWith("bad_argument: more_baselines"));
    }

    /** Long and odd texts everywhere, and little room: results stay below it, and pages lead to every item once. */
    @Test
    void everyResultStaysBelowItsRoom() {
        List<WrittenExchange> before = new ArrayList<>();
        List<WrittenExchange> after = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            String target = "/" + "\"\\".repeat(100) + "p" + i + "/" + "%22".repeat(300);
            before.add(new WrittenExchange("GET", "h.example", target).header("X-" + "n".repeat(200) + i, "\"".repeat(3_000)).answer(200, "application/json",
                    "{\"" + "k".repeat(900) + "\":\"" + "\\u0001".repeat(500) + "\"}"));
            after.add(new WrittenExchange("GET", "h.example", target).answer(500, "application/json", "{\"" + "k".repeat(900) + "\":[\"" + "\\\"".repeat(500) + "\"]}"));
        }
        String a = session(before);
        String b = session(after);
        for (String level : new String[] {"summary", "endpoints", "exchanges", "fields"}) {
            for (int charsMax : new int[] {2_000, 4_000, 9_000, 24_000}) {
                long offset = 0;
                long seen = 0;
                long total;
                do {
                    JsonObject page = diff(a, b, ",\"level\":\"" + level + "\",\"max_chars\":" + charsMax + ",\"limit\":7,\"offset\":" + offset);
                    assertTrue(Json.text(page).length() <= charsMax, () -> level + " " + charsMax + ": " + Json.text(page).length());
                    seen += number(page, "showing");
                    total = number(page, "total");
                    offset = page.has("nextOffset") ? number(page, "nextOffset") : total;
                } while (offset < total);
                assertEquals(total, seen, level + " " + charsMax);
            }
        }
    }

    @Test
    void theResourceHoldsTheSummary() throws Exception {
        String a = session(shop(false));
        String b = session(shop(true));
        ResourceTemplate template = tools.toolbox.templates().stream().filter(one -> one.name().equals("proxy_session_diff")).findFirst().orElseThrow();
        assertEquals("proxy://sessions/{session_id}/diff/{other_id}", template.uri().text());
        CallContext context = CallContext.detached(CallOrigin.STDIO);
        ResourceContents.Text read = (ResourceContents.Text) template.family().read(Map.of("session_id", a, "other_id", b), context).orElseThrow();
        assertEquals(Json.text((JsonObject) at(diff(a, b, ""), "summary")), Json.text((JsonObject) at(Tools.object(read.text()), "summary")));
        assertEquals(Optional.empty(), template.family().read(Map.of("session_id", a, "other_id", "20260131235959_0a1b2c3d"), context));
        assertEquals(Optional.empty(), template.family().read(Map.of("session_id", "..", "other_id", b), context));
        assertEquals(List.of(a), template.family().complete("other_id", "", Map.of("session_id", b)));
    }
}
