package proxymcp.selftest;

import java.io.IOException;
import java.nio.file.Path;

/** Makes servers over a home of their own. */
@FunctionalInterface
public interface ServerMaker {
    /**
     * Makes one; no proxy runs yet.
     *
     * @param home an empty folder
     * @throws IOException if the folder cannot be used
     */
    OwnServer open(Path home) throws IOException;
}
