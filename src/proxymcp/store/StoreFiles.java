package proxymcp.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** How what is kept touches the disk; tests put a disk in its place that is full, slow or breaks. */
public class StoreFiles {
    /** The real disk. */
    public static final StoreFiles DISK = new StoreFiles();

    private static final Set<PosixFilePermission> OWNER_FILE = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> OWNER_FOLDER = PosixFilePermissions.fromString("rwx------");

    /** Opens a new file for reading and writing, readable by its owner alone. */
    public FileChannel create(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
        restrict(file, OWNER_FILE);
        return channel;
    }

    /** Opens an existing file for reading and writing. */
    public FileChannel update(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    /** Opens an existing file for reading. */
    FileChannel open(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.READ);
    }

    /**
     * Makes a folder that its owner alone can enter, and those above it that are missing; fine if it is there. Their entries are made durable up
     * to the root: who made a folder above may have died before it was.
     */
    public void createFolder(Path folder) throws IOException {
        makeFolder(folder.toAbsolutePath());
        for (Path above = folder.toAbsolutePath().getParent(); above != null; above = above.getParent()) {
            forceFolder(above);
        }
    }

    private void makeFolder(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            return;
        }
        if (folder.getParent() != null) {
            makeFolder(folder.getParent());
        }
        try {
            Files.createDirectory(folder);
        } catch (FileAlreadyExistsException e) {
            if (Files.isDirectory(folder)) {
                return; // Another process was quicker.
            }
            throw e;
        }
        restrict(folder, OWNER_FOLDER);
    }

    /** Replaces {@code file} by {@code bytes}, whole or not at all: temporary file, force, rename, force of the folder. */
    public void replace(Path file, byte[] bytes) throws IOException {
        Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
        Files.deleteIfExists(temporary);
        try (FileChannel channel = create(temporary)) {
            writeFully(channel, java.nio.ByteBuffer.wrap(bytes), 0);
            channel.force(true);
        }
        rename(temporary, file);
        forceFolder(file.getParent());
    }

    /** Gives a file another name, in place of the file that has it. */
    public void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Makes a folder's entries durable, where the system can. */
    public void forceFolder(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // Windows does not open folders; its file systems keep their journal.
            return;
        }
    }

    static void writeFully(FileChannel channel, java.nio.ByteBuffer bytes, long position) throws IOException {
        long at = position;
        while (bytes.hasRemaining()) {
            at += channel.write(bytes, at);
        }
    }

    /** Leaves a file to its owner alone. */
    public static void restrictFile(Path file) throws IOException {
        restrict(file, OWNER_FILE);
    }

    /** Leaves a folder to its owner alone. */
    static void restrictFolder(Path folder) throws IOException {
        restrict(folder, OWNER_FOLDER);
    }

    private static void restrict(Path path, Set<PosixFilePermission> permissions) throws IOException {
        if (path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(path, permissions);
        }
    }
}
