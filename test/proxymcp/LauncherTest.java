package proxymcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;

final class LauncherTest {
    @Test void featureOfOldAndNewVersionStrings() {
        assertEquals(8, Launcher.feature("1.8"));
        assertEquals(9, Launcher.feature("9"));
        assertEquals(21, Launcher.feature("21"));
        assertEquals(0, Launcher.feature("none"));
        assertEquals(0, Launcher.feature("1."));
    }

    @Test void olderJavaGetsOneSentenceAndExitCode3() throws Exception {
        Process old = new ProcessBuilder(Programs.java().toString(), "-cp", System.getProperty("java.class.path"),
                OlderJava.class.getName()).redirectErrorStream(true).start();
        String said = new String(old.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(old.waitFor(30, TimeUnit.SECONDS));
        assertTrue(said.startsWith("proxy-mcp needs Java 21 or newer, this is 17 ("), said);
        assertEquals(1, said.lines().count(), said);
        assertEquals(3, old.exitValue());
    }

    /** A JVM that takes itself for an older one. */
    static final class OlderJava {
        private OlderJava() {
        }

        public static void main(String[] args) throws Exception {
            System.setProperty("java.specification.version", "17");
            Launcher.main(new String[] {"--version"});
        }
    }

    @Test void entryClassIsForJava8AndTheRestForJava21() throws IOException {
        assertEquals(52, majorVersion("proxymcp/Launcher.class"));
        assertEquals(65, majorVersion("proxymcp/cli/Main.class"));
    }

    private static int majorVersion(String entry) throws IOException {
        try (JarFile jar = new JarFile(Programs.jar().toFile());
                InputStream in = jar.getInputStream(jar.getEntry(entry))) {
            return ByteBuffer.wrap(in.readNBytes(8)).getShort(6);
        }
    }
}
