package proxymcp.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import proxymcp.Programs;
import proxymcp.json.Json;
import proxymcp.json.JsonObject;

/** The jar as a process of its own, with a home of the test. Closing kills it if it still runs. */
final class JarProcess implements AutoCloseable {
    private static final long LIMIT_SECONDS = 30;

    private final Process process;
    private final BufferedReader out;
    private final StringBuilder err = new StringBuilder();
    private final Thread errReader;
    private int lastId = 100;

    private JarProcess(Process process) {
        this.process = process;
        this.out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        this.errReader = Thread.ofPlatform().daemon().start(this::readErr);
    }

    static JarProcess start(Path home, String... args) throws IOException {
        return start(new ProcessBuilder(), home, args);
    }

    static JarProcess start(ProcessBuilder builder, Path home, String... args) throws IOException {
        Assumptions.assumeTrue(System.getProperty("proxymcp.jar") != null && Files.isRegularFile(Programs.jar()), "the jar is not built");
        List<String> command = new ArrayList<>(List.of(Programs.java().toString(), "-jar", Programs.jar().toString()));
        command.addAll(List.of(args));
        builder.environment().put("PROXY_MCP_HOME", home.toString());
        builder.environment().keySet().removeAll(List.of("TRANSPORT", "PORT"));
        return new JarProcess(builder.command(command).start());
    }

    private void readErr() {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                synchronized (err) {
                    err.append(line).append('\n');
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The next line of stdout. */
    String line() throws IOException {
        return out.readLine();
    }

    /** Reads lines of stdout up to one that holds {@code part}, and returns that. */
    String lineWith(String part) throws IOException {
        for (String line = line(); line != null; line = line()) {
            if (line.contains(part)) {
                return line;
            }
        }
        throw new AssertionError("no line with " + part + "; stderr: " + err());
    }

    void send(String line) throws IOException {
        process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
    }

    /** Sends a call of the stateless era and returns the member {@code result} of its answer. */
    JsonObject tool(String name, String arguments) throws IOException {
        send("{\"jsonrpc\":\"2.0\",\"id\":" + ++lastId + ",\"method\":\"tools/call\",\"params\":{\"name\":\"" + name + "\",\"arguments\":" + arguments
                + ",\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\",\"io.modelcontextprotocol/clientCapabilities\":{}}}}");
        String answer = line();
        return ((JsonObject) Json.parse(answer)).object("result")
                .orElseThrow(() -> new AssertionError(name + " was answered " + answer + "; stderr: " + err()));
    }

    void endInput() throws IOException {
        process.getOutputStream().close();
    }

    /** SIGTERM. */
    void terminate() {
        process.destroy();
    }

    Process process() {
        return process;
    }

    /** Waits for the end and returns the exit code. */
    int exit() throws InterruptedException {
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("the process still runs; stderr: " + err());
        }
        errReader.join();
        return process.exitValue();
    }

    /** The rest of stdout. */
    String rest() throws IOException {
        StringBuilder rest = new StringBuilder();
        for (String line = line(); line != null; line = line()) {
            rest.append(line).append('\n');
        }
        return rest.toString();
    }

    String err() {
        synchronized (err) {
            return err.toString();
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
