package proxymcp.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static proxymcp.tool.Tools.at;
import static proxymcp.tool.Tools.number;
import static proxymcp.tool.Tools.text;

import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.exchange.ErrorClass;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;
import proxymcp.store.CaptureProfile;
import proxymcp.store.SessionCatalog;
import proxymcp.store.SessionWriter;
import proxymcp.store.StoreLimits;

/** Beginning, ending, listing, deleting and recovering sessions, as a client of the server sees it. */
final class SessionToolsTest {
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

    private String begin(String arguments) {
        if (at(tools.call("proxy_status", "{}"), "running").toString().equals("false")) {
            tools.call("proxy_start", "{}");
        }
        return text(tools.call("proxy_session_start", arguments), "session.id");
    }

    private Traffic traffic() {
        return new Traffic(tools.sink);
    }

    private static String id(String session) {
        return "{\"session_id\":\"" + session + "\"}";
    }

    @Test
    void aSessionNeedsAProxy() {
        assertTrue(tools.failure("proxy_session_start", "{}").startsWith("not_running: "));
        assertTrue(Files.notExists(home.resolve("sessions")));
        assertEquals("{\"status\":\"success\",\"session\":null}", Json.text(tools.call("proxy_session_stop", "{}")));
        assertEquals("false null", at(tools.call("proxy_session_status", "{}"), "enabled") + " "
                + at(tools.call("proxy_session_status", "{}"), "sessionId"));
    }

    @Test
    void aSessionKeepsWhatPassesWhileItIsRecordedAndNothingElse() {
        traffic().request("GET", "before.example", "/").complete();
        JsonObject started = tools.call("proxy_start", "{}");
        JsonObject begun = (JsonObject) at(tools.call("proxy_session_start",
                "{\"session_name\":\"shop\",\"capture_profile\":\"full\",\"max_disk_mb\":7}"), "session");
        String session = text(begun, "id");
        assertEquals("shop full 7 active clean", text(begun, "name") + " " + text(begun, "captureProfile") + " " + at(begun, "maxDiskMb") + " "
                + text(begun, "status") + " " + text(begun, "recoveryState"));
        assertEquals("{\"acceptEncoding\":\"as_sent\",\"listener\":\"127.0.0.1:" + number(started, "port") + "\",\"bindAddress\":\"127.0.0.1\",\"insecureUpstream\":false,"
                + "\"upstreamCaFile\":null,\"requireAuth\":false,\"globalUpstream\":null,\"hostUpstreams\":{},\"insecureHosts\":[],\"originTls\":[],\"serverTlsCapture\":true,"
                + "\"rules\":[]}",
                Json.text(at(begun, "settings")));
        Traffic.Open running = traffic().request("GET", "running.example", "/").open();
        traffic().request("GET", "during.example", "/").complete();
        assertEquals("session_active: session " + session + " (shop) is being recorded | go on with it, or call proxy_session_stop first",
                tools.failure("proxy_session_start", "{}"));
        JsonObject persistence = (JsonObject) at(tools.call("proxy_status", "{}"), "persistence");
        assertEquals("true " + session, at(persistence, "enabled") + " " + text(persistence, "sessionId"));
        JsonObject ended = (JsonObject) at(tools.call("proxy_session_stop", "{}"), "session");
        assertEquals("stopped clean 2 2 0", text(ended, "status") + " " + text(ended, "recoveryState") + " " + at(ended, "exchangeCount") + " "
                + at(ended, "lastSequence") + " " + at(ended, "droppedWrites"));
        traffic().request("GET", "after.example", "/").complete();
        JsonObject rows = tools.call("proxy_query_session", "{\"session_id\":\"" + session
                + "\",\"sort\":\"asc\",\"fields\":[\"hostname\",\"state\",\"errorClass\"]}");
        assertEquals("[{\"hostname\":\"running.example\",\"state\":\"incomplete\",\"errorClass\":\"proxy_stopped\"},"
                + "{\"hostname\":\"during.example\",\"state\":\"complete\"}]", Json.text(at(rows, "items")));
        assertEquals(4, tools.live.size());
        assertEquals(running.id(), text(tools.call("proxy_query_session", id(session)), "items.1.exchangeId"));
    }

    @Test
    void aProxyCanRecordFromItsStartAndEndsItsSession() {
        JsonObject started = tools.call("proxy_start", "{\"persistence_enabled\":true,\"session_name\":\"n\",\"capture_profile\":\"full\"}");
        assertEquals("true n full 1024", at(started, "persistence.enabled") + " " + text(started, "persistence.sessionName") + " "
                + text(started, "persistence.captureProfile") + " " + at(started, "persistence.maxDiskMb"));
        String session = text(started, "persistence.sessionId");
        assertTrue(text(tools.call("proxy_stop", "{}"), "message").contains("so has session " + session));
        assertEquals("stopped", text(tools.call("proxy_get_session", id(session)), "session.status"));
        assertEquals("false", at(tools.call("proxy_session_status", "{}"), "enabled").toString());
    }

