package proxymcp.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static proxymcp.tool.Tools.at;
import static proxymcp.tool.Tools.number;
import static proxymcp.tool.Tools.text;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.CallOrigin;
import proxymcp.mcp.HeardCalls;
import proxymcp.mcp.Resource;
import proxymcp.mcp.ResourceContents;
import proxymcp.mcp.ResourceTemplate;

/** Replay as an agent calls it, from a session that a real proxy recorded to a real origin, which counts. */
@Timeout(90)
final class ReplayToolsTest extends OfReplay {
    private static final String REPLAY = "proxy_replay_session";
    private static final String STATUS = "proxy_replay_status";

    private static String[] gets(int count, String path) {
        String[] all = new String[count];
        Arrays.setAll(all, i -> "GET " + path + "?i=" + i);
        return all;
    }

    private JsonObject replay(String session, String more) {
        return tools.call(REPLAY, "{\"session_id\":\"" + session + "\"" + more + "}");
    }

    private JsonObject run(String session, String more) {
        JsonObject result = replay(session, ",\"mode\":\"execute\",\"wait_ms\":60000" + more);
        assertIdentities(result);
        return result;
    }

    private static void assertIdentities(JsonObject result) {
        assertEquals(number(result, "selectedCount"), number(result, "executedCount") + number(result, "skippedCount"), Json.text(result));
        assertEquals(number(result, "executedCount"), number(result, "successCount") + number(result, "errorCount"));
    }

    private static JsonObject item(JsonObject result, int index) {
        return (JsonObject) ((JsonArray) at(result, "items")).values().get(index);
    }

    @Test
    void aDryRunShowsThePlanAndSendsNothing() throws Exception {
        String session = origin.session(tools, "GET /a?x=1", "POST /b");
        JsonObject plan = replay(session, ",\"target_base_url\":\"https://staging.example:8443\",\"allow_unsafe\":true,\"overrides\":["
                + "{\"match\":{\"method\":\"POST\"},\"set_json\":{\"$.name\":\"new\"},\"set_headers\":{\"X-Test\":\"{env:REPLAY_TEST}\"}}]");
        assertEquals("dry_run planned 2 0 0", text(plan, "mode") + " " + text(plan, "state") + " " + number(plan, "selectedCount") + " "
                + number(plan, "executedCount") + " " + number(plan, "skippedCount"));
        assertEquals("https://staging.example:8443/a?x=1", text(item(plan, 0), "targetUrl"));
        assertEquals("[]", Json.text(at(item(plan, 0), "changes")).replaceAll("\\[\".*Host.*\"\\]", "[]"));
        JsonObject changed = item(plan, 1);
        assertTrue(Json.text(at(changed, "headers")).contains("[\"X-Test\",\"from outside\"]"), Json.text(changed));
        assertEquals(14, number(changed, "bodyBytes"));
        assertEquals(64, text(changed, "bodySha256").length());
        assertTrue(((JsonArray) at(changed, "changes")).values().size() >= 2, Json.text(changed));
        assertEquals(0, origin.requests.get(), "nothing was sent");
        assertEquals(List.of(), tools.replays.runs().ids());
    }

    @Test
    void aThousandRequestsGoOutWithBoundedConcurrency() throws Exception {
        String session = origin.session(tools, gets(1_000, "/item"));
        origin.gather(8);
        JsonObject result = run(session, ",\"limit\":5000,\"concurrency\":8");
        assertEquals("done 1000 1000 0", text(result, "state") + " " + number(result, "selectedCount") + " " + number(result, "successCount") + " "
                + number(result, "errorCount"));
        assertEquals("{\"200\":1000}", Json.text(at(result, "statusCounts")));
        assertEquals(1_000, origin.requests.get());
        assertEquals(1_000, new TreeSet<>(origin.seen).size(), "each once");
        assertEquals(8, origin.mostInFlight.get(), "at once: the first wait for each other, more there must not be");
        // A page of items, and the rest through the status.
        assertFalse((boolean) Boolean.valueOf(at(result, "complete").toString()));
        JsonObject last = tools.call(STATUS, "{\"replay_id\":\"" + text(result, "replayId") + "\",\"offset\":999}");
        assertEquals(1_000, number(last, "total"));
        assertEquals(1_000, number(item(last, 0), "seq"));
        // Recorded to a session of its own, linked to the originals.
        String replayed = text(result, "replaySessionId");
        JsonObject found = tools.call("proxy_query_session", "{\"session_id\":\"" + replayed + "\",\"source\":\"replay\",\"limit\":1}");
        assertEquals(1_000, number(found, "total"));
        JsonObject shown = tools.call("proxy_get_session_exchange", "{\"session_id\":\"" + replayed + "\",\"exchange_id\":\""
                + text(item(last, 0), "replayExchangeId") + "\"}");
        String original = text(item(last, 0), "exchangeId");
        String notes = Json.text(at(shown, "exchange.notes"));
        assertTrue(notes.contains("replay of exchange 1000 (" + original + ") of session " + session), notes);
        assertEquals("{\"sessionId\":\"" + session + "\",\"seq\":1000,\"exchangeId\":\"" + original + "\"}", Json.text(at(shown, "exchange.replayOf")));
        JsonObject recorded = tools.call("proxy_get_session_exchange", "{\"session_id\":\"" + session + "\",\"seq\":1000}");
        assertEquals(original, text(recorded, "exchange.id"));
        assertFalse(((JsonObject) at(recorded, "exchange")).has("replayOf"));
    }

