package proxymcp.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.Programs;
import proxymcp.json.Json;
import proxymcp.json.JsonObject;

/**
 * Attaching to browsers: the programs that the tool prints are run as they are printed, and once with a click in the place that they leave for
 * steps; what they do is captured.
 */
@Timeout(180)
final class AttachToolTest {
    private static final String STEPS = "// Your steps here.";
    private static final String PATIENT = ",\"timeout_ms\":60000";

    @TempDir
    Path folder;
    private ButtonSite site;
    private final List<Process> started = new ArrayList<>();

    @BeforeEach
    void open() throws Exception {
        site = new ButtonSite(folder);
    }

    @AfterEach
    void close() throws Exception {
        for (Process process : started) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
        site.close();
    }

    private JsonObject attach(String arguments) {
        return site.tools.call("proxy_chrome_attach_info", arguments);
    }

    private static String program(JsonObject info, String client) {
        return info.object("snippets").orElseThrow().string(client).orElseThrow(() -> new AssertionError(Json.text(info)));
    }

    /** Runs a program to its end; what it printed. */
    private String run(List<String> command, Path in) throws Exception {
        Process process = new ProcessBuilder(command).directory(in.toFile()).redirectErrorStream(true).start();
        started.add(process);
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
        return said;
    }

    private String node(String program) throws Exception {
        Path modules = Programs.requireMcpClients().toAbsolutePath().resolve("node_modules");
        Path link = folder.resolve("node_modules");
        if (!Files.exists(link)) {
            Files.createSymbolicLink(link, modules);
        }
        Path file = Files.writeString(folder.resolve("attach.mjs"), program);
        return run(List.of(Programs.require("node").toString(), file.toString()), folder);
    }

    private void requirePlaywright() {
        Programs.require("chromium");
        Programs.require("node");
        Assumptions.assumeTrue(Files.isDirectory(Programs.requireMcpClients().resolve("node_modules/playwright-core")),
                "playwright-core is not installed: .ci/run does it");
    }

    @Test void thePrintedPlaywrightProgramAttachesAndItsClickIsCaptured() throws Exception {
        requirePlaywright();
        site.startProxy();
        String id = Tools.text(site.launch("/"), "targetId");
        JsonObject info = attach("{\"client\":\"playwright-js\"" + PATIENT + "}");
        String program = program(info, "playwright-js");
        assertEquals(site.url("/") + " " + ButtonSite.TITLE + "\n", node(program));

        assertTrue(program.contains(STEPS), program);
        String clicking = program.replace(STEPS, "await page.click('#go'); await page.getByText('clicked').waitFor();");
        assertEquals(site.url("/") + " " + ButtonSite.TITLE + "\n", node(clicking));
        assertEquals(Optional.of(id), site.captured("/clicked"));
        // It has detached: the browser goes on, with the page that it had.
        assertEquals(List.of(site.url("/")), ButtonSite.pages(site.tools.call("interceptor_chrome_cdp_info", "{\"target_id\":\"" + id + "\"" + PATIENT + "}")));
    }

    @Test void thePrintedRawProgramSpeaksToTheBrowser() throws Exception {
        Programs.require("chromium");
        site.startProxy();
        site.launch("/");
        Path source = Files.writeString(Files.createDirectory(folder.resolve("raw")).resolve("Attach.java"),
                program(attach("{\"client\":\"raw\"" + PATIENT + "}"), "raw"));
        String said = run(List.of(Programs.java().toString(), source.toString()), source.getParent());
        assertTrue(said.startsWith("{\"id\":1,\"result\":{\"targetInfos\":[") && said.contains("\"url\":\"" + site.url("/") + "\""), said);
    }

