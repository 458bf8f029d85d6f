package proxymcp.tool;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import proxymcp.decode.Content;
import proxymcp.decode.DecodeInput;
import proxymcp.decode.DecodeRequest;
import proxymcp.decode.DecodeResult;
import proxymcp.decode.Decoders;
import proxymcp.decode.Direction;
import proxymcp.decode.Layer;
import proxymcp.decode.LayerStatus;
import proxymcp.decode.Pipeline;
import proxymcp.exchange.Channels;
import proxymcp.exchange.MessageEntry;
import proxymcp.exchange.MessageForm;
import proxymcp.exchange.StreamMessage;
import proxymcp.exchange.Streams;
import proxymcp.http.Fields;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/**
 * Messages of streams as results show them. Reads and decodes payloads, so it is work for the pool.
 *
 * @param source where they are
 * @param decoders what payloads are read with
 * @param decode whether they are
 * @param previewChars characters of each preview as JSON; 0 for none
 */
record MessageView(StreamSource source, Decoders decoders, boolean decode, int previewChars) {
    private static final int NAME_CHARS = 200;
    /** Octets of a payload that a preview looks at. */
    private static final int LOOK_BYTES = 512 << 10;
    private static final int OUTPUT_BYTES = 1 << 20;
    private static final int CODE_BYTES = 2;
    private static final String TRUNCATED = "truncated";
    private static final Fields TEXT = Fields.of(List.of(new Fields.Line("Content-Type", "text/plain; charset=utf-8")));
    private static final Fields OCTETS = Fields.of(List.of(new Fields.Line("Content-Type", "application/octet-stream")));

    /** A message in a list, in at most {@code charsMax} characters, at least 900. Of its frame only what is not as frames mostly are. */
    JsonObject row(MessageEntry entry, int charsMax) throws IOException {
        return row(entry, charsMax, false);
    }

    /** A message alone, in at most {@code charsMax} characters, at least 900, with all that is known of its frame. */
    JsonObject one(MessageEntry entry, int charsMax) throws IOException {
        return row(entry, charsMax, true);
    }

    private JsonObject row(MessageEntry entry, int charsMax, boolean whole) throws IOException {
        JsonObject.Builder row = JsonObject.builder().put("index", entry.index()).put("timestamp", entry.time())
                .put("streamId", source.id(entry.seq())).put("direction", entry.direction().id())
                .put("type", Shortened.text(entry.type(), NAME_CHARS)).put("length", entry.payloadBytes())
                .put("fragmented", entry.fragmented()).put("compressed", entry.compressed());
        if (!entry.completes()) {
            row.put("completes", false);
        }
        List<String> channels = Channels.each(entry.channel());
        if (!channels.isEmpty()) {
            row.put("channel", Shortened.text(channels.getFirst(), NAME_CHARS));
        }
        if (channels.size() > 1) {
            row.putStrings("channels", channels);
        }
        try {
            read(row, entry, Math.min(previewChars, charsMax / 2), whole);
        } catch (IOException e) {
            row.put("damaged", Shortened.text(String.valueOf(e.getMessage()), NAME_CHARS));
        }
        JsonObject made = row.build();
        return Json.text(made).length() <= charsMax ? made : Shortened.within(without(made, TRUNCATED), charsMax);
    }

    private static JsonObject without(JsonObject object, String name) {
        JsonObject.Builder members = JsonObject.builder();
        for (JsonObject.Member member : object.members()) {
            if (!member.name().equals(name)) {
                members.put(member.name(), member.value());
            }
        }
        return members.build();
    }

    private void read(JsonObject.Builder row, MessageEntry entry, int chars, boolean wholeFrame) throws IOException {
        StreamMessage message = source.streams().read(entry);
        WireFacts.put(row, message, wholeFrame);
        if (message.form() instanceof MessageForm.Event event) {
            JsonObject.Builder members = JsonObject.builder().put("type", Shortened.text(event.type(), NAME_CHARS));
            if (!event.id().isEmpty()) {
                members.put("id", Shortened.text(event.id(), NAME_CHARS));
            }
            event.retryMillis().ifPresent(millis -> members.put("retry", millis));
            row.put("event", members.build());
        }
        byte[] payload = payload(entry, message);
        if (isClose(message) && payload.length >= CODE_BYTES) {
            row.put("closeCode", (payload[0] & 0xFF) << 8 | payload[1] & 0xFF);
            payload = Arrays.copyOfRange(payload, CODE_BYTES, payload.length);
        }
        if (!message.note().isEmpty()) {
            row.put("note", Shortened.text(message.note(), 2 * NAME_CHARS));
        }
        if (chars > 0 && payload.length > 0) {
            preview(row, message, payload, chars);
        }
    }

    private static boolean isClose(StreamMessage message) {
        return message.form() instanceof MessageForm.Frame frame && frame.opcode() == MessageForm.Frame.CLOSE;
    }