    @Test
    void oneAtATimeKeepsTheOrder() throws Exception {
        String session = origin.session(tools, gets(50, "/item"));
        run(session, ",\"concurrency\":1");
        for (int i = 0; i < 50; i++) {
            assertTrue(origin.seen.get(i).startsWith("GET /item?i=" + i + " "), origin.seen.get(i));
        }
        assertEquals(1, origin.mostInFlight.get());
    }

    @Test
    void whatMayChangeSomethingIsSkippedUnlessAllowed() throws Exception {
        String session = origin.session(tools, "GET /a", "POST /b", "DELETE /c", "PUT /d");
        JsonObject result = run(session, "");
        assertEquals("1 3", number(result, "executedCount") + " " + number(result, "skippedCount"));
        assertEquals("{\"unsafe\":3}", Json.text(at(result, "skippedBuckets")));
        assertEquals("unsafe", text(item(result, 1), "skippedReason"));
        assertEquals(1, origin.requests.get());
        run(session, ",\"unsafe_methods\":[\"POST\"]");
        assertEquals(3, origin.requests.get());
        assertEquals(4, number(run(session, ",\"allow_unsafe\":true"), "successCount"));
    }

    @Test
    void anAuthorisationThatExpiresIsRenewedOnceAndTheRunGoesOn() throws Exception {
        String[] requests = gets(41, "/secret");
        requests[0] = "GET /login";
        String session = origin.session(tools, requests);
        origin.tokenUses = 10;
        JsonObject result = run(session, ",\"concurrency\":1,\"captures\":[{\"from_seq\":1,\"select\":\"json:$.token\",\"as\":\"token\"}],"
                + "\"overrides\":[{\"match\":{\"url_contains\":\"/secret\"},\"set_headers\":{\"Authorization\":\"Bearer {token}\"}}],"
                + "\"on_auth_expired\":{\"refresh_seqs\":[1]}");
        assertEquals("done 41 0", text(result, "state") + " " + number(result, "successCount") + " " + number(result, "errorCount"), Json.text(result));
        assertEquals(4, origin.seen.stream().filter(line -> line.startsWith("GET /login")).count(), "the login, and one for each ten");
        // Without a renewal they fail.
        origin.tokenUses = 0;
        assertEquals("{\"http_4xx\":40}", Json.text(at(run(session, ""), "errorBuckets")));
    }

    /** What is forbidden does not become allowed by logging in, however often. */
    @Test
    void refreshesThatDoNotHelpEnd() throws Exception {
        String[] requests = gets(31, "/secret");
        requests[0] = "GET /login";
        String session = origin.session(tools, requests);
        origin.tokenUses = 0;
        JsonObject result = run(session, ",\"seq_ranges\":[\"2-31\"],\"concurrency\":1,\"on_auth_expired\":{\"refresh_seqs\":[1]}");
        assertEquals("{\"http_4xx\":30}", Json.text(at(result, "errorBuckets")));
        assertEquals(2, origin.seen.stream().filter(line -> line.startsWith("GET /login")).count());
        assertTrue(text(result, "note").contains("no more refreshes"), Json.text(result));
    }

