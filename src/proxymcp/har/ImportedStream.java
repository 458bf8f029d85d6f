package proxymcp.har;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import proxymcp.exchange.ChannelFinder;
import proxymcp.exchange.Channels;
import proxymcp.exchange.Direction;
import proxymcp.exchange.EndedBy;
import proxymcp.exchange.MessageForm;
import proxymcp.exchange.Recording;
import proxymcp.exchange.StreamEnd;
import proxymcp.exchange.StreamKind;
import proxymcp.exchange.StreamMessage;
import proxymcp.exchange.StreamOpen;
import proxymcp.http.Fields;
import proxymcp.http.RequestHead;
import proxymcp.http.ResponseHead;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonBoolean;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;
import proxymcp.store.WorkWatch;

/** The stream of an entry. Not for several threads. */
final class ImportedStream {
    private static final int TEXT_CHARS_MAX = 4_096;
    private static final int NOTES_MAX = 1_000;
    private static final int PIECE_BYTES = 64 << 10;
    private static final int CODE_BYTES = 2;
    private static final String BAD = "bad_member";

    private final StreamOpen open;
    private final Optional<StreamEnd> end;
    private final HarReadMessages messages;
    private final boolean ours;
    private final ChannelFinder channels;
    private final List<String> failures = new ArrayList<>();
    private Optional<StreamEnd> close = Optional.empty();
    private long lastMillis;

    private ImportedStream(StreamOpen open, Optional<StreamEnd> end, HarReadMessages messages, boolean ours) {
        this.open = open;
        this.end = end;
        this.messages = messages;
        this.ours = ours;
        this.channels = new ChannelFinder(open.subprotocol());
        this.lastMillis = open.time();
    }

    /**
     * What an entry says of its stream; empty if it is none.
     *
     * @param startedMillis when the entry began
     */
    static Optional<ImportedStream> of(JsonObject entry, RequestHead request, Optional<ResponseHead> response, HarReadMessages messages,
            long startedMillis, HarImportReport report) throws HarImportException {
        if (messages.odd() > 0) {
            report.repair("bad_message", messages.odd() + " items of " + messages.list() + " are no objects; they were left out");
        }
        if (!messages.noList().isEmpty()) {
            report.repair("bad_message", messages.noList() + " is no array; it was left out");
        }
        Optional<JsonObject> facts = entry.object("_stream");
        if (facts.isPresent()) {
            return ours(facts.get(), messages, report);
        }
        if (messages.list().isEmpty()) {
            return Optional.empty();
        }
        boolean frames = messages.list().equals(StreamMembers.FRAMES);
        Fields fields = response.map(ResponseHead::fields).orElse(Fields.EMPTY);
        StreamOpen open = frames
                ? new StreamOpen(startedMillis, StreamKind.WEBSOCKET, fields.first("Sec-WebSocket-Protocol").orElse(""),
                        String.join(", ", fields.all("Sec-WebSocket-Extensions")), Optional.empty())
                : new StreamOpen(startedMillis, StreamKind.SSE, "", "", request.fields().first("Last-Event-ID").filter(id -> !id.isEmpty()));
        return Optional.of(new ImportedStream(open, Optional.empty(), messages, false));
    }

    private static Optional<ImportedStream> ours(JsonObject facts, HarReadMessages messages, HarImportReport report) throws HarImportException {
        Optional<StreamKind> kind = Optional.empty();
        for (StreamKind known : StreamKind.values()) {
            kind = facts.string("kind").orElse("").equals(known.id()) ? Optional.of(known) : kind;
        }
        OptionalLong opened = number(facts, "openedAt");
        if (kind.isEmpty() || opened.isEmpty()) {
            report.repair(BAD, "_stream lacks kind or openedAt; it was left out");
            return Optional.empty();
        }
        StreamOpen open = new StreamOpen(opened.getAsLong(), kind.get(), text(facts, "subprotocol"), text(facts, "extensions"),
                facts.string("lastEventId").map(ImportedStream::shortened));
        Optional<EndedBy> endedBy = Optional.empty();
        for (EndedBy known : EndedBy.values()) {
            endedBy = facts.string("endedBy").orElse("").equals(known.id()) ? Optional.of(known) : endedBy;
        }
        OptionalLong closed = number(facts, "closedAt");
        Optional<StreamEnd> end = Optional.empty();
        if (closed.isPresent()) {
            OptionalLong code = number(facts, "closeCode");
            end = Optional.of(new StreamEnd(closed.getAsLong(),
                    code.isPresent() && code.getAsLong() >= 0 && code.getAsLong() <= 0xFFFF ? Optional.of((int) code.getAsLong()) : Optional.empty(),
                    text(facts, "closeReason"), endedBy.orElse(EndedBy.UNKNOWN), notes(facts)));
        }
        return Optional.of(new ImportedStream(open, end, messages, true));
    }

