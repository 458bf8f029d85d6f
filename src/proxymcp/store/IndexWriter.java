package proxymcp.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.Optional;
import proxymcp.exchange.Direction;
import proxymcp.exchange.EndedBy;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.Source;

/**
 * Keeps the index in step with the log: the same code when records are written and when a log is read again.
 *
 * <p>Owner: the writer thread, or the one that replays a log.
 */
final class IndexWriter {
    private final IndexFiles index;
    private final StreamIndexWriter streams;
    private final UrlText url = new UrlText();
    /** Blocks of rows that changed since the last checkpoint. */
    private final BitSet changed = new BitSet();
    private long lastSeq;
    private long exchanges;
    private long newestStart = Long.MIN_VALUE;

    /** @param exchanges rows that are there */
    IndexWriter(IndexFiles index, long exchanges) throws IOException {
        this.index = index;
        this.streams = new StreamIndexWriter(index);
        this.exchanges = exchanges;
        this.lastSeq = index.lastSeq();
        if (lastSeq > 0) {
            // An earlier exchange may have started later than the last one, but by no more than the largest step back.
            newestStart = index.extent(lastSeq).getLong(index.at(lastSeq) + RowLayout.STARTED) + index.stepBackMillis();
        }
    }

    IndexFiles files() {
        return index;
    }

    long lastSeq() {
        return lastSeq;
    }

    /** Rows of streams and messages. */
    StreamIndexWriter streams() {
        return streams;
    }

    /** How many rows there are. */
    long exchanges() {
        return exchanges;
    }

    /**
     * Applies one record.
     *
     * @param position where it stands
     * @param bytes holds its payload at {@code at}
     * @param open chains of the exchange's bodies, as they were before an END removed them
     */
    void apply(RecordType type, long seq, long position, byte[] bytes, int at, int length, OpenExchanges.Open open)
            throws IOException, PayloadReader.MalformedPayloadException {
        PayloadReader in = new PayloadReader(bytes, at, length);
        if (seq > 0) {
            if (type != RecordType.START && !isKnown(seq)) {
                return; // Its START was lost: there is no row to bring up to date.
            }
            change(seq);
        }
        switch (type) {
            case START -> start(seq, position, in, bytes);
            case REQUEST_END -> requestEnd(seq, position, in, open);
            case RESPONSE -> response(seq, position, in, bytes);
            case END -> {
                Optional<ErrorClass> error = end(seq, position, in, open);
                streams.cut(seq, error.filter(ErrorClass.PROXY_STOPPED::equals).isPresent() ? EndedBy.RECORDING : EndedBy.CUT);
            }
            case STREAM -> streams.open(seq, position, in);
            case MESSAGE -> streams.message(seq, position, in);
            case STREAM_END -> streams.end(seq, position, in);
            case INFORMATIONAL -> informational(seq);
            case LOSS -> lack(seq);
            case REQUEST_CHUNK -> streams.passed(seq, Direction.OUT, ChunkLayout.end(bytes, at, length));
            case RESPONSE_CHUNK -> streams.passed(seq, Direction.IN, ChunkLayout.end(bytes, at, length));
            case CLIENT, ROUTE, BODY, PART_OUT, PART_IN, CHECKPOINT, SEAL, SESSION_END -> { }
        }
    }

    /** Something of an exchange was not recorded. */
    void lack(long seq) throws IOException {
        if (seq > 0 && isKnown(seq)) {
            change(seq);
            ByteBuffer row = index.extent(seq);
            int to = index.at(seq);
            RowLayout.publish(row, to, RowLayout.state(row, to) | RowLayout.SHED);
        }
    }

    /** Whether there is a row for {@code seq}. */
    boolean isKnown(long seq) throws IOException {
        return seq <= lastSeq && RowLayout.state(index.extent(seq), index.at(seq)) != 0;
    }

    private void informational(long seq) throws IOException {
        ByteBuffer row = index.extent(seq);
        int to = index.at(seq);
        RowLayout.publish(row, to, RowLayout.state(row, to) | RowLayout.HAS_INFORMATIONAL);
    }

