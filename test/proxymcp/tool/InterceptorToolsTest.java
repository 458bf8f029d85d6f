package proxymcp.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.Programs;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonException;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.CallOrigin;
import proxymcp.mcp.Resource;
import proxymcp.mcp.ResourceContents;
import proxymcp.mcp.ResourceTemplate;

/** The tools and resources for browsers and programs, with a real browser and real programs. */
@Timeout(180)
final class InterceptorToolsTest {
    @TempDir
    Path folder;
    private ButtonSite site;
    private Tools tools;

    @BeforeEach
    void open() throws Exception {
        site = new ButtonSite(folder);
        tools = site.tools;
    }

    @AfterEach
    void close() throws Exception {
        site.close();
    }

    private static JsonValue parsed(ResourceContents contents) throws JsonException {
        return Json.parse(((ResourceContents.Text) contents).text());
    }

    private JsonValue read(String uri) throws Exception {
        for (Resource resource : tools.toolbox.resources()) {
            if (resource.uri().equals(uri)) {
                return parsed(resource.reader().read(CallContext.detached(CallOrigin.STDIO)));
            }
        }
        throw new AssertionError("no resource " + uri);
    }

    private ResourceTemplate template() {
        return tools.toolbox.templates().stream().filter(template -> template.name().equals("proxy_chrome_cdp")).findFirst().orElseThrow();
    }

    private JsonObject cdp(String targetId) throws Exception {
        return (JsonObject) parsed(template().family().read(Map.of("target_id", targetId), CallContext.detached(CallOrigin.STDIO)).orElseThrow());
    }

    /** What a program printed, once it has ended. */
    private JsonObject ended(String targetId, String more) throws InterruptedException {
        while (true) {
            JsonObject status = tools.call("interceptor_status", "{\"interceptor_id\":\"terminal\",\"target_id\":\"" + targetId + "\"" + more + "}");
            JsonObject output = status.object("output").orElseThrow();
            if (Json.text(output).split("\"ended\":true", -1).length == 3 && Tools.at(status, "activeTargets.0.details.exited").toString().equals("true")) {
                return status;
            }
            Thread.sleep(10);
        }
    }

    @Test void aProgramIsCapturedAndItsOutputIsReadByCursor() throws Exception {
        String curl = Programs.require("curl").toString();
        site.startProxy();
        JsonObject spawned = tools.call("interceptor_spawn", "{\"command\":\"" + curl + "\",\"args\":[\"-sS\",\"" + site.url("/clicked") + "\"]}");
        String id = Tools.text(spawned, "targetId");
        assertEquals("proc_" + Tools.number(spawned, "details.pid"), id);
        assertTrue(Tools.text(spawned, "details.proxyUrl").startsWith("http://127.0.0.1:"));
        assertEquals(Tools.text(tools.call("proxy_get_ca_cert", "{}"), "certFile"), Tools.text(spawned, "details.certPath"));
        assertEquals(Optional.of(id), site.captured("/clicked"));
        JsonObject status = ended(id, "");
        assertEquals("{\"text\":\"clicked\",\"nextCursor\":7,\"lostBytes\":0,\"ended\":true}", Json.text(Tools.at(status, "output.stdout")));
        assertEquals("", Tools.text(status, "output.stderr.text"));
        status = ended(id, ",\"stdout_cursor\":4"); // What was printed has come whole by now, and so have the tails.
        assertEquals("ked", Tools.text(status, "output.stdout.text"));
        assertEquals("0 clicked", Tools.number(status, "activeTargets.0.details.exitCode") + " " + Tools.text(status, "activeTargets.0.details.stdoutTail"));

        JsonObject alone = tools.call("interceptor_status", "{\"target_id\":\"" + id + "\"}");
        assertEquals("terminal " + id + " clicked", Tools.text(alone, "id") + " " + Tools.text(alone, "activeTargets.0.id") + " "
                + Tools.text(alone, "output.stdout.text"));
        assertTrue(tools.failure("interceptor_status", "{\"target_id\":\"proc_1\"}").startsWith("unknown_target: There is no target proc_1"));
        assertTrue(tools.failure("interceptor_status", "{}").startsWith("bad_argument: interceptor_id: "));

        JsonObject list = tools.call("interceptor_list", "{}");
        assertEquals("chrome terminal 1", Tools.text(list, "interceptors.0.id") + " " + Tools.text(list, "interceptors.1.id") + " "
                + Tools.number(list, "totalActive"));
        assertEquals(id, Tools.text(list, "interceptors.1.activeTargets.0.id"));
        assertEquals("{\"stdout\":\"clicked\",\"stderr\":\"\",\"exitCode\":0}",
                Json.text(Tools.at(tools.call("interceptor_kill", "{\"target_id\":\"" + id + "\"}"), "output")));
        assertTrue(tools.failure("interceptor_kill", "{\"target_id\":\"" + id + "\"}").startsWith("unknown_target: "));
        assertTrue(tools.failure("interceptor_status", "{\"interceptor_id\":\"terminal\",\"target_id\":\"" + id + "\"}").startsWith("unknown_target: "));
    }

