package proxymcp.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static proxymcp.tool.Tools.at;
import static proxymcp.tool.Tools.number;
import static proxymcp.tool.Tools.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;
import proxymcp.mcp.CallOrigin;
import proxymcp.rule.Rule;

/** Rules through the tools: what each one makes, and that a refusal leaves everything as it was. */
@Timeout(60)
final class RuleToolsTest {
    private static final String ADD = "proxy_add_rule";
    private static final String UPDATE = "proxy_update_rule";
    private static final String LIST = "proxy_list_rules";
    private static final String MOCK = "{'type':'mock','status':418,'body':'tea'}";

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

    @Test
    void anAddedRuleIsShownWithAllThatTheContractNames() {
        JsonObject rule = add("first", "{'method':'GET','hostname':'a.example'}", MOCK, "");
        assertEquals("[\"id\",\"version\",\"priority\",\"enabled\",\"persisted\",\"description\",\"matcher\",\"handler\",\"createdAt\",\"hitCount\","
                + "\"timeouts\"]", JsonArray.ofStrings(rule.members().stream().map(JsonObject.Member::name).toList()).toString());
        assertEquals("rule_1 1 100 true false", text(rule, "id") + " " + number(rule, "version") + " " + number(rule, "priority") + " "
                + at(rule, "enabled") + " " + at(rule, "persisted"));
        assertEquals(json("{'method':'GET','hostname':'a.example'}"), at(rule, "matcher"));
        assertEquals(json(MOCK), at(rule, "handler"));
        assertEquals(1, number(tools.call("proxy_status", "{}"), "ruleCount"));
    }

    @Test
    void rulesAreListedInTheOrderTheyAreAsked() {
        add("b", "{}", MOCK, ",'priority':7");
        add("c", "{}", MOCK, ",'priority':7");
        add("a", "{}", MOCK, ",'priority':-3");
        Rule rule = tools.control.rules().current().find("rule_2").orElseThrow();
        tools.control.rules().hit(rule);
        tools.control.rules().hit(rule);
        tools.control.rules().timedOut(rule);
        JsonObject list = tools.call(LIST, "{}");
        assertEquals("rule_3 rule_1 rule_2", ids(list));
        assertEquals("3 3 true", number(list, "count") + " " + number(list, "total") + " " + at(list, "complete"));
        assertEquals("2 1", number(list, "rules.2.hitCount") + " " + number(list, "rules.2.timeouts"));
        JsonObject page = tools.call(LIST, "{'offset':1,'limit':1}".replace('\'', '"'));
        assertEquals("rule_1 2 false", ids(page) + " " + number(page, "nextOffset") + " " + at(page, "complete"));
        assertEquals("rule_2", ids(tools.call(LIST, "{\"rule_id\":\"rule_2\"}")));
        assertEquals("unknown_rule: There is no rule rule_9 | proxy_list_rules lists them", tools.failure(LIST, "{\"rule_id\":\"rule_9\"}"));
    }

    @Test
    void longBodiesAreShortenedInListsAndListsKeepToTheirSize() {
        String body = "x".repeat(9_000);
        for (int i = 0; i < 30; i++) {
            add("with a long body", "{}", "{'type':'mock','body':'" + body + "'}", "");
        }
        int offset = 0;
        List<String> seen = new ArrayList<>();
        while (offset >= 0) {
            JsonObject page = tools.call(LIST, "{\"max_chars\":4000,\"offset\":" + offset + "}");
            assertTrue(Json.text(page).length() <= 4_000, "has " + Json.text(page).length());
            seen.addAll(List.of(ids(page).split(" ")));
            assertEquals("true", at(page, "rules.0.handler.truncated").toString());
            offset = page.has("nextOffset") ? (int) number(page, "nextOffset") : -1;
        }
        assertEquals(30, seen.stream().distinct().count());
        assertEquals(body, text(tools.call(LIST, "{\"rule_id\":\"rule_1\"}"), "rules.0.handler.body"));
    }

