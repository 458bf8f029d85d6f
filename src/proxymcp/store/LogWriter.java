package proxymcp.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import proxymcp.exchange.ExchangeEnd;
import proxymcp.http.Fields;

/**
 * Turns batches of records into the log: resolves what they refer to, stores equal bodies once, seals them for their segment, writes them, and
 * then brings the index up to date. What cannot be written is shed: bodies first, then whole exchanges.
 *
 * <p>Owner: the writer thread; {@link #force} is called by the forcer.
 */
final class LogWriter implements Closeable {
    /** A body reference of a producer: the BODY record just before in the same batch. */
    static final long BODY_BEFORE = -1;
    /** A body reference of a producer: the chunks that were written. */
    static final long BODY_CHUNKS = -2;

    /** Room kept for the records that close a segment and a session. */
    private static final int CLOSING_BYTES = 1_024;
    /** Below this much room under the cap, bodies are shed; below an eighth of it, exchanges. */
    private static final long RESERVE_BYTES_MAX = 8L << 20;

    private record Pending(RecordType type, long seq, long position, int at, int length, Optional<OpenExchanges.Open> open) {}

    private final StoreFiles files;
    private final Path folder;
    private final SessionId session;
    private final StoreLimits limits;
    private final long bytesMax;
    private final SecureRandom random = new SecureRandom();
    private final CRC32C crc = new CRC32C();
    private final IndexWriter index;
    private final OpenExchanges open;
    private final ConnectionKeys keys;
    private final RecentPositions connections = new RecentPositions();
    private final BodyCache bodies = new BodyCache();
    private final PayloadWriter own = new PayloadWriter(1_024);
    private final List<Pending> pending = new ArrayList<>();
    private volatile SegmentWriter segment;
    private int segmentNumber;
    private long nextNumber;
    private long sealedBytes;
    private long lastBody = Position.NONE;
    private Losses losses;
    private Losses recordedLosses;
    private Optional<IOException> failure = Optional.empty();

    /**
     * Begins a new segment.
     *
     * @param bytesMax cap of the log, in bytes
     * @param state where the log ended: number of the last segment and of the last record, octets so far, losses so far
     */
    LogWriter(StoreFiles files, Path folder, SessionId session, StoreLimits limits, long bytesMax, IndexWriter index, OpenExchanges open,
            ConnectionKeys keys, LogState state) throws IOException {
        this.files = files;
        this.folder = folder;
        this.session = session;
        this.limits = limits;
        this.bytesMax = bytesMax;
        this.index = index;
        this.open = open;
        this.keys = keys;
        this.segmentNumber = state.lastSegment();
        this.nextNumber = state.lastNumber() + 1;
        this.sealedBytes = state.bytes();
        this.losses = state.losses();
        this.recordedLosses = state.losses();
        this.segment = nextSegment();
    }

    /** Octets of all segments. */
    long bytes() {
        return sealedBytes + segment.position();
    }

    /** What was lost so far. */
    Losses losses() {
        return losses;
    }

    /** Counts what producers could not hand over. */
    void lost(Losses more) {
        losses = losses.plus(more);
    }

    /** Why the last write failed; empty while writing works. */
    Optional<IOException> failure() {
        return failure;
    }

    /** Where the next record will stand. */
    long position() {
        return Position.of(segment.header().number(), segment.position());
    }

    /** Number of the next record. */
    long nextNumber() {
        return nextNumber;
    }

    /** Writes a batch; never throws for a full or broken disk. */
    void write(Handover.Batch batch) {
        byte[] bytes = batch.bytes;
        int from = 0;
        int at = 0;
        while (at < batch.used) {
            int record = RecordLayout.HEADER_BYTES + RecordLayout.length(bytes, at);
            if (segment.position() + (at - from) + record + CLOSING_BYTES > limits.segmentBytesMax()
                    && segment.position() + (at - from) > SegmentHeader.BYTES) {
                flush(bytes, from, at);
                from = at;
                roll();
            }
            if (!prepare(bytes, at, Position.of(segment.header().number(), segment.position() + at - from))) {
                flush(bytes, from, at);
                from = at + record;
            }
            at += record;
        }
        flush(bytes, from, at);
        recordLosses();
    }