    @Test
    void aStormOf429sIsWaitedOut() throws Exception {
        String session = origin.session(tools, gets(30, "/limited"));
        origin.refusals.set(8);
        JsonObject result = run(session, ",\"concurrency\":6,\"retry\":{\"max_attempts\":8,\"base_delay_ms\":10,\"on\":[\"429\"]}");
        assertEquals("30 0 {}", number(result, "successCount") + " " + number(result, "errorCount") + " " + Json.text(at(result, "errorBuckets")));
        assertEquals(38, origin.requests.get());
        assertEquals(8, number(result, "retryCount"));
        origin.refusals.set(5);
        assertEquals("{\"http_429\":5}", Json.text(at(run(session, ""), "errorBuckets")), "429 is no success");
    }

    /** All workers wait for a value of an answer that is to be asked for again: it has its place. */
    @Test
    void aRetriedRequestIsNotKeptOutByThoseThatWaitForItsAnswer() throws Exception {
        String[] requests = gets(20, "/item");
        requests[0] = "GET /limited";
        String session = origin.session(tools, requests);
        origin.refusals.set(2);
        JsonObject result = run(session, ",\"concurrency\":3,\"retry\":{\"max_attempts\":5,\"base_delay_ms\":300},"
                + "\"captures\":[{\"from_seq\":1,\"select\":\"json:$.path\",\"as\":\"found\"}],"
                + "\"overrides\":[{\"match\":{\"url_contains\":\"/item\"},\"set_headers\":{\"X-Test\":\"{found}\"}}]");
        assertEquals("done 20", text(result, "state") + " " + number(result, "successCount"), Json.text(result));
        assertEquals(3, origin.seen.stream().filter(line -> line.startsWith("GET /limited")).count());
    }

    @Test
    void aRedirectThatLeadsNowhereIsNoSuccess() throws Exception {
        String session = origin.session(tools, "GET /moved?/a", "GET /moved", "GET /moved?ftp://b.test/", "GET /moved?/moved?/moved", "GET /a");
        JsonObject result = run(session, ",\"concurrency\":1,\"follow_redirects\":true");
        assertEquals("{\"200\":2,\"302\":3} {\"redirect\":3} 2", Json.text(at(result, "statusCounts")) + " " + Json.text(at(result, "errorBuckets")) + " "
                + number(result, "successCount"));
        assertEquals("redirect: the redirect has no Location", text(item(result, 1), "errorClass") + ": " + text(item(result, 1), "error"));
        assertEquals("the redirect leads to no http or https URL without a user name: \"ftp://b.test/\"", text(item(result, 2), "error"));
        assertEquals(302, number(item(result, 2), "responseStatus"));
        assertEquals("the redirect has no Location", text(item(result, 3), "error"), "the last of two");
        assertEquals("5 {}", number(run(session, ""), "successCount") + " " + Json.text(at(run(session, ""), "errorBuckets")), "not to be followed");
    }

    @Test
    void tooManyFailuresEndTheRun() throws Exception {
        String session = origin.session(tools, gets(200, "/fail"));
        JsonObject result = run(session, ",\"limit\":200,\"concurrency\":2,\"stop_on\":{\"error_rate\":0.5,\"min_requests\":20}");
        assertEquals("aborted", text(result, "state"));
        assertTrue(text(result, "stateReason").contains("failed"), Json.text(result));
        assertTrue(number(result, "executedCount") < 40, Json.text(at(result, "errorBuckets")));
        assertEquals("aborted", text((JsonObject) ((JsonArray) at(tools.call(STATUS, "{\"replay_id\":\"" + text(result, "replayId")
                + "\",\"only\":\"skipped\",\"limit\":1}"), "items")).values().get(0), "skippedReason"));
        JsonObject failed = tools.call(STATUS, "{\"replay_id\":\"" + text(result, "replayId") + "\",\"only\":\"failed\"}");
        assertEquals(number(result, "errorCount"), number(failed, "total"));
        assertEquals("http_5xx", text(item(failed, 0), "errorClass"));
    }

    @Test
    void whatASelectionDoesNotReachIsToldInPlanRunAndStatus() throws Exception {
        String session = origin.session(tools, "GET /a", "GET /b", "GET /c");
        String beyond = ",\"seq_ranges\":[\"2-9\"]";
        String note = "[\"seq_ranges: 2-9 goes on behind the last seq of the session, 3\"]";
        assertEquals(note, Json.text(at(replay(session, beyond), "selectionNotes")));
        JsonObject result = run(session, beyond);
        assertEquals(note, Json.text(at(result, "selectionNotes")));
        JsonObject status = tools.call(STATUS, "{\"replay_id\":\"" + text(result, "replayId") + "\"}");
        assertEquals("2 " + note, number(status, "selectedCount") + " " + Json.text(at(status, "selectionNotes")));
        assertEquals("[\"limit, url_contains: not applied, as seqs names all that is sent\"]",
                Json.text(at(replay(session, ",\"seqs\":[1,3],\"limit\":1,\"url_contains\":\"/b\""), "selectionNotes")));
        assertFalse(replay(session, "").has("selectionNotes"));
    }

