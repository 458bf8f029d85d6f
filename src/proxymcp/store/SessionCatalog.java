package proxymcp.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
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
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import proxymcp.json.JsonObject;

/**
 * The sessions of a home: makes, lists, opens, recovers and deletes them.
 *
 * <p>Any thread may call. The lock guards what is open and is held while a session is opened or recovered, so that one thread does it; sessions
 * that are open already are found without it.
 */
public final class SessionCatalog implements Closeable {
    private static final int OPEN_MAX = 16;
    private static final long CARE_WAIT_NANOS = 3_000_000_000L;
    private static final long CARE_POLL_NANOS = 10_000_000;
    /** Begins the names of folders that are being deleted: such a name is no id. */
    private static final String DELETED = "deleted-";

    private final Path root;
    private final StoreFiles files;
    private final StoreLimits limits;
    private final Clock clock;
    private final LongSupplier nanoTime;
    private final ReentrantLock lock = new ReentrantLock();
    /** Guarded by {@link #lock}. */
    private final Map<SessionId, Session> open = new HashMap<>();
    /** Sessions that another process writes, as long as it does. Guarded by {@link #lock}. */
    private final Map<SessionId, Session> elsewhere = new HashMap<>();
    /** Guarded by {@link #lock}. */
    private final Map<SessionId, SessionWriter> recording = new HashMap<>();

    /** Sessions below {@code root}, on the real disk. */
    public SessionCatalog(Path root, StoreLimits limits, Clock clock) {
        this(root, StoreFiles.DISK, limits, clock, System::nanoTime);
    }

    SessionCatalog(Path root, StoreFiles files, StoreLimits limits, Clock clock, LongSupplier nanoTime) {
        this.root = root;
        this.files = files;
        this.limits = limits;
        this.clock = clock;
        this.nanoTime = nanoTime;
    }

    /** The folder that holds all sessions. */
    public Path root() {
        return root;
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
        SessionId id = SessionId.next(clock, new SecureRandom());
        Path folder = root.resolve(id.text());
        lock.lock();
        try {
            files.createFolder(folder);
            Manifest manifest = new Manifest(id, name, profile, maxDiskMb, clock.millis(), OptionalLong.empty(), Manifest.CLEAN, 0, 0, 0,
                    Losses.NONE, Optional.empty(), settings);
            SessionWriter writer = begin(folder, manifest);
            recording.put(id, writer);
            return writer;
        } catch (SessionException e) {
            throw e;
        } catch (IOException e) {
            throw new SessionException("cannot_write", "a session cannot be begun in " + root + ": " + e.getMessage());
        } finally {
            lock.unlock();
        }
    }

    /** Begins to write a session; of one that cannot be begun nothing stays. */
    private SessionWriter begin(Path folder, Manifest manifest) throws IOException {
        SessionLock held = SessionLock.tryTake(folder)
                .orElseThrow(() -> new SessionException("session_locked", "another process writes session " + manifest.id()));
        try {
            return new SessionWriter(files, folder, manifest, limits, clock, nanoTime, held);
        } catch (IOException e) {
            try (held) {
                deleteFolder(folder);
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
                forget(writer.id());
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
            manifests.add(Manifest.read(root.resolve(id.text()), id).orElseGet(() -> Manifest.lost(id)));
        }
        // Ids tell the second of the start; within one their order is chance.
        manifests.sort(Comparator.comparingLong(Manifest::startedAtMillis).reversed());
        return manifests;
    }

    /** Ids of all sessions, the oldest first. */
    public List<SessionId> ids() throws IOException {
        List<SessionId> ids = new ArrayList<>();
        if (!Files.isDirectory(root)) {
            return ids;
        }
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(root, Files::isDirectory)) {
            for (Path folder : folders) {
                SessionId.parse(folder.getFileName().toString()).ifPresent(ids::add);
            }
        }
        Collections.sort(ids);
        return ids;
    }

