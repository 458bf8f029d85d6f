package proxymcp.decode.plugin;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** A running {@link PluginChild}. Used by one thread at a time, but that any may kill it. */
final class ChildProcess {
    /** What the JVM exits with when the heap is full. */
    private static final int OUT_OF_MEMORY = 3;
    /** Of our environment the child gets what a JVM may need to start; not what may hold secrets or options. */
    private static final Set<String> ENVIRONMENT = Set.of("PATH", "SYSTEMROOT", "TMPDIR", "TMP", "TEMP", "LD_LIBRARY_PATH", "LANG", "LC_ALL");

    private final Process process;
    private final DataOutputStream out;
    private final DataInputStream in;
    private final int heapMebibytes;

    private ChildProcess(Process process, int heapMebibytes) {
        this.process = process;
        this.heapMebibytes = heapMebibytes;
        out = new DataOutputStream(process.getOutputStream());
        in = new DataInputStream(new BufferedInputStream(process.getInputStream()));
    }

    /** Starts one, which then loads the jar. */
    static ChildProcess start(Path jar, int heapMebibytes) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heapMebibytes + "m", "-XX:+ExitOnOutOfMemoryError", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData",
                "-cp", ownClasses().toString(), PluginChild.class.getName(), jar.toAbsolutePath().toString()));
        builder.environment().keySet().removeIf(name -> !ENVIRONMENT.contains(name.toUpperCase(Locale.ROOT)));
        builder.redirectError(ProcessBuilder.Redirect.DISCARD);
        return new ChildProcess(builder.start(), heapMebibytes);
    }

    private static Path ownClasses() throws IOException {
        CodeSource source = PluginChild.class.getProtectionDomain().getCodeSource();
        if (source == null) {
            throw new IOException("where the classes of this program lie is not known");
        }
        try {
            return Path.of(source.getLocation().toURI()).toAbsolutePath();
        } catch (URISyntaxException | RuntimeException e) {
            throw new IOException("the classes of this program lie at " + source.getLocation() + ", which is no file", e);
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** What it says first. */
    PluginHost.Contents contents() throws IOException {
        return PluginWire.contents(PluginWire.receive(in, PluginWire.ROOM_BYTES));
    }

    /** Asks, and waits for the answer. */
    DataInputStream ask(byte[] question, int bytesMax) throws IOException {
        PluginWire.send(out, question);
        return PluginWire.receive(in, bytesMax);
    }

    /** Why no answer came. It is dead afterwards. */
    String epitaph(Exception what) {
        try {
            if (process.waitFor(1, TimeUnit.SECONDS)) {
                int code = process.exitValue();
                return "its process ended with exit code " + code
                        + (code == OUT_OF_MEMORY ? ", as when its heap of " + heapMebibytes + " MiB is full" : "");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        kill();
        return "its process did not answer in the way of plugins (" + Reason.message(what) + ")";
    }

    /** Ends it, and what it started. */
    void kill() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
