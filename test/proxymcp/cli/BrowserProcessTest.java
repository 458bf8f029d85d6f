package proxymcp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.Programs;
import proxymcp.json.JsonObject;

/** What a server started ends with it, however it ends. */
@Timeout(120)
final class BrowserProcessTest {
    @TempDir
    Path home;

    @Test void endOfInputEndsBrowsersAndProgramsAndRemovesProfiles() throws Exception {
        Programs.require("chromium");
        try (JarProcess server = JarProcess.start(home)) {
            List<ProcessHandle> started = startSome(server);
            server.endInput();
            assertEquals(0, server.exit());
            assertAllOver(started);
        }
    }

    @Test void aSignalTogetherWithTheEndOfInputEndsBrowsersAndProgramsAndRemovesProfiles() throws Exception {
        Programs.require("chromium");
        try (JarProcess server = JarProcess.start(home)) {
            List<ProcessHandle> started = startSome(server);
            server.terminate();
            server.exit();
            assertAllOver(started);
        }
    }

    /** A browser and a program by the tools, and all processes below the server: those two and their children. */
    private static List<ProcessHandle> startSome(JarProcess server) throws IOException {
        succeed(server.tool("proxy_start", "{}"));
        succeed(server.tool("interceptor_chrome_launch", "{\"url\":\"about:blank\",\"browser\":\"chromium\",\"headless\":true,\"args\":[\"--no-sandbox\"]}"));
        succeed(server.tool("interceptor_spawn", "{\"command\":\"sleep\",\"args\":[\"100\"]}"));
        List<ProcessHandle> started = new ArrayList<>(server.process().descendants().toList());
        assertTrue(started.size() >= 3, started + ""); // A browser is more than one process.
        return started;
    }

    private static void succeed(JsonObject result) {
        assertFalse(result.has("isError"), result.toString());
    }

    /** One that has ended and that nobody has buried yet counts as alive, but has no program any more. */
    private static boolean runs(ProcessHandle process) {
        return process.isAlive() && process.info().command().isPresent();
    }

    private void assertAllOver(List<ProcessHandle> started) throws Exception {
        long due = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        for (ProcessHandle one : started) {
            while (runs(one)) {
                assertTrue(System.nanoTime() - due < 0, "left: " + one.info());
                Thread.onSpinWait();
            }
        }
        try (Stream<Path> left = Files.walk(home)) {
            assertEquals(List.of(), left.filter(path -> path.getFileName().toString().equals("DevToolsActivePort")
                    || path.getFileName().toString().equals("Local State")).toList());
        }
    }
}
