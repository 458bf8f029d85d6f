package proxymcp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The official TypeScript clients use everything that the jar offers: the 1.x one, which begins with {@code initialize}, and the 2.x one
 * pinned to the stateless revision. The script {@code fixtures/mcp-client/run.mjs} drives them, has a time limit of its own, and says
 * in one line what went wrong.
 */
final class OfficialClientsTest {
    private static final Pattern LISTENING = Pattern.compile("MCP at (http://[^,]+/mcp),");
    private static final long END_SECONDS = 10;

    @TempDir
    private Path folder;
    private Path clients;
    private Path node;

    @BeforeEach
    void findPrograms() {
        clients = Programs.requireMcpClients().toAbsolutePath();
        node = Programs.require("node");
        // The script makes its origin's certificate with it.
        Programs.require("openssl");
    }

    @ParameterizedTest
    @CsvSource({"sdk, 2025-11-25", "client, 2026-07-28"})
    void theClientUsesEverythingOverStdio(String client, String protocol) throws Exception {
        List<String> target = new ArrayList<>(List.of("stdio"));
        target.addAll(jar());
        assertEquals(report(protocol), run(client, target));
    }

    @ParameterizedTest
    @CsvSource({"sdk, 2025-11-25", "client, 2026-07-28"})
    void theClientUsesEverythingOverHttpButFiles(String client, String protocol) throws Exception {
        try (Server server = new Server(jar("--transport", "http", "--port", "0"))) {
            assertEquals(report(protocol), run(client, List.of("http", server.url())));
        }
    }

    @ParameterizedTest
    @CsvSource({"sdk, 2025-11-25", "client, 2026-07-28"})
    void theClientUsesEverythingOverHttpWithAToken(String client, String protocol) throws Exception {
        // Over HTTP the proxy may read the certificate of the script's origin only where it is allowed to.
        List<String> command = jar("--transport", "http", "--port", "0", "--token", "secret", "--allow-path", folder.toString());
        try (Server server = new Server(command)) {
            assertEquals(report(protocol), run(client, List.of("http", server.url(), "secret")));
        }
    }

    private static String report(String protocol) {
        return "{\"protocol\":\"" + protocol + "\",\"failures\":[]}\n";
    }

    private List<String> jar(String... arguments) {
        List<String> command = new ArrayList<>(List.of(Programs.java().toString(), "-jar", Programs.jar().toString(),
                "--home", folder.resolve("home").toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** What the script prints; what it says on stderr, if it dies, comes after that. */
    private String run(String client, List<String> target) throws IOException {
        List<String> command = new ArrayList<>(List.of(node.toString(),
                Programs.fixtures().resolve("mcp-client/run.mjs").toString(), client, folder.toString()));
        command.addAll(target);
        Path errors = folder.resolve("errors");
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
        builder.environment().put("MCP_CLIENTS", clients.toString());
        Process process = builder.start();
        try {
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return said + Files.readString(errors);
        } finally {
            process.destroyForcibly();
        }
    }

    /** The jar as an HTTP server, which must end by itself when it is told to. */
    private static final class Server implements AutoCloseable {
        private final Process process;
        private final String url;

        Server(List<String> command) throws IOException {
            ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
            builder.environment().keySet().removeAll(List.of("TRANSPORT", "PORT", "PROXY_MCP_HOME"));
            process = builder.start();
            String line = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)).readLine();
            Matcher listening = LISTENING.matcher(String.valueOf(line));
            if (!listening.find()) {
                process.destroyForcibly();
                throw new IOException("the server did not start, it said " + line);
            }
            url = listening.group(1);
        }

        String url() {
            return url;
        }

        @Override
        public void close() {
            process.destroy();
            try {
                assertEquals(0, process.onExit().orTimeout(END_SECONDS, TimeUnit.SECONDS).join().exitValue());
            } finally {
                process.destroyForcibly();
            }
        }
    }
}
