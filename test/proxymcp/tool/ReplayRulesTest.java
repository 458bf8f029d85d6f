package proxymcp.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static proxymcp.tool.Tools.at;
import static proxymcp.tool.Tools.number;
import static proxymcp.tool.Tools.text;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.json.Json;
import proxymcp.json.JsonObject;

/** Requests of a run follow the proxy's rules where the run asks for it, as those of a client do; what the origin gets tells. */
@Timeout(60)
final class ReplayRulesTest extends OfReplay {
    private void rule(String matcher, String handler) {
        tools.call("proxy_add_rule", ("{'description':'test','matcher':" + matcher + ",'handler':" + handler + "}").replace('\'', '"'));
    }

    private JsonObject run(String session, String more) {
        return tools.call("proxy_replay_session",
                ("{'session_id':'" + session + "','mode':'execute','wait_ms':30000,'use_rules':true" + (more.contains("allow_unsafe") ? "" : ",'allow_unsafe':true") + more + "}").replace('\'', '"'));
    }

    private JsonObject replayed(JsonObject run, int seq) {
        return (JsonObject) at(tools.call("proxy_get_session_exchange",
                "{\"session_id\":\"" + text(run, "replaySessionId") + "\",\"seq\":" + seq + ",\"body\":\"both\"}"), "exchange");
    }

    @Test
    void aRequestIsChangedAndKeptAsItWasAndAsItWentOut() throws Exception {
        String session = origin.session(tools, "POST /a");
        rule("{'method':'POST'}", "{'type':'passthrough','transformRequest':{'updateHeaders':{'X-Test':'ruled'},"
                + "'matchReplaceBody':[['recorded','changed by a rule']],'replaceUrl':{'match':'/a$','replace':'/b'}}}");
        JsonObject result = run(session, "");
        assertEquals("POST /b ruled {\"name\":\"changed by a rule\"}", origin.seen.getFirst());
        JsonObject exchange = replayed(result, 1);
        assertEquals("rule_1", text(exchange, "rules.0.id"));
        assertEquals(origin.url() + "/a", text(exchange, "request.url"));
        assertEquals(19, number(exchange, "request.bodySize"));
        assertEquals(origin.url() + "/b", text(exchange, "sentRequest.url"));
        assertEquals("{\"name\":\"changed by a rule\"}".length(), number(exchange, "sentRequest.bodySize"));
        // The rule holds for those that ask for it alone.
        tools.call("proxy_replay_session", "{\"session_id\":\"" + session + "\",\"mode\":\"execute\",\"allow_unsafe\":true}");
        assertEquals("POST /a null {\"name\":\"recorded\"}", origin.seen.get(1));
        assertEquals(1, number(tools.call("proxy_list_rules", "{}"), "rules.0.hitCount"));
    }

    @Test
    void aRequestIsSentToAnotherOrigin() throws Exception {
        String session = origin.session(tools, "GET /a");
        try (ReplayOrigin other = new ReplayOrigin()) {
            rule("{}", "{'type':'forward','forwardTo':'" + other.url() + "/base'}");
            assertEquals(1, number(run(session, ""), "successCount"));
            assertEquals("GET /base/a null ", other.seen.getFirst());
            assertEquals(0, origin.requests.get());
        }
    }

    @Test
    void aMockAnswersInsteadOfTheOriginAndItsValuesAreTaken() throws Exception {
        String session = origin.session(tools, "GET /a", "GET /b");
        rule("{'pathPattern':'^/a'}", "{'type':'mock','status':201,'headers':{'Content-Type':'application/json'},'body':'{\\'token\\':\\'t-1\\'}'}");
        JsonObject result = run(session, ",'concurrency':1,'captures':[{'from_seq':1,'select':'json:$.token','as':'token'}],"
                + "'overrides':[{'match':{'url_contains':'/b'},'set_headers':{'X-Test':'{token}'}}]");
        assertEquals("{\"200\":1,\"201\":1}", Json.text(at(result, "statusCounts")));
        assertEquals("[GET /b t-1 ]", origin.seen.toString());
        assertEquals("201 15", number(replayed(result, 1), "response.statusCode") + " " + number(replayed(result, 1), "response.bodySize"));
    }

    @Test
    void whatARuleDropsIsNoSuccess() throws Exception {
        String session = origin.session(tools, "GET /a", "GET /b");
        rule("{'pathPattern':'^/a'}", "{'type':'drop'}");
        JsonObject result = run(session, "");
        assertEquals("{\"blocked_by_rule\":1}", Json.text(at(result, "errorBuckets")));
        assertEquals("[GET /b null ]", origin.seen.toString());
    }

