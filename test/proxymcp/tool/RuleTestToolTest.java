package proxymcp.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static proxymcp.tool.Tools.at;
import static proxymcp.tool.Tools.number;
import static proxymcp.tool.Tools.text;

import java.io.IOException;
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
import proxymcp.mcp.CallContext;
import proxymcp.mcp.CallOrigin;
import proxymcp.mcp.ToolOutcome;

/** Requests held against rules: made up, captured, and all of a session; expected counts come from the traffic that is made here. */
@Timeout(60)
final class RuleTestToolTest {
    private static final String TEST = "proxy_test_rule_match";

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
    void aMadeUpRequestIsExplainedMemberByMember() {
        add("wins", 5, "{'method':'POST','urlPattern':'shop','hostname':'SHOP.example','pathPattern':'^/a','headers':{'x-a':'1'},'bodyIncludes':'ee'}");
        add("loses", 9, "{}");
        add("other", 1, "{'method':'PUT','headers':{'X-A':'2','X-B':'3'},'bodyIncludes':'zz','urlPattern':'nothing'}");
        JsonObject result = result("{'request':{'method':'POST','url':'https://shop.example:443/a?b#c','headers':{'X-A':'1'},'body':'needle'}}");
        assertEquals(json("{'method':'POST','url':'https://shop.example/a?b','hostname':'shop.example','path':'/a?b','headers':[['X-A','1']],"
                + "'body':'needle'}"), at(result, "request"));
        assertEquals("3 3 2 2 true", number(result, "evaluatedCount") + " " + number(result, "totalRules") + " " + number(result, "matchedCount") + " "
                + number(result, "effectiveMatchCount") + " " + at(result, "includeDisabled"));
        assertEquals(json("{'ruleId':'rule_1','priority':5,'description':'wins','handlerType':'mock'}"), at(result, "effectiveWinner"));
        assertEquals("rule_3 false false, rule_1 true true, rule_2 true true", rows(result));
        assertEquals(json("{'applies':true,'passed':false,'expected':'PUT','actual':'POST','reason':'another method'}"),
                at(result, "results.0.checks.method"));
        assertEquals(json("{'applies':true,'passed':false,'expected':{'X-A':'2','X-B':'3'},'actual':{'X-A':'1','X-B':null},'reason':'2 of 2 differ',"
                + "'mismatch':[{'header':'X-A','expected':'2','actual':'1'},{'header':'X-B','expected':'3','actual':null}]}"),
                at(result, "results.0.checks.headers"));
        assertEquals(json("{'applies':true,'passed':false,'expected':'zz','actual':'needle','reason':'not part of the body'}"),
                at(result, "results.0.checks.bodyIncludes"));
        assertEquals(json("{'applies':false,'passed':true}"), at(result, "results.0.checks.hostname"));
        assertEquals(json("{'applies':true,'passed':true,'expected':'^/a','actual':'/a?b'}"), at(result, "results.1.checks.pathPattern"));
        assertEquals(0, tools.control.rules().hits("rule_1"), "a test is no hit");
    }

    @Test
    void disabledRulesAreNotEligibleAndCanBeLeftOut() {
        add("off", 1, "{}");
        add("on", 2, "{}");
        tools.call("proxy_disable_rule", "{\"rule_id\":\"rule_1\"}");
        String request = "'request':{'url':'http://a.example'}";
        JsonObject result = result("{" + request + "}");
        assertEquals("rule_1 true false, rule_2 true true", rows(result));
        assertEquals("rule_2 2 1", text(result, "effectiveWinner.ruleId") + " " + number(result, "matchedCount") + " "
                + number(result, "effectiveMatchCount"));
        assertEquals("rule_2 true true", rows(result("{" + request + ",'include_disabled':false}")));
        JsonObject limited = result("{" + request + ",'limit_rules':1}");
        assertEquals("rule_1 true false; 1 of 2; rule_2", rows(limited) + "; " + number(limited, "evaluatedCount") + " of "
                + number(limited, "totalRules") + "; " + text(limited, "effectiveWinner.ruleId"));
    }

    @Test
    void aRuleCanBeTriedWithoutAddingIt() {
        add("there", 50, "{}");
        String request = "'request':{'url':'http://a.example/x'}";
        assertEquals("rule_1", text(result("{" + request + ",'rule':{'matcher':{'pathPattern':'x'}}}"), "effectiveWinner.ruleId"));
        JsonObject result = result("{" + request + ",'rule':{'matcher':{'pathPattern':'x'},'handler':{'type':'drop'},'priority':1}}");
        assertEquals("trial drop", text(result, "effectiveWinner.ruleId") + " " + text(result, "effectiveWinner.handlerType"));
        assertEquals(1, number(tools.call("proxy_list_rules", "{}"), "count"));
    }

