package proxymcp.store;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.locks.LockSupport;

/** Removes folders that others still write to, or remove as well, while they end. */
public final class BusyFolder {
    private static final int TRIES = 100;
    private static final long TRY_NANOS = 10_000_000;

    private BusyFolder() {}

    /**
     * Removes a folder with all that is in it; links are not followed. Fine if there is none.
     *
     * @throws IOException if it is not empty, or cannot be removed, after a second of trying
     */
    public static void remove(Path folder) throws IOException {
        for (int attempt = 1;; attempt++) {
            try {
                Files.walkFileTree(folder, new Remover());
                return;
            } catch (NoSuchFileException e) {
                return; // Somebody else removes it as well, or there is none.
            } catch (IOException e) {
                if (attempt == TRIES) {
                    throw e;
                }
                // Files appear in it as long as who uses it ends; Windows keeps those that are open.
                LockSupport.parkNanos(TRY_NANOS);
            }
        }
    }

    private static final class Remover extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
            }
            throw e;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path folder, IOException e) throws IOException {
            Files.deleteIfExists(folder);
            return FileVisitResult.CONTINUE;
        }
    }
}
