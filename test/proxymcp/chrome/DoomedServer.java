package proxymcp.chrome;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import proxymcp.Programs;

/** A Java process with a browser and a child, for tests that kill it. {@link #main} is its side. */
public final class DoomedServer implements AutoCloseable {
    private final Process process;
    private final String[] words;

    private DoomedServer(Process process) throws IOException {
        this.process = process;
        BufferedReader answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String line = answers.readLine();
        if (line == null) {
            throw new AssertionError("the server ended: " + process);
        }
        this.words = line.split("\t");
    }

    /**
     * Starts the process, and in it a browser and a child.
     *
     * @param userDataDir a profile of the test's; none for one that goes with the browser
     */
    public static DoomedServer start(Path home, Optional<Path> userDataDir) throws IOException {
        return new DoomedServer(new ProcessBuilder(Programs.java().toString(), "-cp", System.getProperty("java.class.path"),
                DoomedServer.class.getName(), home.toString(), userDataDir.map(Path::toString).orElse("")).redirectError(ProcessBuilder.Redirect.INHERIT).start());
    }

    /** The browser. */
    public ProcessHandle browser() {
        return ProcessHandle.of(Long.parseLong(words[0])).orElseThrow();
    }

    /** The child. */
    public ProcessHandle child() {
        return ProcessHandle.of(Long.parseLong(words[1])).orElseThrow();
    }

    /** The profile of the browser. */
    public Path profile() {
        return Path.of(words[2]);
    }

    /** Ends it as {@code kill -9} does. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Ends it in order, and returns its exit code. */
    public int end() throws IOException, InterruptedException {
        process.getOutputStream().close();
        return process.waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        for (int i = 0; i < 2; i++) {
            ProcessHandle.of(Long.parseLong(words[i])).ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    /** The other side: {@code home}, and a profile or nothing. */
    public static void main(String[] args) throws Exception {
        Path home = Path.of(args[0]);
        try (Lab lab = new Lab(home.getParent(), home.getFileName().toString(), System.getenv())) {
            Optional<Path> given = args[1].isEmpty() ? Optional.empty() : Optional.of(Path.of(args[1]));
            Launched browser = lab.interceptors.launch(new LaunchOptions("about:blank", BrowserKind.CHROMIUM, false, true, List.of(), Optional.empty(),
                    given, Optional.empty()), lab.target());
            ActiveTarget child = lab.interceptors.spawn(new SpawnOptions("sleep", List.of("600"), Optional.empty(), Map.of()), lab.target());
            System.out.println(browser.pid() + "\t" + lab.interceptors.process(child.targetId()).pid() + "\t" + browser.profile());
            while (System.in.read() >= 0) {
                continue; // Until the test ends it.
            }
        }
    }
}