    @Test
    void aRunIsLookedAtAndCancelled() throws Exception {
        String session = origin.session(tools, "GET /a", "GET /b", "GET /c");
        JsonObject running = replay(session, ",\"mode\":\"execute\",\"wait_ms\":0,\"overrides\":[{\"replace\":[[\"/b\",\"/hold\"],[\"/c\",\"/hold\"]]}]");
        String id = text(running, "replayId");
        assertEquals("running", text(running, "state"));
        assertEquals("cancelled", text(tools.call("proxy_replay_cancel", "{\"replay_id\":\"" + id + "\"}"), "state"));
        JsonObject ended = tools.call(STATUS, "{\"replay_id\":\"" + id + "\",\"wait_ms\":10000}");
        assertEquals("cancelled", text(ended, "state"));
        assertIdentities(ended);
        JsonObject summary = resource("proxy://replay/" + id + "/summary");
        assertEquals("cancelled", text(summary, "state"));
        assertEquals(1, number(resource("proxy://replay"), "count"));
        // It can be gone on with, as it was begun.
        origin.release();
        int before = origin.requests.get();
        for (String more : List.of("\"mode\":\"dry_run\"", "\"concurrency\":50", "\"seqs\":[1]", "\"session_id\":\"" + session + "\"")) {
            String refused = tools.failure(REPLAY, "{\"resume\":\"" + id + "\"," + more + "}");
            assertTrue(refused.startsWith("bad_argument: "), refused);
        }
        assertEquals(before, origin.requests.get());
        JsonObject resumed = tools.call(REPLAY, "{\"resume\":\"" + id + "\",\"wait_ms\":20000}");
        assertEquals("done", text(resumed, "state"));
    }

    private JsonObject resource(String uri) throws Exception {
        for (Resource resource : tools.toolbox.resources()) {
            if (resource.uri().equals(uri)) {
                return parsed(resource.reader().read(CallContext.detached(CallOrigin.STDIO)));
            }
        }
        for (ResourceTemplate template : tools.toolbox.templates()) {
            Optional<Map<String, String>> variables = template.uri().match(uri);
            if (variables.isPresent()) {
                return parsed(template.family().read(variables.get(), CallContext.detached(CallOrigin.STDIO)).orElseThrow());
            }
        }
        throw new AssertionError("no resource " + uri);
    }

    private static JsonObject parsed(ResourceContents contents) throws Exception {
        return (JsonObject) Json.parse(((ResourceContents.Text) contents).text());
    }

    @Test
    void cancellingTheCallThatBeganARunCancelsIt() throws Exception {
        String session = origin.session(tools, "GET /a");
        CallContext context = CallContext.detached(CallOrigin.STDIO);
        CompletableFuture<JsonObject> call = CompletableFuture.supplyAsync(() -> tools.server.call(REPLAY, Tools.object("{\"session_id\":\"" + session
                + "\",\"mode\":\"execute\",\"wait_ms\":60000,\"overrides\":[{\"replace\":[[\"/a\",\"/hold\"]]}]}"), context).json());
        while (origin.requests.get() == 0) {
            Thread.onSpinWait();
        }
        context.cancel();
        call.join();
        String id = tools.replays.runs().ids().get(0).text();
        assertEquals("cancelled", text(tools.call(STATUS, "{\"replay_id\":\"" + id + "\",\"wait_ms\":10000}"), "state"));
    }

    @Test
    void whoWaitsHearsHowFarItCame() throws Exception {
        String session = origin.session(tools, "GET /a", "GET /b");
        CompletableFuture<String> heard = new CompletableFuture<>();
        CallContext context = HeardCalls.context(params -> {
            if (number(params, "progress") == 1) {
                heard.complete(number(params, "progress") + " of " + number(params, "total"));
                origin.release();
            }
        });
        JsonObject result = tools.server.call(REPLAY, Tools.object("{\"session_id\":\"" + session + "\",\"mode\":\"execute\",\"wait_ms\":60000,"
                + "\"concurrency\":1,\"overrides\":[{\"replace\":[[\"/b\",\"/hold\"]]}]}"), context).json();
        assertEquals("done", text(result, "state"));
        assertEquals("1 of 2", heard.getNow("nothing"));
    }

