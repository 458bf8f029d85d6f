package proxymcp.chrome;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
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
import proxymcp.proxy.CapturingProxy;
import proxymcp.proxy.TestOrigin;

/** Real programs, started by us: their HTTPS is captured, and they trust what they see without being told to. */
@Timeout(120)
final class SpawnTest {
    private static final long LIMIT_MILLIS = 60_000;
    /** Prints what it gets from each URL, as ordinary programs get it; its own proxy it asks as packages do that know of proxies. */
    private static final String NODE = """
            const http = require('http'), https = require('https'), [plain, secure] = process.argv.slice(1);
            const print = response => response.setEncoding('utf8').on('data', text => process.stdout.write(text));
            http.get(plain + '/node-http', print);
            https.get(secure + '/node-https', print);
            https.get(secure + '/node-agent', {agent: new https.Agent({keepAlive: true, maxSockets: 1})}, print);
            """;
    private static final String NODE_FETCH = """
            const [plain, secure] = process.argv.slice(1);
            (async () => {
              for (const url of [plain + '/fetch-http', secure + '/fetch-https']) process.stdout.write(await (await fetch(url)).text());
            })();
            """;
    /** A request that names the proxy, as axios sends it. */
    private static final String NODE_EDGES = """
            const http = require('http'), proxy = new URL(process.env.HTTP_PROXY), [plain] = process.argv.slice(1);
            http.get({host: proxy.hostname, port: proxy.port, path: plain + '/by-itself', headers: {host: new URL(plain).host}}, response => {
              response.setEncoding('utf8').on('data', text => process.stdout.write(text));
            });
            """;
    private static final String PYTHON = "import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1]).read().decode())";
    private static final String PYTHON_REQUESTS = "import sys, requests; print(requests.get(sys.argv[1]).text)";
    private static final String JAVA = """
            public class Get {
                public static void main(String[] args) throws Exception {
                    System.out.write(new java.net.URL(args[0] + "/url").openStream().readAllBytes());
                    System.out.println(java.net.http.HttpClient.newHttpClient().send(
                            java.net.http.HttpRequest.newBuilder(java.net.URI.create(args[0] + "/client")).build(),
                            java.net.http.HttpResponse.BodyHandlers.ofString()).body());
                }
            }
            """;

    @TempDir
    Path folder;
    private Lab lab;

    @BeforeEach
    void start() throws Exception {
        // A home whose path has to be quoted wherever it stands.
        lab = new Lab(folder, "it's a home", Lab.environment());
    }

    @AfterEach
    void stop() throws Exception {
        lab.close();
    }

    private ActiveTarget spawn(String command, String... args) throws Exception {
        return lab.interceptors.spawn(new SpawnOptions(command, List.of(args), Optional.empty(), Map.of()), lab.target());
    }

    private ChildProcess ended(ActiveTarget target) throws Exception {
        ChildProcess process = lab.interceptors.process(target.targetId());
        assertTrue(process.awaitEnd(LIMIT_MILLIS) && process.stdout().awaitEnd(LIMIT_MILLIS) && process.stderr().awaitEnd(LIMIT_MILLIS));
        return process;
    }

    /** Starts a program that is to get {@code paths}, and prints what it got. */
    private void assertGets(List<String> paths, String command, String... args) throws Exception {
        ActiveTarget target = spawn(command, args);
        ChildProcess process = ended(target);
        String out = process.stdout().tail(10_000);
        for (String path : paths) {
            assertTrue(out.contains(Lab.GREETING + path), () -> command + " said " + out + process.stderr().tail(10_000));
            assertEquals(Optional.of(target.targetId()), lab.targetOf(path));
        }
        assertEquals(OptionalInt.of(0), process.exitCode());
        assertEquals("proc_" + process.pid(), target.targetId());
    }

    @Test void curlIsCaptured() throws Exception {
        assertGets(List.of("/curl"), Programs.require("curl").toString(), "-sS", lab.url("/curl"));
    }

    private TestOrigin plainOrigin() throws Exception {
        return TestOrigin.http("127.0.0.1", Lab::answer);
    }

    @Test void nodeIsCaptured() throws Exception {
        String node = Programs.require("node").toString();
        try (TestOrigin plain = plainOrigin()) {
            String http = plain.url("127.0.0.1", "");
            ActiveTarget target = spawn(node, "-e", NODE, http, lab.url(""));
            String out = ended(target).stdout().tail(10_000);
            for (String url : List.of(http + "/node-http", lab.url("/node-https"), lab.url("/node-agent"))) {
                assertTrue(out.contains(Lab.GREETING + url.substring(url.lastIndexOf('/'))), () -> "node said " + out);
                assertEquals(Optional.of(target.targetId()), lab.targetOfUrl(url));
            }
        }
    }

