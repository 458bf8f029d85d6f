package proxymcp.chrome;

import java.io.IOException;
import java.io.InputStream;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/** A process that was started here, and what it prints. Any thread may call. */
public final class ChildProcess {
    /** Octets kept of each output. */
    static final int RING_BYTES = 256 * 1024;

    private final Process process;
    private final OutputRing stdout = new OutputRing(RING_BYTES);
    private final OutputRing stderr = new OutputRing(RING_BYTES);

    private ChildProcess(Process process) {
        this.process = process;
    }

    /**
     * Starts a process; its standard input is empty.
     *
     * @throws IOException if there is no such program, or it cannot be started
     */
    static ChildProcess start(ProcessBuilder builder) throws IOException {
        ChildProcess child = new ChildProcess(builder.start());
        child.process.getOutputStream().close();
        child.read(child.process.getInputStream(), child.stdout, "stdout");
        child.read(child.process.getErrorStream(), child.stderr, "stderr");
        return child;
    }

    /** Reads on a platform thread: a read from a pipe would hold the carrier of a virtual one. */
    private void read(InputStream in, OutputRing ring, String name) {
        Thread.ofPlatform().daemon().name(name + "-" + process.pid()).start(() -> {
            byte[] buffer = new byte[8 * 1024];
            try (in) {
                for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                    ring.write(buffer, 0, count);
                }
            } catch (IOException e) {
                // The pipe is closed from our side when the process has ended: there is nothing more to read.
                System.getLogger("proxymcp.chrome").log(System.Logger.Level.DEBUG, "output of a process ended: {0}", e.getMessage());
            } finally {
                ring.end();
            }
        });
    }

    /** Its number. */
    public long pid() {
        return process.pid();
    }

    /** Whether it runs. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** How it ended; empty while it runs. */
    public OptionalInt exitCode() {
        return process.isAlive() ? OptionalInt.empty() : OptionalInt.of(process.exitValue());
    }

    /** What it prints. */
    public OutputRing stdout() {
        return stdout;
    }

    /** What it complains of. */
    public OutputRing stderr() {
        return stderr;
    }

    /** Runs {@code action} on a virtual thread when it has ended. */
    void whenEnded(Runnable action) {
        process.onExit().thenRun(() -> Thread.ofVirtual().name("ended-" + process.pid()).start(action));
    }

    /** Waits for its end; false if that takes longer. */
    boolean awaitEnd(long millis) throws InterruptedException {
        return process.waitFor(millis, TimeUnit.MILLISECONDS);
    }

    /** For those who look for what belongs to it. */
    ProcessHandle handle() {
        return process.toHandle();
    }

    /** Asks it to end. */
    void ask() {
        process.destroy();
    }

    /** Waits until it is buried, after it was killed: its exit code is known then. */
    void awaitBurial() {
        try {
            process.waitFor(TargetProcesses.FORCED_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
