package proxymcp.tool;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static proxymcp.tool.Tools.at;
import static proxymcp.tool.Tools.number;
import static proxymcp.tool.Tools.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.exchange.ErrorClass;
import proxymcp.har.HarExport;
import proxymcp.har.HarFile;
import proxymcp.json.Json;
import proxymcp.json.JsonObject;
import proxymcp.mcp.CallOrigin;
import proxymcp.store.SessionId;
import proxymcp.store.SessionQuery;
import proxymcp.store.WorkWatch;

/** proxy_export_har: which exchanges, which file, and what is left when it does not come to an end. */
@Timeout(60)
final class HarExportToolTest {
    private static final String EXPORT = "proxy_export_har";

    @TempDir
    Path folder;

    private Path home;
    private Tools tools;
    private String session;

    @BeforeEach
    void begin() {
        home = folder.resolve("home");
        tools = new Tools(home);
        tools.call("proxy_start", "{}");
        session = text(tools.call("proxy_session_start", "{\"capture_profile\":\"full\"}"), "session.id");
    }

    @AfterEach
    void close() {
        tools.close();
    }

    private Traffic traffic() {
        return new Traffic(tools.sink);
    }

    private String arguments(String more) {
        return "{\"session_id\":\"" + session + "\"" + more + "}";
    }

    private JsonObject export(String more) {
        return tools.call(EXPORT, arguments(more));
    }

    private static HarFile file(JsonObject result) throws IOException {
        return HarFile.of(Files.readAllBytes(Path.of(text(result, "outputFile"))));
    }

    private static String urls(JsonObject result) throws IOException {
        HarFile har = file(result);
        List<String> urls = new ArrayList<>();
        for (int i = 0; i < har.entries(); i++) {
            urls.add(text(har.entry(i), "request.url").replace("http://a.example", ""));
        }
        return String.join(" ", urls);
    }

    private List<String> files() throws IOException {
        Path root = home.resolve("files");
        if (!Files.exists(root)) {
            return List.of();
        }
        try (Stream<Path> found = Files.walk(root)) {
            return found.filter(Files::isRegularFile).map(file -> root.relativize(file).toString()).sorted().toList();
        }
    }

    @Test
    void everyExportWithoutANameHasAFileOfItsOwn() throws Exception {
        traffic().request("GET", "a.example", "/1").responseBody("text/plain", "one").complete();
        JsonObject first = export("");
        traffic().request("GET", "a.example", "/2").complete();
        JsonObject second = tools.call(CallOrigin.HTTP_WITHOUT_TOKEN, EXPORT, arguments(""));
        assertEquals(home.toRealPath().resolve("files/har/" + session + "-1.har").toString(), text(first, "outputFile"));
        assertEquals(List.of("har/" + session + "-1.har", "har/" + session + "-2.har"), files());
        assertEquals("1 2", number(first, "entries") + " " + number(second, "entries"));
        assertEquals(session + " " + Files.size(Path.of(text(first, "outputFile"))) + " []", text(first, "sessionId") + " " + number(first, "bytes")
                + " " + Json.text(at(first, "warnings")));
        assertEquals("/1 | /1 /2", urls(first) + " | " + urls(second));
    }

    @Test
    void filtersAndSortChoose() throws Exception {
        traffic().request("GET", "a.example", "/1").responseBody("text/html", "x").complete();
        traffic().request("POST", "a.example", "/2").status(404).complete();
        traffic().request("GET", "a.example", "/3").failed(ErrorClass.CONNECT_REFUSED, "nobody listens");
        assertEquals("/1 /2 /3", urls(export("")));
        assertEquals("/3 /2 /1", urls(export(",\"sort\":\"desc\"")));
        assertEquals("/2", urls(export(",\"method\":\"post\"")));
        assertEquals("/2", urls(export(",\"status_min\":400")));
        assertEquals("/1", urls(export(",\"content_type_contains\":\"html\"")));
        assertEquals("/3", urls(export(",\"error_class\":\"connect_refused\"")));
        assertEquals("", urls(export(",\"hostname_contains\":\"elsewhere\"")));
        assertTrue(tools.failure(EXPORT, arguments(",\"status_code\":200,\"status_min\":200")).startsWith("bad_argument: status_code"));
        assertTrue(tools.failure(EXPORT, arguments(",\"limit\":5")).startsWith("bad_argument: "));
    }

    @Test
    void aFileIsReplacedOnlyWhenTold() throws Exception {
        traffic().request("GET", "a.example", "/1").complete();
        JsonObject made = export(",\"output_file\":\"sub/x.har\"");
        byte[] before = Files.readAllBytes(Path.of(text(made, "outputFile")));
        traffic().request("GET", "a.example", "/2").complete();
        assertTrue(tools.failure(EXPORT, arguments(",\"output_file\":\"sub/x.har\"")).startsWith("file_exists: "));
        assertArrayEquals(before, Files.readAllBytes(Path.of(text(made, "outputFile"))));
        assertEquals("/1 /2", urls(export(",\"output_file\":\"sub/x.har\",\"overwrite\":true")));
        assertEquals(List.of("sub/x.har"), files());
        if (Files.getFileStore(home).supportsFileAttributeView("posix")) {
            assertEquals("[OWNER_READ, OWNER_WRITE]", new java.util.TreeSet<>(Files.getPosixFilePermissions(home.resolve("files/sub/x.har"))).toString());
        }
    }