    @Test
    void aCapturedExchangeIsHeldAgainstTheRulesWithItsBody() throws IOException {
        add("of the body", 1, "{'bodyIncludes':'wörld'}");
        String session = startSession();
        String id = new Traffic(tools.sink).request("POST", "shop.example", "/api").requestBody("hello wörld").complete();
        tools.call("proxy_session_stop", "{}");
        String other = new Traffic(tools.live).request("POST", "shop.example", "/api").complete();
        JsonObject live = tools.call(TEST, q("{'mode':'exchange','exchange_id':'" + id + "'}"));
        assertEquals("exchange " + id + " rule_1", text(live, "mode") + " " + text(live, "exchange_id") + " " + text(live, "result.effectiveWinner.ruleId"));
        assertEquals("http://shop.example/api hello wörld", text(live, "result.request.url") + " " + text(live, "result.request.body"));
        for (String which : List.of("'seq':1", "'exchange_id':'" + id + "'")) {
            JsonObject stored = tools.call(TEST, q("{'mode':'exchange','session_id':'" + session + "'," + which + "}"));
            assertEquals(at(live, "result"), at(stored, "result"), which);
            assertEquals(session, text(stored, "session_id"));
        }
        assertEquals("null", at(tools.call(TEST, q("{'mode':'exchange','exchange_id':'" + other + "'}")), "result.effectiveWinner").toString());
    }

    @Test
    void aSessionIsCountedRuleByRuleWithSamples() {
        add("posts", 1, "{'method':'POST'}");
        add("needles", 2, "{'bodyIncludes':'needle'}");
        add("shop", 3, "{'hostname':'shop.example'}");
        add("off", 0, "{}");
        tools.call("proxy_disable_rule", "{\"rule_id\":\"rule_4\"}");
        String session = startSession();
        for (int i = 0; i < 600; i++) {
            Traffic traffic = new Traffic(tools.sink).request(i % 3 == 0 ? "POST" : "GET", i % 2 == 0 ? "shop.example" : "else.example", "/" + i);
            if (i % 5 == 0) {
                traffic.requestBody("a needle");
            }
            traffic.complete();
        }
        tools.call("proxy_session_stop", "{}");
        JsonObject result = result("{'mode':'session','session_id':'" + session + "','samples':2}");
        // Of 600: 200 are POST; 120 have a needle, 40 of them POST; 300 go to the shop, of which 160 are neither.
        assertEquals("rule_4 600 0, rule_1 200 200, rule_2 120 80, rule_3 300 160", counts(result));
        assertEquals("600 160 true", number(result, "scanned") + " " + number(result, "unmatched") + " " + at(result, "complete"));
        assertEquals("1 /0 true, 4 /3 true", samples(result, 1));
        assertEquals("1 /0 false, 6 /5 true", samples(result, 2));
        JsonObject some = result("{'mode':'session','session_id':'" + session + "','hostname_contains':'shop','method':'GET','include_disabled':false,"
                + "'rule':{'matcher':{'urlPattern':'/1\\\\d$'},'priority':0},'samples':0}");
        // GET to the shop: 200; those from /10 to /19 are 10, 14 and 16.
        assertEquals("trial 3 3, rule_1 0 0, rule_2 40 39, rule_3 200 158", counts(some));
        assertEquals(200, number(some, "scanned"));
    }

    @Test
    void anExpressionThatNeverEndsIsGivenUpAndTold() {
        String session = startSession();
        for (int i = 0; i < 30; i++) {
            new Traffic(tools.sink).request("GET", "a.example", "/" + "a".repeat(40) + "!").complete();
        }
        tools.call("proxy_session_stop", "{}");
        JsonObject result = result("{'mode':'session','session_id':'" + session + "','rule':{'matcher':{'pathPattern':'^/(a|aa)+\\\\1z'}}}");
        assertEquals("trial 0 0", counts(result));
        assertEquals(20, number(result, "results.0.timeouts"));
        assertTrue(text(result, "results.0.reason").startsWith("its expression took too long 20 times"), result.toString());
    }

    @Test
    void aCancelledCallEndsEarly() {
        String session = startSession();
        new Traffic(tools.sink).complete();
        tools.call("proxy_session_stop", "{}");
        CallContext context = CallContext.detached(CallOrigin.STDIO);
        context.cancel();
        ToolOutcome outcome = tools.server.call(TEST, Tools.object(q("{'mode':'session','session_id':'" + session + "'}")), context);
        assertEquals("cancelled", outcome.json().string("code").orElseThrow());
    }

