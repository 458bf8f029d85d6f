package proxymcp.store;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import proxymcp.exchange.CapturedBody;

/** A body of a session, read from the log when asked for. */
public interface StoredBody {
    /** Octets that passed. */
    long size();

    /** Octets that were kept, from the first on. */
    long kept();

    /** Digest of all that passed, lower-case hex; empty if it is not known. */
    Optional<String> sha256();

    /** How far it came. */
    CapturedBody.State state();

    /** Why kept octets cannot be read; empty if they can. */
    Optional<String> damage();

    /** The kept octets. Reading ends early with an {@link IOException} where the log is damaged. */
    InputStream open() throws IOException;
}
