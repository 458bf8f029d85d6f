package proxymcp.chrome;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.Programs;

/** What a server leaves when it dies, and what it leaves alone. */
@Timeout(120)
final class LeftBehindTest {
    @TempDir
    Path folder;
    private Path home;

    @BeforeEach
    void require() throws Exception {
        Programs.require("chromium");
        home = Files.createDirectories(folder.resolve("home"));
    }

    private void removeLeftBehind() {
        new Interceptors(home, Browsers.ofThisMachine(), System.getenv(), Clock.systemUTC()).removeLeftBehind();
    }

    private static void awaitGone(ProcessHandle process) throws Exception {
        process.onExit().get(30, TimeUnit.SECONDS);
    }

    @Test void browsersAndChildrenOfAServerThatWasKilledAreEndedAndTheirFoldersRemoved() throws Exception {
        try (DoomedServer server = DoomedServer.start(home, Optional.empty())) {
            ProcessHandle browser = server.browser();
            ProcessHandle child = server.child();
            removeLeftBehind();
            assertTrue(browser.isAlive() && child.isAlive() && Files.exists(server.profile()), "a server that lives keeps its own");
            Path socket = Files.readSymbolicLink(server.profile().resolve("SingletonSocket"));
            assertTrue(Files.exists(socket));
            server.kill();
            assertTrue(browser.isAlive(), "nobody has ended the browser yet");
            removeLeftBehind();
            awaitGone(browser);
            awaitGone(child);
            assertEquals(List.of(), Lab.left(home));
            assertFalse(Files.exists(socket.getParent()), "temporary files of the browser");
        }
    }

    @Test void aBrowserIsFoundByItsArgumentsWhenItsServerDiedBeforeItSaidWhichItIs() throws Exception {
        Path given = folder.resolve("mine");
        try (DoomedServer server = DoomedServer.start(home, Optional.of(given))) {
            ProcessHandle browser = server.browser();
            server.kill();
            for (String target : Lab.left(home)) {
                if (target.contains("browser-")) {
                    Files.delete(home.resolve("profiles").resolve(target).resolve("process"));
                }
            }
            removeLeftBehind();
            awaitGone(browser);
            assertEquals(List.of(), Lab.left(home));
            assertTrue(Files.isDirectory(given.resolve("Default")), "a profile of the caller's stays");
        }
    }

    @Test void whatATargetOfADeadServerStartedIsFoundByItsVariable() throws Exception {
        Assumptions.assumeTrue(Files.isReadable(Path.of("/proc/self/environ")), "the system does not tell variables of processes");
        Path target = Files.createDirectories(home.resolve("profiles/1-1/process-1")).toRealPath();
        Path other = target.resolveSibling("../1-11/process-1").normalize();
        List<Process> started = new ArrayList<>();
        for (Path named : List.of(target, other)) {
            ProcessBuilder builder = new ProcessBuilder("sleep", "600");
            builder.environment().put("PROXY_MCP_TARGET", named.toString());
            started.add(builder.start());
        }
        try {
            removeLeftBehind();
            assertTrue(started.get(0).waitFor(30, TimeUnit.SECONDS));
            assertTrue(started.get(1).isAlive(), "another server's");
            assertEquals(List.of(), Lab.left(home));
        } finally {
            started.forEach(Process::destroyForcibly);
        }
    }

    @Test void anotherProcessThatHasTheNumberNowIsLeftAlone() throws Exception {
        Process other = new ProcessBuilder("sleep", "600").start();
        try {
            Path target = Files.createDirectories(home.resolve("profiles/1-1/process-1"));
            long startedBefore = other.info().startInstant().orElseThrow().toEpochMilli() - 60_000;
            Files.writeString(target.resolve("process"), other.pid() + " " + startedBefore + "\n");
            Files.createSymbolicLink(target.resolve("link"), Files.createDirectory(folder.resolve("kept")));
            removeLeftBehind();
            assertTrue(other.isAlive());
            assertEquals(List.of(), Lab.left(home));
            assertTrue(Files.isDirectory(folder.resolve("kept")), "links are not followed");
        } finally {
            other.destroyForcibly();
        }
    }

    @Test void aFileThatIsNotWholeNamesNoProcess() throws Exception {
        for (String text : List.of("", "12", "x y", "12 ", "-5 7\n", "999999999999999999999 1")) {
            Path target = Files.createDirectories(home.resolve("profiles/1-1/process-1"));
            Files.writeString(target.resolve("process"), text);
            removeLeftBehind();
            assertEquals(List.of(), Lab.left(home), text);
        }
        Files.writeString(home.resolve("profiles").resolve("stray"), "not ours");
        removeLeftBehind();
        assertEquals(List.of("stray"), Lab.left(home));
    }

    @Test void aServerThatEndsInOrderLeavesNothing() throws Exception {
        try (DoomedServer server = DoomedServer.start(home, Optional.empty())) {
            ProcessHandle browser = server.browser();
            ProcessHandle child = server.child();
            assertEquals(0, server.end());
            assertFalse(browser.isAlive());
            assertFalse(child.isAlive());
            assertEquals(List.of(), Lab.left(home));
        }
    }

    @Test void aBrowserWithAProfileOfTheCallersClosesByItselfWhenItsServerEnds() throws Exception {
        Path given = folder.resolve("mine");
        try (DoomedServer server = DoomedServer.start(home, Optional.of(given))) {
            ProcessHandle browser = server.browser();
            assertEquals(0, server.end());
            awaitGone(browser);
            removeLeftBehind();
            assertEquals(List.of(), Lab.left(home));
            // "Crashed" is what a browser finds that had no time.
            assertTrue(Files.readString(given.resolve("Default/Preferences")).contains("\"exit_type\":\"SessionEnded\""), "it closed in order");
        }
    }
}
