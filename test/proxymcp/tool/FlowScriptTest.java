package proxymcp.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static proxymcp.tool.Tools.number;
import static proxymcp.tool.Tools.text;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.json.Json;
import proxymcp.json.JsonObject;
import proxymcp.template.TemplateFormat;
import proxymcp.template.TemplateJson;

/** Scripts of templates, run by a shell against applications whose values rotate. */
@Timeout(180)
final class FlowScriptTest {
    @TempDir
    Path folder;

    /** As a caller would: the export is written to a file, the applications are started anew, and the file is run with other inputs. */
    @Test
    void scriptsOfRecordedFlowsRunOnFreshServers() throws Exception {
        List<Flow> flows = new ArrayList<>(FormFlows.all());
        flows.addAll(ApiFlows.all());
        List<String> faults = new ArrayList<>();
        try (Tools tools = new Tools(folder.resolve("home"))) {
            int proxyPort = (int) number(tools.call("proxy_start", "{}"), "port");
            for (Flow flow : flows) {
                roundTrip(tools, proxyPort, flow, faults);
            }
        }
        assertTrue(faults.isEmpty(), String.join("\n", faults));
    }

    private void roundTrip(Tools tools, int proxyPort, Flow flow, List<String> faults) throws Exception {
        List<FlowServer> servers = new ArrayList<>();
        List<String> urls = new ArrayList<>();
        try {
            for (String host : flow.hosts()) {
                servers.add(new FlowServer(host));
                urls.add(servers.get(servers.size() - 1).url());
            }
            FlowApp recorded = flow.apps().start(urls);
            servers.forEach(server -> server.start(recorded));
            String session = text(tools.call("proxy_session_start", "{\"capture_profile\":\"full\"}"), "session.id");
            flow.script().play(new FlowClient(proxyPort), urls);
            tools.call("proxy_session_stop", "{}");
            JsonObject made = tools.call("proxy_generate_flow_template", "{\"session_id\":\"" + session + "\",\"format\":\"curl\",\"output_file\":\""
                    + flow.name().replace(' ', '-') + ".sh\"}");
            FlowApp fresh = flow.apps().start(urls);
            servers.forEach(server -> server.start(fresh));
            Map<String, String> inputs = new TreeMap<>();
            flow.inputs().forEach((name, value) -> inputs.put(name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_]", "_"), value));
            ScriptRun run = ScriptRun.of(folder, Files.readString(Path.of(text(made, "outputFile"))), inputs);
            if (run.exit() != 0 || !fresh.refused.isEmpty() || !fresh.finished.equals(List.of(flow.replayed()))) {
                faults.add(flow.name() + ": exit " + run.exit() + ", refused " + fresh.refused + ", finished " + fresh.finished + ": " + run.said() + Files.readString(Path.of(text(made, "outputFile"))).split("\nPYTHON\n")[1]);
            }
        } finally {
            for (FlowServer server : servers) {
                server.close();
            }
        }
    }

    private static String script(String json) throws Exception {
        return TemplateFormat.CURL.write(TemplateJson.read((JsonObject) Json.parse(json)));
    }

    @Test
    void aScriptDoesWhatARunDoes() throws Exception {
        try (FlowOrigin origin = new FlowOrigin()) {
            String script = script(TemplateRunTest.template(origin.url(), ""));
            ScriptRun run = ScriptRun.of(folder, script, Map.of("password", "open sesame"));
            assertEquals(0, run.exit(), run.said());
            assertEquals(4, origin.seen.stream().filter(line -> line.startsWith("GET /page")).count(), "the loop ends with the last page");
            assertTrue(run.said().endsWith("s6: 200\ns7: 101\n"), run.said());
        }
    }

    /** Keeps what it is sent, and answers with the next of these. */
    private static final class Recorder extends FlowApp {
        final List<Call> calls = new ArrayList<>();
        private final List<Reply> replies;

        Recorder(Reply... replies) {
            this.replies = List.of(replies);
        }

        @Override
        Reply answer(Call call) {
            calls.add(call);
            return replies.get(Math.min(calls.size(), replies.size()) - 1);
        }
    }

    private static String flow(String url, String steps, String more) throws Exception {
        return script(("{'version':1,'id':'t1','name':'a flow','sessionId':'','createdAt':0,'steps':[" + steps + "]" + more + "}").replace("HOST", url).replace('\'', '"'));
    }

    private ScriptRun run(Recorder app, String steps, String more, Map<String, String> inputs) throws Exception {
        try (FlowServer server = new FlowServer("127.0.0.1")) {
            server.start(app);
            return ScriptRun.of(folder, flow(server.url(), steps, more), inputs);
        }
    }

    private static String step(int number, String method, String target, String more) {
        return "{'id':'s" + number + "','seq':" + number + ",'method':'" + method + "','urlTemplate':'HOST" + target + "'" + more + "}";
    }

    @Test
    void aMissingNullOrEmptyExtractStopsTheScriptWithItsStepAndName() throws Exception {
        String steps = step(1, "GET", "/a", ",'extracts':[{'as':'tok','select':'json:$.tok'}]") + "," + step(2, "GET", "/files/{tok:url}", ",'dependsOn':['s1']");
        Map<String, String> said = Map.of("{\"tok\":null}", "nothing", "{\"tok\":\"\"}", "only an empty text", "{}", "nothing", "<html>", "nothing");
        for (Map.Entry<String, String> each : said.entrySet()) {
            Recorder app = new Recorder(FlowApp.Reply.json(each.getKey()));
            ScriptRun run = run(app, steps, "", Map.of());
            assertEquals("1 s1: {tok}: there is " + each.getValue() + " in its answer at json:$.tok", run.exit() + " " + run.lastWord());
            assertEquals(1, app.calls.size());
        }
    }

    @Test
    void aValueThatNoAnswerHeldStopsTheScriptWhereItIsUsed() throws Exception {
        String steps = step(1, "GET", "/a", ",'extracts':[{'as':'tok','select':'json:$.tok','required':false}]") + "," + step(2, "GET", "/b", "") + ","
                + step(3, "GET", "/files/{tok:url}", "");
        Recorder app = new Recorder(FlowApp.Reply.json("{}"));
        ScriptRun run = run(app, steps, "", Map.of());
        assertEquals("1 s3: it uses {tok}, which no answer before it held at json:$.tok (step s1)", run.exit() + " " + run.lastWord());
        assertEquals(2, app.calls.size());
    }

    @Test
    void anAssertThatDoesNotHoldStopsTheScript() throws Exception {
        ScriptRun run = run(new Recorder(FlowApp.Reply.json("{}")), step(1, "GET", "/a", ",'asserts':[{'kind':'header','name':'X-One'}]"), "", Map.of());
        assertEquals("1 s1: expected a field 'X-One' in the answer", run.exit() + " " + run.lastWord());
        run = run(new Recorder(FlowApp.Reply.json("{\"a\":null}")), step(1, "GET", "/a", ",'asserts':[{'kind':'json','path':'$.a'}]"), "", Map.of());
        assertEquals("1 s1: expected a value at '$.a' in the answer", run.exit() + " " + run.lastWord());
    }

    @Test
    void octetsOfABodyAreSentAsTheyWereAndThoseThatAreNotThereAreAskedFor() throws Exception {
        Recorder app = new Recorder(FlowApp.Reply.json("{}"));
        String steps = step(1, "PUT", "/up", ",'bodyBase64':'YQBiCgo='") + "," + step(2, "POST", "/up", ",'bodyRecorded':70000");
        ScriptRun run = run(app, steps, "", Map.of());
        assertEquals("a\0b\n\n", app.calls.get(0).body());
        assertEquals("1 s2: its body of 70000 octets is not in the template: put it into a file s2.request", run.exit() + " " + run.lastWord());
        Files.writeString(folder.resolve("s2.request"), "seventy");
        assertEquals(0, run(app, steps, "", Map.of()).exit());
        assertEquals("seventy", app.calls.get(2).body());
    }

    @Test
    void whatIsSentIsWhatTheTemplateSaysAndNothingElse() throws Exception {
        Recorder app = new Recorder(FlowApp.Reply.json("{\"last\":1}"));
        String value = "it's $(id) \"q\" \\ {x} `b` ü&=+%\t!";
        ScriptRun run = run(app, step(1, "POST", "/a/../b?x[]={{1}&v={v:url}", ",'headers':[['X-V','{v:base64}'],['X-None','']],'body':'v={v:form}&raw={v}'"),
                ",'inputs':[{'name':'v','schema':{'type':'string'},'default':'-'}]", Map.of("v", value));
        assertEquals("0 {\"last\":1}", run.exit() + " " + run.out());
        FlowApp.Call call = app.calls.get(0);
        assertEquals("POST /a/../b?x[]={1}&v=it%27s%20%24%28id%29%20%22q%22%20%5C%20%7Bx%7D%20%60b%60%20%C3%BC%26%3D%2B%25%09%21", call.method() + " " + call.target());
        assertEquals("v=it%27s+%24%28id%29+%22q%22+%5C+%7Bx%7D+%60b%60+%C3%BC%26%3D%2B%25%09%21&raw=" + value, call.body());
        List<String> fields = new ArrayList<>(call.fields());
        fields.removeIf(field -> field.startsWith("Host: ") || field.startsWith("Content-Length: "));
        assertEquals(List.of("X-V: " + Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8)), "X-None:"), fields);
    }

    @Test
    void aLoopThatLeadsToTheSamePageAndOneThatNeverEndsAreStopped() throws Exception {
        String first = step(1, "GET", "/list", ",'extracts':[{'as':'cursor','select':'json:$.next'}]");
        String pages = step(2, "GET", "/list?cursor={cursor:url}", ",'dependsOn':['s1'],'extracts':[{'as':'cursor','select':'json:$.next'}],'loop':'l1'");
        String loop = ",'loops':[{'id':'l1','step':'s2','kind':'cursor','variable':'cursor','start':0,'increment':0,'recordedTimes':2,'timesMax':3,'until':'json:$.next'}]";
        Recorder same = new Recorder(FlowApp.Reply.json("{\"next\":\"a\"}"));
        ScriptRun run = run(same, first + "," + pages, loop, Map.of());
        assertEquals("1 s2: its loop leads to the same page again, by {cursor}", run.exit() + " " + run.lastWord());
        Recorder endless = new Recorder(FlowApp.Reply.json("{\"next\":\"a\"}"), FlowApp.Reply.json("{\"next\":\"b\"}"), FlowApp.Reply.json("{\"next\":\"c\"}"),
                FlowApp.Reply.json("{\"next\":\"d\"}"), FlowApp.Reply.json("{\"next\":\"e\"}"));
        run = run(endless, first + "," + pages, loop, Map.of());
        assertEquals("0 s2: stopped after 3 pages, the most that its loop may have", run.exit() + " " + run.lastWord());
        assertEquals(4, endless.calls.size());
    }

    @Test
    void aFlowThatCannotBeRunIsAScriptThatSaysSo() throws Exception {
        ScriptRun run = ScriptRun.of(folder, flow("http://127.0.0.1:1", step(1, "GET", "/{what}", ""), ""), Map.of());
        assertTrue(run.exit() == 1 && run.said().startsWith("the template cannot be run: step s1 uses {what}, which is no input"), run.said());
    }

    @Test
    void aScriptStopsWhereAnAnswerIsNotAsExpected() throws Exception {
        try (FlowOrigin origin = new FlowOrigin()) {
            ScriptRun run = ScriptRun.of(folder, script(TemplateRunTest.template(origin.url(), "")), Map.of());
            assertEquals("1 s2: expected status 302, got 403", run.exit() + " " + run.lastWord());
            assertEquals(2, origin.seen.size());
        }
    }
}