    private void start(long seq, long position, PayloadReader in, byte[] bytes) throws IOException, PayloadReader.MalformedPayloadException {
        in.fixed();
        int members = in.array();
        in.binaryLength();
        long idHigh = RecordLayout.getLong(bytes, in.position());
        long idLow = RecordLayout.getLong(bytes, in.position() + Long.BYTES);
        in.skip(2 * Long.BYTES);
        long started = in.integer();
        int source = sourceCode(in.text());
        int targetBytes = in.skipNil() ? 0 : in.textLength();
        int target = in.position();
        in.skip(targetBytes);
        String scheme = in.text();
        int hostBytes = in.textLength();
        int host = in.position();
        in.skip(hostBytes);
        int port = (int) in.integer();
        in.bool();
        int headBytes = in.binaryLength();
        int head = in.position();
        in.skip(headBytes);
        boolean asWritten = members > ExchangeCodec.START_MEMBERS && !in.skipNil();
        if (!asWritten) {
            url.origin(scheme, bytes, host, hostBytes, port);
        }
        byte[] path = asWritten ? url.asWritten(bytes, in) : path(bytes, head, headBytes, hostBytes > 0);
        index.grow(seq);
        ByteBuffer row = index.extent(seq);
        int to = index.at(seq);
        row.putInt(to + RowLayout.STATUS, 0);
        row.putLong(to + RowLayout.STARTED, started);
        row.putLong(to + RowLayout.DURATION, -1);
        row.putInt(to + RowLayout.METHOD, (int) index.names().intern(bytes, head, HeadScan.methodBytes(bytes, head, headBytes)));
        row.putInt(to + RowLayout.ORIGIN, (int) index.names().intern(url.bytes(), 0, url.length()));
        row.putInt(to + RowLayout.CONTENT_TYPE, 0);
        row.putInt(to + RowLayout.TARGET, (int) index.names().intern(bytes, target, targetBytes));
        row.putLong(to + RowLayout.PATH, index.paths().append(path, 0, path.length));
        row.putLong(to + RowLayout.ID_HIGH, idHigh);
        row.putLong(to + RowLayout.ID_LOW, idLow);
        row.putLong(to + RowLayout.REQUEST_BYTES, 0);
        row.putLong(to + RowLayout.RESPONSE_BYTES, 0);
        row.putLong(to + RowLayout.START, position);
        row.putLong(to + RowLayout.REQUEST_END, 0);
        row.putLong(to + RowLayout.RESPONSE, 0);
        row.putLong(to + RowLayout.END, 0);
        row.putInt(to + RowLayout.STREAM, 0);
        row.putInt(to + RowLayout.RESERVED, 0);
        exchanges++;
        RowLayout.publish(row, to, RowLayout.IN_FLIGHT | source << RowLayout.SOURCE_SHIFT);
        extend(seq, started);
    }

    private void extend(long seq, long started) throws IOException {
        if (started < newestStart) {
            // Before the row can be seen by its seq: who sees it must know how far it may have to be moved.
            index.setStepBackMillis(Math.max(index.stepBackMillis(), newestStart - started));
        }
        newestStart = Math.max(newestStart, started);
        if (seq > lastSeq) {
            lastSeq = seq;
            index.setLastSeq(seq);
        }
    }

    private static byte[] path(byte[] bytes, int head, int headBytes, boolean hasHost) {
        int stop = HeadScan.targetEnd(bytes, head, headBytes);
        return hasHost ? UrlText.path(bytes, HeadScan.pathStart(bytes, head, headBytes, stop), stop)
                : HeadScan.target(bytes, head, headBytes, stop);
    }

    private void requestEnd(long seq, long position, PayloadReader in, OpenExchanges.Open open)
            throws IOException, PayloadReader.MalformedPayloadException {
        long bodyAt = in.fixed();
        ExchangeCodec.BodyCounts body = ExchangeCodec.bodyCounts(in);
        ByteBuffer row = index.extent(seq);
        int to = index.at(seq);
        row.putLong(to + RowLayout.REQUEST_BYTES, body.bytes());
        row.putLong(to + RowLayout.REQUEST_END, position);
        streams.passed(seq, Direction.OUT, body.bytes());
        RowLayout.publish(row, to, RowLayout.state(row, to) | flags(body, bodyAt, open.request(), RowLayout.REQUEST_WHOLE));
    }

