package proxymcp.tool;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import proxymcp.exchange.SwitchSink;
import proxymcp.json.BadArgument;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;
import proxymcp.store.CaptureProfile;
import proxymcp.store.Manifest;
import proxymcp.store.SessionCatalog;
import proxymcp.store.SessionId;
import proxymcp.store.SessionStatus;
import proxymcp.store.SessionWriter;

/**
 * Which session of this process records. At most one does; exchanges in flight when it begins are not in it.
 *
 * <p>Any thread may call. The lock guards {@link #active} and is held while a session is begun or ended, which waits for the disk.
 */
public final class SessionControl implements Closeable {
    private static final String RULES = "rules";

    private final SessionCatalog catalog;
    private final SwitchSink sink;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile Optional<SessionWriter> active = Optional.empty();
    private boolean closed;

    /**
     * Nothing is recorded yet.
     *
     * @param catalog the sessions of the home
     * @param sink what the proxy hands exchanges to
     */
    public SessionControl(SessionCatalog catalog, SwitchSink sink) {
        this.catalog = catalog;
        this.sink = sink;
    }

    /** The sessions of the home. */
    SessionCatalog catalog() {
        return catalog;
    }

    /** The session that is recorded. */
    Optional<SessionWriter> active() {
        return active;
    }

    /** How a session goes, if it is the one that is recorded. */
    Optional<SessionStatus> status(SessionId id) {
        return active.filter(writer -> writer.id().equals(id)).map(SessionWriter::status);
    }

    /**
     * Begins a session.
     *
     * @param name what the caller calls it
     * @param profile how much of bodies is kept
     * @param maxDiskMb cap of its log, in MiB
     * @param settings how the proxy is set, for the manifest
     * @return its manifest
     * @throws ToolFailure {@code session_active}, naming the one that is recorded
     * @throws IOException if it cannot be written
     */
    public Manifest start(Optional<String> name, CaptureProfile profile, long maxDiskMb, JsonObject settings) throws ToolFailure, IOException {
        lock.lock();
        try {
            requireNone();
            SessionWriter writer = catalog.create(name, profile, maxDiskMb, settings);
            active = Optional.of(writer);
            sink.switchTo(writer.sink());
            return writer.manifest();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Checks that a session could begin.
     *
     * @throws ToolFailure {@code session_active}, naming the one that is recorded; {@code shutting_down}
     */
    void requireNone() throws ToolFailure {
        Optional<SessionWriter> running = active;
        if (running.isPresent()) {
            String name = running.get().manifest().name().map(text -> " (" + Shortened.text(text, 100) + ")").orElse("");
            throw new ToolFailure("session_active", "session " + running.get().id() + name + " is being recorded",
                    "go on with it, or call proxy_session_stop first");
        }
        if (closed) {
            throw new ToolFailure("shutting_down", "the process ends");
        }
    }

    /**
     * Ends the session that is recorded: what was handed over is written and forced to the disk.
     *
     * @return its last manifest; empty if none was recorded
     * @throws ToolFailure {@code store_error} if the end could not be written; what was written before can still be read
     */
    public Optional<Manifest> stop() throws ToolFailure {
        lock.lock();
        try {
            if (active.isEmpty()) {
                return Optional.empty();
            }
            SessionWriter writer = active.get();
            sink.switchOff();
            active = Optional.empty();
            return Optional.of(catalog.end(writer));
        } catch (IOException e) {
            throw new ToolFailure("store_error", e.getMessage(), "proxy_session_recover reads what was written");
        } finally {
            lock.unlock();
        }
    }

    /**
     * Has the manifest of the session that is recorded, if one is, say how the proxy is set now, so that a replay goes out as it was recorded last. The
     * rules stay those of the begin: exchanges name the ones that they met.
     */
    void settings(JsonObject settings) {
        Optional<SessionWriter> recorded = active;
        if (recorded.isEmpty()) {
            return;
        }
        Optional<JsonValue> rules = recorded.get().manifest().settings().get(RULES);
        JsonObject.Builder now = JsonObject.builder();
        for (JsonObject.Member member : settings.members()) {
            now.put(member.name(), member.name().equals(RULES) ? rules.orElse(member.value()) : member.value());
        }
        try {
            recorded.get().settings(now.build());
        } catch (IOException e) {
            System.getLogger("proxymcp.tool").log(System.Logger.Level.WARNING, "the manifest of session {0} does not say how the proxy is set now: {1}",
                    recorded.get().id(), e.getMessage());
        }
    }

    /** Sessions that a process left when it died: they did not end, and nobody holds them. */
    public List<SessionId> leftBehind() throws IOException {
        List<SessionId> left = new ArrayList<>();
        for (SessionId id : catalog.ids()) {
            if (catalog.isLeftBehind(id)) {
                left.add(id);
            }
        }
        return left;
    }

    /** Recovers what dead processes left, one session after the other, until this is closed. */
    public void recoverLeftBehind() throws IOException {
        for (SessionId id : catalog.ids()) {
            if (isClosed()) {
                return;
            }
            if (catalog.isLeftBehind(id)) {
                catalog.open(id);
            }
        }
    }

    private boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    /**
     * The id that a caller gave. Nothing else ever becomes part of a path.
     *
     * @throws BadArgument if it is not exactly an id
     */
    static SessionId id(String argument, String text) throws BadArgument {
        Optional<SessionId> id = SessionId.parse(text);
        if (id.isEmpty()) {
            throw new BadArgument(argument, "expected an id from proxy_list_sessions, such as 20260131235959_0a1b2c3d");
        }
        return id.get();
    }

    /** Ends the session that is recorded. Nothing is recorded any more. */
    @Override
    public void close() throws IOException {
        lock.lock();
        try {
            closed = true;
            stop();
        } catch (ToolFailure e) {
            throw new IOException(e.getMessage(), e);
        } finally {
            lock.unlock();
        }
    }
}