    @Test
    void aProxyThatCannotRecordDoesNotStart() throws Exception {
        Files.createDirectories(home);
        Files.writeString(home.resolve("sessions"), "in the way");
        assertTrue(tools.failure("proxy_start", "{\"persistence_enabled\":true}").startsWith("cannot_write: "));
        assertEquals("false", at(tools.call("proxy_status", "{}"), "running").toString());
    }

    @Test
    void sessionsAreListedNewestFirstWithinTheBudget() {
        for (int i = 0; i < 12; i++) {
            begin("{\"session_name\":\"" + "s".repeat(150) + i + "\"}");
            tools.call("proxy_session_stop", "{}");
        }
        JsonObject all = tools.call("proxy_list_sessions", "{}");
        assertEquals("12 12 true", at(all, "count") + " " + at(all, "showing") + " " + at(all, "complete"));
        JsonArray listed = (JsonArray) at(all, "sessions");
        for (int i = 1; i < listed.size(); i++) {
            assertTrue(number(all, "sessions." + (i - 1) + ".startedAt") >= number(all, "sessions." + i + ".startedAt"));
        }
        int seen = 0;
        JsonObject page = tools.call("proxy_list_sessions", "{\"max_chars\":2000}");
        seen += (int) number(page, "showing");
        while (page.has("nextOffset")) {
            assertTrue(Json.text(page).length() <= 2_000);
            page = tools.call("proxy_list_sessions", "{\"max_chars\":2000,\"offset\":" + number(page, "nextOffset") + "}");
            seen += (int) number(page, "showing");
        }
        assertEquals(12, seen);
    }

    @Test
    void whatIsNotExactlyAnIdIsRefusedByEveryTool() {
        String real = begin("{}");
        tools.call("proxy_session_stop", "{}");
        for (String bad : List.of("../x", "./" + real, "", "\\u0000", real + "\\u0000", real + "/", "../sessions/" + real, "x".repeat(300),
                real.toUpperCase(Locale.ROOT) + "X", " " + real)) {
            for (String tool : List.of("proxy_get_session", "proxy_query_session", "proxy_get_session_exchange", "proxy_delete_session",
                    "proxy_session_recover", "proxy_session_checkpoint", "proxy_session_salvage")) {
                String more = tool.equals("proxy_get_session_exchange") ? ",\"seq\":1" : "";
                String failure = tools.failure(tool, "{\"session_id\":\"" + bad + "\"" + more + "}");
                assertTrue(failure.startsWith("bad_argument: session_id: "), tool + " " + bad + ": " + failure);
            }
        }
        for (String tool : List.of("proxy_get_session", "proxy_query_session", "proxy_delete_session", "proxy_session_recover",
                "proxy_session_checkpoint", "proxy_session_salvage")) {
            assertEquals("unknown_session: there is no session 20200101000000_00000000", tools.failure(tool, id("20200101000000_00000000")));
        }
        assertTrue(Files.isDirectory(home.resolve("sessions").resolve(real)));
    }

    @Test
    void aSessionIsDeletedWithItsFilesUnlessItIsRecorded() throws Exception {
        String session = begin("{}");
        traffic().complete();
        for (String tool : List.of("proxy_delete_session", "proxy_session_recover")) {
            assertTrue(tools.failure(tool, id(session)).startsWith("session_active: "));
        }
        tools.call("proxy_session_stop", "{}");
        tools.call("proxy_query_session", id(session));
        assertEquals(session, text(tools.call("proxy_delete_session", id(session)), "deleted"));
        try (Stream<Path> left = Files.list(home.resolve("sessions"))) {
            assertEquals(List.of(), left.toList());
        }
        assertTrue(tools.failure("proxy_delete_session", id(session)).startsWith("unknown_session: "));
        assertTrue(tools.failure("proxy_query_session", id(session)).startsWith("unknown_session: "));
    }

    @Test
    void recoveringAllLeavesWhatIsRecordedAlone() {
        String session = begin("{\"session_name\":\"first\"}");
        traffic().complete();
        assertEquals("[]", Json.text(at(tools.call("proxy_session_recover", "{}"), "recovered")));
        traffic().complete();
        assertEquals("stopped clean 2", text(tools.call("proxy_session_stop", "{}"), "session.status") + " "
                + text(tools.call("proxy_get_session", id(session)), "session.recoveryState") + " "
                + at(tools.call("proxy_query_session", id(session)), "total"));
    }

