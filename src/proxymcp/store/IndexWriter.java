package proxymcp.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.Source;

/**
 * Keeps the index in step with the log: the same code when records are written and when a log is read again.
 *
 * <p>Owner: the writer thread, or the one that replays a log.
 */
final class IndexWriter {
    private final IndexFiles index;
    /** Blocks of rows that changed since the last checkpoint. */
    private final BitSet changed = new BitSet();
    private long lastSeq;
    private long newestStart = Long.MIN_VALUE;

    IndexWriter(IndexFiles index) throws IOException {
        this.index = index;
        this.lastSeq = index.lastSeq();
        if (lastSeq > 0) {
            newestStart = index.extent(lastSeq).getLong(index.at(lastSeq) + RowLayout.STARTED);
        }
    }

    IndexFiles files() {
        return index;
    }

    long lastSeq() {
        return lastSeq;
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
            changed.set(Checkpoint.rowBlock(seq));
        }
        switch (type) {
            case START -> start(seq, position, in, bytes);
            case REQUEST_END -> requestEnd(seq, position, in, open);
            case RESPONSE -> response(seq, position, in, bytes);
            case END -> end(seq, position, in, open);
            case INFORMATIONAL -> informational(seq);
            case CLIENT, ROUTE, BODY, REQUEST_CHUNK, RESPONSE_CHUNK, LOSS, CHECKPOINT, SEAL, SESSION_END -> { }
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
        in.array();
        in.binaryLength();
        long idHigh = RecordLayout.getLong(bytes, in.position());
        long idLow = RecordLayout.getLong(bytes, in.position() + Long.BYTES);
        in.skip(2 * Long.BYTES);
        long started = in.integer();
        int source = sourceCode(in.text());
        byte[] target = in.textOrNil().orElse("").getBytes(StandardCharsets.UTF_8);
        String scheme = in.text();
        String host = in.text();
        int port = (int) in.integer();
        in.bool();
        int headBytes = in.binaryLength();
        int head = in.position();
        index.grow(seq);
        ByteBuffer row = index.extent(seq);
        int to = index.at(seq);
        row.putInt(to + RowLayout.STATUS, 0);
        row.putLong(to + RowLayout.STARTED, started);
        row.putLong(to + RowLayout.DURATION, -1);
        row.putInt(to + RowLayout.METHOD, (int) index.names().intern(HeadScan.method(bytes, head, headBytes)));
        row.putInt(to + RowLayout.HOST, (int) index.names().intern(host.getBytes(StandardCharsets.UTF_8)));
        row.putInt(to + RowLayout.CONTENT_TYPE, 0);
        row.putInt(to + RowLayout.TARGET, (int) index.names().intern(target));
        byte[] url = UrlText.of(scheme, host, port, HeadScan.path(bytes, head, headBytes));
        row.putLong(to + RowLayout.URL, index.urls().append(url, 0, url.length));
        row.putLong(to + RowLayout.ID_HIGH, idHigh);
        row.putLong(to + RowLayout.ID_LOW, idLow);
        row.putLong(to + RowLayout.REQUEST_BYTES, 0);
        row.putLong(to + RowLayout.RESPONSE_BYTES, 0);
        row.putLong(to + RowLayout.START, position);
        row.putLong(to + RowLayout.REQUEST_END, 0);
        row.putLong(to + RowLayout.RESPONSE, 0);
        row.putLong(to + RowLayout.END, 0);
        RowLayout.publish(row, to, RowLayout.IN_FLIGHT | source << RowLayout.SOURCE_SHIFT);
        if (started < newestStart) {
            index.setOrdered(false);
        }
        newestStart = Math.max(newestStart, started);
        if (seq > lastSeq) {
            lastSeq = seq;
            index.setLastSeq(seq);
        }
    }

    private void requestEnd(long seq, long position, PayloadReader in, OpenExchanges.Open open)
            throws IOException, PayloadReader.MalformedPayloadException {
        long bodyAt = in.fixed();
        ExchangeCodec.BodyFacts body = ExchangeCodec.body(in);
        ByteBuffer row = index.extent(seq);
        int to = index.at(seq);
        row.putLong(to + RowLayout.REQUEST_BYTES, body.bytes());
        row.putLong(to + RowLayout.REQUEST_END, position);
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
        row.putInt(to + RowLayout.CONTENT_TYPE, (int) index.names().intern(HeadScan.mediaType(bytes, head, headBytes)));
        row.putLong(to + RowLayout.RESPONSE, position);
        RowLayout.publish(row, to, RowLayout.state(row, to) | RowLayout.HAS_RESPONSE);
    }

    private void end(long seq, long position, PayloadReader in, OpenExchanges.Open open)
            throws IOException, PayloadReader.MalformedPayloadException {
        long bodyAt = in.fixed();
        in.fixed();
        ExchangeCodec.EndFacts facts = ExchangeCodec.end(in);
        ByteBuffer row = index.extent(seq);
        int to = index.at(seq);
        row.putLong(to + RowLayout.DURATION, facts.timings().total());
        row.putLong(to + RowLayout.END, position);
        int state = RowLayout.state(row, to) & ~RowLayout.PHASE_MASK;
        if (facts.body().isPresent()) {
            row.putLong(to + RowLayout.RESPONSE_BYTES, facts.body().get().bytes());
            state |= flags(facts.body().get(), bodyAt, open.response(), RowLayout.RESPONSE_WHOLE);
        }
        state |= switch (facts.outcome()) {
            case Outcome.Complete complete -> RowLayout.COMPLETE;
            case Outcome.Incomplete(ErrorClass errorClass, String reason) ->
                RowLayout.INCOMPLETE | errorClass.ordinal() + 1 << RowLayout.ERROR_SHIFT;
            case Outcome.InFlight inFlight -> throw new IllegalStateException("an END record is never in flight");
        };
        RowLayout.publish(row, to, state);
    }

    /** Blocks of rows that changed since the last {@link #checkpointed}. */
    BitSet changed() {
        return changed;
    }

    /** A checkpoint has taken all changes in. */
    void checkpointed() {
        changed.clear();
    }

    /** Marks an exchange whose END could not be written: its row must not stay in flight for ever. */
    void lose(long seq) throws IOException {
        ByteBuffer row = index.extent(seq);
        int to = index.at(seq);
        int state = RowLayout.state(row, to) & ~RowLayout.PHASE_MASK;
        changed.set(Checkpoint.rowBlock(seq));
        RowLayout.publish(row, to, state | RowLayout.INCOMPLETE | RowLayout.SHED | ErrorClass.INTERNAL.ordinal() + 1 << RowLayout.ERROR_SHIFT);
    }

    private static int flags(ExchangeCodec.BodyFacts body, long bodyAt, OpenExchanges.Chain chain, int whole) {
        if (body.bytes() == 0) {
            return 0;
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
