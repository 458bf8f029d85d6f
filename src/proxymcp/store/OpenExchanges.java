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
    /** The chunks of one body or message: positions of the first and the last one, and octets up to its end. */
    static final class Chain {
        private long first = Position.NONE;
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

        /** Position of the first chunk, {@link Position#NONE} without one. */
        long first() {
            return first;
        }

        void add(long position, long count) {
            first = last == Position.NONE ? position : first;
            last = position;
            bytes += count;
        }

        /** Goes back to an earlier end. */
        void cutBack(long earlierLast, long earlierBytes) {
            last = earlierLast;
            bytes = earlierBytes;
        }
    }

    /** Both bodies of one exchange, and the messages that are on their way. */
    static final class Open {
        private final Chain request = new Chain();
        private final Chain response = new Chain();
        private final Chain partsOut = new Chain();
        private final Chain partsIn = new Chain();
        private long lastMessage = Position.NONE;
        private boolean lacking;

        /** Position of the last message, {@link Position#NONE} without one. */
        long lastMessage() {
            return lastMessage;
        }

        void setLastMessage(long position) {
            lastMessage = position;
        }

        /** Notes that a message of it was shed; returns whether that is new. */
        boolean lacks() {
            boolean before = lacking;
            lacking = true;
            return !before;
        }

        Chain request() {
            return request;
        }

        Chain response() {
            return response;
        }

        /** The body, or the message on its way, that chunks of {@code type} belong to. */
        Chain chain(RecordType type) {
            return switch (type) {
                case REQUEST_CHUNK -> request;
                case RESPONSE_CHUNK -> response;
                case PART_OUT -> partsOut;
                case PART_IN -> partsIn;
                case CLIENT, ROUTE, BODY, START, REQUEST_END, INFORMATIONAL, RESPONSE, END, LOSS, CHECKPOINT, SEAL, SESSION_END, STREAM, MESSAGE,
                        STREAM_END -> throw new IllegalArgumentException("a record of type " + type + " is no chunk");
            };
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
            case REQUEST_CHUNK, RESPONSE_CHUNK, PART_OUT, PART_IN ->
                find(seq).ifPresent(known -> known.chain(type).add(position, payloadBytes - ChunkLayout.DATA_OFFSET));
            case MESSAGE -> find(seq).ifPresent(known -> known.setLastMessage(position));
            case CLIENT, ROUTE, BODY, REQUEST_END, INFORMATIONAL, RESPONSE, LOSS, CHECKPOINT, SEAL, SESSION_END, STREAM, STREAM_END -> { }
        }
    }
}
