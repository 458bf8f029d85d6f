package proxymcp.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static proxymcp.tool.Tools.at;
import static proxymcp.tool.Tools.number;
import static proxymcp.tool.Tools.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.json.Json;
import proxymcp.json.JsonObject;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.CallOrigin;
import proxymcp.store.CaptureProfile;
import proxymcp.store.SessionCatalog;
import proxymcp.store.SessionWriter;
import proxymcp.store.StoreLimits;

/** Checkpoints and salvaging, as a client of the server sees them. */
final class SessionCareToolsTest {
    @TempDir
    Path folder;

    private Path home;
    private Tools tools;

    @BeforeEach
    void makeTools() {
        home = folder.resolve("home");
        tools = new Tools(home);
    }

    @AfterEach
    void close() {
        tools.close();
    }

    private String begin() {
        tools.call("proxy_start", "{}");
        return text(tools.call("proxy_session_start", "{\"session_name\":\"shop\",\"capture_profile\":\"full\"}"), "session.id");
    }

    private Traffic traffic() {
        return new Traffic(tools.sink);
    }

    private static String id(String session) {
        return "{\"session_id\":\"" + session + "\"}";
    }

    @Test
    void aCheckpointSaysHowFarTheSessionIsSafe() throws Exception {
        String session = begin();
        traffic().complete();
        traffic().complete();
        JsonObject checkpoint = (JsonObject) at(tools.call("proxy_session_checkpoint", "{\"label\":\"after login\"}"), "checkpoint");
        assertEquals("1 after login 2 1 2", number(checkpoint, "number") + " " + text(checkpoint, "label") + " " + number(checkpoint, "seq") + " "
                + number(checkpoint, "segment") + " " + number(checkpoint, "forcedThrough"));
        assertEquals(Files.size(home.resolve("sessions").resolve(session).resolve("segment-000001.seg")), number(checkpoint, "offset"));
        assertTrue(number(checkpoint, "durationMs") >= 0 && number(checkpoint, "timestamp") > 0);
        assertEquals("2", at(tools.call("proxy_session_status", "{}"), "forcedThrough").toString());
        assertEquals("2 null", number(tools.call("proxy_session_checkpoint", id(session)), "checkpoint.number") + " "
                + at(tools.call("proxy_session_checkpoint", "{}"), "checkpoint.label"));
    }

    @Test
    void checkpointsAreListedWithTheirSessionNewestFirst() {
        String session = begin();
        for (int i = 1; i <= 30; i++) {
            tools.call("proxy_session_checkpoint", "{\"label\":\"" + "l".repeat(190) + i + "\"}");
        }
        assertEquals("30", at(tools.call("proxy_get_session", id(session)), "checkpointTotal").toString());
        tools.call("proxy_session_stop", "{}");
        List<Long> numbers = new ArrayList<>();
        JsonObject page = tools.call("proxy_get_session", "{\"session_id\":\"" + session + "\",\"max_chars\":4000}");
        while (true) {
            assertTrue(Json.text(page).length() <= 4_000, Json.text(page).length() + " characters");
            for (int i = 0; i < ((proxymcp.json.JsonArray) at(page, "checkpoints")).size(); i++) {
                numbers.add(number(page, "checkpoints." + i + ".number"));
            }
            if (!page.has("nextCheckpointOffset")) {
                break;
            }
            page = tools.call("proxy_get_session", "{\"session_id\":\"" + session + "\",\"max_chars\":4000,\"checkpoint_offset\":"
                    + number(page, "nextCheckpointOffset") + "}");
        }
        assertEquals(number(page, "checkpointTotal"), numbers.size());
        assertEquals(java.util.stream.LongStream.iterate(31, n -> n - 1).limit(31).boxed().toList(), numbers);
    }

    @Test
    void onlyTheProcessThatRecordsASessionTakesItsCheckpoints() throws Exception {
        assertEquals("not_recording: No session is being recorded | proxy_session_start begins one", tools.failure("proxy_session_checkpoint", "{}"));
        String ended = begin();
        tools.call("proxy_session_stop", "{}");
        assertTrue(tools.failure("proxy_session_checkpoint", id(ended)).startsWith("not_recording: session " + ended));
        try (SessionCatalog other = new SessionCatalog(home.resolve("sessions"), StoreLimits.DEFAULT, Clock.systemUTC())) {
            SessionWriter writer = other.create(Optional.empty(), CaptureProfile.FULL, 10, JsonObject.EMPTY);
            assertTrue(tools.failure("proxy_session_checkpoint", id(writer.id().text())).startsWith("not_recording: "));
            assertTrue(tools.failure("proxy_session_salvage", id(writer.id().text())).startsWith("session_locked: "));
        }
        assertTrue(tools.failure("proxy_session_checkpoint", "{\"label\":\"\"}").startsWith("bad_argument: label"));
        assertTrue(tools.failure("proxy_session_checkpoint", "{\"label\":\"" + "x".repeat(201) + "\"}").startsWith("bad_argument: label"));
    }

