package proxymcp.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static proxymcp.tool.Tools.at;
import static proxymcp.tool.Tools.number;
import static proxymcp.tool.Tools.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.CallOrigin;
import proxymcp.mcp.ResourceContents;

/** Replay by workers as an agent calls it: a real origin, which counts, workers of this process, and a queue in memory. */
@Timeout(60)
final class QueueToolsTest extends OfReplay {
    private JsonObject enqueue(String session, String more) {
        return tools.call("proxy_replay_enqueue", "{\"session_id\":\"" + session + "\",\"wait_ms\":30000" + more + "}");
    }

    private JsonObject status(JsonObject enqueued) {
        return tools.call("proxy_replay_status", "{\"wait_ms\":30000,\"replay_id\":\"" + text(enqueued, "replayId") + "\"}");
    }

    private JsonObject queued(JsonObject enqueued) {
        JsonObject shown = tools.call("proxy_replay_worker_status", "{\"replay_id\":\"" + text(enqueued, "replayId") + "\"}");
        return (JsonObject) at(shown, "runs.0");
    }

    /** State, jobs and how they ended: ok, failed, dead, cancelled, unknown. */
    private static String counts(JsonObject run) {
        assertEquals("true", at(run, "balanced").toString(), Json.text(run));
        return text(run, "state") + " " + number(run, "enqueued") + " = " + number(run, "ok") + " " + number(run, "failed") + " " + number(run, "dead") + " "
                + number(run, "cancelled") + " " + number(run, "unknown");
    }

    private static String[] gets(int count, String path) {
        String[] all = new String[count];
        Arrays.setAll(all, i -> "GET " + path + "?i=" + i);
        return all;
    }

    private static JsonObject item(JsonObject result, int index) {
        return (JsonObject) ((JsonArray) at(result, "items")).values().get(index);
    }

    @Test
    void workersSendEachRequestOnceAndTheRunShowsThemAsAnyOther() throws Exception {
        String[] requests = gets(60, "/item");
        requests[7] = "POST /change";
        requests[9] = "GET /fail?x";
        String session = origin.session(tools, requests);
        JsonObject begun = enqueue(session, ",\"workers\":3,\"concurrency\":4,\"priority\":5");
        assertEquals("embedded 59 1 done", text(begun, "queue") + " " + number(begun, "enqueued") + " " + number(begun, "skipped") + " " + text(begun, "state"));
        assertEquals(59, origin.requests.get());
        assertEquals(59, new TreeSet<>(origin.seen).size(), "each once");
        JsonObject run = status(begun);
        assertEquals("done 60 59 58 1 1", text(run, "state") + " " + number(run, "selectedCount") + " " + number(run, "executedCount") + " "
                + number(run, "successCount") + " " + number(run, "errorCount") + " " + number(run, "skippedCount"));
        assertEquals("{\"200\":58,\"500\":1} {\"http_5xx\":1} {\"unsafe\":1}",
                Json.text(at(run, "statusCounts")) + " " + Json.text(at(run, "errorBuckets")) + " " + Json.text(at(run, "skippedBuckets")));
        assertEquals("ended 59 = 58 1 0 0 0", counts(queued(begun)));
        JsonObject seen = tools.call("proxy_replay_worker_status", "{}");
        assertEquals(3, number(seen, "workersTotal"));
        ResourceContents.Text summary = (ResourceContents.Text) tools.toolbox.templates().stream().filter(one -> one.uri().text().startsWith("proxy://replay/"))
                .findFirst().orElseThrow().family().read(Map.of("replay_id", text(begun, "replayId")), CallContext.detached(CallOrigin.STDIO)).orElseThrow();
        assertEquals("done 58", text(Tools.object(summary.text()), "state") + " " + number(Tools.object(summary.text()), "successCount"));
    }

    @Test
    void exchangesAreRecordedInTheReplaySessionWithTheirOriginals() throws Exception {
        String session = origin.session(tools, "GET /a", "GET /b");
        JsonObject run = status(enqueue(session, ",\"workers\":1"));
        String id = text(run, "replaySessionId");
        JsonObject listed = tools.call("proxy_query_session", "{\"session_id\":\"" + id + "\",\"sort\":\"asc\"}");
        assertEquals(2, number(listed, "total"), Json.text(listed));
        JsonObject exchange = tools.call("proxy_get_session_exchange", "{\"session_id\":\"" + id + "\",\"seq\":" + number(item(run, 0), "replaySeq")
                + ",\"body\":\"response\"}");
        assertTrue(Json.text(exchange).contains("{\\\"path\\\":\\\"/a\\\"}"), Json.text(exchange));
        assertTrue(Json.text(exchange).contains("\"replayOf\":{\"sessionId\":\"" + session + "\",\"seq\":1"), Json.text(exchange));
    }

    @Test
    void aChainOfCapturedValuesGoesOutInOrderOnWhatTheJobsCarry() throws Exception {
        String session = origin.session(tools, "GET /login", "GET /free", "GET /secret?1", "GET /secret?2");
        JsonObject run = status(enqueue(session, ",\"workers\":2,\"captures\":[{\"from_seq\":1,\"select\":\"json:$.token\",\"as\":\"token\"}],\"overrides\":["
                + "{\"match\":{\"url_contains\":\"/secret\"},\"set_headers\":{\"Authorization\":\"Bearer {token}\"}}]"));
        assertEquals("4 0", number(run, "successCount") + " " + number(run, "errorCount"), Json.text(run));
        List<String> chain = new ArrayList<>(origin.seen);
        chain.removeIf(line -> line.contains("/free"));
        assertEquals(List.of("/login", "/secret?1", "/secret?2"), chain.stream().map(line -> line.split(" ")[1]).toList());
    }