    /** The first octets of the payload. */
    private byte[] payload(MessageEntry entry, StreamMessage message) throws IOException {
        if (message.payload().length == message.payloadBytes() || previewChars == 0) {
            return message.payload();
        }
        try (InputStream in = source.streams().payload(entry)) {
            return in.readNBytes(LOOK_BYTES);
        }
    }

    private void preview(JsonObject.Builder row, StreamMessage message, byte[] payload, int chars) {
        boolean whole = payload.length == message.payloadBytes() || isClose(message);
        boolean text = isText(message, payload, whole);
        Optional<DecodeResult> decoded = decode && !message.isControl() ? decoded(payload, message.direction()) : Optional.empty();
        Optional<JsonValue> value = decoded.flatMap(result -> value(result.content(), text));
        if (value.isPresent()) {
            row.put("decoder", decoders(decoded.get()));
        } else if (text) {
            value = Optional.of(new JsonString(new String(payload, StandardCharsets.UTF_8)));
        }
        if (value.isEmpty()) {
            row.put("preview", "(" + message.payloadBytes() + " octets of binary)").put(TRUNCATED, true);
            return;
        }
        JsonValue folded = whole || !(value.get() instanceof JsonString part) ? new Folding(chars).fold(value.get())
                : beginning(part.value(), chars, message.payloadBytes());
        row.put("preview", folded).put(TRUNCATED, !whole || !folded.equals(value.get()));
    }

    /** A text whose end was not read: how long it is, is known in octets. */
    private static JsonString beginning(String text, int chars, long octets) {
        String whole = "... (" + octets + " octets)";
        String read = text.endsWith("\ufffd") ? text.substring(0, text.length() - 1) : text; // Half a character.
        for (int kept = Math.max(0, chars - whole.length() - 2); ; kept = kept * 3 / 4) {
            JsonString cut = new JsonString(Shortened.prefix(read, kept) + whole);
            if (kept == 0 || Json.length(cut, chars) <= chars) {
                return cut;
            }
        }
    }

    /** What reads better than the payload itself; of a text nothing but structured data does. */
    private static Optional<JsonValue> value(Content content, boolean text) {
        return switch (content) {
            case Content.Octets octets -> Optional.empty();
            case Content.Text decoded -> text ? Optional.empty() : Optional.of(new JsonString(decoded.text()));
            case Content.Json json -> json.value() instanceof JsonObject || json.value() instanceof JsonArray ? Optional.of(json.value())
                    : Optional.empty();
        };
    }

    private Optional<DecodeResult> decoded(byte[] payload, proxymcp.exchange.Direction direction) {
        DecodeInput input = new DecodeInput(payload, 0, payload.length, Optional.empty(), Map.of(), Optional.empty(), side(direction));
        DecodeResult result = new Pipeline(decoders).run(input, new DecodeRequest(List.of(), DecodeRequest.DEPTH, OUTPUT_BYTES));
        return result.layers().isEmpty() || !isRead(result.layers().getFirst()) ? Optional.empty() : Optional.of(result);
    }

    /** Which half of an exchange a message belongs to, as decoders see it. */
    static Direction side(proxymcp.exchange.Direction direction) {
        return direction == proxymcp.exchange.Direction.OUT ? Direction.REQUEST : Direction.RESPONSE;
    }

    private static boolean isRead(Layer layer) {
        return layer.status() == LayerStatus.DECODED || layer.status() == LayerStatus.PARTIAL;
    }

    private static String decoders(DecodeResult result) {
        StringBuilder names = new StringBuilder();
        for (Layer layer : result.layers()) {
            if (layer.path().isEmpty() && isRead(layer)) {
                names.append(names.isEmpty() ? "" : "/").append(layer.decoder());
            }
        }
        return names.toString();
    }

    /** Whether a payload is text: its form says so, or its octets can be nothing else. */
    private static boolean isText(StreamMessage message, byte[] payload, boolean whole) {
        return !(message.form() instanceof MessageForm.Frame frame) || frame.opcode() == MessageForm.Frame.TEXT || isPlainUtf8(payload, whole);
    }

    /** Well-formed UTF-8 without control characters; a character may be cut off at the end of what is not {@code whole}. */
    private static boolean isPlainUtf8(byte[] octets, boolean whole) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        CharBuffer text = CharBuffer.allocate(octets.length + 1);
        if (decoder.decode(ByteBuffer.wrap(octets), text, whole).isError()) {
            return false;
        }
        return text.flip().chars().noneMatch(c -> c < ' ' && c != '\n' && c != '\r' && c != '\t' && c != 0x1e);
    }

    /** Fields that describe a payload, for a block of it. */
    static Fields fields(Streams streams, MessageEntry entry) throws IOException {
        StreamMessage message = streams.read(entry);
        boolean whole = message.payload().length == message.payloadBytes();
        return isText(message, message.payload(), whole) && !isClose(message) ? TEXT : OCTETS;
    }
}
