package proxymcp.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static proxymcp.tool.Tools.at;
import static proxymcp.tool.Tools.number;
import static proxymcp.tool.Tools.text;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;
import proxymcp.store.SessionId;
import proxymcp.template.TemplateJson;
import proxymcp.template.Templates;

/** Templates run over real sockets, against an application whose values rotate. */
@Timeout(90)
final class TemplateRunTest {
    private static final String REPLAY = "proxy_replay_session";
    private static final String LOGIN = """
            {'id':'s1','seq':1,'method':'GET','urlTemplate':'HOST/login','extracts':[{'as':'csrf','select':'html:input[name=csrf]'},
             {'as':'sid','select':'cookie:sid'}],'asserts':[{'kind':'status','status':200}]},
            {'id':'s2','seq':2,'method':'POST','urlTemplate':'HOST/login','headers':[['Content-Type','application/x-www-form-urlencoded'],['Cookie','sid={sid}']],
             'body':'user=ann&password={password:form}&csrf={csrf:form}','dependsOn':['s1'],'extracts':[{'as':'sid','select':'cookie:sid','required':false}],
             'asserts':[{'kind':'status','status':302},{'kind':'header','name':'Location'}]},
            {'id':'s3','seq':3,'method':'GET','urlTemplate':'HOST/authorize?state={state}&code_challenge={challenge}','headers':[['Cookie','sid={sid}']],
             'dependsOn':['s2'],'placeholders':[{'location':'request.query.state','name':'state','codings':[],'sample':'ab','derived':{'kind':'nonce','alphabet':'hex','chars':20}},
             {'location':'request.query.code_challenge','name':'challenge','codings':[],'sample':'x','derived':{'kind':'pkce','verifier':'verifier'}}],
             'extracts':[{'as':'code','select':'header:location | query:code'}],'asserts':[{'kind':'status','status':302}]},
            {'id':'s4','seq':4,'method':'POST','urlTemplate':'HOST/token','headers':[['Content-Type','application/x-www-form-urlencoded']],
             'body':'code={code:form}&code_verifier={verifier:form}','dependsOn':['s3'],'placeholders':[{'location':'request.form.code_verifier','name':'verifier','codings':['form'],
             'sample':'x','derived':{'kind':'nonce','alphabet':'base64url','chars':64}}],
             'extracts':[{'as':'token','select':'json:$.token'},{'as':'secret','select':'json:$.secret'}],'asserts':[{'kind':'json','path':'$.token'}]},
            """;
    private static final String PAGES = """
            {'id':'s5','seq':5,'method':'GET','urlTemplate':'HOST/page?page={page}&t={t}&sig={sig}','headers':[['Authorization','Bearer {token}']],'dependsOn':['s4'],
             'placeholders':[{'location':'request.query.page','name':'page','codings':[],'sample':'1','derived':{'kind':'counter','start':1,'increment':1}},
             {'location':'request.query.t','name':'t','codings':[],'sample':'1','derived':{'kind':'timestamp','format':'millis'}},
             {'location':'request.query.sig','name':'sig','codings':[],'sample':'ff','derived':{'kind':'hmac','algorithm':'HmacSHA256','encoding':'hex',
              'key':{'kind':'value','argument':'secret'},'separator':'','parts':[{'kind':'target','argument':'sig'}]}}],
             'asserts':[{'kind':'status','status':200},{'kind':'json','path':'$.items'}],'loop':'l1'},
            {'id':'s6','seq':6,'method':'POST','urlTemplate':'HOST/ticket','headers':[['Content-Type','application/json']],'body':'{\\"for\\":\\"{token:json}\\"}',
             'dependsOn':['s4'],'extracts':[{'as':'ticket','select':'json:$.ticket'}],'asserts':[{'kind':'status','status':200}]},
            {'id':'s7','seq':7,'method':'GET','urlTemplate':'HOST/socket?ticket={ticket:url}','headers':[['Upgrade','websocket'],['Sec-WebSocket-Version','13']],
             'dependsOn':['s6'],'asserts':[{'kind':'status','status':101}]}
            """;

    @TempDir
    Path folder;

    private Tools tools;
    private FlowOrigin origin;
    private Path file;

    @BeforeEach
    void begin() throws Exception {
        tools = new Tools(folder.resolve("home"));
        origin = new FlowOrigin();
        file = folder.resolve("flow.json");
        Files.writeString(file, template(""));
    }

    @AfterEach
    void close() throws Exception {
        origin.close();
        tools.close();
    }

    private String template(String sessionId) {
        return template(origin.url(), sessionId);
    }