    /**
     * Completes a record for the place where it will stand.
     *
     * @return false if it is not to be written
     */
    private boolean prepare(byte[] bytes, int at, long position) {
        RecordType type = RecordType.of(RecordLayout.type(bytes, at)).orElseThrow();
        long seq = RecordLayout.seq(bytes, at);
        int length = RecordLayout.length(bytes, at);
        int payload = at + RecordLayout.HEADER_BYTES;
        if (isShed(type, seq, length)) {
            return false;
        }
        Optional<OpenExchanges.Open> exchange = open.find(seq);
        switch (type) {
            case CLIENT, ROUTE -> {
                connections.put(seq, position);
                RecordLayout.putLong(bytes, at + RecordLayout.SEQ_OFFSET, 0);
                seq = 0;
            }
            case BODY -> {
                lastBody = bodies.find(bytes, payload);
                if (lastBody != Position.NONE) {
                    return false;
                }
                bodies.put(bytes, payload, position);
                lastBody = position;
            }
            case START, RESPONSE -> RecordLayout.putLong(bytes, payload, connections.find(RecordLayout.getLong(bytes, payload)));
            case REQUEST_CHUNK -> RecordLayout.putLong(bytes, payload, exchange.orElseThrow().request().last());
            case RESPONSE_CHUNK -> RecordLayout.putLong(bytes, payload, exchange.orElseThrow().response().last());
            case REQUEST_END -> resolveBody(bytes, payload, exchange.orElseThrow().request());
            case END -> {
                resolveBody(bytes, payload, exchange.orElseThrow().response());
                RecordLayout.putLong(bytes, payload + Long.BYTES, connections.find(RecordLayout.getLong(bytes, payload + Long.BYTES)));
            }
            case INFORMATIONAL, LOSS, CHECKPOINT, SEAL, SESSION_END -> { }
        }
        open.follow(type, seq, position, length);
        RecordLayout.seal(bytes, at, segment.header(), nextNumber++, crc);
        Optional<OpenExchanges.Open> known = type == RecordType.START ? open.find(seq) : exchange;
        pending.add(new Pending(type, seq, position, at, length, known));
        return true;
    }

    private void resolveBody(byte[] bytes, int payload, OpenExchanges.Chain chain) {
        long reference = RecordLayout.getLong(bytes, payload);
        long position = reference == BODY_BEFORE ? lastBody : reference == BODY_CHUNKS ? chain.last() : Position.NONE;
        RecordLayout.putLong(bytes, payload, position);
    }

    private boolean isShed(RecordType type, long seq, int length) {
        long room = bytesMax - bytes();
        long reserve = Math.min(RESERVE_BYTES_MAX, bytesMax / 8);
        boolean broken = failure.isPresent();
        return switch (type) {
            case BODY, REQUEST_CHUNK, RESPONSE_CHUNK -> {
                boolean orphan = type != RecordType.BODY && open.find(seq).isEmpty();
                boolean shed = orphan || broken || room - length < reserve;
                if (shed) {
                    lastBody = Position.NONE;
                    losses = losses.plus(new Losses(orphan ? 0 : 1, 0, 0, length));
                }
                yield shed;
            }
            case START -> {
                boolean shed = room - length < reserve / 8;
                losses = shed ? losses.plus(new Losses(0, 1, 0, length)) : losses;
                yield shed;
            }
            // What belongs to an exchange that was shed goes with it.
            case REQUEST_END, INFORMATIONAL, RESPONSE, END -> open.find(seq).isEmpty();
            case CLIENT, ROUTE, LOSS, CHECKPOINT, SEAL, SESSION_END -> false;
        };
    }

    private void flush(byte[] bytes, int from, int to) {
        if (pending.isEmpty()) {
            return;
        }
        try {
            segment.append(bytes, from, to - from);
            failure = Optional.empty();
        } catch (IOException e) {
            writeFailed(e);
            return;
        }
        for (Pending record : pending) {
            segment.count(bytes, record.at());
            apply(record, bytes);
        }
        pending.clear();
    }

    private void apply(Pending record, byte[] bytes) {
        try {
            index.apply(record.type(), record.seq(), record.position(), bytes, record.at() + RecordLayout.HEADER_BYTES, record.length(),
                    record.open().orElseGet(OpenExchanges.Open::new));
        } catch (IOException e) {
            // The log has the record; the index is rebuilt from it when the session is opened.
            failure = Optional.of(e);
        } catch (PayloadReader.MalformedPayloadException e) {
            throw new IllegalStateException("this program wrote a payload that it cannot read", e);
        }
    }

