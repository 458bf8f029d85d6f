package proxymcp.replay;

import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import proxymcp.store.CorruptSegmentException;
import proxymcp.store.ExchangeScan;
import proxymcp.store.Session;
import proxymcp.store.SessionCatalog;
import proxymcp.store.SessionId;
import proxymcp.store.StoredExchange;

/**
 * Reads requests of a session when their turn comes. Any thread may call; each that reads at a time has a reader of its own, which is kept for
 * the next.
 */
public final class RequestSource implements ItemSource, Closeable {
    private record Reader(Session session, ExchangeScan scan) {}

    private final SessionCatalog catalog;
    private final SessionId id;
    private final Optional<Target> target;
    private final ConcurrentLinkedDeque<Reader> idle = new ConcurrentLinkedDeque<>();
    private volatile boolean closed;

    /**
     * @param id session with the recordings
     * @param target where requests go instead of their own origins
     */
    public RequestSource(SessionCatalog catalog, SessionId id, Optional<Target> target) {
        this.catalog = catalog;
        this.id = id;
        this.target = target;
    }

    /** The request of {@code item} as it was recorded, or why it cannot be had. */
    @Override
    public ItemChanges.Outcome request(PlanItem item) {
        try {
            Optional<StoredExchange> stored = catalog.read(id, session -> read(session, item.seq()));
            return stored.isEmpty() ? new ItemChanges.Outcome.Skipped(Unsendable.damaged("it is no longer in the session"))
                    : new RecordedRequest(stored.get(), target).outcome();
        } catch (CorruptSegmentException e) {
            return new ItemChanges.Outcome.Skipped(Unsendable.damaged(e.getMessage()));
        } catch (Exception e) {
            // A session that was deleted meanwhile, a disk that fails: this item cannot be sent, the others may.
            return new ItemChanges.Outcome.Skipped(Unsendable.damaged(String.valueOf(e.getMessage())));
        }
    }

    private Optional<StoredExchange> read(Session session, long seq) throws IOException {
        Reader reader = reader(session);
        Optional<StoredExchange> stored;
        try {
            stored = reader.scan().exchange(seq);
        } catch (IOException | RuntimeException e) {
            reader.scan().close();
            throw e;
        }
        idle.push(reader);
        if (closed) {
            closeIdle();
        }
        return stored;
    }

    private Reader reader(Session session) throws IOException {
        for (Reader reader = idle.poll(); reader != null; reader = idle.poll()) {
            if (reader.session() == session) {
                return reader;
            }
            reader.scan().close(); // The session was opened anew.
        }
        return new Reader(session, session.exchanges());
    }

    private void closeIdle() {
        for (Reader reader = idle.poll(); reader != null; reader = idle.poll()) {
            try {
                reader.scan().close();
            } catch (IOException e) {
                continue; // Nothing is lost with a reader that does not close.
            }
        }
    }

    /** Closes the readers; bodies of requests that were read can still be opened. */
    @Override
    public void close() {
        closed = true;
        closeIdle();
    }
}
