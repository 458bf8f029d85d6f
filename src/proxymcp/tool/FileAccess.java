package proxymcp.tool;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import proxymcp.mcp.CallOrigin;

/**
 * Which files a call may touch. The only place where a name from a caller becomes a path.
 *
 * <p>Writing: under {@code <home>/files}, the working directory (unless that is a root or the user's home) and each allowed folder,
 * never in the folders where proxy-mcp keeps its own state. Reading: anywhere for a caller on stdio, the same folders for one on HTTP. A
 * caller on HTTP without a token names no files at all. Links are resolved before anything is compared.
 *
 * <p>Immutable; any thread may call.
 */
public final class FileAccess {
    /** Folders of the home that hold keys and state. */
    private static final List<String> CLOSED_FOLDERS = List.of("ca", "sessions", "plugins", "rules", "queue", "run", "profiles");

    private final Path home;
    private final Path workingDirectory;
    private final Path userHome;
    private final List<Path> allowed;

    /**
     * The rules of one process.
     *
     * @param home the folder that holds everything kept
     * @param workingDirectory what relative names of files to read start from
     * @param userHome the home folder of the user
     * @param allowed further folders
     */
    public FileAccess(Path home, Path workingDirectory, Path userHome, List<Path> allowed) {
        this.home = home.toAbsolutePath();
        this.workingDirectory = workingDirectory.toAbsolutePath();
        this.userHome = userHome.toAbsolutePath();
        this.allowed = List.copyOf(allowed);
    }

    /**
     * Writes a new file, or replaces one: all of it or nothing, readable by its owner alone.
     *
     * @param argument name of the argument, for the message of a refusal
     * @param name as the caller gave it; relative to {@code <home>/files}
     * @param content all octets of the file
     * @param overwrite whether an existing file is replaced
     * @return the file written, links resolved
     * @throws ToolFailure {@code forbidden}, {@code path_not_allowed}, {@code file_exists}, {@code file_error}
     */
    public Path write(CallOrigin origin, String argument, String name, byte[] content, boolean overwrite) throws ToolFailure {
        return write(origin, argument, name, out -> out.write(content), overwrite);
    }

    /** Writes the octets of a new file. */
    interface Content {
        /** Writes them all. */
        void writeTo(OutputStream out) throws IOException;
    }

    /** The same, for content that is not held in memory. */
    Path write(CallOrigin origin, String argument, String name, Content content, boolean overwrite) throws ToolFailure {
        refuseStrangers(origin, argument);
        try {
            Path files = Files.createDirectories(home.resolve("files"), ownerOnly("rwx------")).toRealPath();
            Path file = resolved(files.resolve(path(argument, name)));
            refuseOutside(file, argument, name);
            refuseExisting(file, argument, name, overwrite);
            Files.createDirectories(file.getParent(), ownerOnly("rwx------"));
            writeAtomically(file, content, overwrite);
            return file;
        } catch (IOException e) {
            throw new ToolFailure("file_error", argument + ": " + name + " cannot be written: " + reason(e));
        }
    }

    /**
     * Writes a file of this program's own choosing, beside those that are there: {@code <home>/files/<folder>/<stem>-<number><extension>}. No
     * caller names it, so any may ask for it.
     *
     * @param argument name of the argument that would have named it, for the message of a failure
     * @return the file written, links resolved
     * @throws ToolFailure {@code file_error}
     */
    Path writeNew(String argument, String folder, String stem, String extension, Content content) throws ToolFailure {
        try {
            Path parent = Files.createDirectories(home.resolve("files").resolve(folder), ownerOnly("rwx------")).toRealPath();
            Path temporary = temporary(parent);
            try {
                writeTo(temporary, content);
                Path file = reserved(parent, stem, extension);
                Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                return file;
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            throw new ToolFailure("file_error", argument + ": no file can be written in the folder files/" + folder + " of the home: " + reason(e));
        }
    }

    /** Makes an empty file with the lowest free number: nobody else can take the name then. */
    private static Path reserved(Path parent, String stem, String extension) throws IOException {
        for (int number = 1; ; number++) {
            Path file = parent.resolve(stem + "-" + number + extension);
            try {
                return Files.createFile(file, ownerOnly("rw-------"));
            } catch (FileAlreadyExistsException e) {
                continue; // The next number may be free.
            }
        }
    }

    /**
     * Finds a file to read.
     *
     * @param argument name of the argument, for the message of a refusal
     * @param name as the caller gave it; relative to the working directory
     * @return the file, links resolved
     * @throws ToolFailure {@code forbidden}, {@code path_not_allowed}, {@code file_not_found}, {@code file_error}
     */
    public Path toRead(CallOrigin origin, String argument, String name) throws ToolFailure {
        refuseStrangers(origin, argument);
        try {
            Path file = resolved(workingDirectory.resolve(path(argument, name)));
            if (origin == CallOrigin.HTTP_WITH_TOKEN) {
                refuseOutside(file, argument, name);
            }
            if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
                throw new ToolFailure(Files.exists(file) ? "file_error" : "file_not_found", argument + ": " + name
                        + (Files.exists(file) ? " is not a file that can be read" : " does not exist"));
            }
            return file;
        } catch (NoSuchFileException e) {
            throw new ToolFailure("file_not_found", argument + ": " + name + " does not exist");
        } catch (IOException e) {
            throw new ToolFailure("file_error", argument + ": " + name + " cannot be read: " + reason(e));
        }
    }