    /** Nothing of the batch's part reached the log: what later records would refer to is forgotten. */
    private void writeFailed(IOException e) {
        failure = Optional.of(e);
        long exchanges = 0;
        long others = 0;
        long lostBytes = 0;
        for (Pending record : pending) {
            lostBytes += RecordLayout.HEADER_BYTES + record.length();
            switch (record.type()) {
                case START -> {
                    exchanges++;
                    open.end(record.seq());
                }
                case END -> {
                    others++;
                    loseEnd(record.seq());
                }
                case CLIENT, ROUTE, BODY, REQUEST_CHUNK, REQUEST_END, INFORMATIONAL, RESPONSE, RESPONSE_CHUNK, LOSS, CHECKPOINT, SEAL,
                        SESSION_END -> others++;
            }
        }
        losses = losses.plus(new Losses(0, exchanges, others, lostBytes));
        pending.clear();
        connections.clear();
        keys.forgetAll();
        bodies.clear();
        try {
            segment.cutBack();
        } catch (IOException again) {
            abandonSegment();
        }
    }

    private void loseEnd(long seq) {
        try {
            index.lose(seq);
        } catch (IOException e) {
            return; // Its START was lost as well: there is no row to mark.
        }
    }

    /** A segment that failed is not written again: what the system kept of it is unknown. */
    void abandonSegment() {
        try {
            SegmentWriter next = nextSegment();
            SegmentWriter old = segment;
            sealedBytes += old.position();
            segment = next;
            old.close();
        } catch (IOException e) {
            failure = Optional.of(e);
        }
    }

    private void roll() {
        try {
            own.clear();
            segment.seal(own);
            appendOwn();
            segment.force();
            SegmentWriter old = segment;
            SegmentWriter next = nextSegment();
            sealedBytes += old.position();
            segment = next;
            old.close();
        } catch (IOException e) {
            failure = Optional.of(e);
        }
    }

    private SegmentWriter nextSegment() throws IOException {
        return SegmentWriter.create(files, folder, SegmentHeader.next(++segmentNumber, session, random));
    }

    /** Writes a record of the session itself. */
    void append(RecordType type, java.util.function.Consumer<PayloadWriter> payload) throws IOException {
        own.clear();
        own.begin(type, 0);
        payload.accept(own);
        own.end();
        appendOwn();
    }

    private void appendOwn() throws IOException {
        RecordLayout.seal(own.bytes(), 0, segment.header(), nextNumber++, crc);
        segment.append(own.bytes(), 0, own.used());
        segment.count(own.bytes(), 0);
    }

    private void recordLosses() {
        Losses unrecorded = losses.minus(recordedLosses);
        if (unrecorded.isNone() || failure.isPresent()) {
            return;
        }
        try {
            append(RecordType.LOSS, out -> out.array(4).integer(unrecorded.bodies()).integer(unrecorded.exchanges())
                    .integer(unrecorded.records()).integer(unrecorded.bytes()));
            recordedLosses = losses;
        } catch (IOException e) {
            failure = Optional.of(e); // It is tried again with the next batch.
        }
    }

    /** Ends every exchange that is in flight. */
    void endOpen(ExchangeEnd end) {
        Handover.Batch batch = new Handover.Batch(1 << 16);
        for (long seq : open.seqs()) {
            PayloadWriter record = new PayloadWriter(1_024);
            boolean streamed = open.find(seq).orElseThrow().response().last() != Position.NONE;
            ExchangeCodec.end(record, seq, streamed ? BODY_CHUNKS : Position.NONE, 0, false, streamed ? Optional.of(partOf(seq))
                    : Optional.empty(), end);
            System.arraycopy(record.bytes(), 0, batch.bytes, 0, record.used());
            batch.used = record.used();
            write(batch);
        }
    }

    private ExchangeCodec.BodyFacts partOf(long seq) {
        long passed = open.find(seq).orElseThrow().response().bytes();
        return new ExchangeCodec.BodyFacts(passed, passed, new byte[0], false, false, Fields.EMPTY);
    }

    /** Forces what is written to the disk. */
    void force() throws IOException {
        segment.force();
    }

    /** Seals the last segment. */
    void seal() throws IOException {
        own.clear();
        segment.seal(own);
        appendOwn();
        segment.force();
    }

    @Override
    public void close() throws IOException {
        segment.close();
    }
}
