package proxymcp.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import proxymcp.json.JsonObject;

/**
 * The sessions of a home: makes, lists, opens, recovers and deletes them.
 *
 * <p>Any thread may call. One lock guards what is open, and is held for as long as it takes to look something up. Another one for each session is
 * held while that is opened, recovered or deleted, so that one thread does it and nobody else waits. Where both are taken, the session's comes first.
 */
public final class SessionCatalog implements Closeable {
    private static final int OPEN_MAX = 16;
    private static final int ELSEWHERE_MAX = 16;

    private final SessionFolders folders;
    private final StoreFiles files;
    private final StoreLimits limits;
    private final Clock clock;
    private final LongSupplier nanoTime;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<SessionId, ReentrantLock> caring = new ConcurrentHashMap<>();
    private final OpenSessions open = new OpenSessions(OPEN_MAX);
    /** Sessions that another process writes, as long as it does. */
    private final OpenSessions elsewhere = new OpenSessions(ELSEWHERE_MAX);
    /** Guarded by {@link #lock}. */
    private final Map<SessionId, SessionWriter> recording = new HashMap<>();

    /** Sessions below {@code root}, on the real disk. */
    public SessionCatalog(Path root, StoreLimits limits, Clock clock) {
        this(root, StoreFiles.DISK, limits, clock, System::nanoTime);
    }

    SessionCatalog(Path root, StoreFiles files, StoreLimits limits, Clock clock, LongSupplier nanoTime) {
        this.folders = new SessionFolders(root);
        this.files = files;
        this.limits = limits;
        this.clock = clock;
        this.nanoTime = nanoTime;
    }

    /** The folder that holds all sessions. */
    public Path root() {
        return folders.root();
    }

    /**
     * Begins a session.
     *
     * @param name what the caller calls it
     * @param profile how much of bodies is kept
     * @param maxDiskMb cap of its log, in MiB, at least 1
     * @param settings how the proxy is set, for the manifest
     * @throws SessionException if the folder cannot be written
     */
    public SessionWriter create(Optional<String> name, CaptureProfile profile, long maxDiskMb, JsonObject settings) throws IOException {
        return create(name, profile, maxDiskMb, settings, limits);
    }

    /** Begins a session that a program fills: a slow disk makes it wait, and sheds nothing. Bodies are kept as they are handed over. */
    public SessionWriter createPatient(Optional<String> name, CaptureProfile profile, long maxDiskMb, JsonObject settings) throws IOException {
        return create(name, profile, maxDiskMb, settings, limits.patient());
    }

    private SessionWriter create(Optional<String> name, CaptureProfile profile, long maxDiskMb, JsonObject settings, StoreLimits with)
            throws IOException {
        SessionId id = SessionId.next(clock, new SecureRandom());
        Path folder = folders.of(id);
        lock.lock();
        try {
            files.createFolder(folder);
            Manifest manifest = new Manifest(id, name, profile, maxDiskMb, clock.millis(), OptionalLong.empty(), Manifest.CLEAN, 0, 0, 0,
                    Losses.NONE, Optional.empty(), settings, List.of());
            SessionWriter writer = begin(folder, manifest, with);
            recording.put(id, writer);
            return writer;
        } catch (SessionException e) {
            throw e;
        } catch (IOException e) {
            throw new SessionException("cannot_write", "a session cannot be begun in " + root() + ": " + e.getMessage());
        } finally {
            lock.unlock();
        }
    }

    /** Begins to write a session; of one that cannot be begun nothing stays. */
    private SessionWriter begin(Path folder, Manifest manifest, StoreLimits with) throws IOException {
        SessionLock held = SessionLock.tryTake(folder)
                .orElseThrow(() -> new SessionException("session_locked", "another process writes session " + manifest.id()));
        try {
            return new SessionWriter(files, folder, manifest, with, clock, nanoTime, held);
        } catch (IOException e) {
            try (held) {
                SessionFolders.deleteFolder(folder);
            } catch (IOException again) {
                e.addSuppressed(again);
            }
            throw e;
        }
    }

    /** Ends a session that this process records. */
    public Manifest end(SessionWriter writer) throws IOException {
        try {
            writer.close();
        } finally {
            lock.lock();
            try {
                recording.remove(writer.id());
                open.forget(writer.id());
            } finally {
                lock.unlock();
            }
        }
        return writer.manifest();
    }

