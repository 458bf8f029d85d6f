package proxymcp.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static proxymcp.tool.Tools.number;
import static proxymcp.tool.Tools.text;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
                faults.add(flow.name() + ": exit " + run.exit() + ", refused " + fresh.refused + ", finished " + fresh.finished + ": " + run.said() + Files.readString(Path.of(text(made, "outputFile"))).split("PYTHON\n")[1]);
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

    @Test
    void aScriptStopsWhereAnAnswerIsNotAsExpected() throws Exception {
        try (FlowOrigin origin = new FlowOrigin()) {
            ScriptRun run = ScriptRun.of(folder, script(TemplateRunTest.template(origin.url(), "")), Map.of());
            assertEquals("1 s2: expected status 302, got 403", run.exit() + " " + run.lastWord());
            assertEquals(2, origin.seen.size());
        }
    }
}