    @Test void fetchOfNodeIsCaptured() throws Exception {
        String node = Programs.require("node").toString();
        try (TestOrigin plain = plainOrigin()) {
            String http = plain.url("127.0.0.1", "");
            ActiveTarget target = spawn(node, "-e", NODE_FETCH, http, lab.url(""));
            ChildProcess process = ended(target);
            assertEquals("", process.stderr().tail(10_000));
            for (String url : List.of(http + "/fetch-http", lab.url("/fetch-https"))) {
                assertEquals(Optional.of(target.targetId()), lab.targetOfUrl(url));
            }
        }
    }

    @Test void nodeSendsToTheProxyOnceAndHeedsNoProxyAndKeepsItsOptions() throws Exception {
        String node = Programs.require("node").toString();
        try (TestOrigin plain = plainOrigin()) {
            String http = plain.url("127.0.0.1", "");
            ActiveTarget target = spawn(node, "-e", NODE_EDGES, http);
            ended(target);
            assertEquals(Optional.of(target.targetId()), lab.targetOfUrl(http + "/by-itself"));
            assertTrue(lab.proxy.exchanges().stream().noneMatch(exchange -> exchange.start().url().startsWith("tunnel:")));
            ActiveTarget shell = spawn("sh", "-c", "NO_PROXY=127.0.0.1 no_proxy=127.0.0.1 node -e \"$0\" \"$1\"",
                    "require('http').get(process.argv[1] + '/direct', r => r.setEncoding('utf8').on('data', t => console.log(t)))", http);
            assertTrue(ended(shell).stdout().tail(1_000).contains(Lab.GREETING + "/direct"), ended(shell).stderr().tail(1_000));
            assertTrue(lab.proxy.exchanges().stream().noneMatch(exchange -> exchange.start().url().endsWith("/direct")));
            ActiveTarget options = lab.interceptors.spawn(new SpawnOptions(node, List.of("-p", "process.title"), Optional.empty(),
                    Map.of("NODE_OPTIONS", "--title=mine")), lab.target());
            assertEquals("mine\n", ended(options).stdout().tail(100));
            assertTrue(options.details().string("note").orElseThrow().contains("http2"));
        }
    }

    @Test void pythonIsCaptured() throws Exception {
        String python = Programs.require("python3").toString();
        assertGets(List.of("/urllib"), python, "-c", PYTHON, lab.url("/urllib"));
        boolean hasRequests = new ProcessBuilder(python, "-c", "import requests").redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor() == 0;
        if (hasRequests) {
            assertGets(List.of("/requests"), python, "-c", PYTHON_REQUESTS, lab.url("/requests"));
        }
    }

    @Test void javaIsCaptured() throws Exception {
        Path source = Files.writeString(folder.resolve("Get.java"), JAVA);
        assertGets(List.of("/url", "/client"), Programs.java().toString(), source.toString(), lab.url(""));
    }

    @Test void gitIsCaptured() throws Exception {
        ActiveTarget target = spawn(Programs.require("git").toString(), "ls-remote", lab.url("/repository"));
        ended(target); // It is no repository: git has asked, that is all.
        assertEquals(Optional.of(target.targetId()), lab.targetOf("/repository/info/refs?service=git-upload-pack"));
    }