    private static List<String> notes(JsonObject facts) {
        List<String> notes = new ArrayList<>();
        for (JsonValue value : facts.array("notes").orElse(JsonArray.EMPTY).values()) {
            if (notes.size() < NOTES_MAX && value instanceof JsonString note) {
                notes.add(shortened(note.value()));
            }
        }
        return List.copyOf(notes);
    }

    private static String text(JsonObject in, String name) {
        return in.string(name).map(ImportedStream::shortened).orElse("");
    }

    private static String shortened(String text) {
        return text.length() > TEXT_CHARS_MAX ? text.substring(0, TEXT_CHARS_MAX) : text;
    }

    private static OptionalLong number(JsonObject in, String name) {
        return in.get(name).orElse(JsonNull.NULL) instanceof JsonNumber number ? number.exactLong() : OptionalLong.empty();
    }

    private static boolean flag(JsonObject in, String name, boolean otherwise) {
        return in.get(name).orElse(JsonNull.NULL) instanceof JsonBoolean flag ? flag.value() : otherwise;
    }

    /** Records it; the response has been. */
    void record(Recording to, ImportedValues values, HarImportReport report, WorkWatch watch) throws IOException {
        to.streamOpened(open);
        messages.each((facts, data, given, onlyBase64) -> {
            if (watch.cancelled()) {
                throw new CancellationException("cancelled while a HAR file was imported");
            }
            time(facts, values);
            if (isFailure(facts)) {
                failed(data);
            } else {
                check(facts, given, report);
                message(facts, data, onlyBase64, to, values, report);
            }
        });
        if (!ours) {
            to.streamClosed(close.isPresent() && failures.isEmpty() ? close.get() : end());
        } else {
            end.ifPresent(to::streamClosed);
        }
    }

    /** How it ended where no close frame tells: Chrome's messages say no more than that it failed. */
    private StreamEnd end() {
        return new StreamEnd(lastMillis, close.flatMap(StreamEnd::closeCode), close.map(StreamEnd::closeReason).orElse(""),
                failures.isEmpty() ? EndedBy.UNKNOWN : EndedBy.CUT, List.copyOf(failures));
    }

    /** Chrome has the failure of a socket among its messages. */
    private boolean isFailure(JsonObject facts) {
        return !ours && open.kind() == StreamKind.WEBSOCKET && facts.string("type").orElse("").equals("error");
    }

    private void failed(InputStream data) throws IOException {
        String text = new String(data.readNBytes(TEXT_CHARS_MAX), StandardCharsets.UTF_8);
        if (failures.size() < NOTES_MAX) {
            failures.add("the browser said: " + (text.isBlank() ? "error" : text));
        }
    }

    private void time(JsonObject facts, ImportedValues values) throws HarImportException {
        OptionalDouble seconds = values.number(facts, "time");
        lastMillis = seconds.isPresent() && Math.abs(seconds.getAsDouble()) < 1e12 ? Math.round(seconds.getAsDouble() * 1_000) : lastMillis;
    }

    /** Tells what a message lacks. */
    private void check(JsonObject facts, HarReadMessages.Data given, HarImportReport report) throws HarImportException {
        String type = text(facts, "type");
        if (open.kind() == StreamKind.WEBSOCKET && !type.equals("send") && !type.equals("receive")) {
            report.repair("bad_message", "a message has " + (type.isEmpty() ? "no type" : "type \"" + type + "\"")
                    + ", where send or receive is expected; it was taken as received");
        }
        switch (given) {
            case NONE -> report.repair("bad_message", "a message has no data; it was taken as empty");
            case JSON -> report.repair("bad_message", "data of a message is no text; its JSON was taken");
            case TEXT -> { }
        }
    }

