package proxymcp.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static proxymcp.tool.Tools.at;
import static proxymcp.tool.Tools.number;
import static proxymcp.tool.Tools.text;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;
import proxymcp.proxy.ScriptedOrigin;
import proxymcp.replay.ReplayId;
import proxymcp.replay.ReplayRuns;
import proxymcp.replay.RunItem;
import proxymcp.replay.RunTime;
import proxymcp.replay.RunView;
import proxymcp.replay.SentAs;
import proxymcp.store.SessionId;

/** What replay says of itself, and that nothing which is asked for is left undone in silence. */
@Timeout(90)
final class ReplayContractTest extends OfReplay {
    private static final String REPLAY = "proxy_replay_session";
    private static final String STATUS = "proxy_replay_status";

    private JsonObject replay(String session, String more) {
        return tools.call(REPLAY, "{\"session_id\":\"" + session + "\"" + more + "}");
    }

    private JsonObject run(String session, String more) {
        return replay(session, ",\"mode\":\"execute\",\"wait_ms\":60000" + more);
    }

    private static JsonObject item(JsonObject result, int index) {
        return (JsonObject) ((JsonArray) at(result, "items")).values().get(index);
    }

    @Test
    void resumeTakesNothingThatItWouldLeaveOut() throws Exception {
        String session = origin.session(tools, "GET /b", "GET /a");
        String id = text(replay(session, ",\"mode\":\"execute\",\"wait_ms\":0,\"concurrency\":1,\"overrides\":[{\"replace\":[[\"/b\",\"/hold\"]]}]"), "replayId");
        tools.call("proxy_replay_cancel", "{\"replay_id\":\"" + id + "\"}");
        tools.call(STATUS, "{\"replay_id\":\"" + id + "\",\"wait_ms\":10000}");
        int sent = origin.requests.get();
        String said = "bad_argument: resume: resume goes on with the arguments of the run; expected nothing beside it but wait_ms, max_chars and mode execute, got ";
        for (String[] refused : new String[][] {{"\"mode\":\"dry_run\"", "mode dry_run"}, {"\"allow_unsafe\":false", "allow_unsafe"},
                {"\"seqs\":[1],\"target_base_url\":\"http://127.0.0.1:1\"", "seqs, target_base_url"}, {"\"session_id\":\"" + session + "\"", "session_id"}}) {
            assertTrue(tools.failure(REPLAY, "{\"resume\":\"" + id + "\"," + refused[0] + "}").startsWith(said + refused[1]), refused[1]);
        }
        assertEquals(sent, origin.requests.get());
        origin.release();
        assertEquals("done", text(tools.call(REPLAY, "{\"resume\":\"" + id + "\",\"mode\":\"execute\",\"wait_ms\":20000,\"max_chars\":5000}"), "state"));
    }

    @Test
    void aReplayGoesOutAsTheSessionWasRecordedLast() throws Exception {
        try (TestUpstream upstream = new TestUpstream("one")) {
            int port = (int) number(tools.call("proxy_start", "{}"), "port");
            String session = text(tools.call("proxy_session_start", "{\"capture_profile\":\"full\"}"), "session.id");
            String withLogin = upstream.url().replace("://", "://user:topsecret@");
            tools.call("proxy_set_upstream", "{\"proxy_url\":\"" + withLogin + "\"}");
            tools.call("proxy_set_host_upstream", "{\"hostname\":\"b.test\",\"proxy_url\":\"" + withLogin + "\"}");
            tools.call("proxy_set_origin_tls", "{\"hostname\":\"c.test\",\"insecure\":true}");
            origin.record(port, "GET /a");
            tools.call("proxy_stop", "{}");
            tools.call("proxy_clear_upstream", "{}");
            tools.call("proxy_session_stop", "{}");
            JsonObject settings = (JsonObject) at(tools.call("proxy_get_session", "{\"session_id\":\"" + session + "\"}"), "session.settings");
            assertTrue(text(settings, "globalUpstream.proxyUrl").endsWith("@" + upstream.url().substring(7)), Json.text(settings));
            assertTrue(((JsonObject) at(settings, "hostUpstreams")).has("b.test"));
            assertEquals("[\"c.test\"]", Json.text(at(settings, "insecureHosts")));
            assertFalse(Files.readString(folder.resolve("home/sessions").resolve(session).resolve("manifest.json")).contains("topsecret"));
            tools.call("proxy_set_upstream", "{\"proxy_url\":\"" + withLogin + "\"}"); // The password is this process's to know.
            JsonObject result = run(session, "");
            assertEquals(1, number(result, "successCount"));
            String connection = Json.text(at(tools.call("proxy_get_session_exchange", "{\"session_id\":\"" + text(result, "replaySessionId")
                    + "\",\"seq\":1}"), "exchange.connection"));
            assertTrue(connection.contains("\"upstreamProxy\":\""), connection);
        }
    }

