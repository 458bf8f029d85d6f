package proxymcp.cli;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The folder that holds everything kept, shared by all processes that name it:
 *
 * <pre>
 *   ca/  sessions/  rules/  replays/  queue/  plugins/  files/   made by whoever keeps something there
 *   profiles/                                              browsers and processes of servers that run
 *   run/&lt;id&gt;                                              locked while the process with this id lives
 * </pre>
 *
 * <p>Folders are 0700, files 0600. What belongs to an id whose file is locked is left alone by everybody else; a file that can be locked
 * was left by a process that died, and is removed by the next one that opens the home.
 */
final class Home implements Closeable {
    private final Path lockFile;
    private final FileChannel channel;

    private Home(Path lockFile, FileChannel channel) {
        this.lockFile = lockFile;
        this.channel = channel;
    }

    /**
     * Makes the folder if there is none, takes a lock in it, and removes the locks of dead processes.
     *
     * @throws IOException if it cannot be written
     */
    static Home open(Path path) throws IOException {
        Path run = Files.createDirectories(path.resolve("run"), ownerOnly("rwx------"));
        removeStale(run);
        while (true) {
            Path file = run.resolve(newId());
            FileChannel channel = FileChannel.open(file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    ownerOnly("rw-------"));
            try {
                // Another process may take the new file for a stale one before it is locked, and remove it.
                if (channel.tryLock() != null && Files.exists(file)) {
                    return new Home(file, channel);
                }
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
            channel.close();
        }
    }

    /** This process in {@code run/}. */
    String id() {
        return lockFile.getFileName().toString();
    }

    private static String newId() {
        return ProcessHandle.current().pid() + "-" + Long.toHexString(ThreadLocalRandom.current().nextLong() >>> 16);
    }

    private static void removeStale(Path run) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(run)) {
            for (Path file : files) {
                removeIfStale(file);
            }
        }
    }

    private static void removeIfStale(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE); FileLock lock = channel.tryLock()) {
            if (lock != null) {
                Files.deleteIfExists(file);
            }
        } catch (NoSuchFileException | OverlappingFileLockException e) {
            // Its owner has just ended, or is this process.
        }
    }

    private static FileAttribute<?>[] ownerOnly(String mode) {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode))}
                : new FileAttribute<?>[0];
    }

    /** Gives the lock up. */
    @Override
    public void close() throws IOException {
        Files.deleteIfExists(lockFile);
        channel.close();
    }
}