    @Test
    void anUpdateReplacesWhatIsGivenAndKeepsTheRest() {
        add("first", "{'method':'GET'}", MOCK, "");
        JsonObject rule = (JsonObject) at(tools.call(UPDATE, q("{'rule_id':'rule_1','priority':5}")), "rule");
        assertEquals("2 5 first", number(rule, "version") + " " + number(rule, "priority") + " " + text(rule, "description"));
        rule = (JsonObject) at(tools.call(UPDATE, q("{'rule_id':'rule_1','description':'second','matcher':{'hostname':'b'},'handler':{'type':'drop'}}")),
                "rule");
        assertEquals("3 5 second", number(rule, "version") + " " + number(rule, "priority") + " " + text(rule, "description"));
        assertEquals(json("{'hostname':'b'}"), at(rule, "matcher"));
        assertEquals(json("{'type':'drop','dropMode':'close'}"), at(rule, "handler"));
    }

    @Test
    void disabledRulesStayAndAreEnabledAgain() {
        add("first", "{}", MOCK, "");
        assertEquals("Rule rule_1 is disabled", text(tools.call("proxy_disable_rule", q("{'rule_id':'rule_1'}")), "message"));
        tools.call("proxy_disable_rule", q("{'rule_id':'rule_1'}"));
        assertEquals("false 2", at(tools.call(LIST, "{}"), "rules.0.enabled") + " " + number(tools.call(LIST, "{}"), "rules.0.version"));
        assertEquals("Rule rule_1 is enabled", text(tools.call("proxy_enable_rule", q("{'rule_id':'rule_1'}")), "message"));
        assertEquals("Rule rule_1 is removed", text(tools.call("proxy_remove_rule", q("{'rule_id':'rule_1'}")), "message"));
        assertEquals(0, number(tools.call(LIST, "{}"), "count"));
        for (String tool : List.of("proxy_enable_rule", "proxy_disable_rule", "proxy_remove_rule")) {
            assertEquals("unknown_rule: There is no rule rule_1 | proxy_list_rules lists them", tools.failure(tool, q("{'rule_id':'rule_1'}")));
        }
        assertEquals("unknown_rule: There is no rule rule_1 | proxy_list_rules lists them",
                tools.failure(UPDATE, q("{'rule_id':'rule_1','priority':1}")));
    }

    @Test
    void aRefusalChangesNothing() {
        add("first", "{'urlPattern':'a'}", MOCK, ",'persist':true");
        add("second", "{}", MOCK, "");
        tools.control.rules().hit(tools.control.rules().current().find("rule_1").orElseThrow());
        JsonObject before = tools.call(LIST, "{}");
        String[][] refusals = {
            {ADD, "{'description':'x','matcher':{'urlPattern':'('},'handler':" + MOCK + "}", "bad_argument: matcher.urlPattern: "},
            {ADD, "{'description':'x','matcher':{},'handler':{'type':'forward'}}", "bad_argument: handler.forwardTo: required"},
            {ADD, "{'description':'x','matcher':{},'handler':{}}", "bad_argument: handler.type: required"},
            {ADD, "{'description':'x','matcher':{},'handler':{'type':'mock','bodyFile':'none.txt'}}", "file_not_found: handler.bodyFile: "},
            {ADD, "{'description':'x','matcher':{}}", "bad_argument: handler: required"},
            {ADD, "{'description':'','matcher':{},'handler':" + MOCK + "}", "bad_argument: description: "},
            {ADD, "{'description':'x','matcher':[],'handler':" + MOCK + "}", "bad_argument: matcher: expected an object, got an array of 0"},
            {UPDATE, "{'rule_id':'rule_1'}", "bad_argument: description: expected it, priority, matcher or handler"},
            {UPDATE, "{'rule_id':'rule_1','priority':1,'matcher':{'pathPattern':'*'}}", "bad_argument: matcher.pathPattern: "},
            {UPDATE, "{'rule_id':'rule_1','description':'new','handler':{'type':'mock','status':204,'body':'x'}}", "bad_argument: handler.body: "},
            {"proxy_inject_headers", "{'headers':{}}", "bad_argument: headers: expected at least one"},
            {"proxy_inject_headers", "{'headers':{'Content-Length':'1'}}", "bad_argument: headers.Content-Length: cannot be set or removed"},
            {"proxy_inject_headers", "{'headers':{'X-A':'a\\nb'}}", "bad_argument: headers.X-A: expected Latin-1 text"},
            {"proxy_inject_headers", "{'headers':{'X-A':'1'},'url_pattern':'['}", "bad_argument: url_pattern: expected a Java regular"},
            {"proxy_rewrite_url", "{'match_pattern':'(','replace_with':''}", "bad_argument: match_pattern: expected a Java regular"},
            {"proxy_rewrite_url", "{'match_pattern':'a','replace_with':'$1'}", "bad_argument: replace_with: expected a group in 0..0"},
            {"proxy_rewrite_url", "{'match_pattern':'a','replace_with':'b','hostname':'a:80'}", "bad_argument: hostname: expected a whole host"},
            {"proxy_mock_response", "{'status':304,'body':'x'}", "bad_argument: body: a response with status 304 has no body"},
            {"proxy_mock_response", "{'status':100}", "bad_argument: status: expected an integer in 200..599"},
            {"proxy_mock_response", "{'status':200,'content_type':'a\\r\\nb: c'}", "bad_argument: content_type: expected Latin-1 text"},
            {"proxy_mock_response", "{'status':200,'method':'G T'}", "bad_argument: method: expected a method such as GET"},
        };
        for (String[] refusal : refusals) {
            String said = tools.failure(refusal[0], q(refusal[1]));
            assertTrue(said.startsWith(refusal[2]), refusal[1] + " said " + said);
            assertEquals(before, tools.call(LIST, "{}"), refusal[1]);
        }
        assertEquals("rule_3", text(add("next", "{}", MOCK, ""), "id"));
    }

