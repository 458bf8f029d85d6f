package proxymcp.mcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.File;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A process of its own, started without a locale as clients start servers. */
@Timeout(60)
final class StdioProcessTest {
    private static Process start() throws Exception {
        ProcessBuilder builder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp", placeOf(McpServer.class) + File.pathSeparator + placeOf(ConformanceServer.class), ConformanceServer.class.getName());
        builder.environment().keySet().removeIf(name -> name.startsWith("LC_") || name.equals("LANG") || name.equals("JAVA_TOOL_OPTIONS"));
        return builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    }

    /** The folder or jar of a class: the class path of this process may be that of a test launcher only. */
    private static Path placeOf(Class<?> type) throws Exception {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    private static void send(Process process, String line) throws Exception {
        OutputStream in = process.getOutputStream();
        in.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        in.flush();
    }

    @Test
    void textKeepsItsLettersWithoutALocale() throws Exception {
        Process process = start();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            send(process, "{\"jsonrpc\":\"2.0\",\"id\":\"ü\",\"method\":\"ping\"}");
            assertEquals("{\"jsonrpc\":\"2.0\",\"id\":\"ü\",\"result\":{}}", out.readLine());
            process.getOutputStream().close();
            assertTrue(process.waitFor(10, TimeUnit.SECONDS));
            assertEquals(0, process.exitValue());
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void processEndsWhenItsInputDoesWithACallInFlight() throws Exception {
        Process process = start();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            send(process, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"wait\",\"_meta\":{\"progressToken\":1}}}");
            assertTrue(out.readLine().contains("notifications/progress"));
            process.getOutputStream().close();
            assertTrue(process.waitFor(10, TimeUnit.SECONDS));
            assertEquals(0, process.exitValue());
            assertEquals(null, out.readLine());
        } finally {
            process.destroyForcibly();
        }
    }
}