    @Test
    void theSamePlanHasTheSameValuesInEachAttempt() throws Exception {
        String session = origin.session(tools, "GET /limited?a");
        origin.refusals.set(2);
        JsonObject run = status(enqueue(session, ",\"workers\":1,\"overrides\":[{\"set_headers\":{\"X-Test\":\"{nonce}\"}}],"
                + "\"retry\":{\"max_attempts\":3,\"base_delay_ms\":1}"));
        assertEquals("1 2", number(run, "successCount") + " " + number(run, "retryCount"), Json.text(run));
        assertEquals(3, origin.seen.size());
        assertEquals(1, new TreeSet<>(origin.seen).size(), "one value");
    }

    @Test
    void withAConcurrencyOfOneAllGoOutInOrder() throws Exception {
        String session = origin.session(tools, gets(12, "/item"));
        status(enqueue(session, ",\"workers\":3,\"concurrency\":1"));
        List<String> sorted = new ArrayList<>(origin.seen);
        sorted.sort((a, b) -> Integer.compare(place(a), place(b)));
        assertEquals(sorted, origin.seen);
        assertEquals(1, origin.mostInFlight.get());
    }

    private static int place(String line) {
        return Integer.parseInt(line.split(" ")[1].substring("/item?i=".length()));
    }

    @Test
    void allWorkersShareTheLimitOfAnOrigin() throws Exception {
        String session = origin.session(tools, gets(30, "/item"));
        JsonObject run = status(enqueue(session, ",\"workers\":3,\"concurrency\":8,\"per_host_concurrency\":2"));
        assertEquals(30, number(run, "successCount"));
        assertTrue(origin.mostInFlight.get() <= 2, "at once: " + origin.mostInFlight.get());
    }

    @Test
    void aCancelledRunEndsWhatWaitsAndCountsItAsNotSent() throws Exception {
        String session = origin.session(tools, gets(20, "/item"));
        JsonObject begun = tools.call("proxy_replay_enqueue", "{\"session_id\":\"" + session + "\"}");
        assertEquals("running", text(begun, "state"), "nobody takes its jobs");
        tools.call("proxy_replay_cancel", "{\"replay_id\":\"" + text(begun, "replayId") + "\"}");
        JsonObject run = status(begun);
        assertEquals("cancelled 0 20 {\"cancelled\":20}", text(run, "state") + " " + number(run, "executedCount") + " " + number(run, "skippedCount") + " "
                + Json.text(at(run, "skippedBuckets")));
        assertEquals("cancelled 20 = 0 0 0 20 0", counts(queued(begun)));
        assertEquals(0, origin.requests.get());
    }

    @Test
    void aRunThatFailsTooOftenIsAborted() throws Exception {
        String session = origin.session(tools, "GET /fail?1", "GET /fail?2", "GET /fail?3", "GET /item?4", "GET /item?5");
        JsonObject begun = tools.call("proxy_replay_enqueue", "{\"session_id\":\"" + session + "\",\"workers\":1,\"concurrency\":1,"
                + "\"overrides\":[{\"match\":{\"url_contains\":\"/item?4\"},\"replace\":[[\"/item?4\",\"/hold?4\"]]}],"
                + "\"stop_on\":{\"error_rate\":1,\"min_requests\":3}}");
        while (number(queued(begun), "cancelled") == 0) {
            Thread.onSpinWait(); // The fourth is held by the origin until the run has cancelled what is behind it.
        }
        origin.release();
        JsonObject run = status(begun);
        assertEquals("aborted: 3 of the last 3 requests failed", text(run, "state") + ": " + text(run, "stateReason"));
        assertEquals("4 1", number(run, "executedCount") + " " + number(run, "skippedCount"));
        assertEquals(4, origin.requests.get());
    }

    @Test
    void aTemplateRunsStepByStep() throws Exception {
        String session = origin.session(tools, "GET /login", "GET /secret?1");
        JsonObject found = tools.call("proxy_generate_flow_template", "{\"session_id\":\"" + session + "\"}");
        JsonObject run = status(enqueue(session, ",\"workers\":2,\"template\":\"" + text(found, "templateId") + "\""));
        assertEquals("done", text(run, "state"), Json.text(run));
    }

    @Test
    void whatAQueueCannotDoIsRefusedBeforeAnythingIsSent() throws Exception {
        String session = origin.session(tools, "GET /a");
        String begin = "{\"session_id\":\"" + session + "\",";
        for (String more : List.of("\"use_rules\":true", "\"pacing\":\"recorded\"", "\"on_auth_expired\":{\"refresh_seqs\":[1]}", "\"mode\":\"dry_run\"",
                "\"resume\":\"replay_20260101000000_aaaaaaaa\"", "\"queue\":\"http://127.0.0.1/\"")) {
            assertTrue(tools.failure("proxy_replay_enqueue", begin + more + "}").startsWith("bad_argument: " + more.split("\"")[1]), more);
        }
        assertEquals(List.of(), tools.replays.runs().ids());
        assertTrue(tools.failure("proxy_replay_worker_status", "{\"replay_id\":\"replay_20260101000000_aaaaaaaa\"}").startsWith("unknown_replay"));
        assertEquals(Collections.emptyList(), origin.seen);
    }
}