    @Test
    void whereAnswersAreIsClearAfterAResume() throws Exception {
        String session = origin.session(tools, "GET /a", "GET /b", "GET /c");
        String id = text(replay(session, ",\"mode\":\"execute\",\"wait_ms\":0,\"concurrency\":1,\"overrides\":[{\"replace\":[[\"/b\",\"/hold\"]]}]"), "replayId");
        while (origin.requests.get() < 2) {
            Thread.onSpinWait();
        }
        tools.call("proxy_replay_cancel", "{\"replay_id\":\"" + id + "\"}");
        JsonObject first = tools.call(STATUS, "{\"replay_id\":\"" + id + "\",\"wait_ms\":10000}");
        assertFalse(first.has("replaySessionIds"));
        String one = text(first, "replaySessionId");
        assertFalse(item(first, 0).has("replaySessionId"));
        JsonObject second = tools.call(REPLAY, "{\"resume\":\"" + id + "\",\"wait_ms\":20000}");
        String two = text(second, "replaySessionId");
        assertEquals("[\"" + one + "\",\"" + two + "\"]", Json.text(at(second, "replaySessionIds")));
        assertEquals(one + " 1", text(item(second, 0), "replaySessionId") + " " + number(item(second, 0), "replaySeq"));
        assertEquals("false 1", item(second, 2).has("replaySessionId") + " " + number(item(second, 2), "replaySeq"));
        assertEquals(two, text(tools.call(STATUS, "{\"replay_id\":\"" + id + "\"}"), "replaySessionId"));
    }

    @Test
    void theOrderOfPagingAndTheRunsEndHaveTheirOwnReasons() throws Exception {
        String[] gets = new String[40];
        Arrays.setAll(gets, i -> "GET /fail?i=" + i + "&long=" + "x".repeat(200));
        String session = origin.session(tools, gets);
        JsonObject result = run(session, ",\"max_chars\":2000,\"concurrency\":1,\"stop_on\":{\"error_rate\":0.5,\"min_requests\":20}");
        assertEquals("aborted 10 of the last 20 requests failed", text(result, "state") + " " + text(result, "stateReason").replaceAll("^\\d+", "10"));
        assertTrue(text(result, "reason").contains("max_chars"), text(result, "reason"));
    }

    @Test
    void theRefreshIsPartOfThePlan() throws Exception {
        String session = origin.session(tools, "POST /login", "GET /secret", "POST /b");
        JsonObject plan = replay(session, ",\"on_auth_expired\":{\"refresh_seqs\":[1]}");
        JsonObject refresh = (JsonObject) at(plan, "refreshItems.0");
        assertEquals("1 POST pending", number(refresh, "seq") + " " + text(refresh, "method") + " " + text(refresh, "status"));
        assertTrue(text(plan, "refreshNote").contains("whatever allow_unsafe"), text(plan, "refreshNote"));
        assertEquals("3 2 1 {\"unsafe\":2}", number(plan, "selectedCount") + " " + number(plan, "skippedCount") + " " + number(plan, "pendingCount") + " "
                + Json.text(at(plan, "skippedBuckets")));
    }

