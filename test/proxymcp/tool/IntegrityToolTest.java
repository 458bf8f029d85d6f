package proxymcp.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static proxymcp.tool.Tools.at;
import static proxymcp.tool.Tools.number;
import static proxymcp.tool.Tools.text;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.HeardCalls;
import proxymcp.mcp.ToolOutcome;
import proxymcp.store.CaptureProfile;
import proxymcp.store.SessionCatalog;
import proxymcp.store.SessionWriter;
import proxymcp.store.StoreLimits;
import proxymcp.store.independent.LogFile;

/** Verifying sessions, as a client of the server sees it. Where records stand is told by a reader that is not the one under test. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
final class IntegrityToolTest {
    private static final String VERIFY = "proxy_session_verify_integrity";
    /** Types and sizes as FORMAT.md has them. */
    private static final int BODY = 3;
    private static final int START = 4;
    private static final int HEADER_BYTES = 36;
    private static final int DIGEST_BYTES = 32;

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

    private Path folderOf(String session) {
        return home.resolve("sessions").resolve(session);
    }

    private JsonObject verify(String session, String level) {
        return tools.call(VERIFY, "{\"session_id\":\"" + session + "\",\"level\":\"" + level + "\"}");
    }

    /** Records some exchanges and ends the session; two of them have one body. */
    private String record() {
        String session = text(tools.call("proxy_start", "{\"persistence_enabled\":true,\"capture_profile\":\"full\"}"), "persistence.sessionId");
        new Traffic(tools.sink).responseBody("text/plain", "of two").complete();
        new Traffic(tools.sink).responseBody("text/plain", "of one").complete();
        new Traffic(tools.sink).responseBody("text/plain", "of two").complete();
        tools.call("proxy_session_stop", "{}");
        return session;
    }

    /** Records {@code count} exchanges with a body each, in small segments and without a server. */
    private String record(int count) throws IOException {
        StoreLimits standard = StoreLimits.DEFAULT;
        StoreLimits small = new StoreLimits(1 << 16, standard.queueBytes(), standard.queueWaitMillis(), standard.inlineBodyBytes(),
                standard.pendingBodyMillis(), standard.previewBytes(), standard.forceMillis(), standard.checkpointBytes(),
                standard.checkpointMillis(), standard.rowsPerExtent(), standard.stringBytesPerExtent());
        try (SessionCatalog other = new SessionCatalog(home.resolve("sessions"), small, Clock.systemUTC())) {
            SessionWriter writer = other.create(Optional.of("many"), CaptureProfile.FULL, 1_024, JsonObject.EMPTY);
            for (int i = 0; i < count; i++) {
                new Traffic(writer.sink()).responseBody("text/plain", "body " + i).complete();
            }
            other.end(writer);
            return writer.id().text();
        }
    }

    private void flip(String session, LogFile.Entry entry, int payloadOffset) throws IOException {
        Path file = folderOf(session).resolve(String.format("segment-%06d.seg", entry.segment()));
        try (FileChannel segment = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer octet = ByteBuffer.allocate(1);
            segment.read(octet, entry.offset() + HEADER_BYTES + payloadOffset);
            octet.put(0, (byte) (octet.get(0) ^ 1)).flip();
            segment.write(octet, entry.offset() + HEADER_BYTES + payloadOffset);
        }
    }

    private List<LogFile.Entry> entries(String session, int type) throws IOException {
        return LogFile.read(folderOf(session)).stream().filter(entry -> entry.type() == type).toList();
    }

    private long logBytes(String session) throws IOException {
        long bytes = 0;
        try (Stream<Path> files = Files.list(folderOf(session))) {
            for (Path file : files.filter(found -> found.toString().endsWith(".seg")).toList()) {
                bytes += Files.size(file);
            }
        }
        return bytes;
    }

    private static String place(LogFile.Entry entry, String kind, long first, long last) {
        return "{\"segment\":" + entry.segment() + ",\"offset\":" + entry.offset() + ",\"length\":" + (entry.end() - entry.offset())
                + ",\"kind\":\"" + kind + "\",\"firstSeq\":" + first + ",\"lastSeq\":" + last + ",\"exchangesTotal\":"
                + (first == last ? "1,\"exchanges\":[" + first : "2,\"exchanges\":[" + first + "," + last) + "]}";
    }

    @Test
    void aSessionThatEndedIsCleanAtEachLevel() throws Exception {
        String session = record();
        long records = LogFile.read(folderOf(session)).size();
        for (String level : List.of("quick", "standard", "deep")) {
            JsonObject report = verify(session, level);
            assertEquals("true clean " + level + " false " + records + " 0 0 []", at(report, "ok") + " " + text(report, "state") + " "
                    + text(report, "level") + " " + at(report, "recording") + " " + at(report, "recordsChecked") + " " + at(report, "total") + " "
                    + at(report, "lostExchangesTotal") + " " + Json.text(at(report, "notes")));
            assertEquals("[{\"number\":1,\"state\":\"sealed\",\"records\":" + records + ",\"bytes\":" + logBytes(session) + "}]",
                    Json.text(at(report, "segments")));
        }
        assertEquals(logBytes(session), number(verify(session, "deep"), "bytesChecked"));
        assertEquals("standard", text(tools.call(VERIFY, "{\"session_id\":\"" + session + "\"}"), "level"));
    }

    @Test
    void aSessionThatIsRecordedIsCleanAsFarAsItWent() {
        String session = text(tools.call("proxy_start", "{\"persistence_enabled\":true}"), "persistence.sessionId");
        for (int i = 0; i < 50; i++) {
            new Traffic(tools.sink).responseBody("text/plain", "body " + i).complete();
        }
        new Traffic(tools.sink).open();
        for (String level : List.of("quick", "standard", "deep")) {
            JsonObject report = verify(session, level);
            assertEquals("true clean true 0", at(report, "ok") + " " + text(report, "state") + " " + at(report, "recording") + " "
                    + at(report, "total"), () -> Json.text(report));
        }
        // A client; then start, body, response and end of each exchange; then a start.
        assertTrue(number(verify(session, "deep"), "recordsChecked") >= 1 + 50 * 4 + 1);
        assertEquals("51", at(tools.call("proxy_query_session", "{\"session_id\":\"" + session + "\"}"), "total").toString());
    }

    @Test
    void whatIsNoSessionIsAnError() {
        assertEquals("unknown_session: there is no session 20200101000000_00000000",
                tools.failure(VERIFY, "{\"session_id\":\"20200101000000_00000000\"}"));
        for (String bad : List.of("../x", "", "\\u0000", "x".repeat(300))) {
            assertTrue(tools.failure(VERIFY, "{\"session_id\":\"" + bad + "\"}").startsWith("bad_argument: session_id: "), bad);
        }
        assertTrue(tools.failure(VERIFY, "{}").startsWith("bad_argument: session_id"));
        assertTrue(tools.failure(VERIFY, "{\"session_id\":\"20200101000000_00000000\",\"level\":\"most\"}").startsWith("bad_argument: level"));
    }

    @Test
    void aFlippedBitIsNamedWithItsRecordAndTheExchangesItTouches() throws Exception {
        String session = record();
        List<LogFile.Entry> bodies = entries(session, BODY);
        assertEquals(2, bodies.size());
        flip(session, bodies.get(0), DIGEST_BYTES);
        for (String level : List.of("standard", "deep")) {
            JsonObject report = verify(session, level);
            assertEquals("false damaged 1 true 0", at(report, "ok") + " " + text(report, "state") + " " + at(report, "total") + " "
                    + at(report, "complete") + " " + at(report, "lostExchangesTotal"));
            assertEquals("[" + place(bodies.get(0), "record", 1, 3) + "]", Json.text(at(report, "damage")));
            assertEquals("damaged", text(report, "segments.0.state"));
        }
        assertEquals("true", at(verify(session, "quick"), "ok").toString(), "a quick check reads no payloads");
        flip(session, entries(session, START).get(1), 20);
        JsonObject report = verify(session, "standard");
        assertEquals("2 1 [2]", at(report, "total") + " " + at(report, "lostExchangesTotal") + " " + Json.text(at(report, "lostExchanges")));
    }

    @Test
    void aTornTailIsReportedAndHarmless() throws Exception {
        String session;
        LogFile.Entry last;
        try (SessionCatalog other = new SessionCatalog(folder.resolve("left"), StoreLimits.DEFAULT, Clock.systemUTC())) {
            SessionWriter writer = other.create(Optional.of("left"), CaptureProfile.FULL, 10, JsonObject.EMPTY);
            session = writer.id().text();
            new Traffic(writer.sink()).complete();
            new Traffic(writer.sink()).complete();
            // Opening waits until all of it is written; the copy is what a process that dies now leaves.
            other.open(writer.id());
            Files.createDirectories(folderOf(session));
            for (String file : List.of("manifest.json", "segment-000001.seg")) {
                Files.copy(folder.resolve("left").resolve(session).resolve(file), folderOf(session).resolve(file));
            }
        }
        List<LogFile.Entry> all = LogFile.read(folderOf(session));
        last = all.get(all.size() - 1);
        try (FileChannel channel = FileChannel.open(folderOf(session).resolve("segment-000001.seg"), StandardOpenOption.WRITE)) {
            channel.truncate(last.end() - 5);
        }
        for (String level : List.of("standard", "deep")) {
            JsonObject report = verify(session, level);
            assertEquals("true torn_tail false 1 torn_tail", at(report, "ok") + " " + text(report, "state") + " " + at(report, "recording") + " "
                    + at(report, "total") + " " + text(report, "segments.0.state"), () -> Json.text(report));
            assertEquals("1 " + last.offset() + " " + (last.end() - 5 - last.offset()) + " torn_tail", at(report, "damage.0.segment") + " "
                    + at(report, "damage.0.offset") + " " + at(report, "damage.0.length") + " " + text(report, "damage.0.kind"));
        }
        assertEquals(last.end() - 5, logBytes(session), "nothing is cut off");
    }

    @Test
    void everyPlaceOfThousandsIsReachedWithinTheRoomOfAResult() throws Exception {
        int exchanges = 2_000;
        String session = record(exchanges);
        List<String> expected = new ArrayList<>();
        for (LogFile.Entry start : entries(session, START)) {
            flip(session, start, 20);
            expected.add(place(start, "record", start.seq(), start.seq()));
        }
        // Derived files that are damaged as well bring notes, and places of their own before those of the log.
        Files.write(folderOf(session).resolve("manifest.json"), new byte[] {'{'});
        assertEquals(exchanges, expected.size());
        for (int charsMax : new int[] {2_000, 2_001, 3_333, 24_000, 200_000}) {
            List<String> places = new ArrayList<>();
            Optional<JsonValue> next = Optional.of(JsonNumber.of(0));
            while (next.isPresent()) {
                JsonObject page = tools.call(VERIFY, "{\"session_id\":\"" + session + "\",\"max_chars\":" + charsMax + ",\"offset\":" + next.get() + "}");
                assertTrue(Json.text(page).length() <= charsMax, () -> Json.text(page).length() + " of " + charsMax);
                assertEquals("false damaged " + (exchanges + 1) + " " + exchanges, at(page, "ok") + " " + text(page, "state") + " " + at(page, "total")
                        + " " + at(page, "lostExchangesTotal"));
                assertFalse(((JsonArray) at(page, "segments")).values().isEmpty());
                assertFalse(((JsonArray) at(page, "lostExchanges")).values().isEmpty());
                assertFalse(((JsonArray) at(page, "notes")).values().isEmpty());
                ((JsonArray) at(page, "damage")).values().forEach(place -> places.add(Json.text(place)));
                assertEquals(page.has("nextOffset"), places.size() < exchanges + 1);
                next = page.get("nextOffset");
            }
            assertTrue(places.remove(0).contains("\"kind\":\"manifest\",\"firstSeq\":null,\"lastSeq\":null,"));
            assertEquals(expected, places);
        }
    }

    @Test
    void progressRisesToTheSizeOfTheLog() throws Exception {
        String session = record(2_000);
        List<Long> done = new ArrayList<>();
        long total = logBytes(session);
        CallContext context = HeardCalls.context(params -> {
            assertEquals(total, number(params, "total"));
            done.add(number(params, "progress"));
        });
        ToolOutcome outcome = tools.server.call(VERIFY, Tools.object("{\"session_id\":\"" + session + "\",\"level\":\"deep\"}"), context);
        assertTrue(outcome instanceof ToolOutcome.Success, () -> Json.text(outcome.json()));
        assertTrue(done.size() >= 3, done.toString());
        assertEquals(done.stream().distinct().sorted().toList(), done);
        assertEquals(total, Collections.max(done));
    }

    @Test
    void aVerifyThatIsCancelledStopsAtOnce() throws Exception {
        String session = record(2_000);
        for (String level : List.of("standard", "deep")) {
            List<CallContext> contexts = new ArrayList<>();
            List<Long> done = new ArrayList<>();
            contexts.add(HeardCalls.context(params -> {
                done.add(number(params, "progress"));
                contexts.get(0).cancel();
            }));
            ToolOutcome outcome = tools.server.call(VERIFY, Tools.object("{\"session_id\":\"" + session + "\",\"level\":\"" + level + "\"}"),
                    contexts.get(0));
            assertEquals(Optional.of("cancelled"), outcome.json().string("code"), () -> Json.text(outcome.json()));
            assertEquals(1, done.size(), "it went on after it was cancelled");
        }
        assertEquals("true", at(verify(session, "deep"), "ok").toString());
    }
}