    @Test
    void filesLieOnlyWhereToolsMayWrite() throws Exception {
        traffic().request("GET", "a.example", "/1").complete();
        for (String name : List.of("../sessions/x.har", "../ca/x.har", "/nowhere/x.har", home + "/sessions/" + session + "/manifest.json", "..")) {
            assertTrue(tools.failure(EXPORT, arguments(",\"overwrite\":true,\"output_file\":\"" + name + "\"")).startsWith("path_not_allowed: "), name);
        }
        String refused = tools.failure(CallOrigin.HTTP_WITHOUT_TOKEN, EXPORT, arguments(",\"output_file\":\"x.har\""));
        assertTrue(refused.startsWith("forbidden: "), refused);
        assertEquals(List.of(), files());
    }

    @Test
    void aNameThatEndsWithGzIsPacked() throws Exception {
        traffic().request("GET", "a.example", "/1").responseBody("text/plain", "x".repeat(100_000)).complete();
        JsonObject result = export(",\"output_file\":\"x.har.GZ\"");
        assertEquals("/1", urls(result));
        assertTrue(number(result, "bytes") < 10_000, Json.text(result));
        assertEquals(Files.size(home.resolve("files/x.har.GZ")), number(result, "bytes"));
    }

    @Test
    void bodiesCanBeLeftOutAndWhatIsMissingIsToldOf() throws Exception {
        traffic().request("GET", "a.example", "/1").responseHeader("Content-Encoding", "dcz").responseBody("text/plain", "secret").complete();
        traffic().request("GET", "a.example", "/2").open();
        JsonObject with = export("");
        assertEquals("[{\"kind\":\"undecoded\",\"count\":1,\"seqs\":[1],\"detail\":\"content coding dcz is not decoded: no decoder for this coding\"},"
                + "{\"kind\":\"in_flight\",\"count\":1,\"seqs\":[2],\"detail\":\"the exchange has not ended\"}]", Json.text(at(with, "warnings")));
        assertEquals("in_flight", text(file(with).entry(1), "_exchange.state"));
        JsonObject without = export(",\"include_bodies\":false");
        assertFalse(((JsonObject) at(file(without).entry(0), "response.content")).has("text"));
        assertEquals("bodies were left out", text(file(without).entry(0), "response.content.comment"));
    }

    @Test
    void anUnknownSessionIsAnErrorAndLeavesNoFile() throws Exception {
        assertTrue(tools.failure(EXPORT, "{\"session_id\":\"20260131235959_0a1b2c3d\"}").startsWith("unknown_session: "));
        assertTrue(tools.failure(EXPORT, "{\"session_id\":\"../x\"}").startsWith("bad_argument: session_id"));
        assertEquals(List.of(), files());
    }

    @Test
    void thereIsNoMostOfEntries() throws Exception {
        for (int i = 1; i <= 10_001; i++) {
            traffic().request("GET", "a.example", "/" + i).complete();
        }
        JsonObject result = export("");
        assertEquals(10_001, number(result, "entries"));
        HarFile har = file(result);
        assertEquals("10001 http://a.example/10001", har.entries() + " " + text(har.entry(10_000), "request.url"));
    }

    /** Is cancelled at a question of its own number. */
    private static final class Impatient implements WorkWatch {
        private int questions;

        Impatient(int questions) {
            this.questions = questions;
        }

        @Override
        public void done(long done, long total) {}

        @Override
        public boolean cancelled() {
            return questions-- == 0;
        }
    }

    @Test
    void whatIsCancelledLeavesNothing() throws Exception {
        traffic().request("GET", "a.example", "/1").responseBody("text/plain", "x".repeat(1 << 20)).complete();
        traffic().request("GET", "a.example", "/2").responseBody("image/png", "x".repeat(1 << 20)).complete();
        FileAccess access = new FileAccess(home, folder.resolve("cwd"), folder.resolve("user"), List.of());
        tools.call("proxy_session_stop", "{}");
        SessionId id = SessionId.parse(session).orElseThrow();
        for (int questions : List.of(0, 1, 5, 20, 50)) {
            FileAccess.Content content = out -> HarExport.write(tools.catalog.open(id), SessionQuery.ALL, true, out, new Impatient(questions));
            assertThrows(CancellationException.class, () -> access.write(CallOrigin.STDIO, "output_file", "x.har", content, false), "at " + questions);
            assertThrows(CancellationException.class, () -> access.writeNew("output_file", "har", "x", ".har", content), "at " + questions);
        }
        assertEquals(List.of(), files());
    }

    /** A number is only taken at the end, when the file is whole: those that are taken by then are passed over. */
    @Test
    void filesThatAppearMeanwhileAreLeftAlone() throws Exception {
        FileAccess access = new FileAccess(home, folder.resolve("cwd"), folder.resolve("user"), List.of());
        Path made = access.writeNew("output_file", "har", "x", ".har", out -> {
            Files.writeString(home.resolve("files/har/x-1.har"), "another's");
            Files.createDirectory(home.resolve("files/har/x-2.har"));
            out.write('o');
        });
        assertEquals("x-3.har o another's", made.getFileName() + " " + Files.readString(made) + " "
                + Files.readString(home.resolve("files/har/x-1.har")));
    }
}
