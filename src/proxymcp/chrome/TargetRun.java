package proxymcp.chrome;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import proxymcp.proxy.ProxyServer;
import proxymcp.proxy.ProxyStartException;
import proxymcp.proxy.TargetListener;

/** What a target holds: a port of the proxy, a folder, and if it is a process, that. Ended once; any thread may call. */
final class TargetRun {
    private final int port;
    private final TargetFolder folder;
    private volatile TargetListener listener;
    private volatile Optional<String> id = Optional.empty();
    private final AtomicBoolean ended = new AtomicBoolean();
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
                child.end(0); // Who ended this run may not have seen the process.
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

    /**
     * Ends everything; what its process printed stays.
     *
     * @param graceMillis how long the process has to end by itself
     */
    void end(long graceMillis) {
        if (!ended.compareAndSet(false, true)) {
            return;
        }
        process.ifPresent(child -> child.end(graceMillis));
        listener.close();
        removeFolder();
    }

    /** The same for a browser, whose other processes are ended with it. */
    void endBrowser(long graceMillis) {
        if (!ended.compareAndSet(false, true)) {
            return;
        }
        process.ifPresent(child -> child.endWithHelpers(graceMillis));
        listener.close();
        removeFolder();
    }

    /**
     * Ends everything but for a process that needs longer, because it brings something of the caller's in order. Its folder stays then, so that it
     * is found should it hang.
     */
    void leave(long graceMillis) {
        if (!ended.compareAndSet(false, true)) {
            return;
        }
        boolean gone = process.map(child -> child.askToEnd(graceMillis)).orElse(true);
        listener.close();
        if (gone) {
            removeFolder();
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