    @Test void muchOutputAndManyProgramsFitTheResult() throws Exception {
        site.startProxy();
        JsonObject spawned = tools.call("interceptor_spawn", "{\"command\":\"sh\",\"args\":[\"-c\",\"yes '\\t\\\"' | head -c 20000\"]}");
        String id = Tools.text(spawned, "targetId");
        for (int i = 0; i < 5; i++) {
            tools.call("interceptor_spawn", "{\"command\":\"sh\",\"args\":[\"-c\",\"yes | head -c 5000\"]}");
        }
        while (tools.interceptors.process(id).isAlive()) {
            Thread.sleep(10);
        }
        StringBuilder all = new StringBuilder();
        for (long cursor = 0; cursor < 20_000;) {
            JsonObject status = tools.call("interceptor_status", "{\"interceptor_id\":\"terminal\",\"target_id\":\"" + id + "\",\"max_chars\":3000,"
                    + "\"stdout_cursor\":" + cursor + "}");
            assertTrue(Json.text(status).length() <= 3_000, Json.text(status).length() + " characters");
            all.append(Tools.text(status, "output.stdout.text"));
            cursor = Tools.number(status, "output.stdout.nextCursor");
        }
        assertEquals("\t\"\n".repeat(6_667).substring(0, 20_000), all.toString());

        int seen = 0;
        Optional<Long> next = Optional.of(0L);
        while (next.isPresent()) {
            JsonObject page = tools.call("interceptor_list", "{\"max_chars\":4000,\"offset\":" + next.get() + "}");
            assertTrue(Json.text(page).length() <= 4_000, Json.text(page).length() + " characters");
            assertEquals(6, Tools.number(page, "totalActive"));
            seen += page.array("interceptors").orElseThrow().values().stream().mapToInt(one -> ((JsonObject) one).array("activeTargets").orElseThrow()
                    .size()).sum();
            assertEquals(page.has("nextOffset") ? "false" : "true", Tools.at(page, "complete").toString());
            next = page.has("nextOffset") ? Optional.of(Tools.number(page, "nextOffset")) : Optional.empty();
        }
        assertEquals(6, seen);
        assertEquals("6 targets have ended", Tools.text(tools.call("interceptor_deactivate_all", "{}"), "message"));
        assertEquals(0, Tools.number(tools.call("interceptor_list", "{}"), "totalActive"));
    }

    @Test void variablesAreForAShellOfTheCallers() throws Exception {
        String curl = Programs.require("curl").toString();
        site.startProxy();
        JsonObject prepared = tools.call("interceptor_spawn", "{\"env_form\":\"bash\"}");
        String id = Tools.text(prepared, "targetId");
        Path script = Files.writeString(folder.resolve("script"), Tools.text(prepared, "environment") + curl + " -sS " + site.url("/clicked") + "\n");
        Process shell = new ProcessBuilder("sh", script.toString()).redirectErrorStream(true).start();
        assertEquals("clicked", new String(shell.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8));
        assertEquals(Optional.of(id), site.captured("/clicked"));
        assertEquals("null", Json.text(Tools.at(tools.call("interceptor_kill", "{\"target_id\":\"" + id + "\"}"), "output")));
        assertTrue(tools.failure("interceptor_spawn", "{\"env_form\":\"fish\",\"command\":\"ls\"}").startsWith("bad_argument: command: "));
        assertTrue(tools.failure("interceptor_spawn", "{}").startsWith("bad_argument: command: "));
    }

    @Test void whatCannotBeStartedSaysWhy() {
        for (String call : List.of("interceptor_spawn {\"command\":\"ls\"}", "interceptor_spawn {\"env_form\":\"json\"}",
                "interceptor_chrome_launch {\"executable\":\"/bin/true\",\"headless\":true}")) {
            String[] parts = call.split(" ", 2);
            assertTrue(tools.failure(CallOrigin.HTTP_WITHOUT_TOKEN, parts[0], parts[1]).startsWith("forbidden: "), call);
            assertEquals("proxy_not_running: The proxy does not run, so nothing could be captured | call proxy_start first",
                    tools.failure(parts[0], parts[1]));
        }
        site.startProxy();
        assertTrue(tools.failure("interceptor_spawn", "{\"command\":\"no-such-program\"}").startsWith("command_not_found: "));
        assertTrue(tools.failure("interceptor_spawn", "{\"command\":\"ls\",\"cwd\":\"/no/such\"}").startsWith("bad_argument: cwd: "));
        assertTrue(tools.failure("interceptor_status", "{\"interceptor_id\":\"docker\"}").startsWith("unknown_interceptor: "));
        assertTrue(tools.failure("interceptor_chrome_close", "{\"target_id\":\"chrome_1\"}").startsWith("unknown_target: "));
        assertTrue(tools.failure("interceptor_chrome_cdp_info", "{\"target_id\":\"chrome_1\"}").startsWith("unknown_target: "));
        String launch = "interceptor_chrome_launch";
        assertTrue(tools.failure(launch, "{\"executable\":\"/no/such\",\"headless\":true}").startsWith("browser_not_found: executable: /no/such "));
        assertTrue(tools.failure(launch, "{\"executable\":\"/bin/false\",\"headless\":true}").startsWith("launch_failed: "));
        for (String size : List.of("1280", "0x5", "99999x1", "axb")) {
            assertTrue(tools.failure(launch, "{\"window_size\":\"" + size + "\"}").contains("window_size: expected WIDTHxHEIGHT"), size);
        }
        String profiles = folder.resolve("home").resolve("profiles").resolve("x").toString();
        for (String outside : List.of("/etc/profile-of-mine", profiles)) {
            assertTrue(tools.failure(launch, "{\"user_data_dir\":\"" + outside + "\"}").startsWith("path_not_allowed: "), outside);
        }
        assertEquals(0, Tools.number(tools.call("interceptor_list", "{}"), "totalActive"));
    }

