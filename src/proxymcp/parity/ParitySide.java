package proxymcp.parity;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import proxymcp.diff.RequestShape;
import proxymcp.store.CorruptSegmentException;
import proxymcp.store.ExchangeScan;
import proxymcp.store.SeqScan;
import proxymcp.store.Session;
import proxymcp.store.SessionQuery;
import proxymcp.store.StoredExchange;

/**
 * The exchanges of a session that take part, found in the index alone.
 *
 * @param session open
 * @param seqs rising
 * @param shapes of their requests
 */
record ParitySide(Session session, long[] seqs, List<RequestShape> shapes) {
    /** Exchanges of one session that are judged at most. */
    static final int EXCHANGES_MAX = 100_000;
    private static final int BATCH = 1_024;

    /**
     * Finds them.
     *
     * @throws ParityException if there are too many
     */
    static ParitySide find(Session session, SessionQuery filter) throws IOException, ParityException {
        long[] found = new long[BATCH];
        int count = 0;
        SeqScan scan = session.scan(filter, 0);
        long[] batch = new long[BATCH];
        for (int more = scan.next(batch, BATCH); more > 0; more = scan.next(batch, BATCH)) {
            if (count + more > EXCHANGES_MAX) {
                throw new ParityException("too_many_exchanges", "more than " + EXCHANGES_MAX + " exchanges of session " + session.manifest().id() + " take part",
                        "compare a part of it");
            }
            if (count + more > found.length) {
                found = Arrays.copyOf(found, Math.max(count + more, found.length * 2));
            }
            System.arraycopy(batch, 0, found, count, more);
            count += more;
        }
        return of(session, Arrays.copyOf(found, count));
    }

    /** Those with these numbers, rising; those that are not there are left out. */
    static ParitySide of(Session session, long[] seqs) throws IOException {
        long[] kept = new long[seqs.length];
        int count = 0;
        List<RequestShape> shapes = new ArrayList<>(seqs.length);
        for (long seq : seqs) {
            Optional<RequestShape> shape = session.find(seq).map(RequestShape::of);
            if (shape.isPresent()) {
                shapes.add(shape.get());
                kept[count++] = seq;
            }
        }
        return new ParitySide(session, Arrays.copyOf(kept, count), shapes);
    }

    /** The shape of a request that takes part. */
    Optional<RequestShape> shape(long seq) {
        int at = Arrays.binarySearch(seqs, seq);
        return at < 0 ? Optional.empty() : Optional.of(shapes.get(at));
    }

    /** An exchange; empty if there is none, or it cannot be read. */
    static Optional<StoredExchange> exchange(ExchangeScan scan, long seq) throws IOException {
        try {
            return scan.exchange(seq);
        } catch (CorruptSegmentException damaged) {
            return Optional.empty(); // Its pair is unknown; proxy_session_verify_integrity says where the damage is.
        }
    }
}