    @Test
    void cancellingACallThatOnlyLooksLeavesTheRunAlone() throws Exception {
        String session = origin.session(tools, "GET /a");
        String id = text(replay(session, ",\"mode\":\"execute\",\"wait_ms\":0,\"overrides\":[{\"replace\":[[\"/a\",\"/hold\"]]}]"), "replayId");
        CallContext context = HeardCalls.context(params -> { });
        CompletableFuture<JsonObject> looks = CompletableFuture.supplyAsync(() -> tools.server.call(STATUS,
                Tools.object("{\"replay_id\":\"" + id + "\",\"wait_ms\":300000}"), context).json());
        while (origin.requests.get() == 0) {
            Thread.onSpinWait();
        }
        context.cancel();
        looks.join();
        origin.release();
        assertEquals("done", text(tools.call(STATUS, "{\"replay_id\":\"" + id + "\",\"wait_ms\":20000}"), "state"));
    }

    @Test
    void whatCannotBePlannedIsRefusedBeforeAnythingIsSent() throws Exception {
        String session = origin.session(tools, "GET /a", "GET /b");
        for (Map.Entry<String, String> refused : Map.of(
                "\"seqs\":[1,7]", "bad_argument: seqs: session " + session + " has no exchange with seq 7",
                "\"seq_ranges\":[\"9-3\"]", "bad_argument: seq_ranges: expected ranges such as 10-20, got \"9-3\"",
                "\"exchange_ids\":[\"x\"]", "bad_argument: exchange_ids: expected ids of exchanges, got \"x\"",
                "\"target_base_url\":\"ftp://x\"", "bad_argument: target_base_url: expected an http or https URL",
                "\"overrides\":[{\"set_headers\":{\"X\":\"{token}\"}}]", "bad_argument: ",
                "\"overrides\":[{\"set_headers\":{\"X\":\"{env:HOME}\"}}]", "bad_argument: ",
                "\"retry\":{\"on\":[\"404\"]}", "bad_argument: retry.on: expected connect, timeout, reset, 429, 5xx, got \"404\"",
                "\"upstream_url\":\"pac+http://x\"", "bad_argument: upstream_url: ",
                "\"resume\":\"replay_20260101000000_aaaaaaaa\"", "bad_argument: resume: ").entrySet()) {
            String said = tools.failure(REPLAY, "{\"session_id\":\"" + session + "\",\"mode\":\"execute\"," + refused.getKey() + "}");
            assertTrue(said.startsWith(refused.getValue()), said);
        }
        assertTrue(tools.failure(REPLAY, "{\"session_id\":\"20260101000000_aaaaaaaa\"}").startsWith("unknown_session"));
        assertTrue(tools.failure(REPLAY, "{\"resume\":\"replay_20260101000000_aaaaaaaa\"}").startsWith("unknown_replay"));
        assertTrue(tools.failure(STATUS, "{\"replay_id\":\"../x\"}").startsWith("unknown_replay"));
        assertTrue(tools.failure("proxy_replay_cancel", "{\"replay_id\":\"replay_20260101000000_aaaaaaaa\"}").startsWith("unknown_replay"));
        assertEquals(0, origin.requests.get());
    }

    @Test
    void requestsGoOutThroughAnUpstreamProxy() throws Exception {
        String session = origin.session(tools, "GET /a");
        try (TestUpstream upstream = new TestUpstream("one")) {
            JsonObject result = run(session, ",\"upstream_url\":\"" + upstream.url() + "\"");
            String exchange = Json.text(at(tools.call("proxy_get_session_exchange", "{\"session_id\":\"" + text(result, "replaySessionId")
                    + "\",\"seq\":1}"), "exchange.connection"));
            assertTrue(exchange.contains("\"upstreamProxy\":\"" + upstream.url()), exchange);
        }
    }

    @Test
    void answersNeedNotBeKept() throws Exception {
        String session = origin.session(tools, "GET /a");
        JsonObject result = run(session, ",\"record\":false");
        assertEquals(Optional.empty(), result.get("replaySessionId").map(JsonValue::toString));
        assertEquals(1, tools.catalog.ids().size());
    }
}
