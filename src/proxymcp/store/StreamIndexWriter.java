package proxymcp.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import proxymcp.exchange.Direction;
import proxymcp.exchange.EndedBy;
import proxymcp.exchange.MessageForm;
import proxymcp.exchange.StreamKind;
import proxymcp.exchange.StreamMessage;
import proxymcp.exchange.StreamOpen;

/** Keeps the rows of streams and messages in step with the log. Owner: that of the {@link IndexWriter}, which calls it for exchanges that it knows. */
final class StreamIndexWriter {
    private final IndexFiles index;
    private final BitSet changed = new BitSet();
    private final BitSet changedMessages = new BitSet();
    private long streams;
    private long messages;
    private long newestTime = Long.MIN_VALUE;

    StreamIndexWriter(IndexFiles index) throws IOException {
        this.index = index;
        this.streams = index.streamCount();
        this.messages = index.messageCount();
        if (messages > 0) {
            newestTime = index.messages().extent(messages).getLong(index.messages().at(messages) + MessageRowLayout.TIME)
                    + index.messageStepBackMillis();
        }
    }

    /** Blocks of rows of streams that changed since the last {@link #checkpointed}. */
    BitSet changed() {
        return changed;
    }

    /** The same of messages. */
    BitSet changedMessages() {
        return changedMessages;
    }

    /** A checkpoint has taken all changes in. */
    void checkpointed() {
        changed.clear();
        changedMessages.clear();
    }

    /** The exchange of a row is a stream. */
    void open(long seq, long position, PayloadReader in) throws IOException, PayloadReader.MalformedPayloadException {
        StreamOpen open = StreamCodec.open(in);
        if (streamOf(seq) == 0) {
            begin(seq, position, open.time(), open.kind());
            ByteBuffer row = index.streams().extent(streams);
            int to = index.streams().at(streams);
            row.putInt(to + StreamRowLayout.SUBPROTOCOL, name(open.subprotocol()));
            row.putInt(to + StreamRowLayout.EXTENSIONS, name(open.extensions()));
            row.putInt(to + StreamRowLayout.LAST_EVENT_ID, name(open.lastEventId().orElse("")));
            publish(seq, open.kind());
            // A copy, or an imported file, has the body before.
            passed(seq, Direction.OUT, index.extent(seq).getLong(index.at(seq) + RowLayout.REQUEST_BYTES));
        }
    }

    /** A body of an exchange has come to {@code bytes} octets: through a tunnel nothing else passes. */
    void passed(long seq, Direction direction, long bytes) throws IOException {
        long stream = streamOf(seq);
        if (stream == 0) {
            return;
        }
        ByteBuffer row = index.streams().extent(stream);
        int at = index.streams().at(stream);
        if (StreamRowLayout.kind(RowLayout.state(row, at)) == StreamKind.TUNNEL) {
            change(stream);
            row.putLong(at + (direction == Direction.OUT ? StreamRowLayout.BYTES_OUT : StreamRowLayout.BYTES_IN), bytes);
        }
    }

    private long streamOf(long seq) throws IOException {
        return index.extent(seq).getInt(index.at(seq) + RowLayout.STREAM);
    }

    /** Fills the next row, which nobody sees yet. */
    private void begin(long seq, long position, long time, StreamKind kind) throws IOException {
        streams++;
        index.streams().grow(streams);
        change(streams);
        ByteBuffer row = index.streams().extent(streams);
        int to = index.streams().at(streams);
        for (int at = to + Long.BYTES; at < to + StreamRowLayout.ROW_BYTES; at += Long.BYTES) {
            row.putLong(at, 0);
        }
        row.putInt(to + StreamRowLayout.CLOSE_CODE, 0);
        row.putLong(to + StreamRowLayout.SEQ, seq);
        row.putLong(to + StreamRowLayout.OPENED, time);
        row.putLong(to + StreamRowLayout.LAST_TIME, time);
        row.putLong(to + StreamRowLayout.STREAM, position);
    }

    private void publish(long seq, StreamKind kind) throws IOException {
        RowLayout.publish(index.streams().extent(streams), index.streams().at(streams),
                StreamRowLayout.OPEN | kind.ordinal() << StreamRowLayout.KIND_SHIFT);
        index.setStreamCount(streams);
        ByteBuffer exchange = index.extent(seq);
        int at = index.at(seq);
        exchange.putInt(at + RowLayout.STREAM, (int) streams);
        RowLayout.publish(exchange, at, RowLayout.state(exchange, at) | RowLayout.HAS_STREAM);
    }