    private void message(JsonObject facts, InputStream data, boolean onlyBase64, Recording to, ImportedValues values, HarImportReport report)
            throws IOException {
        Direction direction = facts.string("type").orElse("").equals("send") ? Direction.OUT : Direction.IN;
        MessageForm form = form(facts, direction, values, report);
        boolean base64 = facts.string("_encoding").orElse("").equals("base64") || form instanceof MessageForm.Frame frame && isBinary(facts, frame);
        if (base64 && !onlyBase64) {
            report.repair("bad_base64", "a message is said to be in base64, and is not; it was taken as text");
        }
        InputStream octets = base64 && onlyBase64 ? new HarReadBase64(data) : data;
        byte[] first = octets.readNBytes(StreamMessage.PAYLOAD_BYTES_MAX);
        long bytes = first.length + parts(first, octets, direction, to);
        long payloadBytes = Math.max(bytes, number(facts, "_bytes").orElse(0));
        StreamMessage message = new StreamMessage(lastMillis, direction, form, number(facts, "_wireBytes").orElse(bytes), first, payloadBytes,
                flag(facts, "_completes", true), flag(facts, "_fragmented", false), flag(facts, "_compressed", false), channel(facts, form, first),
                text(facts, "_note"));
        to.message(message);
        if (form instanceof MessageForm.Frame frame && frame.opcode() == MessageForm.Frame.CLOSE && close.isEmpty()) {
            close = Optional.of(close(message));
        }
    }

    /** Hands a payload over that is longer than is held; returns the octets that follow {@code first}. */
    private static long parts(byte[] first, InputStream rest, Direction direction, Recording to) throws IOException {
        byte[] piece = rest.readNBytes(PIECE_BYTES);
        if (piece.length > 0) {
            to.messagePart(direction, first, 0, first.length);
        }
        long count = 0;
        for (; piece.length > 0; piece = rest.readNBytes(PIECE_BYTES)) {
            to.messagePart(direction, piece, 0, piece.length);
            count += piece.length;
        }
        return count;
    }

    /** Chrome has the text of text messages as it is, and the octets of all others in Base64. */
    private static boolean isBinary(JsonObject facts, MessageForm.Frame frame) {
        return facts.has("_opcode") ? number(facts, "opcode").orElse(-1) != MessageForm.Frame.TEXT : frame.opcode() != MessageForm.Frame.TEXT;
    }

    private MessageForm form(JsonObject facts, Direction direction, ImportedValues values, HarImportReport report) throws HarImportException {
        boolean frame = open.kind() == StreamKind.WEBSOCKET || facts.has("opcode");
        if (!frame && open.kind() == StreamKind.NDJSON) {
            return new MessageForm.Line();
        }
        if (!frame) {
            String type = facts.string("eventName").or(() -> facts.string("event")).map(ImportedStream::shortened).orElse("");
            String id = facts.string("eventId").or(() -> facts.string("id")).map(ImportedStream::shortened).orElse("");
            return new MessageForm.Event(type.isEmpty() && !ours ? "message" : type, id, number(facts, "retry"));
        }
        long opcode = number(facts, "_opcode").orElse(values.count(facts, "opcode"));
        if (opcode < 0 || opcode > 15) {
            report.repair("bad_message", "a message has " + facts.get("opcode").map(given -> "opcode " + shortened(given.toString())).orElse("no opcode")
                    + ", where 0 to 15 is expected; it was taken as text");
        }
        return new MessageForm.Frame(opcode < 0 || opcode > 15 ? MessageForm.Frame.TEXT : (int) opcode, flag(facts, "_fin", true),
                Math.clamp(number(facts, "_rsv").orElse(0), 0, 7), flag(facts, "_masked", direction == Direction.OUT));
    }

    private String channel(JsonObject facts, MessageForm form, byte[] payload) {
        if (ours) {
            List<String> named = new ArrayList<>();
            facts.string("_channel").ifPresent(named::add);
            for (JsonValue value : facts.array("_channels").orElse(JsonArray.EMPTY).values()) {
                if (value instanceof JsonString name) {
                    named.add(name.value());
                }
            }
            return Channels.join(named);
        }
        return form instanceof MessageForm.Event event && !event.type().equals("message") ? Channels.named(event.type()) : channels.of(payload);
    }

    /** The end that a close frame means. */
    private static StreamEnd close(StreamMessage message) {
        byte[] payload = message.payload();
        boolean coded = payload.length >= CODE_BYTES;
        return new StreamEnd(message.time(), coded ? Optional.of((payload[0] & 0xFF) << 8 | payload[1] & 0xFF) : Optional.empty(),
                coded ? new String(payload, CODE_BYTES, payload.length - CODE_BYTES, StandardCharsets.UTF_8) : "",
                message.direction() == Direction.OUT ? EndedBy.CLIENT : EndedBy.SERVER, List.of());
    }
}
