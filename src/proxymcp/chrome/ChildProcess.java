package proxymcp.chrome;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A process that was started here, and what it prints. Any thread may call. */
public final class ChildProcess {
    /** Octets kept of each output. */
    static final int RING_BYTES = 256 * 1024;
    /** How long a process that was killed may take to be gone; more only where the system hangs. */
    private static final long FORCED_MILLIS = 1_000;

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

    /**
     * Ends it and those it started: first they are asked to, then they are made to.
     *
     * @param graceMillis how long they have for it, all together; 0 to make them at once
     */
    void end(long graceMillis) {
        List<ProcessHandle> all = tree(process.toHandle());
        if (graceMillis > 0) {
            all.forEach(ProcessHandle::destroy);
            awaitEnd(all, graceMillis);
        }
        // What was started meanwhile is found again as long as the one that started it is there.
        kill(all);
    }

    /** Waits for the process itself alone: those that it started are another's to bury, who may take its time. */
    private void kill(List<ProcessHandle> all) {
        // What was started meanwhile is found again as long as the one that started it is there.
        all.addAll(tree(process.toHandle()));
        all.forEach(ProcessHandle::destroyForcibly);
        awaitEnd(List.of(process.toHandle()), FORCED_MILLIS);
    }

    /**
     * Ends it, and then those it started, which are of no use without it: the helpers of a browser heed no request for seconds.
     *
     * @param graceMillis how long it has to end when asked; 0 to make it at once
     */
    void endWithHelpers(long graceMillis) {
        List<ProcessHandle> all = tree(process.toHandle());
        if (graceMillis > 0) {
            askToEnd(graceMillis);
        }
        kill(all);
    }

    /**
     * Asks it to end, and makes nothing of it.
     *
     * @param graceMillis how long it is waited for
     * @return whether it has ended
     */
    boolean askToEnd(long graceMillis) {
        process.destroy();
        awaitEnd(List.of(process.toHandle()), graceMillis);
        return !process.isAlive();
    }

    /** A process and all that it started, itself first. */
    static List<ProcessHandle> tree(ProcessHandle root) {
        List<ProcessHandle> all = new ArrayList<>(List.of(root));
        root.descendants().forEach(all::add);
        return all;
    }

    static void awaitEnd(List<ProcessHandle> processes, long millis) {
        long until = System.nanoTime() + millis * 1_000_000;
        for (ProcessHandle handle : processes) {
            try {
                handle.onExit().get(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (ExecutionException | TimeoutException e) {
                continue; // It is looked at again by who kills.
            }
        }
    }
}