    @Test
    void whatADeadProcessLeftIsRecoveredWhenOpenedAndSaysSo() throws Exception {
        String session = begin("{\"capture_profile\":\"full\"}");
        traffic().request("GET", "a.example", "/1").responseBody("text/plain", "one").complete();
        traffic().request("GET", "a.example", "/2").open();
        tools.call("proxy_query_session", id(session));
        String copy = leaveBehind(session);
        JsonObject listed = (JsonObject) at(tools.call("proxy_list_sessions", "{}"), "sessions.1");
        assertEquals(copy + " stopped unclean", text(listed, "id") + " " + text(listed, "status") + " " + text(listed, "recoveryState"));
        JsonObject got = tools.call("proxy_get_session", id(copy));
        assertEquals("stopped recovered true 2", text(got, "session.status") + " " + text(got, "session.recoveryState") + " "
                + at(got, "recovered") + " " + at(got, "session.exchangeCount"));
        JsonObject rows = tools.call("proxy_query_session", "{\"session_id\":\"" + copy + "\",\"fields\":[\"path\",\"state\"],\"sort\":\"asc\"}");
        assertEquals("true [{\"path\":\"/1\",\"state\":\"complete\"},{\"path\":\"/2\",\"state\":\"incomplete\"}]",
                at(rows, "recovered") + " " + Json.text(at(rows, "items")));
    }

    @Test
    void recoverTakesAllThatWasLeftAndTellsTheBytesThatStayUnread() throws Exception {
        String session = begin("{}");
        traffic().complete();
        tools.call("proxy_query_session", id(session));
        String copy = leaveBehind(session);
        Path segment = home.resolve("sessions").resolve(copy).resolve("segment-000001.seg");
        long size = Files.size(segment);
        try (FileChannel channel = FileChannel.open(segment, StandardOpenOption.WRITE)) {
            channel.truncate(size - 5);
        }
        JsonObject recovered = (JsonObject) at(tools.call("proxy_session_recover", "{}"), "recovered.0");
        assertEquals(copy + " 1", text(recovered, "sessionId") + " " + at(recovered, "exchanges"));
        assertTrue(number(recovered, "droppedTailBytes") > 0, Json.text(recovered));
        assertEquals("torn_tail", text(recovered, "damage.0.kind"));
        assertEquals(size - 5, Files.size(segment), "nothing is cut off");
        assertEquals("[]", Json.text(at(tools.call("proxy_session_recover", "{}"), "recovered")));
        assertEquals("1", at(tools.call("proxy_session_recover", id(copy)), "recovered.0.exchanges").toString());
    }

    @Test
    void damageIsListed() throws Exception {
        String session = begin("{\"capture_profile\":\"full\"}");
        traffic().responseBody("text/plain", "b".repeat(500)).complete();
        traffic().failed(ErrorClass.DNS, "no such name");
        tools.call("proxy_session_stop", "{}");
        Path segment = home.resolve("sessions").resolve(session).resolve("segment-000001.seg");
        byte[] bytes = Files.readAllBytes(segment);
        int body = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("b".repeat(500));
        bytes[body + 100] ^= 1;
        Files.write(segment, bytes);
        JsonObject recovered = (JsonObject) at(tools.call("proxy_session_recover", id(session)), "recovered.0");
        assertEquals("2 error 1", at(recovered, "exchanges") + " " + text(recovered, "recoveryState") + " " + at(recovered, "damageTotal"));
        assertEquals("error", text(tools.call("proxy_get_session", id(session)), "recoveryState"));
        JsonObject exchange = tools.call("proxy_get_session_exchange", "{\"session_id\":\"" + session + "\",\"seq\":1,\"body\":\"response\"}");
        assertEquals("false", at(exchange, "responseBody.complete").toString());
        assertTrue(text(exchange, "responseBody.reason").startsWith("damaged on disk: "), Json.text(exchange));
        assertFalse(Json.text(exchange).contains("bbbb"));
    }

    /** Makes a session with the same traffic, older, as a process that died leaves it; returns its id. */
    private String leaveBehind(String session) throws Exception {
        try (SessionCatalog other = new SessionCatalog(folder.resolve("left"), StoreLimits.DEFAULT,
                Clock.fixed(Instant.parse("2020-01-01T00:00:00Z"), ZoneOffset.UTC))) {
            SessionWriter writer = other.create(Optional.of("left"), CaptureProfile.FULL, 10, JsonObject.EMPTY);
            for (JsonObject row : rows(session)) {
                Traffic again = new Traffic(writer.sink()).request("GET", text(row, "hostname"), text(row, "path"));
                if (text(row, "state").equals("complete")) {
                    again.complete();
                } else {
                    again.open();
                }
            }
            // Opening waits until all of it is written.
            other.open(writer.id());
            Path to = Files.createDirectories(home.resolve("sessions").resolve(writer.id().text()));
            try (Stream<Path> files = Files.list(folder.resolve("left").resolve(writer.id().text()))) {
                for (Path file : files.toList()) {
                    Files.copy(file, to.resolve(file.getFileName()));
                }
            }
            return writer.id().text();
        }
    }

    private List<JsonObject> rows(String session) {
        JsonObject rows = tools.call("proxy_query_session", "{\"session_id\":\"" + session + "\",\"sort\":\"asc\"}");
        return ((JsonArray) at(rows, "items")).values().stream().map(JsonObject.class::cast).toList();
    }
}