    @Test void aBrowserIsLaunchedLookedAtAndClosed() throws Exception {
        Programs.require("chromium");
        site.startProxy();
        JsonObject launched = tools.call("interceptor_chrome_launch", "{\"browser\":\"chromium\",\"headless\":true,\"incognito\":true,\"window_size\":\"800x600\","
                + "\"user_data_dir\":\"kept\",\"args\":[\"--lang=de\"],\"url\":\"" + site.url("/") + "\"}");
        String id = Tools.text(launched, "targetId");
        assertEquals(Optional.of(id), site.captured("/"));
        JsonObject info = tools.call("interceptor_chrome_cdp_info", "{\"target_id\":\"" + id + "\",\"timeout_ms\":60000}");
        assertEquals(Tools.text(launched, "details.cdpHttpUrl"), Tools.text(info, "cdp.httpUrl"));
        assertEquals(Tools.text(launched, "details.browserWebSocketDebuggerUrl"), Tools.text(info, "cdp.browserWebSocketDebuggerUrl"));
        assertTrue(ButtonSite.pages(info).contains(site.url("/")), Json.text(info));
        assertEquals("yes", Tools.text(tools.call("proxy_chrome_attach_info", "{\"client\":\"raw\",\"timeout_ms\":60000}"), "proxied"));
        assertEquals("null", Json.text(Tools.at(tools.call("interceptor_chrome_cdp_info", "{\"target_id\":\"" + id + "\",\"include_targets\":false,"
                + "\"timeout_ms\":60000}"), "targets")));
        assertTrue(tools.failure("interceptor_kill", "{\"target_id\":\"" + id + "\"}").contains("interceptor_chrome_close"));
        assertEquals(id + " is closed", Tools.text(tools.call("interceptor_chrome_close", "{\"target_id\":\"" + id + "\"}"), "message"));
        assertFalse(ProcessHandle.of(Tools.number(launched, "details.pid")).isPresent());
        assertTrue(Files.isDirectory(folder.resolve("home/files/kept")));
    }

    @Test void resourcesShowTheBrowsersThatLive() throws Exception {
        Programs.require("chromium");
        assertEquals("{\"proxy\":{\"running\":false,\"port\":null,\"certFingerprint\":null},\"chrome\":{\"error\":\"No browser is active\",\"primary\":null}}",
                Json.text(read("proxy://chrome/primary")));
        site.startProxy();
        String first = Tools.text(site.launch("/one"), "targetId");
        JsonObject launched = site.launch("/two");
        String second = Tools.text(launched, "targetId");
        JsonObject primary = (JsonObject) read("proxy://chrome/primary");
        assertEquals(second, Tools.text(primary, "chrome.primaryTargetId"));
        assertEquals(Json.text(Tools.at(launched, "details")), Json.text(Tools.at(primary, "chrome.target.details")));
        assertTrue(Tools.text(primary, "chrome.cdp.version.Browser").contains("Chrome/"));
        assertTrue(Json.text(Tools.at(primary, "chrome.cdpTargets")).contains(site.url("/two")));
        assertEquals("true", Tools.at(primary, "proxy.running").toString());
        JsonObject targets = (JsonObject) read("proxy://chrome/targets");
        assertEquals("chrome Chrome 2", Tools.text(targets, "chrome.interceptorId") + " " + Tools.text(targets, "chrome.interceptorName") + " "
                + Tools.number(targets, "chrome.activeCount"));
        assertEquals(first, Tools.text(targets, "chrome.targets.0.target.id"));
        assertEquals(List.of(second, first), template().family().complete("target_id", "chrome_", Map.of()));
        assertEquals(first, Tools.text(cdp(first), "chrome.target.id"));
        assertTrue(Tools.text(cdp("chrome_1"), "chrome.error").contains("chrome_1"));
        JsonArray all = (JsonArray) read("proxy://interceptors");
        assertEquals(2, ((JsonObject) all.values().get(0)).array("activeTargets").orElseThrow().size());
        tools.call("interceptor_chrome_close", "{\"target_id\":\"" + second + "\"}");
        assertEquals(first, Tools.text((JsonObject) read("proxy://chrome/primary"), "chrome.primaryTargetId"));
        assertEquals(List.of(first), template().family().complete("target_id", "", Map.of()));
    }
}
