package proxymcp.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.Programs;
import proxymcp.chrome.DoomedServer;

/** The jar starts over a home where another server died. */
@Timeout(120)
final class LeftBehindProcessTest {
    @TempDir
    Path folder;

    @Test void theNextServerEndsTheBrowserOfOneThatWasKilled() throws Exception {
        Programs.require("chromium");
        Path home = Files.createDirectories(folder.resolve("home"));
        try (DoomedServer server = DoomedServer.start(home, Optional.empty())) {
            ProcessHandle browser = server.browser();
            server.kill();
            assertTrue(browser.isAlive());
            try (JarProcess next = JarProcess.start(home)) {
                next.tool("proxy_status", "{}");
                browser.onExit().get(30, TimeUnit.SECONDS);
                long due = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
                while (Files.exists(server.profile().getParent().getParent())) {
                    assertTrue(System.nanoTime() - due < 0, "the profile is left");
                    Thread.onSpinWait();
                }
            }
        }
    }
}
