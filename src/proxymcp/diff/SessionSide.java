package proxymcp.diff;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import proxymcp.exchange.Exchange;
import proxymcp.store.CorruptSegmentException;
import proxymcp.store.ExchangeScan;
import proxymcp.store.SeqScan;
import proxymcp.store.Session;
import proxymcp.store.SessionQuery;
import proxymcp.store.StoredExchange;

/** One of the sessions that are compared, as far as it was read: outlines of its exchanges and statistics of its fields. Not for several threads. */
final class SessionSide {
    /** Exchanges of one session that are compared at most: their outlines are kept, some 1 KB each. */
    static final int EXCHANGES_MAX = 100_000;
    private static final int BATCH = 1_024;

    private final Session session;
    private final long[] seqs;
    private final List<RequestShape> shapes;
    private final List<Outline> outlines = new ArrayList<>();
    private final Map<Long, Outline> bySeq = new HashMap<>();
    private final SessionStats stats = new SessionStats();
    private long damaged;

    private SessionSide(Session session, long[] seqs, List<RequestShape> shapes) {
        this.session = session;
        this.seqs = seqs;
        this.shapes = shapes;
    }

    /**
     * Finds the exchanges that take part, in the index alone.
     *
     * @param only one that takes part whatever the filter says
     * @throws DiffException if there are too many
     */
    static SessionSide find(Session session, SessionQuery filter, OptionalLong only) throws IOException, DiffException {
        long[] found = new long[BATCH];
        int count = 0;
        SeqScan scan = session.scan(filter, 0);
        long[] batch = new long[BATCH];
        for (int more = scan.next(batch, BATCH); more > 0; more = scan.next(batch, BATCH)) {
            if (count + more > EXCHANGES_MAX) {
                throw new DiffException("too_many_exchanges", "more than " + EXCHANGES_MAX + " exchanges of session " + session.manifest().id()
                        + " match", "narrow it with hostname_contains, url_contains, from_ts and to_ts");
            }
            if (count + more > found.length) {
                found = Arrays.copyOf(found, found.length * 2);
            }
            System.arraycopy(batch, 0, found, count, more);
            count += more;
        }
        long[] seqs = with(Arrays.copyOf(found, count), only);
        List<RequestShape> shapes = new ArrayList<>(seqs.length);
        for (long seq : seqs) {
            shapes.add(RequestShape.of(session.find(seq).orElseThrow(() -> new DiffException("unknown_exchange", "there is no exchange " + seq + " in session "
                    + session.manifest().id(), "proxy_query_session finds them"))));
        }
        return new SessionSide(session, seqs, shapes);
    }

    private static long[] with(long[] seqs, OptionalLong only) {
        if (only.isEmpty() || Arrays.binarySearch(seqs, only.getAsLong()) >= 0) {
            return seqs;
        }
        long[] more = Arrays.copyOf(seqs, seqs.length + 1);
        more[seqs.length] = only.getAsLong();
        Arrays.sort(more);
        return more;
    }

    List<RequestShape> shapes() {
        return shapes;
    }

    /** The shape of a request that takes part. */
    Optional<RequestShape> shape(long seq) {
        int at = Arrays.binarySearch(seqs, seq);
        return at < 0 ? Optional.empty() : Optional.of(shapes.get(at));
    }

    /** How many exchanges take part. */
    int size() {
        return seqs.length;
    }

    /** Exchanges in order, as far as they could be read. */
    List<Outline> outlines() {
        return outlines;
    }

    /** What was read of an exchange. */
    Outline outline(long seq) {
        return bySeq.get(seq);
    }

    /** Whether an exchange was read. */
    boolean has(long seq) {
        return bySeq.containsKey(seq);
    }

    SessionStats stats() {
        return stats;
    }

    /** Exchanges whose heads could not be read. */
    long damaged() {
        return damaged;
    }

    ExchangeScan scan() {
        return session.exchanges();
    }

    /**
     * Reads the exchanges once.
     *
     * @param only those of these endpoints, which have no operation; all if empty
     */
    void read(Endpoints endpoints, FieldReader reader, List<Endpoint> only, DiffProgress progress) throws IOException {
        try (ExchangeScan scan = session.exchanges()) {
            for (int i = 0; i < seqs.length; i++) {
                progress.step();
                if (!only.isEmpty() && !only.contains(endpoints.of(shapes.get(i)))) {
                    continue;
                }
                Optional<StoredExchange> exchange = exchange(scan, seqs[i]);
                if (exchange.isPresent()) {
                    add(exchange.get(), endpoints, reader);
                } else {
                    damaged++;
                }
            }
        }
    }

    /** An exchange; empty if it cannot be read. */
    static Optional<StoredExchange> exchange(ExchangeScan scan, long seq) throws IOException {
        try {
            return scan.exchange(seq);
        } catch (CorruptSegmentException damaged) {
            return Optional.empty(); // It is counted; proxy_session_verify_integrity says where.
        }
    }

    private void add(StoredExchange stored, Endpoints endpoints, FieldReader reader) {
        Exchange exchange = stored.exchange();
        Endpoint endpoint = endpoints.of(RequestShape.of(stored));
        ExchangeFields fields = reader.read(stored, endpoint);
        int status = exchange.response().map(head -> head.status()).orElse(0);
        Outline outline = Outlines.of(fields, endpoint, exchange.start().startedAtMillis(), status);
        outlines.add(outline);
        bySeq.put(outline.seq(), outline);
        stats.add(endpoint, fields, status);
    }
}