    @Test
    void whatHasNoEffectIsTold() throws Exception {
        String session = origin.session(tools, "GET /a", "POST /b", "GET /c");
        String more = ",\"seqs\":[1,2],\"allow_unsafe\":true,\"overrides\":[{\"match\":{\"url_contains\":\"/zzz\"},\"set_headers\":{\"X-Test\":\"1\"}},"
                + "{\"match\":{\"method\":\"post\"},\"set_headers\":{\"X-Test\":\"met\"}},{\"replace\":[[\"recorded\",\"new\"],[\"nowhere\",\"x\"]]}],"
                + "\"captures\":[{\"from_seq\":3,\"select\":\"json:$.a\",\"as\":\"t\"},{\"from_url_contains\":\"/yyy\",\"select\":\"json:$.a\",\"as\":\"t\"}]";
        String notes = "\"overrides[0].match: fits no request of the plan\",\"captures[0]: nothing is captured from the answer to seq 3, as the plan has no such "
                + "request\",\"captures[1]: nothing is captured from answers to URLs with \\\"/yyy\\\" in them, as the plan has no such request\"";
        String unfound = "overrides[2].replace[1]: \"now\"... (7 characters) was found in no request";
        assertEquals("[" + notes + ",\"" + unfound.replace("\"", "\\\"") + "\"]", Json.text(at(replay(session, more), "selectionNotes")));
        JsonObject result = run(session, more);
        assertEquals("[" + notes + "]", Json.text(at(result, "selectionNotes")));
        assertEquals(unfound, text(result, "note"));
        assertTrue(origin.seen.contains("POST /b met {\"name\":\"new\"}"), origin.seen::toString);
    }

    @Test
    void argumentsWithoutEffectAreRefused() throws Exception {
        String session = origin.session(tools, "GET /a", "POST /b");
        String[][] refused = {
            {"\"burst\":2", "burst: expected it with rate_per_second"}, {"\"speed\":2", "speed: expected it with pacing recorded"},
            {"\"target_base_url\":\"http://127.0.0.1:1/v2\"", "target_base_url: expected no path and no query, which stay those of each request; got \"/v2\""},
            {"\"target_base_url\":\"http://127.0.0.1:1?x=1\"", "target_base_url: expected no path and no query"},
            {"\"unsafe_methods\":[\"\"]", "unsafe_methods: expected methods that may change something, such as POST, got \"\""},
            {"\"unsafe_methods\":[\"post\",\"get\"]", "unsafe_methods: expected methods that may change something, such as POST, got \"get\""},
            {"\"overrides\":[{\"match\":{\"seqs\":[]},\"method\":\"HEAD\"}]", "overrides[0].match.seqs: expected at least one"},
            {"\"overrides\":[{\"set_headers\":{\"A\":\"b\",\"X-N\":1}}]", "overrides[0].set_headers: expected an object whose values are strings, got \"X-N\": 1"},
            {"\"overrides\":[{\"set_query\":{\"n\":null}}]", "overrides[0].set_query: expected an object whose values are strings, got \"n\": null"},
            {"\"captures\":[{\"from_seq\":1,\"select\":\"json:$.a\",\"as\":\"t\"},{\"from_seq\":1,\"select\":\"header:A\",\"as\":\"t\"}]",
                "captures[1].as: expected another name or another source, as \"t\" is captured from the answer to seq 1 already"},
            {"\"upstream_ca_file\":\"none.pem\"", ""}};
        for (String[] one : refused) {
            for (String mode : new String[] {"dry_run", "execute"}) {
                String said = tools.failure(REPLAY, "{\"session_id\":\"" + session + "\",\"mode\":\"" + mode + "\"," + one[0] + "}");
                assertTrue(said.contains(one[1]), said);
            }
        }
        assertEquals(0, origin.requests.get());
        assertEquals(2, number(run(session, ",\"unsafe_methods\":[\"post\"],\"target_base_url\":\"" + origin.url() + "/\""), "successCount"));
        String unknown = tools.failure(REPLAY, "{\"session_id\":\"" + session + "\",\"overrides\":[{\"body_text\":\"{input:a}\"}]}");
        assertTrue(unknown.contains("unknown placeholder {input:a}") && !unknown.contains("{input:NAME}"), unknown);
    }

    @Test
    void aFileWithoutCertificatesIsRefusedByThePlan() throws Exception {
        String session = origin.session(tools, "GET /a");
        Path file = Files.writeString(Files.createDirectories(folder.resolve("home/files")).resolve("ca.pem"), "no certificate");
        String said = tools.failure(REPLAY, "{\"session_id\":\"" + session + "\",\"upstream_ca_file\":\"" + file + "\"}");
        assertTrue(said.startsWith("bad_argument: upstream_ca_file: "), said);
    }

