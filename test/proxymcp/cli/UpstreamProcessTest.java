package proxymcp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.json.Json;

/** {@code --upstream} of the jar: the way out is used, and its password is in no output and no file. */
@Timeout(120)
final class UpstreamProcessTest {
    private static final String PASSWORD = "hunter2-of-the-test";
    private static final Pattern PORT = Pattern.compile("127\\.0\\.0\\.1:([0-9]+)");

    @TempDir
    Path folder;

    private Path home() {
        return folder.resolve("home");
    }

    private static String url(ServerSocket upstream) {
        return "http://user:" + PASSWORD + "@127.0.0.1:" + upstream.getLocalPort();
    }

    /** Answers one request and gives its head. */
    private static String answerOne(ServerSocket upstream) throws IOException {
        try (Socket socket = upstream.accept()) {
            byte[] head = new byte[8_192];
            int count = 0;
            while (!new String(head, 0, count, StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
                int more = socket.getInputStream().read(head, count, head.length - count);
                assertTrue(more > 0, "the request broke off");
                count += more;
            }
            socket.getOutputStream().write("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            return new String(head, 0, count, StandardCharsets.ISO_8859_1);
        }
    }

    private static Socket send(int port) throws IOException {
        Socket client = new Socket(InetAddress.getLoopbackAddress(), port);
        client.setSoTimeout(30_000);
        client.getOutputStream().write("GET http://shop.example/ HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n"
                .getBytes(StandardCharsets.US_ASCII));
        return client;
    }

    private static void requireAnswer(Socket client) throws IOException {
        String answer = new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        assertTrue(answer.startsWith("HTTP/1.1 204 "), answer);
    }

    private void requireNoPasswordInTheHome() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertFalse(Files.readString(file, StandardCharsets.ISO_8859_1).contains(PASSWORD), file.toString());
            }
        }
    }

    @Test
    void captureGoesOutThroughItAndTellsNoPassword() throws Exception {
        try (ServerSocket upstream = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                JarProcess jar = JarProcess.start(home(), "capture", "--port", "0", "--session", "s", "--upstream", url(upstream))) {
            String first = jar.line();
            Matcher listening = PORT.matcher(first);
            assertTrue(listening.find(), first);
            try (Socket client = send(Integer.parseInt(listening.group(1)))) {
                assertTrue(answerOne(upstream).startsWith("GET http://shop.example/ HTTP/1.1\r\n"));
                requireAnswer(client);
            }
            String shown = jar.lineWith("shop.example");
            jar.terminate();
            jar.exit();
            assertFalse((first + shown + jar.err()).contains(PASSWORD), jar.err());
        }
        requireNoPasswordInTheHome();
    }

    @Test
    void theServerStartsWithItAndToolsCanTakeItAway() throws Exception {
        try (ServerSocket upstream = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                JarProcess jar = JarProcess.start(home(), "--upstream", url(upstream), "--no-proxy", ".intern.example,<local>")) {
            String before = Json.text(jar.tool("proxy_status", "{}"));
            assertTrue(before.contains("\"globalUpstream\":{\"proxyUrl\":\"http://user:***@127.0.0.1:" + upstream.getLocalPort()
                    + "\",\"noProxy\":[\".intern.example\",\"<local>\"]}"), before);
            String started = Json.text(jar.tool("proxy_start", "{\"persistence_enabled\":true}"));
            Matcher listening = PORT.matcher(started);
            assertTrue(listening.find(), started);
            try (Socket client = send(Integer.parseInt(listening.group(1)))) {
                assertTrue(answerOne(upstream).startsWith("GET http://shop.example/ HTTP/1.1\r\n"));
                requireAnswer(client);
            }
            jar.tool("proxy_clear_upstream", "{}");
            String after = Json.text(jar.tool("proxy_status", "{}"));
            assertTrue(after.contains("\"globalUpstream\":null"), after);
            jar.endInput();
            assertEquals(0, jar.exit());
            assertFalse((before + started + after + jar.rest() + jar.err()).contains(PASSWORD), jar.err());
        }
        requireNoPasswordInTheHome();
    }

    @Test
    void aBadUpstreamIsABadCommandLine() throws Exception {
        try (JarProcess jar = JarProcess.start(home(), "--upstream", "http://user:" + PASSWORD + "@host:0")) {
            assertEquals(2, jar.exit());
            assertTrue(jar.err().contains("--upstream: expected a host and a port of 1 to 65535") && !jar.err().contains(PASSWORD), jar.err());
        }
        assertFalse(Files.exists(home()));
    }
}
