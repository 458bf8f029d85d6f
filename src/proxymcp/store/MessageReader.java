package proxymcp.store;

import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import proxymcp.exchange.CapturedBody;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.MessageQuery;
import proxymcp.exchange.Source;
import proxymcp.store.PayloadReader.MalformedPayloadException;

/**
 * Reads heads and bodies of many exchanges, at the cost of the octets that are asked for: nothing is parsed that nobody wants, and whoever goes
 * from seq to seq reads the log from one end to the other.
 *
 * <p>Not for several threads. Memory: a window of the log, and that of one long body.
 */
public final class MessageReader implements Closeable {
    /** What is read of the log at a time: some hundred short exchanges. */
    static final int WINDOW_BYTES = 256 << 10;
    /** Few exchanges lie in more than two. */
    static final int SEGMENTS_MAX = 4;

    private static final int MEMO_MAX = 10_000;

    /** Which message of an exchange. */
    public enum Side {
        /** What the client sent. */
        REQUEST(RecordType.REQUEST_CHUNK, RecordType.REQUEST_END, RowLayout.REQUEST_END, RowLayout.REQUEST_BYTES, RowLayout.REQUEST_WHOLE),
        /** What came back. */
        RESPONSE(RecordType.RESPONSE_CHUNK, RecordType.END, RowLayout.END, RowLayout.RESPONSE_BYTES, RowLayout.RESPONSE_WHOLE);

        private final RecordType chunks;
        private final RecordType end;
        private final int endColumn;
        private final int bytesColumn;
        private final int wholeBit;

        Side(RecordType chunks, RecordType end, int endColumn, int bytesColumn, int wholeBit) {
            this.chunks = chunks;
            this.end = end;
            this.endColumn = endColumn;
            this.bytesColumn = bytesColumn;
            this.wholeBit = wholeBit;
        }
    }

    private final Session session;
    /** For what stands where the exchange was recorded. */
    private final LogReader near;
    /** For what exchanges share, which stands anywhere. */
    private final LogReader far;
    private final Supplier<LogReader> bodyReaders;
    private final Map<Integer, String> mediaTypes = new HashMap<>();
    private final Map<Long, Boolean> tls = new HashMap<>();

    MessageReader(Session session, LogReader near, LogReader far, Supplier<LogReader> bodyReaders) {
        this.session = session;
        this.near = near;
        this.far = far;
        this.bodyReaders = bodyReaders;
    }

    /** Media type of the response, lower case, without parameters; empty without one. */
    public String mediaType(long seq) throws IOException {
        ByteBuffer row = session.checked(seq);
        int at = session.rowAt(seq);
        int entry = row.getInt(at + RowLayout.CONTENT_TYPE);
        String known = mediaTypes.get(entry);
        if (known == null) {
            known = session.mediaType(row, at);
            remember(mediaTypes, entry, known);
        }
        return known;
    }

    /** Octets of the body that passed; 0 while it flows. */
    public long bodyBytes(long seq, Side side) throws IOException {
        return session.checked(seq).getLong(session.rowAt(seq) + side.bytesColumn);
    }

    /** Whether the body was kept whole. */
    public boolean isWhole(long seq, Side side) throws IOException {
        return (RowLayout.state(session.checked(seq), session.rowAt(seq)) & side.wholeBit) != 0;
    }

    /**
     * Octets of a message head as received, its first line with them.
     *
     * @return nothing where no response came
     * @throws CorruptSegmentException if it is damaged
     */
    public byte[] head(long seq, Side side) throws IOException {
        long position = column(seq, side == Side.REQUEST ? RowLayout.START : RowLayout.RESPONSE);
        if (position == Position.NONE) {
            return new byte[0];
        }
        try {
            PayloadReader in = near.at(position, side == Side.REQUEST ? RecordType.START : RecordType.RESPONSE).payload();
            in.fixed();
            if (side == Side.REQUEST) {
                return ExchangeCodec.startHead(in);
            }
            in.array();
            in.bool();
            in.bool();
            return in.binary();
        } catch (MalformedPayloadException e) {
            throw near.malformed(position, e);
        }
    }

    /**
     * Values of the field lines of one name, in wire order.
     *
     * @param head what {@link #head} returned
     * @param name lower case
     */
    public static List<String> values(byte[] head, String name) {
        return HeadScan.values(head, 0, head.length, name);
    }

    /** Where the field lines begin in what {@link #head} returned. */
    public static int fieldsAt(byte[] head) {
        return HeadScan.fieldsAt(head);
    }

    /**
     * The kept octets of a body; nothing for one that still flows. Valid until something else is asked for.
     *
     * @throws CorruptSegmentException if they are damaged, here or when they are read
     */
    public InputStream body(long seq, Side side) throws IOException {
        long endAt = column(seq, side.endColumn);
        if (endAt == Position.NONE) {
            return InputStream.nullInputStream();
        }
        try {
            long position = near.at(endAt, side.end).payload().fixed();
            return position == Position.NONE ? InputStream.nullInputStream() : body(seq, side, position, endAt);
        } catch (MalformedPayloadException e) {
            throw near.malformed(endAt, e);
        }
    }

