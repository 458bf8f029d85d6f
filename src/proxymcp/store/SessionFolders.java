package proxymcp.store;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The folders below a home's {@code sessions}: which there are, and how one goes. */
public final class SessionFolders {
    /** Begins the names of folders that are being deleted: such a name is no id. */
    private static final String DELETED = "deleted-";

    private final Path root;

    SessionFolders(Path root) {
        this.root = root;
    }

    /** The folder that holds all sessions. */
    Path root() {
        return root;
    }

    /** Ids of all sessions, the oldest first. */
    List<SessionId> ids() throws IOException {
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

    /** Where the session is or would be. */
    Path of(SessionId id) {
        return root.resolve(id.text());
    }

    /**
     * Where the session is.
     *
     * @throws SessionException if there is none with this id
     */
    Path existing(SessionId id) throws SessionException {
        Path folder = of(id);
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            throw new SessionException("unknown_session", "there is no session " + id);
        }
        return folder;
    }

    /** Deletes a session: gone at once for all who look, and never half of it there. A crash leaves what the next deletion sweeps. */
    void delete(SessionId id) throws IOException {
        Files.move(existing(id), root.resolve(DELETED + id), StandardCopyOption.ATOMIC_MOVE);
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(root, DELETED + "*")) {
            for (Path folder : folders) {
                deleteFolder(folder);
            }
        }
    }

    /** Deletes a folder with all that is in it. */
    public static void deleteFolder(Path folder) throws IOException {
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
}
