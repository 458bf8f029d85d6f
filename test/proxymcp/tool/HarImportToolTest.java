package proxymcp.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.Programs;
import proxymcp.json.Json;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.mcp.CallOrigin;

/** proxy_import_har as a caller sees it: arguments, files, results, refusals. */
@Timeout(60)
final class HarImportToolTest {
    @TempDir
    Path folder;

    private Tools tools;
    private Path home;

    @BeforeEach
    void begin() throws Exception {
        home = folder.resolve("home");
        Files.createDirectories(folder.resolve("cwd"));
        tools = new Tools(home);
    }

    @AfterEach
    void close() {
        tools.close();
    }

    private static Path fixture(String name) {
        return Programs.fixtures().resolve("har/import").resolve(name);
    }

    private static String arguments(Path file, String more) {
        return "{\"har_file\":" + Json.text(new JsonString(file.toString())) + more + "}";
    }

    private JsonObject imported(String name) {
        return tools.call("proxy_import_har", arguments(fixture(name), ""));
    }

    @Test
    void aFileBecomesASessionThatHasEnded() {
        JsonObject result = imported("chrome.har");
        assertEquals("har-import-chrome full stopped clean 6 1024".replace("1024", "64"), Tools.text(result, "session.name") + " "
                + Tools.text(result, "session.captureProfile") + " " + Tools.text(result, "session.status") + " "
                + Tools.text(result, "session.recoveryState") + " " + Tools.number(result, "session.exchangeCount") + " "
                + Tools.number(result, "session.maxDiskMb"));
        assertEquals("{\"sourceFile\":" + Json.text(new JsonString(fixture("chrome.har").toString()))
                + ",\"exporter\":{\"name\":\"WebInspector\",\"version\":\"537.36\",\"kind\":\"chrome\"},\"totalEntries\":6,\"importedEntries\":6,"
                + "\"skippedEntries\":0,\"errorCount\":0,\"firstTimestamp\":1740830400250,\"lastTimestamp\":1740830405000,\"warningsTotal\":3,"
                + "\"warningCounts\":{\"http_version\":1,\"body_missing\":1,\"sanitized\":1},\"warnings\":["
                + "{\"entry\":3,\"kind\":\"http_version\",\"message\":\"httpVersion is \\\"\\\"; HTTP/1.1 was assumed\"},"
                + "{\"entry\":4,\"kind\":\"body_missing\",\"message\":\"the response body of 8 octets is not in the file\"},"
                + "{\"kind\":\"sanitized\",\"message\":\"no entry has a Cookie, Set-Cookie or Authorization field: Chrome leaves them out unless the HAR is "
                + "exported with sensitive data\"}]}", Json.text(Tools.at(result, "importSummary")));
        assertEquals("true", Tools.at(result, "complete").toString());
        assertEquals(fixture("chrome.har").toString(), Tools.text(result, "session.settings.importedFrom"));
    }

    @Test
    void aBodyThatIsHeldDecodedIsShownAndFound() {
        String id = Tools.text(imported("bodies.har"), "session.id");
        JsonObject shown = tools.call("proxy_get_session_exchange", "{\"session_id\":\"" + id + "\",\"seq\":2,\"body\":\"response\"}");
        assertEquals("plain text", Tools.text(shown, "responseBody.text"));
        assertEquals("true", Tools.at(shown, "responseBody.complete").toString());
        JsonObject decoded = tools.call("proxy_get_session_exchange", "{\"session_id\":\"" + id + "\",\"seq\":3,\"body\":\"response\"}");
        assertEquals("hello", Tools.text(decoded, "responseBody.text"));
        for (String text : new String[] {"plain text", "hello"}) {
            JsonObject found = tools.call("proxy_search_session_bodies", "{\"session_id\":\"" + id + "\",\"text\":\"" + text + "\"}");
            assertEquals("1 0", Tools.number(found, "totalMatches") + " " + Tools.number(found, "undecodable"), text);
        }
        assertEquals(8, Tools.number(tools.call("proxy_query_session", "{\"session_id\":\"" + id + "\",\"source\":\"har\"}"), "total"));
    }

    @Test
    void theSessionIsNamedAsTheCallerSaysOrAfterTheFile() throws Exception {
        assertEquals("mine", Tools.text(tools.call("proxy_import_har", arguments(fixture("bom.har"), ",\"session_name\":\"mine\"")), "session.name"));
        for (String name : new String[] {"a.b.har", "a.b.HAR.gz", "a.b.json", "a.b.harp"}) {
            Path file = Files.copy(fixture("bom.har"), folder.resolve(name));
            assertEquals("har-import-a.b", Tools.text(tools.call("proxy_import_har", arguments(file, "")), "session.name"), name);
        }
        Path longName = Files.copy(fixture("bom.har"), folder.resolve("n".repeat(240) + ".har"));
        assertEquals(200, Tools.text(tools.call("proxy_import_har", arguments(longName, "")), "session.name").length());
    }