    @Test
    void theShortcutsMakeTheRulesTheyAreFor() {
        JsonObject made = tools.call("proxy_inject_headers", q("{'headers':{'X-A':'1','Cookie':null},'hostname':'a.example','direction':'both'}"));
        assertEquals("rule_1 Set X-A, Cookie in requests and responses, host a.example", text(made, "rule_id") + " " + text(made, "description"));
        tools.call("proxy_inject_headers", q("{'headers':{'X-A':'1'},'direction':'response','url_pattern':'/x'}"));
        tools.call("proxy_rewrite_url", q("{'match_pattern':'^http://(a)\\\\.example/','replace_with':'http://b.example/$1/'}"));
        tools.call("proxy_mock_response", q("{'status':201,'method':'PUT','body':'{}'}"));
        tools.call("proxy_mock_response", q("{'status':204,'url_pattern':'ads','priority':99}"));
        JsonObject list = tools.call(LIST, "{}");
        String update = "{'updateHeaders':{'X-A':'1','Cookie':null}}";
        assertEquals(json("[{'matcher':{'method':'PUT'},'handler':{'type':'mock','status':201,'body':'{}',"
                + "'headers':{'Content-Type':'application/json'}},'priority':10},"
                + "{'matcher':{'hostname':'a.example'},'handler':{'type':'passthrough','transformRequest':" + update + ",'transformResponse':" + update
                + "},'priority':50},"
                + "{'matcher':{'urlPattern':'/x'},'handler':{'type':'passthrough','transformResponse':{'updateHeaders':{'X-A':'1'}}},'priority':50},"
                + "{'matcher':{'urlPattern':'^http://(a)\\\\.example/'},'handler':{'type':'passthrough','transformRequest':{'replaceUrl':"
                + "{'match':'^http://(a)\\\\.example/','replace':'http://b.example/$1/'}}},'priority':50},"
                + "{'matcher':{'urlPattern':'ads'},'handler':{'type':'mock','status':204,'body':''},'priority':99}]"), made(list));
    }