    @Test void variablesOfTheCallerAreSetAndOursWin() throws Exception {
        Map<String, String> given = Map.of("MINE", "yes", "HTTPS_PROXY", "http://10.0.0.1:1", "NO_PROXY", "*", "all_proxy", "socks5://10.0.0.1:1", "JAVA_TOOL_OPTIONS", "-Dmine=1");
        Path cwd = Files.createDirectory(folder.resolve("cwd"));
        ActiveTarget target = lab.interceptors.spawn(new SpawnOptions("env", List.of("-0"), Optional.of(cwd), given), lab.target());
        Map<String, String> seen = new HashMap<>();
        for (String line : ended(target).stdout().tail(200_000).split("\0")) {
            seen.put(line.split("=", 2)[0], line.split("=", 2)[1]);
        }
        String url = target.details().string("proxyUrl").orElseThrow();
        assertEquals("yes", seen.get("MINE"));
        assertEquals("", seen.get("NO_PROXY"));
        for (String name : List.of("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "npm_config_proxy", "npm_config_https_proxy")) {
            assertEquals(url, seen.get(name), name);
        }
        for (String name : List.of("SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "AWS_CA_BUNDLE", "DENO_CERT",
                "GIT_SSL_CAINFO", "npm_config_cafile", "PIP_CERT", "BUNDLE_SSL_CA_CERT", "CARGO_HTTP_CAINFO")) {
            assertEquals(lab.proxy.authority().certificateFile().toString(), seen.get(name), name);
        }
        assertTrue(seen.get("JAVA_TOOL_OPTIONS").startsWith("-Dmine=1 -Dhttp.proxyHost=127.0.0.1 "), seen.get("JAVA_TOOL_OPTIONS"));
        assertEquals(lab.proxy.authority().sha256Fingerprint(), seen.get("PROXY_MCP_CERT_FINGERPRINT"));
        assertEquals(cwd.toString(), target.details().string("cwd").orElseThrow());
    }

    @Test void outputIsReadByCursorAndStaysWhenTheProcessHasEnded() throws Exception {
        ActiveTarget target = spawn("sh", "-c", "echo one; echo two >&2; cat; exit 3");
        ChildProcess process = ended(target);
        OutputRing.Slice first = process.stdout().read(0, 4);
        assertEquals(new OutputRing.Slice("one\n", 4, 0, true), first);
        assertEquals("two\n", process.stderr().read(0, 100).text());
        JsonObject details = lab.interceptors.status("terminal").targets().get(0).details();
        assertEquals("{\"exited\":true,\"exitCode\":3,\"stdoutTail\":\"one\\n\",\"stderrTail\":\"two\\n\"}", Json.text(JsonObject.builder()
                .put("exited", details.get("exited").orElseThrow()).put("exitCode", details.get("exitCode").orElseThrow())
                .put("stdoutTail", details.get("stdoutTail").orElseThrow()).put("stderrTail", details.get("stderrTail").orElseThrow()).build()));
        assertEquals(Optional.of(new Killed("one\n", "two\n", OptionalInt.of(3))), lab.interceptors.kill(target.targetId()));
        assertEquals("unknown_target", assertThrows(TargetException.class, () -> lab.interceptors.kill(target.targetId())).code());
        assertEquals(0, lab.proxy.server().openTargets());
    }

    @Test void killingEndsThoseItStartedToo() throws Exception {
        // The inner one does not heed being asked.
        ActiveTarget target = spawn("sh", "-c", "sh -c 'trap \"\" TERM; echo inner $$; while :; do sleep 1; done' & wait");
        ChildProcess process = lab.interceptors.process(target.targetId());
        while (!process.stdout().tail(100).contains("\n")) {
            assertTrue(process.isAlive(), () -> process.stderr().tail(1_000));
            Thread.onSpinWait();
        }
        ProcessHandle inner = ProcessHandle.of(Long.parseLong(process.stdout().tail(100).strip().split(" ")[1])).orElseThrow();
        Killed killed = lab.interceptors.kill(target.targetId()).orElseThrow();
        inner.onExit().get(LIMIT_MILLIS, TimeUnit.MILLISECONDS);
        assertTrue(killed.stdoutTail().startsWith("inner "), killed.stdoutTail());
        assertTrue(killed.exitCode().isPresent());
    }

    /** Starts a program whose children leave it in every way; returns them, and the program. */
    private List<ProcessHandle> startLeavers() throws Exception {
        Assumptions.assumeTrue(Files.isReadable(Path.of("/proc/self/environ")), "the system does not tell variables of processes");
        String bash = Programs.require("bash").toString();
        Programs.require("setsid");
        String script = "setsid sleep 600 & (sleep 600 &); (nohup setsid bash -c 'sleep 600 & echo $!; wait' 2>/dev/null &); sleep 600";
        Set<Long> before = new HashSet<>();
        ProcessHandle.allProcesses().forEach(process -> before.add(process.pid()));
        ActiveTarget target = spawn(bash, "-c", script);
        String marked = TargetProcesses.VARIABLE + "=" + lab.home.toRealPath();
        List<ProcessHandle> found = List.of();
        while (found.size() < 4) { // Those that sleep.
            assertTrue(lab.interceptors.process(target.targetId()).isAlive());
            found = ProcessHandle.allProcesses().filter(process -> !before.contains(process.pid()) && CommandLines.of(process).contains("600")
                    && CommandLines.environment(process).stream().anyMatch(variable -> variable.startsWith(marked))
                    && CommandLines.of(process).get(0).equals("sleep")).toList();
        }
        return found;
    }

    private static void assertOver(List<ProcessHandle> processes) {
        assertEquals(List.of(), processes.stream().filter(TargetProcesses::runs).map(CommandLines::of).toList());
    }

    @Test void killingEndsThoseWhoseParentHasGone() throws Exception {
        List<ProcessHandle> leavers = startLeavers();
        lab.interceptors.kill(lab.interceptors.status("terminal").targets().get(0).targetId());
        assertOver(leavers);
    }

    @Test void deactivatingEndsThoseWhoseParentHasGone() throws Exception {
        List<ProcessHandle> leavers = startLeavers();
        lab.interceptors.deactivateAll();
        assertOver(leavers);
    }

    @Test void theEndOfTheServerEndsThoseWhoseParentHasGone() throws Exception {
        List<ProcessHandle> leavers = startLeavers();
        lab.interceptors.close();
        assertOver(leavers);
        assertEquals(List.of(), lab.left());
    }

    @Test void whatCannotBeStartedIsRefusedAndLeavesNothing() throws Exception {
        Path text = Files.writeString(folder.resolve("text"), "no program");
        assertRefused("command_not_found", "no-such-program", List.of(), Optional.empty(), Map.of());
        assertRefused("command_not_found", "/no/such/program", List.of(), Optional.empty(), Map.of());
        assertRefused("command_not_found", "sh", List.of(), Optional.empty(), Map.of("PATH", ""));
        assertRefused("spawn_failed", text.toString(), List.of(), Optional.empty(), Map.of());
        assertRefused("bad_argument", "sh", List.of(), Optional.of(text), Map.of());
        assertRefused("bad_argument", "", List.of(), Optional.empty(), Map.of());
        assertRefused("bad_argument", "sh", List.of("a\0b"), Optional.empty(), Map.of());
        assertRefused("bad_argument", "sh", List.of(), Optional.empty(), Map.of("A=B", "c"));
        assertEquals(0, lab.proxy.server().openTargets());
        assertFalse(lab.left().toString().contains("process"), lab.left().toString());
    }

    private void assertRefused(String code, String command, List<String> args, Optional<Path> cwd, Map<String, String> env) {
        TargetException refused = assertThrows(TargetException.class,
                () -> lab.interceptors.spawn(new SpawnOptions(command, args, cwd, env), lab.target()), command);
        assertEquals(code, refused.code(), refused.getMessage());
    }

    @Test void programsStartedElsewhereHaveAPortToo() throws Exception {
        Programs.require("curl");
        Prepared prepared = lab.interceptors.prepare(lab.target());
        assertEquals("env_1", prepared.target().targetId());
        Path script = Files.writeString(folder.resolve("variables"), prepared.environment().shown(EnvironmentForm.BASH)
                + "curl -sS " + lab.url("/shell") + "\n");
        Process shell = new ProcessBuilder(Programs.require("bash").toString(), script.toString()).redirectErrorStream(true).start();
        assertTrue(new String(shell.getInputStream().readAllBytes()).contains(Lab.GREETING + "/shell"));
        assertEquals(Optional.of("env_1"), lab.targetOf("/shell"));
        assertEquals(List.of(prepared.target()), lab.interceptors.status("terminal").targets());
        assertEquals(Optional.empty(), lab.interceptors.kill("env_1"));
        assertEquals(0, lab.proxy.server().openTargets());
    }

    @Test void targetsGoThroughTheNextProxyWhenTheirsWasStopped() throws Exception {
        Programs.require("curl");
        Prepared prepared = lab.interceptors.prepare(lab.target());
        lab.proxy.close();
        try (CapturingProxy next = CapturingProxy.trusting(lab.home, lab.certificate)) {
            lab.interceptors.reconnect(new TargetProxy(next.server(), next.authority()));
            ProcessBuilder curl = new ProcessBuilder("curl", "-sS", lab.url("/again")).redirectErrorStream(true);
            prepared.environment().putInto(curl.environment());
            assertTrue(new String(curl.start().getInputStream().readAllBytes()).contains(Lab.GREETING + "/again"));
            assertEquals(Optional.of("env_1"), next.awaitEnded(1, exchange -> true).get(0).start().client().targetId());
            lab.interceptors.kill("env_1");
            assertEquals(0, next.server().openTargets());
        }
    }

    @Test void atMostSoManyAtATime() throws Exception {
        for (int i = 0; i < Interceptors.TARGETS_MAX; i++) {
            lab.interceptors.prepare(lab.target());
        }
        assertEquals("too_many_targets", assertThrows(TargetException.class, () -> lab.interceptors.prepare(lab.target())).code());
        assertEquals(Interceptors.TARGETS_MAX, lab.interceptors.deactivateAll());
        lab.interceptors.prepare(lab.target());
    }

    @Test void processesThatHaveEndedMakeRoom() throws Exception {
        ActiveTarget first = spawn("true");
        ended(first);
        for (int i = 0; i < Interceptors.TARGETS_MAX; i++) {
            ended(spawn("true"));
        }
        assertEquals("unknown_target", assertThrows(TargetException.class, () -> lab.interceptors.process(first.targetId())).code());
    }

    @Test void nothingStartsWhereTheProxyWasStoppedOrTheServerEnds() throws Exception {
        lab.proxy.close();
        assertEquals("proxy_stopped", assertThrows(TargetException.class, () -> spawn("true")).code());
        lab.interceptors.close();
        assertEquals("proxy_stopped", assertThrows(TargetException.class, () -> spawn("true")).code());
        assertEquals(List.of(), lab.left());
    }
}