    /**
     * Opens a session for reading; what a dead process left is recovered first. The result is shared: callers do not close it.
     *
     * @throws SessionException if there is none with this id
     */
    public Session open(SessionId id) throws IOException {
        // Outside of the lock: whoever sent something through the proxy wants to find it.
        recordingOf(id).ifPresent(SessionWriter::settle);
        lock.lock();
        try {
            Session known = open.get(id);
            if (known != null && known.isUsable()) {
                return known;
            }
            forget(id);
            Path folder = existing(id);
            SessionWriter writer = recording.get(id);
            if (writer != null) {
                return new Session(files, folder, writer.manifest(), writer.index(), Optional.empty(), List.of(), false);
            }
            return openStopped(id, folder);
        } finally {
            lock.unlock();
        }
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
        for (Path file : SegmentFiles.list(existing(id)).values()) {
            names.add(file.getFileName().toString());
        }
        return names;
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
            existing(id); // Somebody deleted it while we read.
            throw e;
        }
    }

    /** Work on an open session. */
    public interface SessionWork<T> {
        /** Does the work. */
        T on(Session session) throws Exception;
    }

    private Session openStopped(SessionId id, Path folder) throws IOException {
        Session known = elsewhere.get(id);
        return switch (tryLock(folder)) {
            case SessionLock.Attempt.Recorded recorded -> known != null && known.isUsable() ? known : openElsewhere(id, folder);
            case SessionLock.Attempt.CaredFor caredFor -> openInMemory(id, folder, Manifest.read(folder, id).orElseGet(() -> Manifest.lost(id)));
            case SessionLock.Attempt.Taken(SessionLock held) -> {
                elsewhere.remove(id);
                if (known != null) {
                    known.close();
                }
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
            remember(id, session);
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
        if (checkpoint.isEmpty()) {
            return Optional.empty();
        }
        try {
            IndexFiles index = IndexFiles.open(files, folder, manifest.id(), false);
            if (index.lastSeq() != manifest.lastSeq() || index.isOrdered() != checkpoint.get().ordered()) {
                index.close();
                return Optional.empty();
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
            elsewhere.put(id, session);
            return session;
        } catch (IOException e) {
            return openInMemory(id, folder, manifest);
        }
    }

    /** Reads the whole log; nothing is written. */
    private Session openInMemory(SessionId id, Path folder, Manifest manifest) throws IOException {
        IndexFiles index = IndexFiles.inMemory(id, limits);
        LogReplay replay = new LogReplay(files, folder, id, new IndexWriter(index, 0), new OpenExchanges(), 0, Losses.NONE);
        replay.run(Position.NONE);
        return new Session(files, folder, manifest, index, Optional.empty(), replay.damage(), true);
    }

    /** Takes the lock; waits a little for another process that recovers the session, but not for one that records it. */
    private static SessionLock.Attempt tryLock(Path folder) {
        long begin = System.nanoTime();
        try {
            SessionLock.Attempt attempt = SessionLock.tryTake(folder, SessionLock.Purpose.CARE);
            while (attempt instanceof SessionLock.Attempt.CaredFor && System.nanoTime() - begin < CARE_WAIT_NANOS
                    && !Thread.currentThread().isInterrupted()) {
                LockSupport.parkNanos(CARE_POLL_NANOS);
                attempt = SessionLock.tryTake(folder, SessionLock.Purpose.CARE);
            }
            return attempt;
        } catch (IOException e) {
            return new SessionLock.Attempt.Recorded(); // A folder that cannot be written can still be read.
        }
    }

    /**
     * Reads the whole log of a session again and makes its index anew.
     *
     * @throws SessionException if it is being recorded, or is unknown
     */
    public Recovered recover(SessionId id) throws IOException {
        lock.lock();
        try {
            Path folder = existing(id);
            if (recording.containsKey(id)) {
                throw new SessionException("session_active", "session " + id + " is being recorded; stop it first");
            }
            forget(id);
            SessionLock held = take(folder, id);
            try {
                Manifest.refuseNewer(folder);
                SessionRecovery.Result result = new SessionRecovery(files, folder, id, limits, clock).run(true);
                return new Recovered(result.manifest(), result.damage());
            } finally {
                held.close();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * What recovery found.
     *
     * @param manifest the manifest as it is now
     * @param damage what was damaged
     */
    public record Recovered(Manifest manifest, List<Damage> damage) {}

    /** Whether a session was left by a process that died: it did not end, and nobody holds it. */
    public boolean isLeftBehind(SessionId id) throws IOException {
        Path folder = existing(id);
        if (Manifest.read(folder, id).filter(found -> found.endedAtMillis().isPresent()).isPresent()) {
            return false;
        }
        lock.lock();
        try {
            if (!recording.containsKey(id) && tryLock(folder) instanceof SessionLock.Attempt.Taken(SessionLock held)) {
                held.close();
                return true;
            }
            return false;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Deletes a session with all its files.
     *
     * @throws SessionException if it is being recorded, or is unknown
     */
    public void delete(SessionId id) throws IOException {
        lock.lock();
        try {
            Path folder = existing(id);
            if (recording.containsKey(id)) {
                throw new SessionException("session_active", "session " + id + " is being recorded; stop it first");
            }
            forget(id);
            SessionLock held = take(folder, id);
            try {
                // Gone at once for all who look, and never half of it there: a crash leaves what the next deletion sweeps.
                Files.move(folder, root.resolve(DELETED + id), StandardCopyOption.ATOMIC_MOVE);
                sweepDeleted();
            } finally {
                held.close();
            }
        } finally {
            lock.unlock();
        }
    }

    private static SessionLock take(Path folder, SessionId id) throws IOException {
        return switch (tryLock(folder)) {
            case SessionLock.Attempt.Taken(SessionLock held) -> held;
            case SessionLock.Attempt.Recorded recorded -> throw new SessionException("session_locked", "another process records session " + id);
            case SessionLock.Attempt.CaredFor caredFor -> throw new SessionException("session_locked", "another process recovers session " + id);
        };
    }

    private void sweepDeleted() throws IOException {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(root, DELETED + "*")) {
            for (Path folder : folders) {
                deleteFolder(folder);
            }
        }
    }

    private static void deleteFolder(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, IOException failure) throws IOException {
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private Path existing(SessionId id) throws SessionException {
        Path folder = root.resolve(id.text());
        if (!Files.isDirectory(folder, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
            throw new SessionException("unknown_session", "there is no session " + id);
        }
        return folder;
    }

    private void remember(SessionId id, Session session) throws IOException {
        if (open.size() >= OPEN_MAX) {
            // Mappings outlive their channel, so that whoever reads a session that is forgotten here can finish.
            forget(open.keySet().iterator().next());
        }
        open.put(id, session);
    }

    private void forget(SessionId id) throws IOException {
        Session session = open.remove(id);
        if (session != null) {
            session.close();
        }
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
            for (SessionId id : List.copyOf(open.keySet())) {
                forget(id);
            }
        } finally {
            lock.unlock();
        }
    }
}