    @Test
    void resultsKeepToTheirSize() {
        for (int i = 0; i < 60; i++) {
            add("a rule with a description of some length, number " + i, i, "{'urlPattern':'" + "x".repeat(300) + "'}");
        }
        String session = startSession();
        new Traffic(tools.sink).request("GET", "a.example", "/" + "y".repeat(5_000)).requestHeader("X-Long", "z".repeat(3_000)).complete();
        tools.call("proxy_session_stop", "{}");
        for (String mode : List.of("'request':{'url':'http://a/" + "y".repeat(30_000) + "','body':'" + "b".repeat(30_000) + "'}",
                "'mode':'exchange','session_id':'" + session + "','seq':1", "'mode':'session','session_id':'" + session + "'")) {
            JsonObject whole = tools.call(TEST, q("{'max_chars':2000," + mode + "}"));
            assertTrue(Json.text(whole).length() <= 2_000, Json.text(whole).length() + ": " + whole);
            assertEquals("false", at(whole, "result.complete").toString());
            assertEquals(60, number(whole, "result.totalRules"));
        }
    }

    @Test
    void whatDoesNotGoTogetherIsRefused() {
        String unknown = "20260101000000_abcdefgh";
        String[][] cases = {
            {"{}", "bad_argument: request: expected it in mode simulate"},
            {"{'request':{}}", "bad_argument: request: url: required, but not given"},
            {"{'request':{'url':'nowhere'}}", "bad_argument: request.url: expected an absolute URL"},
            {"{'request':{'url':'ftp://a'}}", "bad_argument: request.url: expected an absolute URL"},
            {"{'request':{'url':'http://a','headers':{'A B':'c'}}}", "bad_argument: request.headers: expected the name of a field"},
            {"{'request':{'url':'http://a','uri':'b'}}", "bad_argument: request: unknown argument \"uri\"; did you mean \"url\"?"},
            {"{'mode':'exchange'}", "bad_argument: exchange_id: expected it in mode exchange"},
            {"{'mode':'exchange','seq':1}", "bad_argument: seq: expected session_id with it"},
            {"{'mode':'exchange','exchange_id':'x'}", "unknown_exchange: "},
            {"{'mode':'exchange','session_id':'" + unknown + "'}", "bad_argument: seq: expected it, or exchange_id"},
            {"{'mode':'exchange','session_id':'" + unknown + "','seq':1}", "unknown_session: "},
            {"{'mode':'session'}", "bad_argument: session_id: expected it in mode session"},
            {"{'mode':'session','session_id':'" + unknown + "'}", "unknown_session: "},
            {"{'mode':'session','session_id':'" + unknown + "','seq':1}", "bad_argument: seq: expected mode exchange with it"},
            {"{'request':{'url':'http://a'},'method':'GET'}", "bad_argument: method: expected mode session with it"},
            {"{'request':{'url':'http://a'},'rule':{}}", "bad_argument: rule: matcher: required, but not given"},
            {"{'request':{'url':'http://a'},'rule':{'matcher':{'urlPattern':'('}}}", "bad_argument: matcher.urlPattern: expected a Java regular"},
        };
        for (String[] pair : cases) {
            String said = tools.failure(TEST, q(pair[0]));
            assertTrue(said.startsWith(pair[1]), pair[0] + " said " + said);
        }
    }

    private String startSession() {
        tools.call("proxy_start", "{}");
        String id = text(tools.call("proxy_session_start", "{\"capture_profile\":\"full\"}"), "session.id");
        tools.control.close();
        return id;
    }

    private void add(String description, int priority, String matcher) {
        tools.call("proxy_add_rule", q("{'description':'" + description + "','priority':" + priority + ",'matcher':" + matcher
                + ",'handler':{'type':'mock'}}"));
    }

    private JsonObject result(String arguments) {
        return (JsonObject) at(tools.call(TEST, q(arguments)), "result");
    }

    private static String rows(JsonObject result) {
        return joined(result, row -> text(row, "ruleId") + " " + at(row, "matched") + " " + at(row, "eligible"));
    }

    private static String counts(JsonObject result) {
        return joined(result, row -> text(row, "ruleId") + " " + number(row, "matchedCount") + " " + number(row, "effectiveCount"));
    }

    private static String samples(JsonObject result, int row) {
        List<String> samples = new ArrayList<>();
        for (JsonValue sample : (JsonArray) at(result, "results." + row + ".samples")) {
            String url = text((JsonObject) sample, "url");
            samples.add(number((JsonObject) sample, "seq") + " " + url.substring(url.lastIndexOf('/')) + " " + at((JsonObject) sample, "effective"));
        }
        return String.join(", ", samples);
    }

    private static String joined(JsonObject result, java.util.function.Function<JsonObject, String> shown) {
        List<String> rows = new ArrayList<>();
        for (JsonValue row : (JsonArray) at(result, "results")) {
            rows.add(shown.apply((JsonObject) row));
        }
        return String.join(", ", rows);
    }

    private static JsonValue json(String text) {
        return at(Tools.object("{\"value\":" + q(text) + "}"), "value");
    }

    /** Single quotes stand for double ones. */
    private static String q(String json) {
        return json.replace('\'', '"');
    }
}
