package proxymcp.proxy;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static proxymcp.proxy.ScriptedOrigin.send;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.Programs;
import proxymcp.proxy.ScriptedOrigin.Step;

/** A body that runs to the end of a TLS connection is whole only if close_notify says so. The program decides this for its whole JVM. */
class TruncatedTlsTest {
    @TempDir
    private Path home;

    @Test
    void aBodyThatEndsWithoutCloseNotifyIsRecordedAsCut() throws Exception {
        String line = exchangeLine(new Step.Truncate());
        assertTrue(line.contains("tls"), line);
    }

    @Test
    void aBodyThatEndsWithCloseNotifyIsWhole() throws Exception {
        String line = exchangeLine(new Step.Close());
        assertTrue(line.contains("200") && !line.contains("tls "), line);
    }

    private String exchangeLine(Step end) throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Process proxy = new ProcessBuilder(Programs.java().toString(), "-jar", Programs.jar().toString(), "capture", "--port",
                Integer.toString(port), "--insecure-upstream", "--home", home.toString()).redirectErrorStream(true).start();
        try (ScriptedOrigin origin = ScriptedOrigin.each(RunningProxy.originTls(), new Step.ReadRequest(),
                send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\npart of it"), end);
                BufferedReader out = new BufferedReader(new InputStreamReader(proxy.getInputStream(), StandardCharsets.UTF_8))) {
            lineWith(out, "127.0.0.1:" + port);
            Process curl = new ProcessBuilder(Programs.require("curl").toString(), "-sk", "-x", "http://127.0.0.1:" + port,
                    "https://" + origin.authority() + "/cut").start();
            List<String> said = curl.inputReader().lines().toList();
            assertTrue(said.isEmpty() || said.equals(List.of("part of it")), said.toString());
            curl.waitFor();
            return lineWith(out, "/cut");
        } finally {
            proxy.destroy();
            proxy.waitFor();
        }
    }

    private static String lineWith(BufferedReader out, String part) throws Exception {
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.contains(part)) {
                return line;
            }
        }
        throw new AssertionError("no line with " + part);
    }
}
