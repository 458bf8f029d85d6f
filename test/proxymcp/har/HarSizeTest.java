package proxymcp.har;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.Programs;

/** Bodies and sessions that are far larger than the memory of the process that exports and imports them. */
@Timeout(value = 24, unit = TimeUnit.HOURS)
final class HarSizeTest {
    private static final int MEBIBYTES = Integer.getInteger("proxymcp.har.mebibytes", 1_024);
    /** A session of many bodies costs what one of that size does; the long version makes both as large. */
    private static final int SESSION_MEBIBYTES = Integer.getInteger("proxymcp.har.mebibytes", 256);

    @TempDir
    Path home;

    private void leavesAndComesBack(String kind, int mebibytes, int entries) throws IOException, InterruptedException {
        Process child = new ProcessBuilder(Programs.java().toString(), "-Xmx64m", "-XX:+ExitOnOutOfMemoryError", "-cp",
                System.getProperty("java.class.path"), HarSizeChild.class.getName(), home.toString(), kind, Integer.toString(mebibytes))
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try {
            List<String> said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList();
            assertTrue(child.waitFor(20, TimeUnit.SECONDS), "the child does not end");
            assertEquals("0 3", child.exitValue() + " " + said.size(), said::toString);
            assertEquals("entries " + entries + " warnings []", said.get(0));
            assertTrue(said.get(1).startsWith(((long) mebibytes << 20) + " "), said.get(1));
            assertEquals(said.get(1), said.get(2));
        } finally {
            child.destroyForcibly();
        }
    }

    @Test
    void aLongBodyLeavesAndComesBackInASmallHeap() throws Exception {
        leavesAndComesBack("image", MEBIBYTES, 1);
    }

    @Test
    void aLargeSessionLeavesAndComesBackInASmallHeap() throws Exception {
        leavesAndComesBack("text", SESSION_MEBIBYTES, SESSION_MEBIBYTES / 16);
    }
}