    /** The template of a flow of a {@link FlowOrigin} at {@code url}, whose right password is {@code open sesame}. */
    static String template(String url, String sessionId) {
        String text = "{'version':1,'id':'flow','name':'a flow','sessionId':'" + sessionId + "','createdAt':0,'steps':[" + LOGIN + PAGES + "],'inputs':[{'name':'password','schema':"
                + "{'type':'string','format':'password'},'default':'wrong'}],'loops':[{'id':'l1','step':'s5','kind':'counter','variable':'page','start':1,'increment':1,"
                + "'recordedTimes':2,'timesMax':100,'until':'json:$.items[0]'}]}";
        return text.replace('\'', '"').replace("HOST", url);
    }

    private JsonObject run(String more) {
        return tools.call(REPLAY, "{\"template_file\":\"" + file + "\",\"mode\":\"execute\",\"wait_ms\":60000,\"allow_unsafe\":true" + more + "}");
    }

    private static JsonObject item(JsonObject result, int index) {
        return (JsonObject) ((JsonArray) at(result, "items")).values().get(index);
    }

    private static String counts(JsonObject result) {
        return text(result, "state") + " " + number(result, "successCount") + " " + number(result, "errorCount") + " " + number(result, "skippedCount");
    }

    @Test
    void aFlowRunsAgainWithNewValuesEachTime() {
        for (int concurrency : new int[] {1, 4}) {
            origin.seen.clear();
            origin.frames.clear();
            JsonObject result = run(",\"inputs\":{\"password\":\"open sesame\"},\"concurrency\":" + concurrency);
            assertEquals("done 7 0 0", counts(result), Json.text(result));
            assertEquals("{\"101\":1,\"200\":4,\"302\":2}", Json.text(at(result, "statusCounts")), "a loop is one item");
            assertEquals(4, origin.seen.stream().filter(line -> line.startsWith("GET /page")).count());
            assertEquals(List.of("88 true 03e8"), origin.frames, "closed in order");
            // Every page is an exchange of its own, and so is the WebSocket.
            String session = text(result, "replaySessionId");
            assertEquals(10, number(tools.call("proxy_query_session", "{\"session_id\":\"" + session + "\"}"), "total"));
            JsonObject last = tools.call("proxy_get_session_exchange", "{\"session_id\":\"" + session + "\",\"exchange_id\":\""
                    + text(item(result, 4), "replayExchangeId") + "\"}");
            assertTrue(Json.text(at(last, "exchange.notes")).contains("page 4"), Json.text(at(last, "exchange.notes")));
        }
    }

    @Test
    void aStepThatFailsIsNamedByThoseThatItStops() {
        JsonObject result = run("");
        assertEquals("done 1 1 5", counts(result), Json.text(result));
        assertEquals("assert expected status 302, got 403", text(item(result, 1), "errorClass") + " " + text(item(result, 1), "error"));
        assertEquals("step_failed it depends on step s2, which failed: expected status 302, got 403", text(item(result, 2), "skippedReason") + " "
                + text(item(result, 2), "skippedBecause"));
        assertTrue(text(item(result, 6), "skippedBecause").contains("as step s2 failed"), Json.text(item(result, 6)));
        assertEquals("{\"assert\":1}", Json.text(at(result, "errorBuckets")));
    }

    @Test
    void aHandshakeWithTheWrongKeyIsAFailure() {
        origin.wrongAccept = true;
        JsonObject result = run(",\"inputs\":{\"password\":\"open sesame\"}");
        assertEquals("done 6 1 0", counts(result));
        assertEquals("protocol", text(item(result, 6), "errorClass"));
        assertEquals(List.of(), origin.frames);
    }

    @Test
    void unsafeStepsNeedToBeAllowedAsEver() {
        JsonObject result = tools.call(REPLAY, "{\"template_file\":\"" + file + "\",\"mode\":\"execute\",\"wait_ms\":60000}");
        assertEquals("done 1 0 6", counts(result));
        assertEquals("unsafe step_failed", text(item(result, 1), "skippedReason") + " " + text(item(result, 2), "skippedReason"));
        assertEquals(1, origin.seen.size());
        assertTrue(text(item(result, 2), "skippedBecause").startsWith("it depends on step s2, which is not sent: POST "), Json.text(item(result, 2)));
        assertTrue(text(item(result, 3), "skippedBecause").startsWith("POST "), Json.text(item(result, 3)));
        assertTrue(text(item(result, 6), "skippedBecause").startsWith("it depends on step s6, which is not sent: POST "), Json.text(item(result, 6)));
        JsonObject plan = tools.call(REPLAY, "{\"template_file\":\"" + file + "\"}");
        assertEquals("6 1", number(plan, "skippedCount") + " " + number(plan, "pendingCount"), "a plan counts what a run would skip");
    }

