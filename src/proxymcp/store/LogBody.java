package proxymcp.store;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import proxymcp.exchange.CapturedBody;

/**
 * A body in the log: one BODY record, or chunks that lead from the last to the first.
 *
 * @param readers makes a reader of the log, for {@link #open}
 * @param position the BODY record, the last chunk, or {@link Position#NONE}
 */
record LogBody(Supplier<LogReader> readers, long position, long size, long kept, Optional<String> sha256, CapturedBody.State state,
        Optional<String> damage) implements StoredBody {
    static final int DIGEST_BYTES = 32;

    /** No body. */
    static LogBody none(Supplier<LogReader> readers) {
        return new LogBody(readers, Position.NONE, 0, 0, Optional.empty(), CapturedBody.State.NONE, Optional.empty());
    }

    /** Reads what a reference leads to. */
    static LogBody of(Supplier<LogReader> readers, LogReader log, long position, ExchangeCodec.BodyFacts facts) {
        CapturedBody.State state = facts.complete() ? CapturedBody.State.COMPLETE : CapturedBody.State.INCOMPLETE;
        Optional<String> digest = facts.sha256().length == DIGEST_BYTES ? Optional.of(ExchangeCodec.hex(facts.sha256())) : Optional.empty();
        if (position == Position.NONE) {
            return new LogBody(readers, position, facts.bytes(), 0, digest, state, Optional.empty());
        }
        try {
            SegmentReader record = log.at(position, RecordType.BODY, RecordType.REQUEST_CHUNK, RecordType.RESPONSE_CHUNK);
            PayloadReader in = record.payload();
            if (record.type() == RecordType.BODY.code()) {
                byte[] stored = in.raw(DIGEST_BYTES);
                Optional<String> known = facts.sha256().length == 0 && facts.bytes() == in.remaining() ? Optional.of(ExchangeCodec.hex(stored))
                        : digest;
                return new LogBody(readers, position, facts.bytes(), in.remaining(), known, state, Optional.empty());
            }
            in.fixed();
            long end = in.fixed() + in.remaining();
            return new LogBody(readers, position, facts.bytes(), end, digest, state, Optional.empty());
        } catch (IOException | PayloadReader.MalformedPayloadException e) {
            return new LogBody(readers, position, facts.bytes(), facts.kept(), digest, state, Optional.of(e.getMessage()));
        }
    }

    @Override
    public InputStream open() throws IOException {
        if (position == Position.NONE) {
            return InputStream.nullInputStream();
        }
        LogReader log = readers.get();
        try {
            return new Pieces(log, pieces(log));
        } catch (IOException e) {
            log.close();
            throw e;
        }
    }

    /** Positions of the records that hold the body, first to last. */
    private Deque<Long> pieces(LogReader log) throws IOException {
        List<Long> backwards = new ArrayList<>();
        for (long at = position; at != Position.NONE; ) {
            backwards.add(at);
            SegmentReader record = log.at(at, RecordType.BODY, RecordType.REQUEST_CHUNK, RecordType.RESPONSE_CHUNK);
            at = record.type() == RecordType.BODY.code() ? Position.NONE
                    : RecordLayout.getLong(record.bytes(), record.payloadAt() + ChunkLayout.PREVIOUS_OFFSET);
        }
        Deque<Long> forwards = new ArrayDeque<>(backwards.size());
        backwards.forEach(forwards::addFirst);
        return forwards;
    }

    /** Reads one record after another. */
    private static final class Pieces extends InputStream {
        private final LogReader log;
        private final Deque<Long> pieces;
        private SegmentReader current;
        private int at;
        private int end;

        Pieces(LogReader log, Deque<Long> pieces) {
            this.log = log;
            this.pieces = pieces;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            while (at == end) {
                if (pieces.isEmpty()) {
                    return -1;
                }
                long position = pieces.removeFirst();
                current = log.at(position);
                boolean whole = current.type() == RecordType.BODY.code();
                at = current.payloadAt() + (whole ? DIGEST_BYTES : ChunkLayout.DATA_OFFSET);
                end = current.payloadAt() + current.payloadBytes();
            }
            int count = Math.min(length, end - at);
            System.arraycopy(current.bytes(), at, target, offset, count);
            at += count;
            return count;
        }

        @Override
        public void close() throws IOException {
            log.close();
        }
    }
}
