package proxymcp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command {@code demo} as a user runs it. */
@Timeout(60)
final class DemoProcessTest {
    @TempDir
    Path folder;

    @Test
    void withoutATerminalEachStepIsToldInPlainLines() throws Exception {
        Path home = folder.resolve("home");
        try (JarProcess process = JarProcess.start(home, "demo")) {
            String said = process.rest();
            assertEquals(0, process.exit(), () -> said + process.err());
            assertTrue(said.contains("ok   4. Which requests went to /api/, oldest first?\n"), said);
            assertTrue(said.contains("     3 of 5: POST /api/login 200, GET /api/items 200, GET /api/orders 200 ("), said);
            assertTrue(said.contains("     proxy_query_session '{\"session_id\":\""), said);
            assertTrue(said.contains("request.header.x-client-version was 7 and is 6"), said);
            assertFalse(said.contains("\u001b") || said.contains("\r") || said.contains("FAIL"), said);
        }
        try (Stream<Path> left = Files.list(home)) {
            assertEquals(List.of("run"), left.map(file -> file.getFileName().toString()).toList());
        }
    }

    @Test
    void aHomeThatCannotBeWrittenIsTold() throws Exception {
        Path home = Files.writeString(folder.resolve("taken"), "a file");
        try (JarProcess process = JarProcess.start(home, "demo")) {
            assertEquals(ExitCode.COULD_NOT_START.code(), process.exit());
            assertTrue(process.err().contains("the home " + home + " cannot be used") && process.err().contains("--home"), process.err());
        }
    }

    @Test
    void toldToEndItRemovesItsFolder() throws Exception {
        Path home = folder.resolve("home");
        try (JarProcess process = JarProcess.start(home, "demo")) {
            process.lineWith("1. Does a proxy start");
            process.terminate();
            process.exit();
        }
        assertFalse(Files.exists(home.resolve("selftest")));
    }
}
