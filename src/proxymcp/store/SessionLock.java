package proxymcp.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The right to write a session: a lock on its file {@code lock}, which the system gives back when the process ends. */
final class SessionLock implements Closeable {
    /**
     * Folders that this JVM holds. POSIX gives all locks of a process on a file back when any descriptor of it is closed, so that a lock that is
     * held must not be tried again by opening its file.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path held;
    private final FileChannel channel;
    private final FileLock lock;

    private SessionLock(Path held, FileChannel channel, FileLock lock) {
        this.held = held;
        this.channel = channel;
        this.lock = lock;
    }

    /**
     * Takes the lock.
     *
     * @return empty if somebody else writes the session, in this process or another
     * @throws IOException if the folder cannot be written
     */
    static Optional<SessionLock> tryTake(Path folder) throws IOException {
        Path held = folder.toRealPath();
        if (!HELD.add(held)) {
            return Optional.empty(); // This process writes it.
        }
        Optional<SessionLock> taken = Optional.empty();
        try {
            taken = tryLock(held);
            return taken;
        } finally {
            if (taken.isEmpty()) {
                HELD.remove(held);
            }
        }
    }

    private static Optional<SessionLock> tryLock(Path folder) throws IOException {
        Path file = folder.resolve("lock");
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            StoreFiles.restrictFile(file);
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return Optional.of(new SessionLock(folder, channel, lock));
            }
        } catch (OverlappingFileLockException e) {
            channel.close();
            return Optional.empty(); // Another copy of this class in this JVM holds it.
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        channel.close();
        return Optional.empty();
    }

    @Override
    public void close() throws IOException {
        try (channel) {
            lock.release();
        } finally {
            HELD.remove(held);
        }
    }
}
