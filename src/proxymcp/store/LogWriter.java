package proxymcp.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.ExchangeEnd;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.Timings;
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

    /** Records are written in runs of this size: sealing, writing and indexing one run find it in the processor's cache. */
    private static final int FLUSH_BYTES = 128 << 10;
    /** Room kept for the records that close a segment and a session. */
    private static final int CLOSING_BYTES = 1_024;
    /** Below this much room under the cap, bodies are shed; below an eighth of it, exchanges. */
    private static final long RESERVE_BYTES_MAX = 8L << 20;

    private record Pending(RecordType type, long seq, long position, int at, int length, Optional<OpenExchanges.Open> open) {}

    private final LogSegments segments;
    private final StoreLimits limits;
    private final long bytesMax;
    private final IndexWriter index;
    private final OpenExchanges open;
    private final ConnectionKeys keys;
    private final RecentPositions connections = new RecentPositions();
    private final BodyCache bodies = new BodyCache();
    private final List<Pending> pending = new ArrayList<>();
    private long lastBody = Position.NONE;
    /** Why the index lacks records that the log has: it must be made anew from the log. */
    private Optional<IOException> indexFailure = Optional.empty();
    /** Exchanges whose END was lost: one that says so is written as soon as the disk takes it. */
    private final SortedSet<Long> unended = new TreeSet<>();
    /** Exchanges of which other records were lost: a LOSS record names each as soon as the disk takes it. */
    private final SortedSet<Long> lacking = new TreeSet<>();
    private Losses losses;
    private Losses recordedLosses;
    private Optional<IOException> failure = Optional.empty();
    /** Why something was lost last, though writing may work again. */
    private Optional<IOException> lastFailure = Optional.empty();

    /**
     * Begins a new segment.
     *
     * @param bytesMax cap of the log, in bytes
     * @param state where the log ended: number of the last segment and of the last record, octets so far, losses so far
     */
    LogWriter(StoreFiles files, Path folder, SessionId session, StoreLimits limits, long bytesMax, IndexWriter index, OpenExchanges open,
            ConnectionKeys keys, LogState state) throws IOException {
        this.limits = limits;
        this.bytesMax = bytesMax;
        this.index = index;
        this.open = open;
        this.keys = keys;
        this.losses = state.losses();
        this.recordedLosses = state.losses();
        this.segments = new LogSegments(files, folder, session, state);
    }

    /** Octets of all segments. */
    long bytes() {
        return segments.bytes();
    }

    /** What was lost so far. */
    Losses losses() {
        return losses;
    }

    /** Counts what producers could not hand over. */
    void lost(Losses more) {
        losses = losses.plus(more);
    }

    /** Why a write failed last; empty if all went well. */
    Optional<IOException> failure() {
        return failure.or(() -> lastFailure).or(() -> indexFailure);
    }

    /** Whether records were written that were not forced and cannot be any more. */
    boolean isUnforced() {
        return segments.isUnforced();
    }

    /** Whether the log has records that the index could not take: it must be made anew from the log. */
    boolean indexLacks() {
        return indexFailure.isPresent();
    }

    /** Exchanges in flight: those whose end is only waiting for the disk are not. */
    int inFlight() {
        return open.size() - unended.size();
    }

    /** Where the next record will stand. */
    long position() {
        return segments.position(0);
    }

    /** Number of the next record. */
    long nextNumber() {
        return segments.nextRecord();
    }

    /** Writes a batch; never throws for a full or broken disk. */
    void write(Handover.Batch batch) {
        resume();
        byte[] bytes = batch.bytes;
        int from = 0;
        int to = 0;
        int length;
        for (int at = 0; at < batch.used; at += length) {
            length = RecordLayout.HEADER_BYTES + RecordLayout.length(bytes, at);
            int offset = segments.offset() + to - from;
            if (offset + length + CLOSING_BYTES > limits.segmentBytesMax() && offset > SegmentHeader.BYTES) {
                flush(bytes, from, to);
                from = to;
                roll();
            }
            if (at > to) {
                // Records before this one were left out, such as bodies that are stored already: a run without gaps is one write.
                System.arraycopy(bytes, at, bytes, to, length);
            }
            if (prepare(bytes, to, segments.position(to - from))) {
                to += length;
            }
            if (to - from >= FLUSH_BYTES) {
                flush(bytes, from, to);
                from = to;
            }
        }
        flush(bytes, from, to);
    }

    /**
     * Writes what the log does not know yet of what was lost.
     *
     * @param again whether it is tried although the last write failed
     */
    void recordLosses(boolean again) {
        if (again && failure.isPresent()) {
            failure = Optional.empty();
            resume();
        }
        if (failure.isPresent()) {
            return;
        }
        for (long seq : List.copyOf(unended)) {
            unended.remove(seq);
            end(seq, true, new ExchangeEnd(new Outcome.Incomplete(ErrorClass.INTERNAL, "its end could not be recorded"), Timings.NONE,
                    List.of(), List.of()));
        }
        Losses unrecorded = losses.minus(recordedLosses);
        if (unrecorded.isNone() && lacking.isEmpty() || failure.isPresent()) {
            return;
        }
        try {
            for (long seq : List.copyOf(lacking)) {
                appendLoss(seq, Losses.NONE);
                index.lack(seq);
                lacking.remove(seq);
            }
            appendLoss(0, unrecorded);
            recordedLosses = losses;
        } catch (IOException e) {
            failure = Optional.of(e);
        }
    }

    private void appendLoss(long seq, Losses lost) throws IOException {
        segments.append(RecordType.LOSS, seq, out -> out.array(4).integer(lost.bodies()).integer(lost.exchanges()).integer(lost.records())
                .integer(lost.bytes()));
    }

    /** A record of an exchange was lost that is neither its first nor its last. */
    void losePart(long seq) {
        lacking.add(seq);
        try {
            index.lack(seq);
        } catch (IOException e) {
            indexFailure = Optional.of(e);
        }
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
        if (type.isPart() && RecordLayout.getLong(bytes, payload + ChunkLayout.BODY_OFFSET) == 0) {
            // The first part of a message: what the direction had before it belongs to others.
            open.find(seq).ifPresent(known -> known.chain(type).cutBack(Position.NONE, 0));
        }
        if (isShed(type, seq, length, position) || type.isChunk() && isBehindGap(bytes, payload, type, seq, length)) {
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
            case REQUEST_CHUNK, RESPONSE_CHUNK, PART_OUT, PART_IN ->
                RecordLayout.putLong(bytes, payload, exchange.orElseThrow().chain(type).last());
            case MESSAGE -> resolveMessage(bytes, payload, exchange.orElseThrow());
            case REQUEST_END -> resolveBody(bytes, payload, exchange.orElseThrow().request());
            case END -> {
                resolveBody(bytes, payload, exchange.orElseThrow().response());
                RecordLayout.putLong(bytes, payload + Long.BYTES, connections.find(RecordLayout.getLong(bytes, payload + Long.BYTES)));
            }
            case INFORMATIONAL, LOSS, CHECKPOINT, SEAL, SESSION_END, STREAM, STREAM_END -> { }
        }
        open.follow(type, seq, position, length);
        segments.complete(bytes, at);
        Optional<OpenExchanges.Open> known = type == RecordType.START ? open.find(seq) : exchange;
        pending.add(new Pending(type, seq, position, at, length, known));
        return true;
    }

    private void resolveBody(byte[] bytes, int payload, OpenExchanges.Chain chain) {
        long reference = RecordLayout.getLong(bytes, payload);
        long position = reference == BODY_BEFORE ? lastBody : reference == BODY_CHUNKS ? chain.last() : Position.NONE;
        RecordLayout.putLong(bytes, payload, position);
    }

    private static void resolveMessage(byte[] bytes, int payload, OpenExchanges.Open exchange) {
        long parts = RecordLayout.getLong(bytes, payload + StreamCodec.LAST_PART_OFFSET);
        RecordLayout.putLong(bytes, payload, exchange.lastMessage());
        if (parts != Position.NONE) {
            OpenExchanges.Chain chain = exchange.chain(parts == StreamCodec.PARTS_OUT ? RecordType.PART_OUT : RecordType.PART_IN);
            RecordLayout.putLong(bytes, payload + Long.BYTES, chain.first());
            RecordLayout.putLong(bytes, payload + StreamCodec.LAST_PART_OFFSET, chain.last());
        }
    }

    private boolean isShed(RecordType type, long seq, int length, long position) {
        long room = bytesMax - segments.sealedBytes() - Position.offset(position);
        long reserve = Math.min(RESERVE_BYTES_MAX, bytesMax / 8);
        boolean broken = failure.isPresent();
        return switch (type) {
            case BODY, REQUEST_CHUNK, RESPONSE_CHUNK, PART_OUT, PART_IN, MESSAGE -> {
                boolean orphan = type != RecordType.BODY && open.find(seq).isEmpty();
                boolean shed = orphan || broken || room - length < reserve;
                if (shed) {
                    lastBody = Position.NONE;
                    boolean message = type == RecordType.MESSAGE && !orphan;
                    losses = losses.plus(new Losses(orphan || message ? 0 : 1, 0, message ? 1 : 0, length));
                    lackMessage(type, seq);
                }
                yield shed;
            }
            case START -> {
                boolean shed = room - length < reserve / 8;
                losses = shed ? losses.plus(new Losses(0, 1, 0, length)) : losses;
                yield shed;
            }
            // What belongs to an exchange that was shed goes with it.
            case REQUEST_END, INFORMATIONAL, RESPONSE, END, STREAM, STREAM_END -> open.find(seq).isEmpty();
            case CLIENT, ROUTE, LOSS, CHECKPOINT, SEAL, SESSION_END -> false;
        };
    }

    /** Messages are shed one after another: that some of an exchange are missing is said once. */
    private void lackMessage(RecordType type, long seq) {
        if ((type == RecordType.MESSAGE || type.isPart()) && open.find(seq).filter(OpenExchanges.Open::lacks).isPresent()) {
            losePart(seq);
        }
    }

    /** A body is kept from its first octet on: behind a chunk that is missing, the rest is shed. */
    private boolean isBehindGap(byte[] bytes, int payload, RecordType type, long seq, int length) {
        boolean gap = RecordLayout.getLong(bytes, payload + ChunkLayout.BODY_OFFSET) != open.find(seq).orElseThrow().chain(type).bytes();
        losses = gap ? losses.plus(new Losses(0, 0, 0, length)) : losses;
        if (gap) {
            lackMessage(type, seq);
        }
        return gap;
    }

    private void flush(byte[] bytes, int from, int to) {
        if (pending.isEmpty()) {
            return;
        }
        try {
            segments.write(bytes, from, to - from);
            failure = Optional.empty();
        } catch (IOException e) {
            writeFailed(failure.orElse(e), bytes);
            return;
        }
        for (Pending record : pending) {
            segments.count(bytes, record.at());
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
            indexFailure = Optional.of(e);
        } catch (PayloadReader.MalformedPayloadException e) {
            throw new IllegalStateException("this program wrote a payload that it cannot read", e);
        }
    }

    /** Nothing of the batch's part reached the log: what later records would refer to is forgotten. */
    private void writeFailed(IOException e, byte[] bytes) {
        failure = Optional.of(e);
        lastFailure = failure;
        long exchanges = 0;
        long others = 0;
        long lostBytes = 0;
        for (Pending record : pending) {
            lostBytes += RecordLayout.HEADER_BYTES + record.length();
            switch (record.type()) {
                case START -> exchanges++;
                case END -> {
                    others++;
                    record.open().ifPresent(exchange -> open.takeBackEnd(record.seq(), exchange));
                }
                case REQUEST_END, INFORMATIONAL, RESPONSE, STREAM, MESSAGE, PART_OUT, PART_IN, STREAM_END -> {
                    others++;
                    losePart(record.seq());
                }
                case CLIENT, ROUTE, BODY, REQUEST_CHUNK, RESPONSE_CHUNK, LOSS, CHECKPOINT, SEAL, SESSION_END -> others++;
            }
        }
        losses = losses.plus(new Losses(0, exchanges, others, lostBytes));
        pending.reversed().forEach(record -> unfollow(record, bytes));
        for (Pending record : pending) {
            if (record.type() == RecordType.START) {
                open.end(record.seq());
                lacking.remove(record.seq());
            }
        }
        pending.stream().filter(record -> record.type() == RecordType.END).forEach(record -> loseEnd(record.seq()));
        pending.clear();
        lastBody = Position.NONE;
        connections.clear();
        keys.forgetAll();
        bodies.clear();
    }

    /** A chunk or message that did not reach the log: the next one follows the one before it. */
    private static void unfollow(Pending record, byte[] bytes) {
        int payload = record.at() + RecordLayout.HEADER_BYTES;
        if (record.type().isChunk()) {
            record.open().orElseThrow().chain(record.type()).cutBack(RecordLayout.getLong(bytes, payload),
                    RecordLayout.getLong(bytes, payload + ChunkLayout.BODY_OFFSET));
        } else if (record.type() == RecordType.MESSAGE) {
            record.open().orElseThrow().setLastMessage(RecordLayout.getLong(bytes, payload));
        }
    }

    /** The END of an exchange was lost. Nothing is to be done if its START was as well. */
    void loseEnd(long seq) {
        if (open.find(seq).isEmpty()) {
            return;
        }
        unended.add(seq);
        try {
            index.lose(seq);
        } catch (IOException e) {
            indexFailure = Optional.of(e);
        }
    }

    /** The segment could not be forced: it is not written again. */
    void abandonSegment() {
        try {
            segments.abandon();
        } catch (IOException e) {
            failure = Optional.of(e);
        }
    }

    private void resume() {
        try {
            segments.resume();
        } catch (IOException e) {
            failure = Optional.of(e);
        }
    }

    private void roll() {
        try {
            segments.roll();
        } catch (IOException e) {
            failure = Optional.of(e);
        }
    }

    /** Writes a record of the session itself. */
    void append(RecordType type, Consumer<PayloadWriter> payload) throws IOException {
        segments.append(type, 0, payload);
    }

    /** Ends every exchange that is in flight. */
    void endOpen(ExchangeEnd end) {
        for (long seq : open.seqs()) {
            end(seq, false, end);
        }
    }

    private void end(long seq, boolean shed, ExchangeEnd end) {
        OpenExchanges.Chain chain = open.find(seq).orElseThrow().response();
        boolean streamed = chain.last() != Position.NONE;
        Optional<ExchangeCodec.BodyFacts> body = streamed || shed
                ? Optional.of(new ExchangeCodec.BodyFacts(chain.bytes(), chain.bytes(), new byte[0], false, shed, Fields.EMPTY)) : Optional.empty();
        PayloadWriter record = new PayloadWriter(1_024);
        ExchangeCodec.end(record, seq, streamed ? BODY_CHUNKS : Position.NONE, 0, false, body, end);
        Handover.Batch batch = new Handover.Batch(record.used());
        System.arraycopy(record.bytes(), 0, batch.bytes, 0, record.used());
        batch.used = record.used();
        write(batch);
    }

    /** Forces what is written to the disk. */
    void force() throws IOException {
        segments.force();
    }

    /** Seals the last segment. */
    void seal() throws IOException {
        segments.seal();
    }

    @Override
    public void close() throws IOException {
        segments.close();
    }
}