    /** A message passed. Where the beginning of its stream is damaged, its form tells what kind of stream it is. */
    void message(long seq, long position, PayloadReader in) throws IOException, PayloadReader.MalformedPayloadException {
        StreamCodec.MessageFacts facts = StreamCodec.message(in);
        StreamMessage message = facts.message();
        if (streamOf(seq) == 0) {
            StreamKind kind = switch (message.form()) {
                case MessageForm.Frame frame -> StreamKind.WEBSOCKET;
                case MessageForm.Event event -> StreamKind.SSE;
                case MessageForm.Line line -> StreamKind.NDJSON;
            };
            begin(seq, Position.NONE, message.time(), kind);
            publish(seq, kind);
        }
        long stream = streamOf(seq);
        long number = messages + 1;
        index.messages().grow(number);
        index.messages().touch(number);
        changedMessages.set(Checkpoint.rowBlock(number));
        change(stream);
        ByteBuffer of = index.streams().extent(stream);
        int at = index.streams().at(stream);
        ByteBuffer row = index.messages().extent(number);
        int to = index.messages().at(number);
        row.putInt(to + MessageRowLayout.STREAM, (int) stream);
        row.putLong(to + MessageRowLayout.TIME, message.time());
        row.putLong(to + MessageRowLayout.POSITION, position);
        row.putLong(to + MessageRowLayout.PREVIOUS, of.getLong(at + StreamRowLayout.LAST_MESSAGE));
        row.putLong(to + MessageRowLayout.WIRE_BYTES, message.wireBytes());
        row.putLong(to + MessageRowLayout.PAYLOAD_BYTES, message.payloadBytes());
        row.putLong(to + MessageRowLayout.INDEX, facts.index());
        row.putInt(to + MessageRowLayout.CHANNEL, name(message.channel()));
        row.putInt(to + MessageRowLayout.TYPE, message.form() instanceof MessageForm.Event event ? name(event.type()) : 0);
        row.putInt(to + MessageRowLayout.ID_HASH, message.form() instanceof MessageForm.Event event ? idHash(event.id()) : 0);
        row.putInt(to + MessageRowLayout.RESERVED, 0);
        RowLayout.publish(row, to, state(message));
        if (message.time() < newestTime) {
            index.setMessageStepBackMillis(Math.max(index.messageStepBackMillis(), newestTime - message.time()));
        }
        newestTime = Math.max(newestTime, message.time());
        messages = number;
        index.setMessageCount(messages);
        boolean out = message.direction() == Direction.OUT;
        add(of, at + (out ? StreamRowLayout.FRAMES_OUT : StreamRowLayout.FRAMES_IN), 1);
        add(of, at + (out ? StreamRowLayout.BYTES_OUT : StreamRowLayout.BYTES_IN), message.wireBytes());
        of.putLong(at + StreamRowLayout.LAST_MESSAGE, number);
        of.putLong(at + StreamRowLayout.PASSED, Math.max(of.getLong(at + StreamRowLayout.PASSED), facts.index() + 1));
        of.putLong(at + StreamRowLayout.LAST_TIME, Math.max(of.getLong(at + StreamRowLayout.LAST_TIME), message.time()));
    }

    private static int state(StreamMessage message) {
        int form = switch (message.form()) {
            case MessageForm.Frame frame -> MessageRowLayout.FRAME << MessageRowLayout.FORM_SHIFT
                    | (frame.opcode() & MessageRowLayout.OPCODE_MASK) << MessageRowLayout.OPCODE_SHIFT;
            case MessageForm.Event event -> MessageRowLayout.EVENT << MessageRowLayout.FORM_SHIFT;
            case MessageForm.Line line -> MessageRowLayout.LINE << MessageRowLayout.FORM_SHIFT;
        };
        return MessageRowLayout.THERE | form | (message.direction() == Direction.IN ? MessageRowLayout.FROM_SERVER : 0)
                | (message.completes() ? MessageRowLayout.COMPLETES : 0) | (message.fragmented() ? MessageRowLayout.FRAGMENTED : 0)
                | (message.compressed() ? MessageRowLayout.COMPRESSED : 0);
    }

    private static void add(ByteBuffer row, int at, long count) {
        row.putLong(at, row.getLong(at) + count);
    }

    /** The stream ended. */
    void end(long seq, long position, PayloadReader in) throws IOException, PayloadReader.MalformedPayloadException {
        StreamCodec.EndFacts facts = StreamCodec.end(in);
        long stream = streamOf(seq);
        if (stream == 0) {
            return; // Its beginning is damaged, and it has no message.
        }
        ByteBuffer row = index.streams().extent(stream);
        int to = index.streams().at(stream);
        row.putInt(to + StreamRowLayout.CLOSE_CODE, facts.end().closeCode().orElse(0));
        row.putInt(to + StreamRowLayout.CLOSE_REASON, name(facts.end().closeReason()));
        row.putLong(to + StreamRowLayout.PASSED, facts.messages());
        row.putLong(to + StreamRowLayout.END, position);
        close(stream, facts.end().time(), facts.end().endedBy());
    }

    /** The exchange ended: a stream that has not ended before did so then. */
    void cut(long seq, EndedBy endedBy) throws IOException {
        long stream = streamOf(seq);
        if (stream == 0) {
            return;
        }
        ByteBuffer row = index.streams().extent(stream);
        int at = index.streams().at(stream);
        if ((RowLayout.state(row, at) & StreamRowLayout.PHASE_MASK) == StreamRowLayout.OPEN) {
            close(stream, row.getLong(at + StreamRowLayout.LAST_TIME), endedBy);
        }
    }

    private void close(long stream, long time, EndedBy endedBy) throws IOException {
        change(stream);
        ByteBuffer row = index.streams().extent(stream);
        int to = index.streams().at(stream);
        row.putLong(to + StreamRowLayout.CLOSED, time);
        int kept = RowLayout.state(row, to) & StreamRowLayout.KIND_MASK << StreamRowLayout.KIND_SHIFT;
        RowLayout.publish(row, to, StreamRowLayout.CLOSED_PHASE | kept | endedBy.ordinal() + 1 << StreamRowLayout.ENDED_BY_SHIFT);
    }

    private void change(long stream) {
        changed.set(Checkpoint.rowBlock(stream));
        index.streams().touch(stream);
    }

    private int name(String text) throws IOException {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return (int) index.names().intern(utf8, 0, utf8.length);
    }

    /** What a row keeps of an event's id, to find the stream that another one goes on with; 0 without an id. */
    static int idHash(String id) {
        int hash = id.hashCode();
        return id.isEmpty() ? 0 : hash == 0 ? 1 : hash;
    }
}
