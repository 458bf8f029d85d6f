package proxymcp.chrome;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import proxymcp.proxy.ProxyServer;
import proxymcp.proxy.ProxyStartException;
import proxymcp.proxy.TargetListener;

/** What a target holds: a port of the proxy, a folder, and if it is a process, that. Ended once; any thread may call. */
final class TargetRun {
    /** How long who ends it twice waits for who ends it: longer than any grace. */
    private static final long CLEARED_MILLIS = 5_000;

    private final int port;
    private final TargetFolder folder;
    private volatile TargetListener listener;
    private volatile Optional<String> id = Optional.empty();
    private final AtomicBoolean ended = new AtomicBoolean();
    private final CountDownLatch cleared = new CountDownLatch(1);
    private volatile Optional<ChildProcess> process = Optional.empty();

    private TargetRun(TargetListener listener, TargetFolder folder) {
        this.listener = listener;
        this.port = listener.port();
        this.folder = folder;
    }

    /** Takes a port and a folder. */
    static TargetRun open(TargetProxy proxy, TargetFolders folders, String kind) throws ProxyStartException, IOException {
        TargetListener listener = proxy.server().openTarget();
        try {
            return new TargetRun(listener, folders.make(kind));
        } catch (IOException e) {
            listener.close();
            throw e;
        }
    }

    /**
     * Starts the process that the port is for.
     *
     * @param prefix of the target's id, which its number follows
     * @return the target's id
     */
    String start(ProcessBuilder builder, String prefix) throws IOException {
        builder.environment().put(TargetProcesses.VARIABLE, folder.path().toString());
        ChildProcess child = ChildProcess.start(builder);
        boolean done = false;
        try {
            process = Optional.of(child);
            String targetId = prefix + child.pid();
            serve(targetId);
            folder.belongsTo(child.pid());
            done = !ended.get();
            if (!done) {
                throw new IOException("it was ended while it started");
            }
            return targetId;
        } finally {
            if (!done) {
                kill(); // Who ended this run may not have seen the process, and it may have made its folder anew.
                removeFolder();
            }
        }
    }

    /** Lets the port serve, for a target that has its id now. */
    void serve(String targetId) {
        id = Optional.of(targetId);
        listener.serve(targetId);
    }

    /** Opens the port anew in a proxy that was started after the one before was stopped. */
    void reconnect(ProxyServer server) throws ProxyStartException {
        if (id.isEmpty() || !isAlive()) {
            return;
        }
        TargetListener fresh = server.openTarget(port);
        fresh.serve(id.get());
        listener = fresh;
        if (ended.get()) {
            fresh.close();
        }
    }

    int port() {
        return port;
    }

    TargetFolder folder() {
        return folder;
    }

    Optional<ChildProcess> process() {
        return process;
    }

    /** Whether its process, if it has one, runs, and it was not ended from here. */
    boolean isAlive() {
        return !ended.get() && process.map(ChildProcess::isAlive).orElse(true);
    }

    boolean isEnded() {
        return ended.get();
    }

    /** Takes it upon the caller to end it: who gets true calls {@link #clear} at last. */
    boolean claim() {
        return ended.compareAndSet(false, true);
    }

    /**
     * Ends everything; what its process printed stays. Returns when it has ended, whoever ends it.
     *
     * @param graceMillis how long its processes have to end by themselves
     */
    void end(long graceMillis) {
        endAll(List.of(this), graceMillis);
    }

    /** The same for several, with one look at the processes of the machine for all of them. */
    static void endAll(List<TargetRun> runs, long graceMillis) {
        List<TargetRun> claimed = new ArrayList<>();
        List<ProcessHandle> roots = new ArrayList<>();
        List<Path> folders = new ArrayList<>();
        for (TargetRun run : runs) {
            if (run.claim()) {
                claimed.add(run);
                if (run.process.isPresent()) {
                    roots.addAll(run.roots());
                    folders.add(run.folder.path());
                }
            }
        }
        if (!folders.isEmpty()) {
            TargetProcesses.end(roots, folders, graceMillis);
        }
        for (TargetRun run : claimed) {
            run.process.ifPresent(ChildProcess::awaitBurial);
            run.clear();
        }
        for (TargetRun run : runs) {
            if (!claimed.contains(run)) {
                run.awaitCleared();
            }
        }
    }

    /** The same for a browser, which ends its other processes by itself: those heed no request for seconds. */
    void endBrowser(long graceMillis) {
        if (!claim()) {
            awaitCleared();
            return;
        }
        process.ifPresent(child -> {
            child.ask();
            TargetProcesses.awaitEnd(roots(), graceMillis);
        });
        kill();
        clear();
    }

    /** Its process; none where somebody else starts them, or it has not been started yet. */
    List<ProcessHandle> roots() {
        return process.map(child -> List.of(child.handle())).orElse(List.of());
    }

    private void kill() {
        process.ifPresent(child -> {
            TargetProcesses.kill(roots(), List.of(folder.path()));
            child.awaitBurial();
        });
    }

    /** Gives port and folder back, when no process uses them any more. */
    void clear() {
        try {
            listener.close();
            removeFolder();
        } finally {
            cleared.countDown();
        }
    }

    private void awaitCleared() {
        try {
            cleared.await(CLEARED_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void removeFolder() {
        try {
            folder.remove();
        } catch (IOException e) {
            System.getLogger("proxymcp.chrome").log(System.Logger.Level.WARNING, "the folder of a target stays until the next start: {0}",
                    e.toString());
        }
    }
}