    private String recorded(int exchanges) {
        String session = begin();
        for (int i = 0; i < exchanges; i++) {
            traffic().request("GET", "h.example", "/" + i).responseBody("text/plain", "body of " + i).complete();
        }
        tools.call("proxy_session_stop", "{}");
        return session;
    }

    private void damage(String session, double where) throws IOException {
        Path segment = home.resolve("sessions").resolve(session).resolve("segment-000001.seg");
        byte[] bytes = Files.readAllBytes(segment);
        bytes[(int) (bytes.length * where)] ^= 1;
        Files.write(segment, bytes);
    }

    @Test
    void aSalvagedSessionIsANewOneThatHasTheSame() {
        String session = recorded(5);
        JsonObject salvaged = tools.call("proxy_session_salvage", "{\"session_id\":\"" + session + "\",\"name\":\"again\"}");
        assertEquals(session + " 5 5 0 true []", text(salvaged, "sourceSessionId") + " " + at(salvaged, "exchangesTotal") + " "
                + at(salvaged, "exchangesCopied") + " " + at(salvaged, "lostTotal") + " " + at(salvaged, "complete") + " "
                + at(salvaged, "lost"));
        String copy = text(salvaged, "session.id");
        assertFalse(copy.equals(session));
        assertEquals("again stopped clean 5 " + session, text(salvaged, "session.name") + " " + text(salvaged, "session.status") + " "
                + text(salvaged, "session.recoveryState") + " " + at(salvaged, "session.exchangeCount") + " "
                + text(salvaged, "session.settings.salvagedFrom"));
        for (int seq = 1; seq <= 5; seq++) {
            String rest = "\",\"seq\":" + seq + ",\"body\":\"both\"}";
            assertEquals(Json.text(at(tools.call("proxy_get_session_exchange", "{\"session_id\":\"" + session + rest), "exchange")),
                    Json.text(at(tools.call("proxy_get_session_exchange", "{\"session_id\":\"" + copy + rest), "exchange")));
        }
    }

    @Test
    void whatIsLostIsNamedWithinTheBudget() throws Exception {
        String session = recorded(60);
        for (int i = 1; i < 40; i++) {
            damage(session, i / 40.0);
        }
        JsonObject all = tools.call("proxy_session_salvage", id(session));
        assertTrue(number(all, "lostTotal") >= 30, Json.text(all));
        assertEquals("true " + number(all, "lostTotal"), at(all, "complete") + " " + ((proxymcp.json.JsonArray) at(all, "lost")).size());
        assertEquals("60 " + number(all, "exchangesCopied"), at(all, "exchangesTotal") + " "
                + at(tools.call("proxy_query_session", id(text(all, "session.id"))), "total"));
        JsonObject some = tools.call("proxy_session_salvage", "{\"session_id\":\"" + session + "\",\"max_chars\":4000}");
        assertTrue(Json.text(some).length() <= 4_000, Json.text(some).length() + " characters");
        assertEquals(at(all, "lostTotal") + " false", at(some, "lostTotal") + " " + at(some, "complete"));
        assertTrue(text(some, "reason").startsWith("max_chars reached"));
    }

    @Test
    void theSessionThatIsRecordedIsNotSalvagedAndACancelledCallLeavesNothing() throws Exception {
        String session = recorded(5);
        String running = text(tools.call("proxy_session_start", "{}"), "session.id");
        assertTrue(tools.failure("proxy_session_salvage", id(running)).startsWith("session_active: "));
        CallContext cancelled = CallContext.detached(CallOrigin.STDIO);
        cancelled.cancel();
        try {
            tools.server.call("proxy_session_salvage", Tools.object(id(session)), cancelled);
        } catch (java.util.concurrent.CancellationException e) {
            // What a cancelled call says is nobody's concern.
        }
        assertEquals("2", at(tools.call("proxy_list_sessions", "{}"), "count").toString());
    }
}