    /** Manifests of all sessions, the newest first. */
    public List<Manifest> list() throws IOException {
        List<SessionId> ids = ids();
        Collections.reverse(ids);
        List<Manifest> manifests = new ArrayList<>();
        for (SessionId id : ids) {
            manifests.add(Manifest.read(folders.of(id), id).orElseGet(() -> Manifest.lost(id)));
        }
        // Ids tell the second of the start; within one their order is chance.
        manifests.sort(Comparator.comparingLong(Manifest::startedAtMillis).reversed());
        return manifests;
    }

    /** Ids of all sessions, the oldest first. */
    public List<SessionId> ids() throws IOException {
        return folders.ids();
    }

    /**
     * Opens a session for reading; what a dead process left is recovered first. The result is shared: callers do not close it.
     *
     * @throws SessionException if there is none with this id
     */
    public Session open(SessionId id) throws IOException {
        // Outside of the lock: whoever sent something through the proxy wants to find it.
        recordingOf(id).ifPresent(SessionWriter::settle);
        Optional<Session> known = open.find(id);
        if (known.isPresent()) {
            return known.get();
        }
        ReentrantLock care = care(id);
        try {
            known = open.find(id);
            if (known.isPresent()) {
                return known.get();
            }
            open.forget(id);
            Path folder = folders.existing(id);
            Optional<SessionWriter> writer = recordingOf(id);
            if (writer.isPresent()) {
                return new Session(files, folder, writer.get().manifest(), writer.get().index(), Optional.empty(), List.of(), false);
            }
            return openStopped(id, folder);
        } finally {
            care.unlock();
        }
    }

    /**
     * Takes the lock of one session.
     *
     * @throws SessionException if there is none with this id: what callers make up must not be kept
     */
    private ReentrantLock care(SessionId id) throws SessionException {
        folders.existing(id);
        ReentrantLock care = caring.computeIfAbsent(id, any -> new ReentrantLock());
        care.lock();
        return care;
    }

    /** Whether this process writes the session: traffic, or what a program fills it with. */
    public boolean isWrittenHere(SessionId id) {
        return recordingOf(id).isPresent();
    }

    private Optional<SessionWriter> recordingOf(SessionId id) {
        lock.lock();
        try {
            return Optional.ofNullable(recording.get(id));
        } finally {
            lock.unlock();
        }
    }

    /** Names of a session's segment files, the first one first. */
    public List<String> segments(SessionId id) throws IOException {
        List<String> names = new ArrayList<>();
        for (Path file : SegmentFiles.list(folders.existing(id)).values()) {
            names.add(file.getFileName().toString());
        }
        return names;
    }

    /**
     * Checkpoints of a session, the newest first: the labelled ones that its manifest keeps, and those that recovery would begin at.
     *
     * @throws SessionException if there is none with this id
     */
    public List<CheckpointInfo> checkpoints(SessionId id) throws IOException {
        Path folder = folders.existing(id);
        Optional<Manifest> manifest = recordingOf(id).map(SessionWriter::manifest).or(() -> Manifest.read(folder, id));
        List<CheckpointInfo> all = new ArrayList<>(manifest.map(Manifest::checkpoints).orElse(List.of()));
        for (Checkpoint checkpoint : Checkpoint.all(folder, id)) {
            CheckpointInfo found = CheckpointInfo.of(checkpoint);
            if (!all.contains(found)) {
                all.add(found);
            }
        }
        all.sort(Comparator.comparingLong(CheckpointInfo::number).reversed());
        return all;
    }

    /** Runs {@code work} on a session; an index found damaged on the way is rebuilt from the log, and the work done again. */
    public <T> T read(SessionId id, SessionWork<T> work) throws Exception {
        try {
            return work.on(open(id));
        } catch (BlockCheck.IndexDamagedException e) {
            recover(id);
            return work.on(open(id));
        } catch (ClosedChannelException e) {
            // It was closed to make room for another one while we read, or by the interrupt of a thread that read it.
            if (Thread.currentThread().isInterrupted()) {
                throw e;
            }
            return work.on(open(id));
        } catch (NoSuchFileException | CorruptSegmentException e) {
            folders.existing(id); // Somebody deleted it while we read.
            throw e;
        }
    }

    /** Work on an open session. */
    public interface SessionWork<T> {
        /** Does the work. */
        T on(Session session) throws Exception;
    }

