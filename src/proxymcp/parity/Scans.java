package proxymcp.parity;

import java.io.Closeable;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import proxymcp.store.ExchangeScan;
import proxymcp.store.Session;

/** Scans of the sessions that a run was recorded to, one each, opened when first asked for. Not for several threads. */
final class Scans implements Closeable {
    private final Map<Session, ExchangeScan> scans = new HashMap<>();

    ExchangeScan of(Session session) {
        return scans.computeIfAbsent(session, Session::exchanges);
    }

    /** Closes all, and throws the first failure with the others suppressed. */
    @Override
    public void close() throws IOException {
        IOException failure = null;
        for (ExchangeScan scan : scans.values()) {
            try {
                scan.close();
            } catch (IOException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