    private InputStream body(long seq, Side side, long position, long endAt) throws IOException {
        long startAt = column(seq, RowLayout.START);
        boolean own = position > startAt && position < endAt;
        SegmentReader record = (own ? near : far).at(position, RecordType.BODY, side.chunks);
        if (record.type() == RecordType.BODY.code()) {
            return new ByteArrayInputStream(record.bytes(), record.payloadAt() + LogBody.DIGEST_BYTES, record.payloadBytes() - LogBody.DIGEST_BYTES);
        }
        long bytes = bodyBytes(seq, side);
        return new LogBody(bodyReaders, new LogBody.Message(seq, startAt, side.chunks), position, bytes, bytes, Optional.empty(),
                CapturedBody.State.COMPLETE, Optional.empty(), Optional.empty()).open();
    }

    /**
     * Whether the body is held with its content codings undone although its head names them, as in an imported HAR file.
     *
     * @throws CorruptSegmentException if the record that says so is damaged
     */
    public boolean isHeldDecoded(long seq, Side side) throws IOException {
        long endAt = column(seq, RowLayout.END);
        int source = RowLayout.state(session.checked(seq), session.rowAt(seq)) >>> RowLayout.SOURCE_SHIFT & RowLayout.SOURCE_MASK;
        // Nothing but an import writes such a note: traffic that was captured need not be looked at.
        if (source != Source.HAR.ordinal() || endAt == Position.NONE) {
            return false;
        }
        try {
            PayloadReader in = near.at(endAt, RecordType.END).payload();
            in.fixed();
            in.fixed();
            return ExchangeCodec.end(in).notes().contains(side == Side.REQUEST ? Exchange.REQUEST_HELD_DECODED : Exchange.RESPONSE_HELD_DECODED);
        } catch (MalformedPayloadException e) {
            throw near.malformed(endAt, e);
        }
    }

    /** Hands over the messages of a stream in their order; none of an exchange that is no stream. */
    public void messages(long seq, StoredMessage.Visitor visitor) throws IOException {
        if (session.checked(seq).getInt(session.rowAt(seq) + RowLayout.STREAM) == 0) {
            return;
        }
        StoredStreams streams = session.stored();
        for (long number : streams.messagesOf(seq)) {
            boolean goesOn = true;
            try {
                StreamCodec.MessageFacts facts = StoredStreams.read(near, streams.message(number).number(MessageRowLayout.POSITION));
                goesOn = visitor.visit(new StoredMessage(facts.index(), facts.message(), () -> StoredStreams.payload(seq, facts, bodyReaders)));
            } catch (CorruptSegmentException e) {
                visitor.damaged(e);
            }
            if (!goesOn) {
                return;
            }
        }
    }

    /** That messages of a stream are missing, or may be: a sentence; empty if all that passed are there. */
    public Optional<String> missing(long seq) throws IOException {
        return session.stored().missing(MessageQuery.of(seq));
    }

    /** Whether it is known what was agreed in a TLS handshake with the client, or else with the server. */
    public boolean hasTls(long seq) throws IOException {
        try {
            long client = near.at(column(seq, RowLayout.START), RecordType.START).payload().fixed();
            return isTls(client, RecordType.CLIENT) || isTls(route(seq), RecordType.ROUTE);
        } catch (CorruptSegmentException | MalformedPayloadException e) {
            return false; // It is not known any more.
        }
    }

    private long route(long seq) throws IOException, MalformedPayloadException {
        long response = column(seq, RowLayout.RESPONSE);
        if (response != Position.NONE) {
            return near.at(response, RecordType.RESPONSE).payload().fixed();
        }
        long end = column(seq, RowLayout.END);
        if (end == Position.NONE) {
            return Position.NONE;
        }
        PayloadReader in = near.at(end, RecordType.END).payload();
        in.fixed();
        return in.fixed();
    }

    /** A connection is written once, and many exchanges refer to it. */
    private boolean isTls(long position, RecordType type) throws IOException, MalformedPayloadException {
        if (position == Position.NONE) {
            return false;
        }
        Boolean known = tls.get(position);
        if (known == null) {
            PayloadReader in = far.at(position, type).payload();
            known = (type == RecordType.CLIENT ? ExchangeCodec.client(in).tls() : ExchangeCodec.route(in, false).tls()).isPresent();
            remember(tls, position, known);
        }
        return known;
    }

    private static <K, V> void remember(Map<K, V> memo, K key, V value) {
        if (memo.size() >= MEMO_MAX) {
            memo.clear();
        }
        memo.put(key, value);
    }

    private long column(long seq, int column) throws IOException {
        return session.checked(seq).getLong(session.rowAt(seq) + column);
    }

    @Override
    public void close() throws IOException {
        try (near) {
            far.close();
        }
    }
}
