package proxymcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs what README tells a reader to run, with an own home and free ports in place of the ones it names. */
class ReadmeTest {
    private static final Pattern SHELL = Pattern.compile("```sh\n(.*?)```", Pattern.DOTALL);
    private static final Pattern JAVA = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    @TempDir
    private Path folder;

    @Test
    void everyCommandOfTheReadmeWorks() throws Exception {
        List<String> commands = new ArrayList<>();
        for (String block : blocks(SHELL)) {
            block.lines().filter(line -> !line.isBlank() && !line.startsWith("make ")).forEach(commands::add);
        }
        assertTrue(commands.size() >= 7, "found " + commands);
        for (String command : commands) {
            run(command);
        }
    }

    @Test
    void makeRunOfTheReadmePrintsAddressesTokenAndACommandToTry() throws Exception {
        Process process = java(List.of("run", "--port", "0", "--proxy-port", "0", "--home", folder.resolve("run").toString()));
        try {
            String said = readUntil(process, "curl");
            assertTrue(said.contains("http://127.0.0.1:") && said.toLowerCase().contains("token"), said);
        } finally {
            end(process);
        }
    }

    @Test
    void theEmbeddingExampleOfTheReadmeCompilesAndCaptures() throws Exception {
        Path source = Files.writeString(folder.resolve("Example.java"), blocks(JAVA).get(0));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        assertEquals(0, compiler.run(null, null, null, "-cp", Programs.jar().toString(), "-d", folder.toString(), source.toString()));
        try (ServerSocket origin = new ServerSocket()) {
            origin.bind(new InetSocketAddress("127.0.0.1", 0));
            Thread.ofVirtual().start(() -> answerOnce(origin));
            String url = "http://127.0.0.1:" + origin.getLocalPort() + "/hello";
            Process process = new ProcessBuilder(Programs.java().toString(), "-cp", Programs.jar() + ":" + folder, "Example", url)
                    .redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(url + " 204", said.strip());
        }
    }

    private void run(String command) throws Exception {
        String prefix = "java -jar build/proxy-mcp.jar ";
        assertTrue(command.startsWith(prefix), command);
        List<String> arguments = new ArrayList<>(Arrays.asList(command.substring(prefix.length()).split(" ")));
        boolean server = arguments.contains("capture") || arguments.contains("http");
        int port = arguments.indexOf("--port");
        if (port >= 0) {
            arguments.set(port + 1, "0");
        }
        arguments.addAll(List.of("--home", folder.resolve("home").toString()));
        Process process = java(arguments);
        if (server) {
            try {
                readUntil(process, "127.0.0.1:");
            } finally {
                end(process);
            }
        } else {
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(0, process.waitFor(), command + " said " + said);
            assertTrue(!said.isBlank(), command);
        }
    }

    private static Process java(List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(Programs.java().toString(), "-jar", Programs.jar().toString()));
        command.addAll(arguments);
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static String readUntil(Process process, String text) throws IOException {
        StringBuilder said = new StringBuilder();
        while (said.indexOf(text) < 0) {
            int octet = process.getInputStream().read();
            assertTrue(octet >= 0, "ended after " + said);
            said.append((char) octet);
        }
        return said.toString();
    }

    private static void end(Process process) throws InterruptedException {
        process.destroy();
        assertTrue(process.waitFor(10, TimeUnit.SECONDS), "did not end when told to");
    }

    private static void answerOnce(ServerSocket origin) {
        try (Socket socket = origin.accept()) {
            socket.getInputStream().read(new byte[8192]);
            socket.getOutputStream().write("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> blocks(Pattern pattern) throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        return pattern.matcher(readme).results().map(MatchResult::group).map(block -> block.substring(block.indexOf('\n') + 1,
                block.length() - 3)).toList();
    }
}
