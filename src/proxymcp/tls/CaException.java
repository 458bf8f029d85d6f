package proxymcp.tls;

import java.io.IOException;
import java.nio.file.Path;

/** The certificate authority cannot be used or made: which file, what is wrong, and what to do. */
public final class CaException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String file;

    CaException(Path file, String problem, String remedy) {
        super(file + ": " + problem + "; " + remedy);
        this.file = file.toString();
    }

    CaException(Path file, String problem, String remedy, Throwable cause) {
        super(file + ": " + problem + "; " + remedy, cause);
        this.file = file.toString();
    }

    /** The file or folder that is at fault. */
    public Path file() {
        return Path.of(file);
    }
}
