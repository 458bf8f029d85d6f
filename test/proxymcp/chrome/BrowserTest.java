package proxymcp.chrome;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.Programs;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.Outcome;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;

/** Real Chromium, started by us. */
@Timeout(120)
final class BrowserTest {
    private static final long LIMIT_MILLIS = 30_000;

    @TempDir
    Path folder;
    private Lab lab;

    @BeforeEach
    void start() throws Exception {
        Programs.require("chromium");
        lab = new Lab(folder);
    }

    @AfterEach
    void stop() throws Exception {
        if (lab != null) {
            lab.close();
        }
    }

    private Launched launch(String path) throws Exception {
        return lab.interceptors.launch(LaunchOptions.of(lab.url(path), BrowserKind.CHROMIUM, true), lab.target());
    }

    private static ProcessHandle process(long pid) {
        return ProcessHandle.of(pid).orElseThrow(() -> new AssertionError("no process " + pid));
    }

    /** A process and all that it started. */
    private static List<ProcessHandle> tree(ProcessHandle root) {
        List<ProcessHandle> all = new ArrayList<>(List.of(root));
        root.descendants().forEach(all::add);
        return all;
    }

    private static void awaitGone(ProcessHandle process) throws Exception {
        process.onExit().get(LIMIT_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Test void pagesAreCapturedWithTheTargetAndNothingElseIs() throws Exception {
        Launched browser = launch("/first");
        assertEquals("chrome_" + browser.pid(), browser.targetId());
        Exchange page = lab.captured("/first");
        assertEquals(new Outcome.Complete(), page.outcome());
        assertEquals(Optional.of(browser.targetId()), page.start().client().targetId());
        assertEquals("127.0.0.1:" + browser.proxyPort(), page.start().client().listener());
        try (DevToolsSocket socket = DevToolsSocket.open(URI.create(browser.webSocketUrl()), LIMIT_MILLIS)) {
            String target = socket.call("Target.createTarget", JsonObject.builder().put("url", lab.url("/second")).build(), LIMIT_MILLIS)
                    .string("targetId").orElseThrow();
            assertEquals(Optional.of(browser.targetId()), lab.targetOf("/second"));
            assertFalse(target.isEmpty());
        }
        List<String> urls = new ArrayList<>();
        lab.proxy.exchanges().forEach(exchange -> urls.add(exchange.start().url()));
        // Now and then it opens a connection ahead that it does not use.
        urls.removeIf(("tunnel://127.0.0.1:" + lab.origin.port())::equals);
        assertEquals(List.of(lab.url("/first"), lab.url("/second")), urls);
    }

    @Test void devToolsAnswerOnLoopbackAndListThePage() throws Exception {
        Launched browser = launch("/listed");
        lab.captured("/listed");
        DevTools tools = DevTools.find(browser.debugPort(), LIMIT_MILLIS);
        assertEquals("http://127.0.0.1:" + browser.debugPort(), tools.httpUrl());
        assertEquals(browser.webSocketUrl(), tools.version(LIMIT_MILLIS).string("webSocketDebuggerUrl").orElseThrow());
        List<String> pages = new ArrayList<>();
        for (JsonValue target : tools.targets(LIMIT_MILLIS)) {
            pages.add(((JsonObject) target).string("type").orElseThrow() + " " + ((JsonObject) target).string("url").orElseThrow());
        }
        assertTrue(pages.contains("page " + lab.url("/listed")), pages.toString());
        for (InetAddress address : InetAddress.getAllByName(InetAddress.getLocalHost().getHostName())) {
            if (!address.isLoopbackAddress()) {
                TargetException none = assertThrows(TargetException.class, () -> new DevTools(address, browser.debugPort()).version(LIMIT_MILLIS));
                assertEquals("devtools_none", none.code());
            }
        }
    }

    @Test void twoBrowsersAreToldApart() throws Exception {
        Launched first = launch("/one");
        Launched second = launch("/two");
        assertEquals(Optional.of(first.targetId()), lab.targetOf("/one"));
        assertEquals(Optional.of(second.targetId()), lab.targetOf("/two"));
        assertNotEquals(first.targetId(), second.targetId());
        assertNotEquals(first.profile(), second.profile());
        assertEquals(List.of(first, second), lab.interceptors.browsers());
        assertEquals(Optional.of(second), lab.interceptors.primary());
        lab.interceptors.closeBrowser(second.targetId());
        assertEquals(Optional.of(first), lab.interceptors.primary());
        assertEquals(1, lab.interceptors.deactivateAll());
        assertEquals(Optional.empty(), lab.interceptors.primary());
        assertEquals(0, lab.proxy.server().openTargets());
    }

    @Test void closingEndsItsProcessesAndRemovesItsProfile() throws Exception {
        Launched browser = launch("/closed");
        lab.captured("/closed");
        List<ProcessHandle> all = tree(process(browser.pid()));
        assertTrue(all.size() > 1, "a browser has more than one process");
        Path socket = Files.readSymbolicLink(browser.profile().resolve("SingletonSocket"));
        assertTrue(Files.exists(socket));
        lab.interceptors.closeBrowser(browser.targetId());
        for (ProcessHandle one : all) {
            awaitGone(one);
        }
        assertFalse(Files.exists(browser.profile().getParent()));
        assertFalse(Files.exists(socket.getParent()), "temporary files of the browser");
        assertEquals(0, lab.proxy.server().openTargets());
        TargetException unknown = assertThrows(TargetException.class, () -> lab.interceptors.closeBrowser(browser.targetId()));
        assertEquals("unknown_target", unknown.code());
    }

    @Test void aBrowserThatIsKilledIsDroppedAndCleanedUpAfter() throws Exception {
        Launched first = launch("/survivor");
        Launched killed = launch("/killed");
        lab.captured("/killed");
        List<ProcessHandle> all = tree(process(killed.pid()));
        process(killed.pid()).destroyForcibly();
        for (ProcessHandle one : all) {
            awaitGone(one);
        }
        assertEquals(Optional.of(first), lab.interceptors.primary());
        TargetException dead = assertThrows(TargetException.class, () -> lab.interceptors.browser(killed.targetId()));
        assertEquals("browser_dead", dead.code());
        assertEquals(1, lab.interceptors.status("chrome").targets().size());
        long due = System.nanoTime() + LIMIT_MILLIS * 1_000_000;
        while (Files.exists(killed.profile().getParent())) {
            assertTrue(System.nanoTime() - due < 0, "the profile is left");
            Thread.onSpinWait();
        }
        lab.interceptors.closeBrowser(killed.targetId());
    }

    /** A script that runs the browser and waits for it: the browser is not the process that was started. */
    private LaunchOptions wrapped() throws Exception {
        Path script = folder.resolve("wrapper");
        Files.writeString(script, "#!/bin/sh\n'" + Programs.require("chromium") + "' \"$@\"\nexit $?\n");
        assertTrue(script.toFile().setExecutable(true));
        return new LaunchOptions(lab.url("/wrapped"), BrowserKind.CHROMIUM, false, true, List.of(), Optional.of(script), Optional.empty(), Optional.empty());
    }

    @Test void aBrowserWhoseWrapperIsKilledEndsToo() throws Exception {
        Launched browser = lab.interceptors.launch(wrapped(), lab.target());
        lab.captured("/wrapped");
        List<ProcessHandle> all = tree(process(browser.pid()));
        assertTrue(all.size() > 2, "the script, the browser and its helpers");
        process(browser.pid()).destroyForcibly();
        long due = System.nanoTime() + LIMIT_MILLIS * 1_000_000;
        while (all.stream().anyMatch(TargetProcesses::runs) || Files.exists(browser.profile().getParent())) {
            assertTrue(System.nanoTime() - due < 0, () -> "left: " + all.stream().filter(TargetProcesses::runs).map(ProcessHandle::info).toList());
            Thread.onSpinWait();
        }
    }

    @Test void aBrowserThatHangsOnAProfileOfTheCallersIsKilledWhenTheServerEnds() throws Exception {
        LaunchOptions options = new LaunchOptions("about:blank", BrowserKind.CHROMIUM, false, true, List.of(), Optional.empty(),
                Optional.of(folder.resolve("mine")), Optional.empty());
        Launched browser = lab.interceptors.launch(options, lab.target());
        List<ProcessHandle> all = tree(process(browser.pid()));
        assertEquals(0, new ProcessBuilder("kill", "-STOP", Long.toString(browser.pid())).start().waitFor());
        lab.interceptors.close();
        assertEquals(List.of(), all.stream().filter(TargetProcesses::runs).toList());
        assertEquals(List.of(), lab.left());
        assertTrue(Files.isDirectory(folder.resolve("mine")));
    }

    private static List<String> singletons(Path profile) throws Exception {
        try (Stream<Path> files = Files.list(profile)) {
            return files.map(file -> file.getFileName().toString()).filter(name -> name.startsWith("Singleton")).toList();
        }
    }

    @Test void whatAnotherBrowserHoldsAProfileByStays() throws Exception {
        Path profile = Files.createDirectories(folder.resolve("profile"));
        Path old = Files.createDirectories(folder.resolve("org.chromium.Chromium.aaaaaa"));
        Path young = Files.createDirectories(folder.resolve("org.chromium.Chromium.bbbbbb"));
        Files.createFile(old.resolve("SingletonSocket"));
        Files.createFile(young.resolve("SingletonSocket"));
        Files.createSymbolicLink(profile.resolve("SingletonSocket"), old.resolve("SingletonSocket"));
        Files.createSymbolicLink(profile.resolve("SingletonLock"), Path.of("host-1"));
        TargetFolder target = new TargetFolder(Files.createDirectory(folder.resolve("target")));
        target.borrows(profile);
        for (String link : List.of("SingletonSocket", "SingletonLock")) {
            Files.delete(profile.resolve(link));
        }
        Files.createSymbolicLink(profile.resolve("SingletonSocket"), young.resolve("SingletonSocket"));
        Files.createSymbolicLink(profile.resolve("SingletonLock"), Path.of("host-2"));
        target.remove();
        assertEquals(Set.of("SingletonSocket", "SingletonLock"), Set.copyOf(singletons(profile)));
        assertTrue(Files.exists(young.resolve("SingletonSocket")));
        assertFalse(Files.exists(old));
    }

    @Test void aProfileOfTheCallersStays() throws Exception {
        Path mine = folder.resolve("mine");
        LaunchOptions options = new LaunchOptions(lab.url("/mine"), BrowserKind.CHROMIUM, false, true, List.of(), Optional.empty(),
                Optional.of(mine), Optional.of(new WindowSize(800, 600)));
        for (int i = 0; i < 2; i++) {
            Launched browser = lab.interceptors.launch(options, lab.target());
            assertEquals(mine, browser.profile());
            TargetException inUse = assertThrows(TargetException.class, () -> lab.interceptors.launch(options, lab.target()));
            assertEquals("launch_failed", inUse.code());
            assertTrue(inUse.hint().contains("user_data_dir"), inUse.hint());
            ProcessHandle process = process(browser.pid());
            Path socket = Files.readSymbolicLink(mine.resolve("SingletonSocket"));
            lab.interceptors.closeBrowser(browser.targetId());
            awaitGone(process);
            assertEquals(List.of(), singletons(mine));
            assertFalse(Files.exists(socket.getParent()), "temporary files of the browser");
            assertTrue(Files.exists(mine.resolve("Default")));
        }
    }

    @Test void theWindowHasTheSizeAskedFor() throws Exception {
        LaunchOptions options = new LaunchOptions("about:blank", BrowserKind.CHROMIUM, true, true, List.of("--user-agent=Probe/1"), Optional.empty(),
                Optional.empty(), Optional.of(new WindowSize(640, 480)));
        Launched browser = lab.interceptors.launch(options, lab.target());
        try (DevToolsSocket socket = DevToolsSocket.open(URI.create(browser.webSocketUrl()), LIMIT_MILLIS)) {
            JsonObject target = socket.call("Target.createTarget", JsonObject.builder().put("url", "about:blank").build(), LIMIT_MILLIS);
            String session = socket.call("Target.attachToTarget", JsonObject.builder().put("targetId", target.string("targetId").orElseThrow())
                    .put("flatten", true).build(), LIMIT_MILLIS).string("sessionId").orElseThrow();
            JsonObject shown = socket.call("Runtime.evaluate", JsonObject.builder()
                    .put("expression", "outerWidth + 'x' + outerHeight + ' ' + navigator.userAgent").build(), Optional.of(session), LIMIT_MILLIS);
            assertEquals("640x480 Probe/1", shown.object("result").orElseThrow().string("value").orElseThrow());
        }
    }

    @Test void aProgramThatIsNoBrowserIsALaunchThatFailed() throws Exception {
        Path script = folder.resolve("no-browser");
        Files.writeString(script, "#!/bin/sh\necho 'cannot open the pod bay doors' >&2\nexit 7\n");
        assertTrue(script.toFile().setExecutable(true));
        LaunchOptions options = new LaunchOptions("about:blank", BrowserKind.CHROMIUM, false, true, List.of(), Optional.of(script), Optional.empty(),
                Optional.empty());
        TargetException failed = assertThrows(TargetException.class, () -> lab.interceptors.launch(options, lab.target()));
        assertEquals("launch_failed", failed.code());
        assertTrue(failed.getMessage().contains("exit code 7") && failed.getMessage().contains("pod bay doors"), failed.getMessage());
        assertEquals(List.of(), lab.interceptors.browsers());
        assertEquals(0, lab.proxy.server().openTargets());
        assertEquals(2, lab.left().size(), lab.left().toString()); // The server's own folder, and its lock.
        lab.interceptors.close();
        assertEquals(List.of(), lab.left());
    }

    /** A program that takes its arguments and opens no DevTools. */
    private LaunchOptions hanging() throws Exception {
        Path script = folder.resolve("hanging");
        Files.writeString(script, "#!/bin/sh\necho started\nexec sleep 600\n");
        assertTrue(script.toFile().setExecutable(true));
        return new LaunchOptions("about:blank", BrowserKind.CHROMIUM, false, true, List.of(), Optional.of(script), Optional.empty(), Optional.empty());
    }

    @Test void aProgramThatOpensNoDevToolsIsGivenUp() throws Exception {
        LaunchOptions options = hanging();
        BrowserLaunch launch = new BrowserLaunch(Browsers.ofThisMachine(), System.getenv(), Clock.systemUTC(), 300);
        TargetRun run = TargetRun.open(lab.target(), new TargetFolders(lab.home), "browser");
        try {
            TargetException late = assertThrows(TargetException.class,
                    () -> launch.start(options, options.executable().orElseThrow(), run, lab.proxy.authority()));
            assertEquals("launch_failed", late.code());
            assertTrue(late.getMessage().contains("did not open its DevTools within 300 ms"), late.getMessage());
        } finally {
            run.end(0);
        }
        assertTrue(BrowserLaunch.START_MILLIS <= 20_000);
    }

    /** Launches beside the test, and waits until the process is there. */
    private Thread launching(AtomicReference<Throwable> thrown, AtomicReference<ProcessHandle> process) throws Exception {
        LaunchOptions options = hanging();
        Thread thread = Thread.ofVirtual().start(() -> thrown.set(assertThrows(Throwable.class, () -> lab.interceptors.launch(options, lab.target()))));
        Path named = lab.home.resolve("profiles");
        long due = System.nanoTime() + LIMIT_MILLIS * 1_000_000;
        while (process.get() == null) {
            assertTrue(System.nanoTime() - due < 0 && thread.isAlive(), () -> "no process was started: " + thrown.get());
            for (String target : lab.left()) {
                if (target.endsWith("browser-1")) {
                    new TargetFolder(named.resolve(target)).process().ifPresent(process::set);
                }
            }
        }
        return thread;
    }

    @Test void aLaunchThatIsGivenUpLeavesNothing() throws Exception {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        AtomicReference<ProcessHandle> process = new AtomicReference<>();
        Thread launching = launching(thrown, process);
        launching.interrupt();
        launching.join();
        assertEquals(InterruptedException.class, thrown.get().getClass());
        awaitGone(process.get());
        assertFalse(lab.left().toString().contains("browser"), lab.left().toString());
        assertEquals(0, lab.proxy.server().openTargets());
    }

    @Test void browsersAndLaunchesUnderWayAreOverWhenTheServerHasEnded() throws Exception {
        List<ProcessHandle> all = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            all.addAll(tree(process(launch("/" + i).pid())));
        }
        LaunchOptions options = hanging();
        List<Thread> launching = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            launching.add(Thread.ofVirtual().start(() -> assertThrows(TargetException.class, () -> lab.interceptors.launch(options, lab.target()))));
        }
        ActiveTarget program = lab.interceptors.spawn(new SpawnOptions("sh", List.of("-c", "trap '' TERM; while :; do sleep 1; done"), Optional.empty(),
                Map.of()), lab.target());
        all.add(process(lab.interceptors.process(program.targetId()).pid()));
        // The launches are anywhere by now: before their folder, before their process, or waiting for it.
        lab.interceptors.close();
        assertEquals(List.of(), all.stream().filter(TargetProcesses::runs).toList());
        assertEquals(List.of(), lab.left());
        for (Thread thread : launching) {
            thread.join();
        }
        assertEquals(List.of(), lab.left());
        assertEquals(0, lab.proxy.server().openTargets());
    }

    @Test void aLaunchEndsWithTheServer() throws Exception {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        AtomicReference<ProcessHandle> process = new AtomicReference<>();
        Thread launching = launching(thrown, process);
        lab.interceptors.close();
        awaitGone(process.get());
        launching.join();
        assertEquals(TargetException.class, thrown.get().getClass());
        assertEquals("proxy_stopped", assertThrows(TargetException.class, () -> lab.interceptors.launch(hanging(), lab.target())).code());
        assertEquals(List.of(), lab.left());
    }
}