    private void response(long seq, long position, PayloadReader in, byte[] bytes) throws IOException, PayloadReader.MalformedPayloadException {
        in.fixed();
        in.array();
        in.bool();
        in.bool();
        int headBytes = in.binaryLength();
        int head = in.position();
        ByteBuffer row = index.extent(seq);
        int to = index.at(seq);
        row.putInt(to + RowLayout.STATUS, HeadScan.status(bytes, head, headBytes));
        byte[] mediaType = HeadScan.mediaType(bytes, head, headBytes);
        row.putInt(to + RowLayout.CONTENT_TYPE, (int) index.names().intern(mediaType, 0, mediaType.length));
        row.putLong(to + RowLayout.RESPONSE, position);
        RowLayout.publish(row, to, RowLayout.state(row, to) | RowLayout.HAS_RESPONSE);
    }

    private Optional<ErrorClass> end(long seq, long position, PayloadReader in, OpenExchanges.Open open)
            throws IOException, PayloadReader.MalformedPayloadException {
        long bodyAt = in.fixed();
        in.fixed();
        ExchangeCodec.EndCounts counts = ExchangeCodec.endCounts(in);
        ByteBuffer row = index.extent(seq);
        int to = index.at(seq);
        row.putLong(to + RowLayout.DURATION, counts.totalNanos());
        row.putLong(to + RowLayout.END, position);
        int state = RowLayout.state(row, to) & ~RowLayout.PHASE_MASK;
        if (counts.body().isPresent()) {
            row.putLong(to + RowLayout.RESPONSE_BYTES, counts.body().get().bytes());
            streams.passed(seq, Direction.IN, counts.body().get().bytes());
            state |= flags(counts.body().get(), bodyAt, open.response(), RowLayout.RESPONSE_WHOLE);
        }
        Optional<ErrorClass> error = counts.errorClass();
        state |= error.isEmpty() ? RowLayout.COMPLETE : RowLayout.INCOMPLETE | error.get().ordinal() + 1 << RowLayout.ERROR_SHIFT;
        RowLayout.publish(row, to, state);
        return error;
    }

    private void change(long seq) {
        changed.set(Checkpoint.rowBlock(seq));
        index.touch(seq);
    }

    /** Blocks of rows that changed since the last {@link #checkpointed}. */
    BitSet changed() {
        return changed;
    }

    /** A checkpoint has taken all changes in. */
    void checkpointed() {
        changed.clear();
        streams.checkpointed();
    }

    /** Marks an exchange whose END could not be written: its row must not stay in flight for ever. */
    void lose(long seq) throws IOException {
        if (!isKnown(seq)) {
            return;
        }
        ByteBuffer row = index.extent(seq);
        int to = index.at(seq);
        int state = RowLayout.state(row, to) & ~RowLayout.PHASE_MASK;
        change(seq);
        streams.cut(seq, EndedBy.CUT);
        RowLayout.publish(row, to, state | RowLayout.INCOMPLETE | RowLayout.SHED | ErrorClass.INTERNAL.ordinal() + 1 << RowLayout.ERROR_SHIFT);
    }

    private static int flags(ExchangeCodec.BodyCounts body, long bodyAt, OpenExchanges.Chain chain, int whole) {
        if (body.bytes() == 0) {
            return body.shed() ? RowLayout.SHED : 0;
        }
        long kept = bodyAt == Position.NONE ? 0 : chain.last() == Position.NONE ? body.kept() : chain.bytes();
        int flags = kept == body.bytes() && body.complete() ? whole : 0;
        return kept < body.kept() || body.shed() ? flags | RowLayout.SHED : flags;
    }

    private static int sourceCode(String id) {
        for (Source source : Source.values()) {
            if (source.id().equals(id)) {
                return source.ordinal();
            }
        }
        return Source.EXPLICIT.ordinal();
    }
}
