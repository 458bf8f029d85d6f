package proxymcp.store;

import java.io.IOException;
import java.nio.file.Path;

/** Bytes of a segment are not what was written. */
public final class CorruptSegmentException extends IOException {
    private static final long serialVersionUID = 1L;

    private final transient Path path;
    private final long offset;

    /**
     * @param path the file
     * @param offset where in it
     * @param reason what was expected and what was found
     */
    CorruptSegmentException(Path path, long offset, String reason) {
        super(path.getFileName() + " at " + offset + ": " + reason);
        this.path = path;
        this.offset = offset;
    }

    /** The file; null after serialisation. */
    public Path path() {
        return path;
    }

    /** Where in the file. */
    public long offset() {
        return offset;
    }
}
