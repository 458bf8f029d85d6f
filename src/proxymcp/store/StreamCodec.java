package proxymcp.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import proxymcp.exchange.Direction;
import proxymcp.exchange.EndedBy;
import proxymcp.exchange.MessageForm;
import proxymcp.exchange.StreamEnd;
import proxymcp.exchange.StreamKind;
import proxymcp.exchange.StreamMessage;
import proxymcp.exchange.StreamOpen;

/** Payloads of the records of a stream, both ways; FORMAT.md describes them. */
final class StreamCodec {
    /** Positions that a MESSAGE begins with: the message before, the first and the last part. */
    static final int MESSAGE_REFERENCES = 3;
    /** Where among them the last part stands. */
    static final int LAST_PART_OFFSET = 2 * Long.BYTES;
    /** A producer's reference to the parts that were written of a message from the client. */
    static final long PARTS_OUT = -1;
    /** The same of a message from the server. */
    static final long PARTS_IN = -2;

    /** Characters that are kept of a text which is part of no payload: a peer may make it as long as it likes. */
    private static final int TEXT_CHARS_MAX = 4_096;
    private static final int FRAME = 0;
    private static final int EVENT = 1;
    private static final int LINE = 2;
    private static final int COMPLETES = 1;
    private static final int FRAGMENTED = 2;
    private static final int COMPRESSED = 4;

    /**
     * What a MESSAGE record holds.
     *
     * @param index its number in its stream, from 0
     * @param message the message; its payload is what the record has of it
     */
    record MessageFacts(long previous, long firstPart, long lastPart, long index, StreamMessage message) {}

    /**
     * What a STREAM_END record holds.
     *
     * @param messages how many passed
     */
    record EndFacts(StreamEnd end, long messages) {}

    private StreamCodec() {}

    static void open(PayloadWriter out, long seq, StreamOpen open) {
        out.begin(RecordType.STREAM, seq).array(5).integer(open.time()).text(open.kind().id()).text(cut(open.subprotocol()))
                .text(cut(open.extensions())).textOrNil(open.lastEventId().map(StreamCodec::cut));
        out.end();
    }

    static StreamOpen open(PayloadReader in) throws PayloadReader.MalformedPayloadException {
        in.array();
        return new StreamOpen(in.integer(), kind(in.text()), in.text(), in.text(), in.textOrNil());
    }

    /**
     * Writes a message.
     *
     * @param parts 0, or which parts before it are its own
     * @param kept octets of its payload that go into the record
     */
    static void message(PayloadWriter out, long seq, long index, StreamMessage message, long parts, int kept) {
        out.begin(RecordType.MESSAGE, seq).fixed(0).fixed(0).fixed(parts).array(9).integer(index).integer(message.time())
                .integer(message.direction().ordinal());
        switch (message.form()) {
            case MessageForm.Frame frame -> out.array(5).integer(FRAME).integer(frame.opcode()).bool(frame.fin()).integer(frame.rsv())
                    .bool(frame.masked());
            case MessageForm.Event event -> {
                out.array(4).integer(EVENT).text(cut(event.type())).text(cut(event.id()));
                if (event.retryMillis().isPresent()) {
                    out.integer(event.retryMillis().getAsLong());
                } else {
                    out.nil();
                }
            }
            case MessageForm.Line line -> out.array(1).integer(LINE);
        }
        int flags = (message.completes() ? COMPLETES : 0) | (message.fragmented() ? FRAGMENTED : 0) | (message.compressed() ? COMPRESSED : 0);
        out.integer(message.wireBytes()).integer(message.payloadBytes()).integer(flags).text(cut(message.channel())).text(cut(message.note()))
                .raw(message.payload(), 0, kept);
        out.end();
    }

    static MessageFacts message(PayloadReader in) throws PayloadReader.MalformedPayloadException {
        long previous = in.fixed();
        long firstPart = in.fixed();
        long lastPart = in.fixed();
        in.array();
        long index = in.integer();
        long time = in.integer();
        Direction direction = one(Direction.values(), in.integer(), "direction");
        MessageForm form = form(in);
        long wireBytes = in.integer();
        long payloadBytes = in.integer();
        long flags = in.integer();
        String channel = in.text();
        String note = in.text();
        if (in.remaining() > StreamMessage.PAYLOAD_BYTES_MAX || in.remaining() > payloadBytes) {
            throw new PayloadReader.MalformedPayloadException(in.remaining() + " octets of a payload of " + payloadBytes);
        }
        return new MessageFacts(previous, firstPart, lastPart, index, new StreamMessage(time, direction, form, wireBytes, in.rest(), payloadBytes,
                (flags & COMPLETES) != 0, (flags & FRAGMENTED) != 0, (flags & COMPRESSED) != 0, channel, note));
    }

    private static MessageForm form(PayloadReader in) throws PayloadReader.MalformedPayloadException {
        in.array();
        long form = in.integer();
        if (form == FRAME) {
            return new MessageForm.Frame((int) in.integer(), in.bool(), (int) in.integer(), in.bool());
        }
        if (form == EVENT) {
            return new MessageForm.Event(in.text(), in.text(), in.skipNil() ? OptionalLong.empty() : OptionalLong.of(in.integer()));
        }
        if (form == LINE) {
            return new MessageForm.Line();
        }
        throw new PayloadReader.MalformedPayloadException("unknown form of a message");
    }

    /** @param messages how many passed */
    static void end(PayloadWriter out, long seq, StreamEnd end, long messages) {
        out.begin(RecordType.STREAM_END, seq).array(6).integer(end.time());
        if (end.closeCode().isPresent()) {
            out.integer(end.closeCode().get());
        } else {
            out.nil();
        }
        out.text(cut(end.closeReason())).text(end.endedBy().id()).array(end.notes().size());
        end.notes().forEach(note -> out.text(cut(note)));
        out.integer(messages);
        out.end();
    }

    static EndFacts end(PayloadReader in) throws PayloadReader.MalformedPayloadException {
        in.array();
        long time = in.integer();
        Optional<Integer> code = in.skipNil() ? Optional.empty() : Optional.of((int) in.integer());
        String reason = in.text();
        EndedBy endedBy = endedBy(in.text());
        List<String> notes = new ArrayList<>();
        for (int left = in.array(); left > 0; left--) {
            notes.add(in.text());
        }
        return new EndFacts(new StreamEnd(time, code, reason, endedBy, List.copyOf(notes)), in.integer());
    }

    private static StreamKind kind(String id) throws PayloadReader.MalformedPayloadException {
        for (StreamKind kind : StreamKind.values()) {
            if (kind.id().equals(id)) {
                return kind;
            }
        }
        throw new PayloadReader.MalformedPayloadException("unknown kind of stream");
    }

    private static EndedBy endedBy(String id) throws PayloadReader.MalformedPayloadException {
        for (EndedBy side : EndedBy.values()) {
            if (side.id().equals(id)) {
                return side;
            }
        }
        throw new PayloadReader.MalformedPayloadException("unknown end of a stream");
    }

    private static <T> T one(T[] values, long ordinal, String what) throws PayloadReader.MalformedPayloadException {
        if (ordinal < 0 || ordinal >= values.length) {
            throw new PayloadReader.MalformedPayloadException("unknown " + what);
        }
        return values[(int) ordinal];
    }

    private static String cut(String text) {
        return text.length() <= TEXT_CHARS_MAX ? text : text.substring(0, TEXT_CHARS_MAX);
    }
}
