package proxymcp.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import proxymcp.json.JsonObject;

/**
 * The manifest of a session that this process records: on disk from the start, again with each labelled checkpoint and
 * whenever the settings change, and at the end.
 *
 * <p>Any thread may call. The lock is held while the file is replaced, so that what was written last is what is known here.
 */
final class ManifestFile {
    private final StoreFiles files;
    private final Path folder;
    private final ReentrantLock writing = new ReentrantLock();
    private volatile Manifest manifest;
    /** Guarded by {@link #writing}. */
    private boolean ended;

    /** Writes the first one. */
    ManifestFile(StoreFiles files, Path folder, Manifest manifest) throws IOException {
        this.files = files;
        this.folder = folder;
        this.manifest = manifest;
        manifest.write(files, folder);
    }

    /** The manifest as it is now. */
    Manifest current() {
        return manifest;
    }

    /**
     * Keeps a labelled checkpoint.
     *
     * @throws IOException if it could not be written, or the session has ended
     */
    void keep(CheckpointInfo checkpoint) throws IOException {
        change(before -> before.with(checkpoint));
    }

    /**
     * Keeps other settings; nothing is written if they are the same.
     *
     * @throws IOException if they could not be written, or the session has ended
     */
    void keep(JsonObject settings) throws IOException {
        change(before -> before.settings().equals(settings) ? before : before.with(settings));
    }

    private void change(UnaryOperator<Manifest> change) throws IOException {
        writing.lock();
        try {
            if (ended) {
                throw new IOException("the session has ended");
            }
            Manifest next = change.apply(manifest);
            if (next != manifest) {
                next.write(files, folder);
                manifest = next;
            }
        } finally {
            writing.unlock();
        }
    }

    /** What a manifest says once its session has ended. */
    interface Ending {
        Manifest of(Manifest before);
    }

    /** Writes the last one, unless the folder is gone. */
    void end(Ending ending) throws IOException {
        writing.lock();
        try {
            ended = true;
            manifest = ending.of(manifest);
            if (Files.isDirectory(folder)) {
                manifest.write(files, folder);
            }
        } finally {
            writing.unlock();
        }
    }
}
