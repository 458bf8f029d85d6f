package proxymcp.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * The right to write a session: a lock on octet 0 of its file {@code lock}, which the system gives back when the process ends. Who takes it for
 * anything else than to record takes octet 1 before: so a reader that finds octet 0 taken can tell a session that is recorded, whose index can be
 * read, from one that is brought in order, whose index cannot. Folders of runs are held by the same lock.
 */
public final class SessionLock implements Closeable {
    private static final long CARE_WAIT_NANOS = 3_000_000_000L;
    private static final long CARE_POLL_NANOS = 10_000_000;

    /** What came of trying to take it: the lock, or why not. */
    sealed interface Attempt {
        /** It is ours, until it is closed. */
        record Taken(SessionLock lock) implements Attempt {}

        /** Somebody records the session, in this process or another. */
        record Recorded() implements Attempt {}

        /** Somebody recovers, deletes or looks at it, which does not last. */
        record CaredFor() implements Attempt {}
    }

    /** What it is taken for. */
    enum Purpose {
        /** To record a new session. */
        RECORD,
        /** To recover, delete or look at one that nobody records. */
        CARE
    }

    /**
     * Folders that this JVM holds, and what for. POSIX gives all locks of a process on a file back when any descriptor of it is closed, so that a
     * lock that is held must not be tried again by opening its file.
     */
    private static final Map<Path, Purpose> HELD = new ConcurrentHashMap<>();

    private final Path folder;
    private final FileChannel channel;

    private SessionLock(Path folder, FileChannel channel) {
        this.folder = folder;
        this.channel = channel;
    }

    /**
     * Takes the lock to record.
     *
     * @return empty if somebody else has it
     * @throws IOException if the folder cannot be written
     */
    public static Optional<SessionLock> tryTake(Path folder) throws IOException {
        return tryTake(folder, Purpose.RECORD) instanceof Attempt.Taken(SessionLock lock) ? Optional.of(lock) : Optional.empty();
    }

    /**
     * Tries to take the lock.
     *
     * @throws IOException if the folder cannot be written
     */
    static Attempt tryTake(Path folder, Purpose purpose) throws IOException {
        Path real = folder.toRealPath();
        Purpose known = HELD.putIfAbsent(real, purpose);
        if (known != null) {
            return refused(known);
        }
        boolean taken = false;
        try {
            Attempt attempt = tryFile(real, purpose);
            taken = attempt instanceof Attempt.Taken;
            return attempt;
        } finally {
            if (!taken) {
                HELD.remove(real);
            }
        }
    }

    /** Whether somebody records the session. A folder that cannot be written counts as one that nobody does. */
    public static boolean isRecorded(Path folder) {
        try {
            Attempt attempt = tryTake(folder, Purpose.CARE);
            if (attempt instanceof Attempt.Taken(SessionLock lock)) {
                lock.close();
            }
            return attempt instanceof Attempt.Recorded;
        } catch (IOException e) {
            return false; // What is found there is read as it is.
        }
    }

    private static Attempt refused(Purpose holder) {
        return switch (holder) {
            case RECORD -> new Attempt.Recorded();
            case CARE -> new Attempt.CaredFor();
        };
    }

    private static Attempt tryFile(Path folder, Purpose purpose) throws IOException {
        Path file = folder.resolve("lock");
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        boolean taken = false;
        try {
            StoreFiles.restrictFile(file);
            if (purpose == Purpose.CARE && !tryOctet(channel, 1)) {
                return new Attempt.CaredFor();
            }
            taken = tryOctet(channel, 0);
            return taken ? new Attempt.Taken(new SessionLock(folder, channel)) : new Attempt.Recorded();
        } finally {
            if (!taken) {
                channel.close();
            }
        }
    }

    private static boolean tryOctet(FileChannel channel, long octet) throws IOException {
        try {
            FileLock lock = channel.tryLock(octet, 1, false);
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false; // Another copy of this class in this JVM holds it.
        }
    }

    /** Gives it back. */
    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            HELD.remove(folder);
        }
    }

    /** Takes the lock; waits a little for another process that recovers the session, but not for one that records it. */
    static Attempt tryTakeForCare(Path folder) {
        long begin = System.nanoTime();
        try {
            Attempt attempt = tryTake(folder, Purpose.CARE);
            while (attempt instanceof Attempt.CaredFor && System.nanoTime() - begin < CARE_WAIT_NANOS
                    && !Thread.currentThread().isInterrupted()) {
                LockSupport.parkNanos(CARE_POLL_NANOS);
                attempt = tryTake(folder, Purpose.CARE);
            }
            return attempt;
        } catch (IOException e) {
            return new Attempt.Recorded(); // A folder that cannot be written can still be read.
        }
    }
}