    /** No origin ever gets it, and yet it is kept as it was asked. */
    @Test
    void theBodyOfARequestThatIsNotSentIsKept() throws Exception {
        String session = origin.session(tools, "POST /a", "POST /b");
        rule("{'pathPattern':'^/a'}", "{'type':'mock','status':202}");
        rule("{'pathPattern':'^/b'}", "{'type':'drop'}");
        JsonObject result = run(session, "");
        assertEquals(0, origin.requests.get());
        for (int seq = 1; seq <= 2; seq++) {
            assertEquals("{\"name\":\"recorded\"}", text(tools.call("proxy_get_session_exchange", "{\"session_id\":\"" + text(result, "replaySessionId")
                    + "\",\"seq\":" + seq + ",\"body\":\"request\"}"), "requestBody.text"));
        }
    }

    @Test
    void theRunGetsTheAnswerAsTheRuleMakesIt() throws Exception {
        String session = origin.session(tools, "GET /a", "GET /b");
        rule("{'pathPattern':'^/a'}", "{'type':'passthrough','transformResponse':{'replaceStatus':503,'matchReplaceBody':[['/a','/edited']]}}");
        JsonObject result = run(session, ",'concurrency':1,'captures':[{'from_seq':1,'select':'json:$.path','as':'path'}],"
                + "'overrides':[{'match':{'url_contains':'/b'},'set_headers':{'X-Test':'{path}'}}]");
        assertEquals("{\"200\":1,\"503\":1}", Json.text(at(result, "statusCounts")));
        assertEquals("GET /b /edited ", origin.seen.get(1));
        JsonObject exchange = replayed(result, 1);
        assertEquals("200 503", number(exchange, "response.statusCode") + " " + number(exchange, "sentResponse.status"));
    }

    @Test
    void anAnswerThatARuleCutsIsAFailure() throws Exception {
        String session = origin.session(tools, "GET /a");
        rule("{}", "{'type':'passthrough','abortAfterBytes':3,'delayMs':20,'throttleBytesPerSecond':1000}");
        JsonObject result = run(session, "");
        assertEquals("{\"blocked_by_rule\":1}", Json.text(at(result, "errorBuckets")));
        assertTrue(text(result, "items.0.error").contains("rule_1 cut the response after 3 octets"), Json.text(result));
    }

    @Test
    void aDelayEndsWithTheRun() throws Exception {
        String session = origin.session(tools, "GET /a");
        rule("{}", "{'type':'passthrough','delayMs':600000}");
        JsonObject result = run(session, ",'timeout_ms':200");
        assertEquals("{\"timeout\":1}", Json.text(at(result, "errorBuckets")));
        assertEquals(0, origin.requests.get());
    }

    @Test
    void aRuleMakesNoUnsafeRequestOfASafeOneUnlessAllowed() throws Exception {
        String session = origin.session(tools, "GET /a");
        rule("{}", "{'type':'passthrough','transformRequest':{'replaceMethod':'DELETE'}}");
        assertEquals("{\"blocked_by_rule\":1}", Json.text(at(run(session, ",'unsafe_methods':['POST'],'allow_unsafe':false"), "errorBuckets")));
        assertEquals(0, origin.requests.get());
        assertEquals(1, number(run(session, ""), "successCount"));
        assertEquals("DELETE /a null ", origin.seen.getFirst());
    }

    @Test
    void aPlanShowsWhatRulesWouldDoAndIsNotCounted() throws Exception {
        String session = origin.session(tools, "GET /a", "POST /b", "GET /c");
        rule("{'pathPattern':'^/a'}", "{'type':'mock','status':404}");
        rule("{'method':'POST'}", "{'type':'passthrough','transformRequest':{'matchReplaceBody':[['recorded','x']]}}");
        JsonObject plan = tools.call("proxy_replay_session", "{\"session_id\":\"" + session + "\",\"use_rules\":true,\"allow_unsafe\":true}");
        assertEquals("[\"rule rule_1 answers it with 404, nothing is sent\"]", Json.text(at(plan, "items.0.changes")));
        assertEquals("[\"rule rule_2 changes it\"]", Json.text(at(plan, "items.1.changes")));
        assertEquals("{\"name\":\"x\"}".length(), number(plan, "items.1.bodyBytes"));
        assertEquals("[]", Json.text(at(plan, "items.2.changes")));
        assertEquals(0, number(tools.call("proxy_list_rules", "{}"), "rules.0.hitCount"));
        assertEquals(0, origin.requests.get());
        assertFalse(Json.text(plan).contains("replaySessionId"));
    }
}