    @Test
    void whatRulesDidToTheRecordedRequestIsAmongItsChanges() throws Exception {
        tools.call("proxy_add_rule", "{\"description\":\"m\",\"matcher\":{\"urlPattern\":\"/mocked\"},\"handler\":{\"type\":\"mock\",\"status\":200,\"body\":\"x\"}}");
        tools.call("proxy_inject_headers", "{\"url_pattern\":\"/changed\",\"headers\":{\"X-Rule\":\"1\"},\"direction\":\"request\"}");
        String session = origin.session(tools, "GET /mocked", "GET /changed", "GET /plain");
        JsonObject plan = replay(session, "");
        assertTrue(Json.text(at(item(plan, 0), "changes")).matches("\\[\"was answered by rule \\S+, no origin ever got it\"]"), Json.text(plan));
        assertTrue(Json.text(at(item(plan, 1), "changes")).matches("\\[\"recorded while rule \\S+ changed it: sent as the client sent it\"]"), Json.text(plan));
        assertEquals("[]", Json.text(at(item(plan, 2), "changes")));
    }

    @Test
    void aSessionThatARunUsesIsNotDeleted() throws Exception {
        String session = origin.session(tools, "GET /a");
        JsonObject begun = replay(session, ",\"mode\":\"execute\",\"wait_ms\":0,\"overrides\":[{\"replace\":[[\"/a\",\"/hold\"]]}]");
        String id = text(begun, "replayId");
        for (SessionId used : tools.catalog.ids()) {
            String said = tools.failure("proxy_delete_session", "{\"session_id\":\"" + used + "\"}");
            assertTrue(said.startsWith("session_in_use: session " + used + " is read or recorded to by the run " + id), said);
        }
        assertEquals(2, tools.catalog.ids().size());
        origin.release();
        JsonObject ended = tools.call(STATUS, "{\"replay_id\":\"" + id + "\",\"wait_ms\":20000}");
        tools.call("proxy_delete_session", "{\"session_id\":\"" + text(ended, "replaySessionId") + "\"}");
        tools.call("proxy_delete_session", "{\"session_id\":\"" + session + "\"}");
    }

    @Test
    void howARequestWasSentIsToldWhereOverridesChangedIt() throws Exception {
        String session = origin.session(tools, "GET /a", "GET /b?x=1", "GET /c");
        JsonObject result = run(session, ",\"overrides\":[{\"match\":{\"seqs\":[1]},\"method\":\"OPTIONS\"},"
                + "{\"match\":{\"seqs\":[2]},\"set_query\":{\"x\":\"2\"}},{\"match\":{\"seqs\":[3]},\"set_headers\":{\"X-Test\":\"1\"}}]");
        JsonObject stored = tools.call(STATUS, "{\"replay_id\":\"" + text(result, "replayId") + "\"}");
        for (JsonObject shown : new JsonObject[] {result, stored}) {
            assertEquals("OPTIONS " + origin.url() + "/a", text(item(shown, 0), "sentMethod") + " " + text(item(shown, 0), "sentUrl"));
            assertEquals("GET " + origin.url() + "/b?x=2", text(item(shown, 1), "sentMethod") + " " + text(item(shown, 1), "sentUrl"));
            assertFalse(item(shown, 2).has("sentUrl"));
        }
        // As another process reads it.
        RunView read = new ReplayRuns(folder.resolve("home/replays"), RunTime.of(Clock.systemUTC()), new Random())
                .find(ReplayId.parse(text(result, "replayId")).orElseThrow());
        assertEquals(Optional.of(new SentAs("GET", origin.url() + "/b?x=2")), read.items(RunItem.Only.ALL, 0, 9).get(1).sentAs());
    }

    /** Each connection is closed behind its answer, without a word about that in it. */
    @Test
    void anOriginThatClosesBehindItsAnswerCostsNoUnsafeRequest() throws Exception {
        String[] posts = new String[10];
        Arrays.setAll(posts, i -> "POST /p?i=" + i);
        String session = origin.session(tools, posts);
        try (ScriptedOrigin closing = ScriptedOrigin.each(new ScriptedOrigin.Step.ReadRequest(), ScriptedOrigin.respond("ok"))) {
            JsonObject result = run(session, ",\"allow_unsafe\":true,\"rate_per_second\":10,\"target_base_url\":\"http://" + closing.authority() + "\"");
            assertEquals("10 {}", number(result, "successCount") + " " + Json.text(at(result, "errorBuckets")));
        }
    }
}