    @Test void theNewestBrowserIsAttachedToAndItsTrafficIsProvedToBeCaptured() throws Exception {
        Programs.require("chromium");
        site.startProxy();
        String first = Tools.text(site.launch("/first"), "targetId");
        JsonObject second = site.launch("/second");
        JsonObject info = attach("{" + PATIENT.substring(1) + "}");
        String httpUrl = "http://127.0.0.1:" + Tools.number(second, "details.port");
        assertEquals(Tools.text(second, "targetId"), Tools.text(info, "target_id"));
        assertEquals("launched", Tools.text(info, "source"));
        assertEquals(Json.text(site.tools.call("proxy_status", "{}").get("port").orElseThrow()), Json.text(Tools.at(info, "proxy.port")));
        assertEquals(httpUrl, Tools.text(info, "cdp.httpUrl"));
        assertEquals(httpUrl + "/json/version", Tools.text(info, "cdp.versionUrl"));
        assertEquals(httpUrl + "/json/list", Tools.text(info, "cdp.targetsUrl"));
        String wsUrl = Tools.text(second, "details.browserWebSocketDebuggerUrl");
        assertEquals(wsUrl, Tools.text(info, "cdp.version.webSocketDebuggerUrl"));
        assertEquals("{\"httpUrl\":\"" + httpUrl + "\",\"wsUrl\":\"" + wsUrl + "\",\"preferred\":\"httpUrl\"}", Json.text(Tools.at(info, "attach")));
        assertEquals("yes", Tools.text(info, "proxied"), Json.text(info));
        String how = Tools.text(info, "proxiedHow");
        assertTrue(how.contains(".proxy-mcp.invalid/ was answered by the proxy, on its port 127.0.0.1:" + Tools.number(second, "details.proxyPort")
                + ", which is " + Tools.text(second, "targetId") + "'s"), how);
        assertEquals(List.of(site.url("/second")), ButtonSite.pages(info));
        assertEquals(6, info.object("snippets").orElseThrow().members().size());
        info.object("snippets").orElseThrow().members().forEach(program -> {
            String text = program.value().toString();
            assertTrue(text.contains("127.0.0.1:" + Tools.number(second, "details.port")) && !text.contains("localhost") && !text.contains("{httpUrl}")
                    && !text.contains("{wsUrl}") && !text.contains("{authority}"), text);
        });
        assertEquals(first, Tools.text(attach("{\"target_id\":\"" + first + "\"" + PATIENT + "}"), "target_id"));
        assertTrue(site.urls().stream().noneMatch(url -> url.contains("proxy-mcp")), site.urls().toString());
        assertTrue(Json.text(attach("{\"max_chars\":2000" + PATIENT + "}")).length() <= 2_000);
    }

    /** A browser that we did not start. */
    private int foreign(String... more) throws Exception {
        Path profile = folder.resolve("foreign" + started.size());
        List<String> command = new ArrayList<>(List.of(Programs.require("chromium").toString(), "--headless=new", "--no-sandbox", "--no-first-run",
                "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update", "--user-data-dir=" + profile,
                "--remote-debugging-port=0"));
        command.addAll(List.of(more));
        command.add("about:blank");
        Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(folder.resolve("foreign.log").toFile()).start();
        started.add(process);
        Path port = profile.resolve("DevToolsActivePort");
        long until = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        while (!Files.exists(port) || Files.size(port) == 0) {
            assertTrue(process.isAlive() && System.nanoTime() < until, () -> "the browser does not listen");
            Thread.sleep(20);
        }
        return Integer.parseInt(Files.readAllLines(port).get(0));
    }

    @Test void aBrowserThatSomebodyElseStartedIsAttachedToAndWhereItsTrafficGoesIsSaid() throws Exception {
        site.startProxy();
        int direct = foreign();
        JsonObject info = attach("{\"port\":" + direct + PATIENT + "}");
        assertEquals("null external no", Json.text(Tools.at(info, "target_id")) + " " + Tools.text(info, "source") + " " + Tools.text(info, "proxied"));
        assertTrue(Tools.text(info, "proxiedHow").contains("did not load (net::ERR_"), Json.text(info));
        assertEquals("http://127.0.0.1:" + direct, Tools.text(info, "attach.httpUrl"));
        assertEquals(List.of("about:blank"), ButtonSite.pages(attach("{\"port\":" + direct + PATIENT + "}")));
        long proxyPort = Tools.number(site.tools.call("proxy_status", "{}"), "port");
        int proxied = foreign("--proxy-server=127.0.0.1:" + proxyPort);
        for (String host : List.of("localhost", "127.0.0.1")) {
            info = attach("{\"http_url\":\"http://" + host + ":" + proxied + "/\"" + PATIENT + "}");
            assertEquals("yes", Tools.text(info, "proxied"), Json.text(info));
            assertTrue(Tools.text(info, "proxiedHow").endsWith("on its port 127.0.0.1:" + proxyPort), Json.text(info));
            assertEquals("http://127.0.0.1:" + proxied, Tools.text(info, "attach.httpUrl"));
        }
        // It has requests of its own, to its maker.
        assertTrue(site.urls().stream().noneMatch(found -> found.contains("proxy-mcp")), site.urls().toString());
        site.tools.call("proxy_stop", "{}");
        info = attach("{\"port\":" + proxied + PATIENT + "}");
        assertEquals("unknown: the proxy does not run", Tools.text(info, "proxied") + ": " + Tools.text(info, "proxiedHow"));
    }

