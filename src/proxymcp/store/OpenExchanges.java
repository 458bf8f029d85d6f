package proxymcp.store;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Exchanges that have begun and not ended, and where their bodies stand so far. Owner: the writer thread, or the one that replays a log.
 */
final class OpenExchanges {
    /** The chunks of one body: position of the last one, and octets up to its end. */
    static final class Chain {
        private long last = Position.NONE;
        private long bytes;

        /** Position of the last chunk, {@link Position#NONE} without one. */
        long last() {
            return last;
        }

        /** Octets in all chunks. */
        long bytes() {
            return bytes;
        }

        void add(long position, long count) {
            last = position;
            bytes += count;
        }

        /** Goes back to an earlier end. */
        void cutBack(long earlierLast, long earlierBytes) {
            last = earlierLast;
            bytes = earlierBytes;
        }
    }

    /** Both bodies of one exchange. */
    static final class Open {
        private final Chain request = new Chain();
        private final Chain response = new Chain();

        Chain request() {
            return request;
        }

        Chain response() {
            return response;
        }

        /** The body that chunks of {@code type} belong to. */
        Chain chain(RecordType type) {
            return type == RecordType.REQUEST_CHUNK ? request : response;
        }
    }

    private final Map<Long, Open> open = new HashMap<>();

    void begin(long seq) {
        open.put(seq, new Open());
    }

    /** Takes an exchange over from a checkpoint. */
    void restore(Checkpoint.OpenRow row) {
        Open exchange = new Open();
        exchange.request().add(row.requestLast(), row.requestBytes());
        exchange.response().add(row.responseLast(), row.responseBytes());
        open.put(row.seq(), exchange);
    }

    Optional<Open> find(long seq) {
        return Optional.ofNullable(open.get(seq));
    }

    void end(long seq) {
        open.remove(seq);
    }

    /** The END of {@code seq} did not reach the log. */
    void takeBackEnd(long seq, Open exchange) {
        open.put(seq, exchange);
    }

    int size() {
        return open.size();
    }

    /** Their seqs, ascending. */
    SortedSet<Long> seqs() {
        return new TreeSet<>(open.keySet());
    }

    /** Takes a record of an exchange into account. */
    void follow(RecordType type, long seq, long position, int payloadBytes) {
        switch (type) {
            case START -> begin(seq);
            case END -> end(seq);
            case REQUEST_CHUNK -> find(seq).ifPresent(known -> known.request().add(position, payloadBytes - ChunkLayout.DATA_OFFSET));
            case RESPONSE_CHUNK -> find(seq).ifPresent(known -> known.response().add(position, payloadBytes - ChunkLayout.DATA_OFFSET));
            case CLIENT, ROUTE, BODY, REQUEST_END, INFORMATIONAL, RESPONSE, LOSS, CHECKPOINT, SEAL, SESSION_END -> { }
        }
    }
}