    @Test
    void filesOfBodiesAreFoundByTheirRealPathAndOnlyByWhoMayNameFiles() throws IOException {
        Path file = Files.writeString(Files.createDirectories(folder.resolve("cwd")).resolve("body.txt"), "of a file");
        String handler = "{'type':'mock','bodyFile':'body.txt'}";
        assertEquals(file.toRealPath().toString(), text(add("file", "{}", handler, ""), "handler.bodyFile"));
        String arguments = q("{'description':'x','matcher':{},'handler':" + handler + "}");
        assertTrue(tools.failure(CallOrigin.HTTP_WITHOUT_TOKEN, ADD, arguments).startsWith("forbidden: handler.bodyFile: files cannot be named"));
        Path outside = Files.writeString(folder.resolve("outside.txt"), "x");
        assertTrue(tools.failure(CallOrigin.HTTP_WITH_TOKEN, ADD, arguments.replace("body.txt", outside.toString())).startsWith("path_not_allowed: "));
        try (var large = java.nio.channels.FileChannel.open(file, java.nio.file.StandardOpenOption.WRITE)) {
            large.write(java.nio.ByteBuffer.allocate(1), 16 << 20);
        }
        assertEquals("file_error: handler.bodyFile: expected a file of at most 16777216 octets, got 16777217", tools.failure(ADD, arguments));
        assertEquals(1, number(tools.call(LIST, "{}"), "count"));
    }

    @Test
    void onlyWhatIsPersistedIsThereAfterARestartAndDamageIsTold() throws IOException {
        add("kept", "{'bodyIncludes':'x'}", MOCK, ",'persist':true,'priority':4");
        add("gone", "{}", MOCK, "");
        JsonObject kept = (JsonObject) at(tools.call(LIST, "{}"), "rules.0");
        tools.close();
        tools = new Tools(folder.resolve("home"));
        assertEquals("rule_1 1", ids(tools.call(LIST, "{}")) + " " + number(tools.call("proxy_status", "{}"), "ruleCount"));
        assertEquals(kept, at(tools.call(LIST, "{}"), "rules.0"));
        tools.close();
        Files.writeString(folder.resolve("home/rules/rules.json"), "{\"formatVersion\":1");
        tools = new Tools(folder.resolve("home"));
        JsonObject list = tools.call(LIST, "{}");
        assertEquals(0, number(list, "count"));
        assertTrue(text(list, "notes.0").startsWith("the rules in " + folder), text(list, "notes.0"));
    }

    @Test
    void theManifestOfASessionNamesTheRulesInForce() {
        add("first", "{}", MOCK, "");
        add("off", "{}", MOCK, "");
        tools.call("proxy_disable_rule", q("{'rule_id':'rule_2'}"));
        tools.call("proxy_start", "{}");
        JsonObject session = tools.call("proxy_session_start", "{}");
        JsonObject kept = tools.call("proxy_get_session", "{\"session_id\":\"" + text(session, "session.id") + "\"}");
        assertEquals(json("[{'id':'rule_1','version':1,'priority':100,'type':'mock','description':'first'}]"), at(kept, "session.settings.rules"));
    }

    private JsonObject add(String description, String matcher, String handler, String more) {
        return (JsonObject) at(tools.call(ADD, q("{'description':'" + description + "','matcher':" + matcher + ",'handler':" + handler + more + "}")),
                "rule");
    }

    private static JsonValue made(JsonObject list) {
        List<JsonValue> rows = new ArrayList<>();
        for (JsonValue rule : (JsonArray) at(list, "rules")) {
            JsonObject object = (JsonObject) rule;
            rows.add(JsonObject.builder().put("matcher", at(object, "matcher")).put("handler", at(object, "handler"))
                    .put("priority", at(object, "priority")).build());
        }
        return new JsonArray(rows);
    }

    private static String ids(JsonObject list) {
        List<String> ids = new ArrayList<>();
        for (JsonValue rule : (JsonArray) at(list, "rules")) {
            ids.add(text((JsonObject) rule, "id"));
        }
        return String.join(" ", ids);
    }

    private static JsonValue json(String text) {
        return at(Tools.object("{\"value\":" + q(text) + "}"), "value");
    }

    /** Single quotes stand for double ones. */
    private static String q(String json) {
        return json.replace('\'', '"');
    }
}