    @Test
    void aDryRunShowsEachRequestAndSendsNothing() {
        JsonObject plan = tools.call(REPLAY, "{\"template_file\":\"" + file + "\",\"allow_unsafe\":true,\"target_base_url\":\"http://other.test:81\"}");
        assertEquals("planned 7 0", text(plan, "state") + " " + number(plan, "selectedCount") + " " + number(plan, "skippedCount"));
        assertTrue(text(item(plan, 4), "sends").matches("GET http://other\\.test:81/page\\?page=1&t=[0-9]{13}&sig=\\{sig}"), text(item(plan, 4), "sends"));
        String changes = Json.text(at(item(plan, 4), "changes"));
        assertTrue(changes.startsWith("[\"step s5, waits for s4\",\"takes {secret}, {token} from their answers\",\"repeated for each page, at most 100 times\""), changes);
        assertEquals(List.of(), origin.seen);
    }

    @Test
    void aTemplateOfASessionRunsById() throws Exception {
        int port = (int) number(tools.call("proxy_start", "{}"), "port");
        assertTrue(port > 0);
        String session = text(tools.call("proxy_session_start", "{}"), "session.id");
        tools.call("proxy_session_stop", "{}");
        JsonObject json = (JsonObject) Json.parse(template(session));
        tools.catalog.read(SessionId.parse(session).orElseThrow(), opened -> {
            new Templates(opened).write(TemplateJson.read(json));
            return true;
        });
        JsonObject result = tools.call(REPLAY, "{\"session_id\":\"" + session + "\",\"template\":\"flow\",\"mode\":\"execute\",\"wait_ms\":60000,"
                + "\"allow_unsafe\":true,\"inputs\":{\"password\":\"open sesame\"}}");
        assertEquals("done 7 0 0 " + session, counts(result) + " " + text(result, "sessionId"));
        assertTrue(tools.failure(REPLAY, "{\"session_id\":\"" + session + "\",\"template\":\"other\"}").startsWith("unknown_template"));
        assertTrue(tools.failure(REPLAY, "{\"template\":\"flow\"}").startsWith("bad_argument: session_id"));
    }

    @Test
    void aRunThatWasInterruptedGoesOnWithItsValuesAndItsTemplate() throws Exception {
        origin.hold = new CountDownLatch(1);
        JsonObject begun = tools.call(REPLAY, "{\"template_file\":\"" + file + "\",\"mode\":\"execute\",\"wait_ms\":0,\"allow_unsafe\":true,"
                + "\"inputs\":{\"password\":\"open sesame\"}}");
        while (origin.seen.stream().noneMatch(line -> line.startsWith("GET /page?page=2"))) {
            Thread.onSpinWait();
        }
        tools.close();
        origin.hold.countDown();
        Files.delete(file);
        tools = new Tools(folder.resolve("home"));
        JsonObject resumed = tools.call(REPLAY, "{\"resume\":\"" + text(begun, "replayId") + "\",\"wait_ms\":60000}");
        assertEquals("done 7 0 0", counts(resumed), Json.text(resumed));
        assertEquals(1, origin.seen.stream().filter(line -> line.equals("POST /login")).count(), "what had ended is not sent again");
    }

    @Test
    void whatDoesNotGoTogetherIsRefused() throws Exception {
        String call = "{\"template_file\":\"" + file + "\",";
        for (String other : List.of("seqs\":[1]", "limit\":5", "overrides\":[]", "captures\":[]", "method\":\"GET\"", "follow_redirects\":true",
                "on_auth_expired\":{\"refresh_seqs\":[1]}", "cookies\":\"jar\"", "template\":\"a\"")) {
            assertTrue(tools.failure(REPLAY, call + "\"" + other + "}").startsWith("bad_argument: "), other);
        }
        assertTrue(tools.failure(REPLAY, call + "\"inputs\":{\"pasword\":\"x\"}}").startsWith("bad_input: inputs: there is no input 'pasword'; did you mean 'password'?"));
        assertTrue(tools.failure(REPLAY, "{\"session_id\":\"x\",\"inputs\":{}}").startsWith("bad_argument: inputs"));
        Files.writeString(file, "{\"version\":1}");
        assertTrue(tools.failure(REPLAY, call + "\"mode\":\"execute\"}").startsWith("bad_template: "));
        Files.writeString(file, template("").replace("\"dependsOn\":[\"s1\"]", "\"dependsOn\":[\"s7\"]"));
        assertTrue(tools.failure(REPLAY, call + "\"mode\":\"execute\"}").startsWith("bad_template: step s2 depends on 's7'"));
        assertFalse(Files.exists(folder.resolve("home/replays")), "nothing was begun");
    }
}
