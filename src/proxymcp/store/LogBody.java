package proxymcp.store;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Supplier;
import proxymcp.exchange.CapturedBody;

/**
 * A body in the log: one BODY record, or chunks that lead from the last to the first. Where a chunk is damaged, those before it are found by
 * reading the log from the exchange's first record on.
 *
 * @param readers makes a reader of the log, for {@link #open}
 * @param message the message that it belongs to
 * @param position the BODY record, the last chunk, or {@link Position#NONE}
 * @param held the kept octets where they were read with the reference to them, as those of a BODY record are; never changed
 */
record LogBody(Supplier<LogReader> readers, Message message, long position, long size, long kept, Optional<String> sha256, CapturedBody.State state,
        Optional<String> damage, Optional<byte[]> held) implements StoredBody {
    static final int DIGEST_BYTES = 32;

    /**
     * A message of an exchange.
     *
     * @param seq the exchange
     * @param startAt position of its START record
     * @param chunks type of the records that hold its long body
     */
    record Message(long seq, long startAt, RecordType chunks) {}

    /** No body. */
    static LogBody none(Supplier<LogReader> readers, Message message) {
        return new LogBody(readers, message, Position.NONE, 0, 0, Optional.empty(), CapturedBody.State.NONE, Optional.empty(), Optional.empty());
    }

    /** The parts of a message, up to the last one at {@code position}. */
    static LogBody parts(Supplier<LogReader> readers, Message message, long position) {
        return new LogBody(readers, message, position, 0, 0, Optional.empty(), CapturedBody.State.COMPLETE, Optional.empty(), Optional.empty());
    }

    /** Reads what a reference leads to. */
    static LogBody of(Supplier<LogReader> readers, Message message, LogReader log, long position, ExchangeCodec.BodyFacts facts) {
        CapturedBody.State state = facts.complete() ? CapturedBody.State.COMPLETE : CapturedBody.State.INCOMPLETE;
        Optional<String> digest = facts.sha256().length == DIGEST_BYTES ? Optional.of(ExchangeCodec.hex(facts.sha256())) : Optional.empty();
        if (position == Position.NONE) {
            return new LogBody(readers, message, position, facts.bytes(), 0, digest, state, Optional.empty(), Optional.empty());
        }
        try {
            SegmentReader record = log.at(position, RecordType.BODY, message.chunks());
            PayloadReader in = record.payload();
            if (record.type() == RecordType.BODY.code()) {
                byte[] stored = in.raw(DIGEST_BYTES);
                if (in.remaining() != facts.kept()) {
                    throw new PayloadReader.MalformedPayloadException("a body of " + in.remaining() + " bytes, expected " + facts.kept());
                }
                Optional<String> known = facts.sha256().length == 0 && facts.bytes() == in.remaining() ? Optional.of(ExchangeCodec.hex(stored))
                        : digest;
                byte[] octets = in.raw(in.remaining());
                return new LogBody(readers, message, position, facts.bytes(), octets.length, known, state, Optional.empty(), Optional.of(octets));
            }
            Chunk last = Chunk.of(record, message);
            return new LogBody(readers, message, position, facts.bytes(), last.offset() + last.bytes(), digest, state, Optional.empty(),
                    Optional.empty());
        } catch (IOException | PayloadReader.MalformedPayloadException e) {
            return new LogBody(readers, message, position, facts.bytes(), facts.kept(), digest, state, Optional.of(e.getMessage()), Optional.empty());
        }
    }

    @Override
    public InputStream open() throws IOException {
        if (position == Position.NONE) {
            return InputStream.nullInputStream();
        }
        if (held.isPresent()) {
            return new ByteArrayInputStream(held.get());
        }
        LogReader log = readers.get();
        try {
            return pieces(log);
        } catch (IOException e) {
            log.close();
            throw e;
        }
    }

    private Pieces pieces(LogReader log) throws IOException {
        try {
            return new Pieces(log, linked(log), Optional.empty());
        } catch (CorruptSegmentException e) {
            return new Pieces(log, scanned(log), Optional.of(e));
        }
    }

    /**
     * Positions of the records that hold the body, first to last, as each leads to the one before. Their payloads are checked when they are read;
     * a link that is damaged leads to nothing that joins.
     */
    private Deque<Long> linked(LogReader log) throws IOException {
        Deque<Long> pieces = new ArrayDeque<>();
        long begin = -1;
        for (long at = position; at != Position.NONE; ) {
            pieces.addFirst(at);
            SegmentReader record = log.peek(at, ChunkLayout.DATA_OFFSET);
            if (record.type() == RecordType.BODY.code()) {
                return pieces;
            }
            if (record.type() != message.chunks().code()) {
                throw record.corrupt("record of type " + record.type() + ", expected " + message.chunks());
            }
            Chunk chunk = Chunk.of(record, message);
            if (begin >= 0 && chunk.offset() + chunk.bytes() != begin || chunk.previous() == Position.NONE && chunk.offset() != 0) {
                throw record.corrupt("a chunk of a body does not join the next");
            }
            begin = chunk.offset();
            at = chunk.previous();
        }
        return pieces;
    }

    /** Positions of the chunks before the first damage: the link to them is lost with it. */
    private Deque<Long> scanned(LogReader log) throws IOException {
        Deque<Long> pieces = new ArrayDeque<>();
        long next = 0;
        for (int number = Position.segment(message.startAt()); number <= Position.segment(position); number++) {
            SegmentReader reader;
            try {
                reader = log.segment(number);
            } catch (CorruptSegmentException e) {
                continue; // The numbers of segments may have gaps; what is missing of the body shows as a gap in its chunks.
            }
            reader.seek(number == Position.segment(message.startAt()) ? Position.offset(message.startAt()) & 0xFFFF_FFFFL : SegmentHeader.BYTES);
            for (SegmentReader.Found found = reader.next(); found != SegmentReader.Found.END; found = reader.next()) {
                if (found == SegmentReader.Found.RECORD && reader.seq() == message.seq() && reader.type() == message.chunks().code()) {
                    Chunk chunk = Chunk.of(reader, message);
                    if (chunk.offset() > next || reader.recordPosition() > position) {
                        return pieces;
                    }
                    if (chunk.offset() == next) {
                        pieces.addLast(reader.recordPosition());
                        next += chunk.bytes();
                    }
                }
            }
        }
        return pieces;
    }

    /** What {@link ChunkLayout} says of one chunk. */
    private record Chunk(long previous, long offset, int bytes) {
        static Chunk of(SegmentReader record, Message message) throws IOException {
            int bytes = record.payloadBytes() - ChunkLayout.DATA_OFFSET;
            if (bytes <= 0 || record.seq() != message.seq()) {
                throw record.corrupt("a chunk of exchange " + record.seq() + ", expected one of exchange " + message.seq());
            }
            return new Chunk(RecordLayout.getLong(record.bytes(), record.payloadAt() + ChunkLayout.PREVIOUS_OFFSET),
                    RecordLayout.getLong(record.bytes(), record.payloadAt() + ChunkLayout.BODY_OFFSET), bytes);
        }
    }

    /** Reads one record after another. */
    private static final class Pieces extends InputStream {
        private final LogReader log;
        private final Deque<Long> pieces;
        /** Why there are no more pieces, if some are missing. */
        private final Optional<CorruptSegmentException> damage;
        private SegmentReader current;
        private int at;
        private int end;

        Pieces(LogReader log, Deque<Long> pieces, Optional<CorruptSegmentException> damage) {
            this.log = log;
            this.pieces = pieces;
            this.damage = damage;
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
                    if (damage.isPresent()) {
                        throw damage.get();
                    }
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
