package proxymcp.rule;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/** The folder of the rules: its owner's alone, and changed by one book at a time, whatever process that is in. */
final class RuleFolder {
    private static final long WAIT_NANOS = 3_000_000_000L;
    private static final long POLL_NANOS = 5_000_000;
    /** One lock a folder within this JVM, as locks on files are the whole process's. */
    private static final Map<Path, ReentrantLock> LOCKS = new ConcurrentHashMap<>();

    private final Path folder;

    /** What is done alone. */
    interface Work<T> {
        T run() throws IOException, RuleException;
    }

    RuleFolder(Path folder) {
        this.folder = folder;
    }

    /**
     * Makes the folder if there is none, waits for whoever changes something, and does the same.
     *
     * @throws IOException if the folder cannot be made or written, or another process holds it for three seconds
     */
    <T> T alone(Work<T> work) throws IOException, RuleException {
        Files.createDirectories(folder, ownerOnly("rwx------"));
        ReentrantLock ours = LOCKS.computeIfAbsent(folder.toRealPath(), path -> new ReentrantLock());
        ours.lock();
        try {
            FileChannel lock = locked();
            try {
                return work.run();
            } finally {
                lock.close();
            }
        } finally {
            ours.unlock();
        }
    }

    private FileChannel locked() throws IOException {
        Path file = folder.resolve("lock");
        FileChannel channel = FileChannel.open(file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), ownerOnly("rw-------"));
        boolean taken = false;
        try {
            long begin = System.nanoTime();
            while (!taken && System.nanoTime() - begin < WAIT_NANOS) {
                taken = tryLock(channel);
                if (!taken) {
                    LockSupport.parkNanos(POLL_NANOS);
                }
            }
            if (!taken) {
                throw new IOException("another process holds " + file);
            }
            return channel;
        } finally {
            if (!taken) {
                channel.close();
            }
        }
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false; // Another copy of this class in this JVM holds it.
        }
    }

    /** Replaces a file, whole or not at all; the lock is held. */
    void replace(Path file, byte[] content) throws IOException {
        Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
        Files.deleteIfExists(temporary);
        try (FileChannel channel = FileChannel.open(temporary, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), ownerOnly("rw-------"))) {
            ByteBuffer bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            return; // Windows does not open folders; its file systems keep their journal.
        }
    }

    private static FileAttribute<?>[] ownerOnly(String mode) {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode))}
                : new FileAttribute<?>[0];
    }
}
