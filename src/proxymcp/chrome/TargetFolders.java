package proxymcp.chrome;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;
import proxymcp.store.BusyFolder;
import proxymcp.store.SessionLock;

/**
 * The folders of targets, {@code <home>/profiles/<server>/<target>}. A server holds a lock on its own one as long as it lives; the system gives
 * it back when the server dies, however it does. Whoever gets another server's lock ends the processes that belong to that folder and removes it.
 *
 * <p>Any thread may call; the lock guards all members, and is held while folders are made.
 */
final class TargetFolders implements Closeable {
    /** Begins the argument that every browser is started with, and none heeds; the path of its folder follows. */
    static final String MARKER = "--proxy-mcp-folder=";
    private static final int TRIES = 10;
    private static final System.Logger LOG = System.getLogger("proxymcp.chrome");

    private final Path root;
    private final ReentrantLock lock = new ReentrantLock();
    private Optional<Own> own = Optional.empty();
    private int made;
    private boolean closed;

    private record Own(Path folder, SessionLock held) {}

    /** Below {@code home}; nothing is made yet. */
    TargetFolders(Path home) {
        this.root = home.resolve("profiles");
    }

    /**
     * Makes a folder for a target.
     *
     * @param kind begins its name
     * @throws IOException if it cannot be made, or everything was closed
     */
    TargetFolder make(String kind) throws IOException {
        lock.lock();
        try {
            if (closed) {
                throw new IOException("the server is ending");
            }
            if (own.isEmpty()) {
                own = Optional.of(makeOwn());
            }
            return new TargetFolder(Files.createDirectory(own.get().folder().resolve(kind + "-" + ++made), ownerOnly()));
        } finally {
            lock.unlock();
        }
    }

    private Own makeOwn() throws IOException {
        Files.createDirectories(root, ownerOnly());
        for (int attempt = 1; attempt <= TRIES; attempt++) {
            Path folder = root.resolve(ProcessHandle.current().pid() + "-" + Long.toHexString(ThreadLocalRandom.current().nextLong() >>> 16));
            Files.createDirectory(folder, ownerOnly());
            try {
                // Another server may take the new folder for one that was left, and remove it.
                Optional<SessionLock> held = SessionLock.tryTake(folder);
                if (held.isPresent()) {
                    return new Own(folder.toRealPath(), held.get());
                }
            } catch (NoSuchFileException e) {
                continue;
            }
        }
        throw new IOException("no folder below " + root + " can be locked");
    }

    private static FileAttribute<?>[] ownerOnly() {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))}
                : new FileAttribute<?>[0];
    }

    /** Ends what servers that died left, and removes their folders. What fails is logged, and tried again at the next call. */
    void removeLeftBehind() {
        for (Path folder : foldersIn(root)) {
            try {
                Optional<SessionLock> held = SessionLock.tryTake(folder);
                if (held.isPresent()) {
                    removeLeftBehind(folder, held.get());
                }
            } catch (NoSuchFileException e) {
                continue; // Its server has just ended, or another one removes it.
            } catch (IOException e) {
                LOG.log(System.Logger.Level.WARNING, "a folder that a dead server left cannot be removed: {0}", e.toString());
            }
        }
    }

    private static void removeLeftBehind(Path folder, SessionLock held) throws IOException {
        try {
            List<ProcessHandle> known = new ArrayList<>();
            foldersIn(folder).forEach(target -> new TargetFolder(target).process().ifPresent(known::add));
            TargetProcesses.kill(known, List.of(folder.toRealPath()));
            for (Path target : foldersIn(folder)) {
                new TargetFolder(target).remove();
            }
            BusyFolder.remove(folder);
        } finally {
            held.close();
        }
    }

    private static List<Path> foldersIn(Path folder) {
        List<Path> folders = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            for (Path entry : entries) {
                if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                    folders.add(entry);
                }
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of(); // Nothing was ever started here.
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "{0} cannot be read: {1}", folder, e.toString());
        }
        return folders;
    }

    /** Removes our own folder with all that is still in it, and makes no more. */
    @Override
    public void close() throws IOException {
        lock.lock();
        try {
            closed = true;
            if (own.isPresent()) {
                Own mine = own.get();
                own = Optional.empty();
                List<Path> left = foldersIn(mine.folder());
                if (!left.isEmpty()) {
                    TargetProcesses.kill(List.of(), List.of(mine.folder())); // Of a target whose end was under way.
                    for (Path target : left) {
                        new TargetFolder(target).remove();
                    }
                }
                mine.held().close();
                BusyFolder.remove(mine.folder());
            }
        } finally {
            lock.unlock();
        }
    }
}
