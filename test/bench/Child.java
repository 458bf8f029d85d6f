package bench;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A process that a benchmark started; ended, by force if need be, on close. */
final class Child implements Closeable {
    private final Process process;
    private final BufferedReader out;

    private Child(Process process) {
        this.process = process;
        this.out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Starts {@code command}; its stderr goes to ours unless it is wanted as output. */
    static Child start(boolean stderrIsOutput, String... command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command);
        if (stderrIsOutput) {
            builder.redirectErrorStream(true);
        } else {
            builder.redirectError(ProcessBuilder.Redirect.DISCARD);
        }
        return new Child(builder.start());
    }

    /** Starts the jar under test with {@code jvmOptions}, an own home and {@code arguments}. */
    static Child jar(Path home, List<String> jvmOptions, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(java());
        command.addAll(jvmOptions);
        command.addAll(List.of("-jar", System.getProperty("proxymcp.jar")));
        command.addAll(List.of(arguments));
        command.addAll(List.of("--home", home.toString()));
        return start(true, command.toArray(new String[0]));
    }

    static String java() {
        return System.getProperty("proxymcp.java");
    }

    /** Waits for a line that contains {@code text} and returns it. */
    String awaitLine(String text) throws IOException {
        StringBuilder seen = new StringBuilder();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.contains(text)) {
                return line;
            }
            seen.append(line).append('\n');
        }
        throw new IOException("the process ended without saying \"" + text + "\"; it said:\n" + seen);
    }

    /** Reads and drops what the process prints from now on, so that it never waits for us. */
    Child drain() {
        Thread.ofVirtual().start(() -> {
            try {
                while (out.readLine() != null) {
                    continue;
                }
            } catch (IOException e) {
                return; // The process was ended.
            }
        });
        return this;
    }

    Process process() {
        return process;
    }

    /** Resident memory in MB, from /proc; -1 where there is none. */
    long residentMegabytes() throws IOException {
        Path status = Path.of("/proc/" + process.pid() + "/status");
        if (!Files.exists(status)) {
            return -1;
        }
        for (String line : Files.readAllLines(status)) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
            }
        }
        return -1;
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
