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
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;
import proxymcp.store.SessionId;
import proxymcp.template.RecordedSessions;

/**
 * Ten flows from a recording to a replay: a client plays each through the proxy, a template is made of what was recorded, the applications are started
 * anew with other tokens, and the template is run with other inputs. What edges there are the clients know.
 */
@Timeout(180)
final class FlowRoundTripTest {
    private static final int GREEN_MIN = 9;

    @TempDir
    Path folder;

    private int right;
    private int found;
    private int known;
    private int green;
    private final List<String> faults = new ArrayList<>();

    @Test
    void flowsRunAgainOnFreshServers() throws Exception {
        List<Flow> flows = new ArrayList<>(FormFlows.all());
        flows.addAll(ApiFlows.all());
        try (Tools tools = new Tools(folder.resolve("home"))) {
            int proxyPort = (int) number(tools.call("proxy_start", "{}"), "port");
            for (Flow flow : flows) {
                roundTrip(tools, proxyPort, flow);
            }
        }
        double precision = (double) right / found;
        double recall = (double) right / known;
        System.out.println(String.format(Locale.ROOT, "round trips: %d of %d green; edges: %d known, %d found, precision %.3f, recall %.3f", green, flows.size(),
                known, found, precision, recall));
        String said = String.join("\n", faults);
        System.out.print(said.isEmpty() ? "" : said + "\n");
        assertTrue(precision >= 0.97, said);
        assertTrue(recall >= 0.95, said);
        assertTrue(green >= GREEN_MIN, said);
    }

    private void roundTrip(Tools tools, int proxyPort, Flow flow) throws Exception {
        List<FlowServer> servers = new ArrayList<>();
        List<String> urls = new ArrayList<>();
        try {
            for (String host : flow.hosts()) {
                servers.add(new FlowServer(host));
                urls.add(servers.get(servers.size() - 1).url());
            }
            FlowApp first = started(flow, servers, urls);
            String session = text(tools.call("proxy_session_start", "{\"capture_profile\":\"full\"}"), "session.id");
            FlowClient client = new FlowClient(proxyPort);
            flow.script().play(client, urls);
            tools.call("proxy_session_stop", "{}");
            assertEquals(List.of(), first.refused, flow.name());
            assertEquals(List.of(flow.recorded()), first.finished, flow.name());
            JsonObject template = tools.call("proxy_generate_flow_template", "{\"session_id\":\"" + session + "\",\"max_chars\":200000}");
            if (!at(template, "verified").toString().equals("true")) {
                faults.add(flow.name() + ": not verified: " + at(template, "warnings"));
            }
            count(flow, client, tools, session);
            FlowApp fresh = started(flow, servers, urls);
            List<String> wrong = replay(tools, session, text(template, "templateId"), flow, fresh, client);
            if (wrong.isEmpty()) {
                green++;
            } else {
                faults.add(flow.name() + ": " + String.join("; ", wrong) + "\n" + Json.text(template));
            }
        } finally {
            for (FlowServer server : servers) {
                server.close();
            }
        }
    }

    private static FlowApp started(Flow flow, List<FlowServer> servers, List<String> urls) {
        FlowApp app = flow.apps().start(urls);
        servers.forEach(server -> server.start(app));
        return app;
    }

    private void count(Flow flow, FlowClient client, Tools tools, String session) throws Exception {
        List<String> edges = tools.catalog.read(SessionId.parse(session).orElseThrow(), RecordedSessions::edges);
        known += client.edges().size();
        found += edges.size();
        for (String edge : edges) {
            if (client.edges().contains(edge)) {
                right++;
            } else {
                faults.add(flow.name() + ": " + edge + " is none");
            }
        }
        for (String edge : client.edges()) {
            if (!edges.contains(edge)) {
                faults.add(flow.name() + ": " + edge + " is missing");
            }
        }
    }

    /** What is wrong with a replay; empty if it went as the recording did. */
    private static List<String> replay(Tools tools, String session, String templateId, Flow flow, FlowApp fresh, FlowClient client) throws IOException {
        JsonObject.Builder inputs = JsonObject.builder();
        flow.inputs().forEach(inputs::put);
        JsonObject run = tools.call("proxy_replay_session", Json.text(JsonObject.builder().put("session_id", session).put("template", templateId)
                .put("inputs", inputs.build()).put("mode", "execute").put("allow_unsafe", true).put("wait_ms", 60_000).put("max_chars", 200_000).build()));
        List<String> wrong = new ArrayList<>();
        if (!text(run, "state").equals("done") || number(run, "errorCount") + number(run, "skippedCount") > 0) {
            wrong.add("the run ended as " + Json.text(run));
        }
        for (JsonValue value : (JsonArray) at(run, "items")) {
            JsonObject item = (JsonObject) value;
            int status = client.statuses().get((int) number(item, "seq") - 1);
            if (!item.get("responseStatus").map(Json::text).equals(Optional.of(Integer.toString(status)))) {
                wrong.add("seq " + number(item, "seq") + " was " + status + " and is " + item.get("responseStatus").map(Json::text).orElse("nothing"));
            }
        }
        if (!fresh.refused.isEmpty()) {
            wrong.add("refused: " + fresh.refused);
        }
        if (!fresh.finished.equals(List.of(flow.replayed()))) {
            wrong.add("finished: " + fresh.finished);
        }
        return wrong;
    }
}