    /**
     * Finds a folder that a program of the caller's may write to; it need not exist.
     *
     * @param argument name of the argument, for the message of a refusal
     * @param name as the caller gave it; relative to {@code <home>/files}
     * @return the folder, links resolved
     * @throws ToolFailure {@code forbidden}, {@code path_not_allowed}, {@code file_error}
     */
    Path folder(CallOrigin origin, String argument, String name) throws ToolFailure {
        refuseStrangers(origin, argument);
        try {
            Path files = Files.createDirectories(home.resolve("files"), ownerOnly("rwx------")).toRealPath();
            Path folder = resolved(files.resolve(path(argument, name)));
            refuseOutside(folder, argument, name);
            if (Files.exists(folder) && !Files.isDirectory(folder)) {
                throw new ToolFailure("file_error", argument + ": " + name + " is no folder");
            }
            return folder;
        } catch (IOException e) {
            throw new ToolFailure("file_error", argument + ": " + name + " cannot be used: " + reason(e));
        }
    }

    /** Folder for files that no call names and no call outlives. */
    Path temporary() {
        return home.resolve("files").resolve("tmp");
    }

    private static void refuseStrangers(CallOrigin origin, String argument) throws ToolFailure {
        if (origin == CallOrigin.HTTP_WITHOUT_TOKEN) {
            throw new ToolFailure("forbidden", argument + ": files cannot be named over HTTP without a token",
                    "start the server with --token, or use stdio");
        }
    }

    private static Path path(String argument, String name) throws ToolFailure {
        try {
            if (!name.isEmpty()) {
                return Path.of(name);
            }
        } catch (InvalidPathException e) {
            // The same answer as for an empty name.
        }
        throw new ToolFailure("bad_argument", argument + ": expected the name of a file");
    }

    private void refuseOutside(Path file, String argument, String name) throws ToolFailure, IOException {
        if (Files.exists(home)) {
            Path realHome = home.toRealPath();
            for (String folder : CLOSED_FOLDERS) {
                Path closed = realHome.resolve(folder);
                if (file.startsWith(closed) || Files.exists(closed) && file.startsWith(closed.toRealPath())) {
                    throw new ToolFailure("path_not_allowed", argument + ": " + name + " is in the folder \"" + folder
                            + "\" of the home, which tools do not touch", "name a file in another folder");
                }
            }
        }
        for (Path root : roots()) {
            if (file.startsWith(root) && !file.equals(root)) {
                return;
            }
        }
        throw new ToolFailure("path_not_allowed", argument + ": " + name + " is outside of the folders that tools may use",
                "use a relative name, which is kept under " + home.resolve("files") + ", or start with --allow-path DIR");
    }

    private List<Path> roots() throws IOException {
        List<Path> candidates = new ArrayList<>(allowed);
        candidates.add(home.resolve("files"));
        if (Files.exists(workingDirectory)) {
            Path real = workingDirectory.toRealPath();
            boolean tooWide = real.getParent() == null || Files.exists(userHome) && real.equals(userHome.toRealPath());
            if (!tooWide) {
                candidates.add(real);
            }
        }
        List<Path> roots = new ArrayList<>();
        for (Path candidate : candidates) {
            if (Files.isDirectory(candidate)) {
                roots.add(candidate.toRealPath());
            }
        }
        return roots;
    }

    /**
     * The path without links, {@code .} and {@code ..}; its end need not exist. Taken step by step, because {@code link/..} is not the
     * folder that holds the link.
     *
     * @throws IOException if a link on the way leads nowhere
     */
    private static Path resolved(Path path) throws IOException {
        Path absolute = path.toAbsolutePath();
        Path real = absolute.getRoot();
        for (Path step : absolute) {
            String name = step.toString();
            if (name.equals("..")) {
                real = real.getParent() == null ? real : real.getParent();
            } else if (!name.equals(".")) {
                Path next = real.resolve(step);
                real = Files.exists(next, LinkOption.NOFOLLOW_LINKS) ? next.toRealPath() : next;
            }
        }
        return real;
    }

    private static void refuseExisting(Path file, String argument, String name, boolean overwrite) throws ToolFailure {
        if (!Files.exists(file)) {
            return;
        }
        if (!Files.isRegularFile(file)) {
            throw new ToolFailure("file_error", argument + ": " + name + " exists and is not a file");
        }
        if (!overwrite) {
            throw new ToolFailure("file_exists", argument + ": " + name + " exists", "set overwrite to true, or choose another name");
        }
    }

    private static void writeAtomically(Path file, Content content, boolean overwrite) throws IOException {
        Path temporary = temporary(file.getParent());
        try {
            writeTo(temporary, content);
            if (overwrite) {
                Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } else {
                Files.move(temporary, file);
            }
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private static Path temporary(Path folder) {
        return folder.resolve("." + UUID.randomUUID() + ".tmp");
    }

    private static void writeTo(Path temporary, Content content) throws IOException {
        try (FileChannel channel = FileChannel.open(temporary, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                ownerOnly("rw-------"))) {
            content.writeTo(Channels.newOutputStream(channel));
        }
    }

    private static String reason(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "a folder or link on the way leads nowhere";
        }
        if (e instanceof FileAlreadyExistsException) {
            return "something that is no folder is in the way, or the file appeared meanwhile";
        }
        return e.getClass().getSimpleName();
    }

    private static FileAttribute<?>[] ownerOnly(String mode) {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode))}
                : new FileAttribute<?>[0];
    }
}
