package proxymcp.store;

import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;

/**
 * Reads many exchanges in full, one after another, without opening the log again for each. Whoever goes from one to the next reads it from one
 * end to the other. Not for several threads.
 */
public final class ExchangeScan implements Closeable {
    /** What is read of the log at a time: a dozen short exchanges. */
    static final int WINDOW_BYTES = 32 << 10;

    private final Session session;
    private final LogReader near;
    private final LogReader shared;

    /**
     * @param near for what stands where an exchange was recorded
     * @param shared for what exchanges share, which stands anywhere
     */
    ExchangeScan(Session session, LogReader near, LogReader shared) {
        this.session = session;
        this.near = near;
        this.shared = shared;
    }

    /**
     * Reads an exchange. Its bodies can be opened also after the next one was read.
     *
     * @return empty if there is none with this seq
     * @throws CorruptSegmentException if its request head is damaged; other damage is named in the result
     */
    public Optional<StoredExchange> exchange(long seq) throws IOException {
        return session.exchange(seq, near, shared);
    }

    @Override
    public void close() throws IOException {
        try (near) {
            shared.close();
        }
    }
}