    @Test
    void filesAreReadWhereTheCallerMayRead() throws Exception {
        Files.copy(fixture("bom.har"), folder.resolve("cwd/in.har"));
        Files.copy(fixture("bom.har"), folder.resolve("outside.har"));
        assertEquals(1, Tools.number(tools.call(CallOrigin.HTTP_WITH_TOKEN, "proxy_import_har", "{\"har_file\":\"in.har\"}"), "session.exchangeCount"));
        Files.createSymbolicLink(folder.resolve("cwd/link.har"), folder.resolve("outside.har"));
        for (String name : new String[] {"link.har", "../outside.har", folder.resolve("outside.har").toString()}) {
            assertTrue(tools.failure(CallOrigin.HTTP_WITH_TOKEN, "proxy_import_har", "{\"har_file\":\"" + name + "\"}").startsWith("path_not_allowed: har_file"),
                    name);
        }
        assertTrue(tools.failure(CallOrigin.HTTP_WITHOUT_TOKEN, "proxy_import_har", "{\"har_file\":\"in.har\"}").startsWith("forbidden: har_file"));
        assertEquals("file_not_found: har_file: no.har does not exist", tools.failure("proxy_import_har", "{\"har_file\":\"no.har\"}"));
        assertEquals("file_error: har_file: . is not a file that can be read", tools.failure("proxy_import_har", "{\"har_file\":\".\"}"));
    }

    @Test
    void refusalsSayWhyAndLeaveNoSession() throws Exception {
        assertEquals("bad_entry: har_file: entry 1: status is a number in quotes | without strict the entry is skipped or repaired, with a warning",
                tools.failure("proxy_import_har", arguments(fixture("odd-values.har"), ",\"strict\":true")));
        byte[] text = Files.readAllBytes(fixture("bom.har"));
        Path cut = Files.write(folder.resolve("cut.har"), Arrays.copyOf(text, text.length - 4));
        assertEquals("bad_json: har_file: the file is not valid JSON: expected ',' or ']', got the end of the text at line 1, column " + (text.length - 4 - 3 + 1),
                tools.failure("proxy_import_har", arguments(cut, "")));
        Path none = Files.writeString(folder.resolve("none.har"), "{\"method\":\"GET\"}");
        assertEquals("not_har: har_file: the file is no HAR: it has no object \"log\"", tools.failure("proxy_import_har", arguments(none, "")));
        assertTrue(tools.failure("proxy_import_har", arguments(fixture("bom.har"), ",\"storage_dir\":\"x\"")).startsWith("bad_argument: storage_dir"));
        assertTrue(tools.failure("proxy_import_har", "{}").startsWith("bad_argument: har_file"));
        assertEquals(0, Tools.number(tools.call("proxy_list_sessions", "{}"), "total"));
    }

    @Test
    void warningsStayWithinTheBudgetAndAreCounted() throws Exception {
        Path bad = Files.writeString(folder.resolve("bad.har"), "{\"log\":{\"entries\":[" + "1,".repeat(149) + "2]}}");
        JsonObject all = tools.call("proxy_import_har", arguments(bad, ""));
        assertEquals("150 false warnings holds the first 100 of 150; warningCounts counts all", Tools.number(all, "importSummary.warningCounts.not_an_entry")
                + " " + Tools.at(all, "complete") + " " + Tools.text(all, "reason"));
        JsonObject few = tools.call("proxy_import_har", arguments(bad, ",\"max_chars\":2000"));
        assertTrue(Json.text(few).length() < 3_500, Json.text(few));
        assertEquals(150, Tools.number(few, "importSummary.warningsTotal"));
    }

    @Test
    void aSessionThatIsRecordedGoesOn() {
        tools.call("proxy_start", "{\"persistence_enabled\":true}");
        String recorded = Tools.text(tools.call("proxy_session_status", "{}"), "sessionId");
        String id = Tools.text(imported("chrome.har"), "session.id");
        assertEquals(recorded, Tools.text(tools.call("proxy_session_status", "{}"), "sessionId"));
        assertEquals("true", Tools.at(tools.call("proxy_session_verify_integrity", "{\"session_id\":\"" + id + "\",\"level\":\"deep\"}"), "ok").toString());
        tools.call("proxy_stop", "{}");
    }

    @Test
    void whatWasExportedComesBack() throws Exception {
        String id = Tools.text(imported("chrome.har"), "session.id");
        String file = Tools.text(tools.call("proxy_export_har", "{\"session_id\":\"" + id + "\",\"output_file\":\"out.har.gz\"}"), "outputFile");
        JsonObject again = tools.call("proxy_import_har", arguments(Path.of(file), ""));
        assertEquals("har-import-out proxy-mcp 6 0", Tools.text(again, "session.name") + " " + Tools.text(again, "importSummary.exporter.kind") + " "
                + Tools.number(again, "importSummary.importedEntries") + " " + Tools.number(again, "importSummary.warningsTotal"));
        String query = "\",\"sort\":\"asc\",\"fields\":[\"seq\",\"exchangeId\",\"url\",\"statusCode\",\"source\"]}";
        assertEquals(Tools.at(tools.call("proxy_query_session", "{\"session_id\":\"" + id + query), "items"),
                Tools.at(tools.call("proxy_query_session", "{\"session_id\":\"" + Tools.text(again, "session.id") + query), "items"));
        assertEquals(1, Tools.number(tools.call("proxy_query_session", "{\"session_id\":\"" + id + "\",\"url_contains\":\"b?q=\u00e4#TOP\"}"), "total"));
    }

    @Test
    void theIndexIsMadeAnewFromTheLogWithTheSameUrls() {
        String id = Tools.text(imported("chrome.har"), "session.id");
        String query = "{\"session_id\":\"" + id + "\",\"sort\":\"asc\"}";
        String before = Json.text(Tools.at(tools.call("proxy_query_session", query), "items"));
        tools.call("proxy_session_recover", "{\"session_id\":\"" + id + "\"}");
        assertEquals(before, Json.text(Tools.at(tools.call("proxy_query_session", query), "items")));
        assertTrue(before.contains("https://Shop.Example/a b?q=\u00e4#top"), new String(before.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8));
    }
}
