package proxymcp.selftest;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.random.RandomGenerator;
import proxymcp.store.BusyFolder;
import proxymcp.store.SessionLock;
import proxymcp.store.StoreFiles;

/**
 * The folder of one self-test, {@code <home>/selftest/<process>-<number>}, locked while it runs and removed after it. The system gives the lock
 * back when the process dies, however it does; whoever makes the next folder removes what is not locked.
 */
final class Scratch implements Closeable {
    private static final int TRIES = 10;
    private static final long TRY_NANOS = 20_000_000;

    private final Path path;
    private final SessionLock lock;

    private Scratch(Path path, SessionLock lock) {
        this.path = path;
        this.lock = lock;
    }

    /**
     * Makes a folder below {@code home}.
     *
     * @throws IOException if it cannot be written
     */
    static Scratch make(Path home, RandomGenerator random) throws IOException {
        Path root = home.resolve("selftest");
        removeLeftBehind(root);
        IOException last = new NoSuchFileException(root.toString());
        for (int attempt = 1; attempt <= TRIES; attempt++) {
            Path folder = root.resolve(ProcessHandle.current().pid() + "-" + Long.toHexString(random.nextLong() >>> 16));
            try {
                // Another process may take the new folder for one that was left, or remove the root that it finds empty.
                StoreFiles.DISK.createFolder(folder);
                Optional<SessionLock> held = SessionLock.tryTake(folder);
                if (held.isPresent()) {
                    return new Scratch(folder, held.get());
                }
            } catch (NoSuchFileException e) {
                last = e;
            }
        }
        throw last;
    }

    /** The folder. */
    Path path() {
        return path;
    }

    private static void removeLeftBehind(Path root) throws IOException {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(root, folder -> Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS))) {
            for (Path folder : folders) {
                try {
                    Optional<SessionLock> held = SessionLock.tryTake(folder);
                    if (held.isPresent()) {
                        new Scratch(folder, held.get()).close();
                    }
                } catch (NoSuchFileException e) {
                    continue; // Its process has just ended, or another one removes it.
                }
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            return; // Nothing was left, or making the folder tells what is in its way.
        }
    }

    /** Removes the folder with all that is in it; links are not followed. Doing it again changes nothing. */
    @Override
    public void close() throws IOException {
        lock.close();
        BusyFolder.remove(path);
        try {
            Files.deleteIfExists(path.getParent());
        } catch (DirectoryNotEmptyException e) {
            return; // Another self-test has a folder beside it.
        }
    }
}