    private Session openStopped(SessionId id, Path folder) throws IOException {
        Optional<Session> known = elsewhere.find(id);
        return switch (SessionLock.tryTakeForCare(folder)) {
            case SessionLock.Attempt.Recorded recorded -> known.isPresent() ? known.get() : openElsewhere(id, folder);
            case SessionLock.Attempt.CaredFor caredFor -> openInMemory(id, folder, Manifest.read(folder, id).orElseGet(() -> Manifest.lost(id)));
            case SessionLock.Attempt.Taken(SessionLock held) -> {
                elsewhere.forget(id);
                yield openHeld(id, folder, held);
            }
        };
    }

    /** Opens a session that nobody else writes meanwhile, and gives the lock back. */
    private Session openHeld(SessionId id, Path folder, SessionLock held) throws IOException {
        try {
            List<Damage> damage = List.of();
            Manifest.refuseNewer(folder);
            Optional<Manifest> manifest = Manifest.read(folder, id);
            Optional<Session> clean = manifest.filter(found -> found.endedAtMillis().isPresent()).flatMap(found -> openClean(folder, found));
            if (clean.isEmpty()) {
                try {
                    damage = new SessionRecovery(files, folder, id, limits, clock).run(false).damage();
                } catch (SessionException e) {
                    throw e;
                } catch (IOException e) {
                    // A disk that is full, or takes no writes, can still be read.
                    return openInMemory(id, folder, manifest.orElseGet(() -> Manifest.lost(id)));
                }
            }
            Session session = clean.isPresent() ? clean.get() : openRecovered(id, folder, damage);
            open.keep(id, session);
            return session;
        } finally {
            held.close();
        }
    }

    private Session openRecovered(SessionId id, Path folder, List<Damage> damage) throws IOException {
        Manifest manifest = Manifest.read(folder, id).orElseGet(() -> Manifest.lost(id));
        IndexFiles index = IndexFiles.open(files, folder, id, false);
        Optional<BlockCheck> check = Checkpoint.newest(folder, id).map(checkpoint -> new BlockCheck(index, checkpoint));
        return new Session(files, folder, manifest, index, check, damage, true);
    }

    private Optional<Session> openClean(Path folder, Manifest manifest) {
        Optional<Checkpoint> checkpoint = Checkpoint.newest(folder, manifest.id()).filter(found -> found.lastSeq() == manifest.lastSeq());
        try {
            if (checkpoint.isEmpty() || !checkpoint.get().isWithin(SegmentFiles.list(folder))) {
                return Optional.empty();
            }
            IndexFiles index = IndexFiles.open(files, folder, manifest.id(), false);
            try {
                index.requireState(checkpoint.get());
            } catch (IOException e) {
                index.close();
                return Optional.empty(); // As below.
            }
            return Optional.of(new Session(files, folder, manifest, index, Optional.of(new BlockCheck(index, checkpoint.get())), List.of(), true));
        } catch (IOException e) {
            return Optional.empty(); // The log serves to make it anew.
        }
    }

    /** Another process writes the session, or it cannot be written at all. */
    private Session openElsewhere(SessionId id, Path folder) throws IOException {
        Manifest manifest = Manifest.read(folder, id).orElseGet(() -> Manifest.lost(id));
        try {
            Session session = new Session(files, folder, manifest, IndexFiles.open(files, folder, id, false), Optional.empty(), List.of(), true);
            elsewhere.keep(id, session);
            return session;
        } catch (IOException e) {
            return openInMemory(id, folder, manifest);
        }
    }

    /** Reads the whole log; nothing is written. */
    private Session openInMemory(SessionId id, Path folder, Manifest manifest) throws IOException {
        IndexFiles index = IndexFiles.inMemory(id, limits);
        LogReplay replay = new LogReplay(files, folder, id, new IndexWriter(index, 0)::apply, new OpenExchanges(), 0, 0, Losses.NONE);
        replay.run(Position.NONE);
        return new Session(files, folder, manifest, index, Optional.empty(), replay.damage(), true);
    }

    /**
     * Reads the whole log of a session again and makes its index anew.
     *
     * @throws SessionException if it is being recorded, or is unknown
     */
    public Recovered recover(SessionId id) throws IOException {
        ReentrantLock care = care(id);
        try {
            Path folder = folders.existing(id);
            if (recordingOf(id).isPresent()) {
                throw new SessionException("session_active", "session " + id + " is being recorded; stop it first");
            }
            open.forget(id);
            SessionLock held = take(folder, id);
            try {
                Manifest.refuseNewer(folder);
                SessionRecovery.Result result = new SessionRecovery(files, folder, id, limits, clock).run(true);
                return new Recovered(result.manifest(), result.damage());
            } finally {
                held.close();
            }
        } finally {
            care.unlock();
        }
    }