    /** DevTools that answer for their version and refuse everything else. */
    private static ServerSocket pretending(String address) throws IOException {
        ServerSocket server = new ServerSocket(0, 10, InetAddress.getByName(address));
        Thread.ofVirtual().start(() -> {
            while (!server.isClosed()) {
                try (Socket socket = server.accept()) {
                    byte[] request = new byte[8_192];
                    String head = new String(request, 0, Math.max(0, socket.getInputStream().read(request)), StandardCharsets.US_ASCII);
                    boolean version = head.startsWith("GET /json/version ");
                    String body = "{\"Browser\":\"Pretended/1\",\"webSocketDebuggerUrl\":\"ws://localhost:9/devtools/browser/x\"}";
                    OutputStream out = socket.getOutputStream();
                    out.write(((version ? "HTTP/1.1 200 OK" : "HTTP/1.1 404 Not Found") + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                            .getBytes(StandardCharsets.US_ASCII));
                } catch (IOException e) {
                    continue; // The test has ended.
                }
            }
        });
        return server;
    }

    @Test void theLiteralAddressThatAnswersIsTold() throws Exception {
        site.startProxy();
        try (ServerSocket six = pretending("::1")) {
            String at = "[::1]:" + six.getLocalPort();
            for (String argument : List.of("\"port\":" + six.getLocalPort(), "\"http_url\":\"http://" + at + "\"")) {
                JsonObject info = attach("{" + argument + "}");
                assertEquals("http://" + at + " ws://" + at + "/devtools/browser/x", Tools.text(info, "attach.httpUrl") + " " + Tools.text(info, "attach.wsUrl"));
                assertEquals("unknown", Tools.text(info, "proxied"));
                assertTrue(Tools.text(info, "proxiedHow").startsWith("no page could be opened to find out: "), Json.text(info));
                assertTrue(program(info, "selenium").contains("\"" + at + "\""), program(info, "selenium"));
                assertTrue(Tools.text(info, "targetsError").contains("404"), Json.text(info));
            }
        }
    }

    @Test void noneSilentAndDeadAreThreeErrors() throws Exception {
        String tool = "proxy_chrome_attach_info";
        assertEquals("no_browser: No browser is active | launch one with interceptor_chrome_launch, or give http_url or port of one that was started "
                + "elsewhere", site.tools.failure(tool, "{}"));
        int port;
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getByName("127.0.0.1"))) {
            port = silent.getLocalPort();
            assertTrue(site.tools.failure(tool, "{\"timeout_ms\":200,\"port\":" + port + "}").startsWith("devtools_silent: "));
        }
        assertTrue(site.tools.failure(tool, "{\"port\":" + port + "}").startsWith("devtools_none: No browser's DevTools listen on 127.0.0.1:" + port
                + " nor on [::1]:" + port));
        assertTrue(site.tools.failure(tool, "{\"target_id\":\"chrome_1\"}").startsWith("unknown_target: "));
        for (String bad : List.of("http://example.com:9222", "http://127.0.0.1", "https://127.0.0.1:9222", "http://192.0.2.1:9222", "9222", "%")) {
            assertTrue(site.tools.failure(tool, "{\"http_url\":\"" + bad + "\"}").startsWith("bad_argument: http_url: expected http://"), bad);
        }
        assertTrue(site.tools.failure(tool, "{\"port\":1,\"target_id\":\"chrome_1\"}").startsWith("bad_argument: "));
    }

    @Test void aBrowserThatWasKilledIsDeadAndNoLongerTheNewest() throws Exception {
        Programs.require("chromium");
        site.startProxy();
        JsonObject browser = site.launch("/");
        ProcessHandle process = ProcessHandle.of(Tools.number(browser, "details.pid")).orElseThrow();
        process.destroyForcibly();
        process.onExit().get(60, TimeUnit.SECONDS);
        assertTrue(site.tools.failure("proxy_chrome_attach_info", "{\"target_id\":\"" + Tools.text(browser, "targetId") + "\"}")
                .startsWith("browser_dead: "));
        assertTrue(site.tools.failure("proxy_chrome_attach_info", "{}").startsWith("no_browser: "));
        assertFalse(Json.text(site.tools.call("interceptor_list", "{}")).contains(Tools.text(browser, "targetId")));
    }
}