    /**
     * Copies what is sound of a session into a new one.
     *
     * @param name of the new one; empty for one made of the old
     * @throws SessionException if it is being recorded, or is unknown, or the new one cannot be written
     * @throws java.util.concurrent.CancellationException if {@code watch} says so; nothing of the new one stays
     */
    public Salvaged salvage(SessionId id, Optional<String> name, WorkWatch watch) throws IOException {
        Path folder = folders.existing(id);
        if (recordingOf(id).isPresent()) {
            throw new SessionException("session_active", "session " + id + " is being recorded; stop it first");
        }
        if (SessionLock.isRecorded(folder)) {
            throw new SessionException("session_locked", "another process records session " + id);
        }
        Manifest before = Manifest.read(folder, id).orElseGet(() -> Manifest.lost(id));
        return new SessionSalvage(this, watch).run(id, folder, before, name);
    }

    /**
     * Checks that a session is there.
     *
     * @throws SessionException if there is none with this id
     */
    void requireExisting(SessionId id) throws SessionException {
        folders.existing(id);
    }

    /**
     * What recovery found.
     *
     * @param manifest the manifest as it is now
     * @param damage what was damaged
     */
    public record Recovered(Manifest manifest, List<Damage> damage) {}

    /**
     * Checks a session as it lies on the disk; it is neither opened nor recovered, and nothing is changed. One that is being recorded is checked up
     * to where it has come.
     *
     * @throws SessionException if it is unknown, or of a newer version
     * @throws java.util.concurrent.CancellationException if nobody wants the result any more
     */
    public VerifyReport verify(SessionId id, VerifyLevel level, WorkWatch watch) throws IOException {
        Path folder = folders.existing(id);
        Optional<SessionWriter> writer = recordingOf(id);
        writer.ifPresent(SessionWriter::settle);
        OptionalLong until = writer.isPresent() ? OptionalLong.of(writer.get().end()) : OptionalLong.empty();
        boolean recording = writer.isPresent() || SessionLock.isRecorded(folder);
        return new SessionVerifier(files, folder, id, until, recording, watch, nanoTime).run(level);
    }

    /** Whether a session was left by a process that died: it did not end, and nobody holds it. */
    public boolean isLeftBehind(SessionId id) throws IOException {
        Path folder = folders.existing(id);
        if (Manifest.read(folder, id).filter(found -> found.endedAtMillis().isPresent()).isPresent()) {
            return false;
        }
        ReentrantLock care = care(id);
        try {
            if (recordingOf(id).isEmpty() && SessionLock.tryTakeForCare(folder) instanceof SessionLock.Attempt.Taken(SessionLock held)) {
                held.close();
                return true;
            }
            return false;
        } finally {
            care.unlock();
        }
    }

    /**
     * Deletes a session with all its files.
     *
     * @throws SessionException if it is being recorded, or is unknown
     */
    public void delete(SessionId id) throws IOException {
        ReentrantLock care = care(id);
        try {
            Path folder = folders.existing(id);
            if (recordingOf(id).isPresent()) {
                throw new SessionException("session_active", "session " + id + " is being recorded; stop it first");
            }
            open.forget(id);
            SessionLock held = take(folder, id);
            try {
                folders.delete(id);
            } finally {
                held.close();
            }
        } finally {
            care.unlock();
        }
    }

    private static SessionLock take(Path folder, SessionId id) throws IOException {
        return switch (SessionLock.tryTakeForCare(folder)) {
            case SessionLock.Attempt.Taken(SessionLock held) -> held;
            case SessionLock.Attempt.Recorded recorded -> throw new SessionException("session_locked", "another process records session " + id);
            case SessionLock.Attempt.CaredFor caredFor -> throw new SessionException("session_locked", "another process recovers session " + id);
        };
    }

    /** Ends what is being recorded and closes what is open. */
    @Override
    public void close() throws IOException {
        lock.lock();
        try {
            for (SessionWriter writer : List.copyOf(recording.values())) {
                writer.close();
            }
            recording.clear();
            open.close();
            elsewhere.close();
        } finally {
            lock.unlock();
        }
    }
}
