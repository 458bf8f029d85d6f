package proxymcp.har;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import proxymcp.exchange.Channels;
import proxymcp.exchange.Direction;
import proxymcp.exchange.EndedBy;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.MessageForm;
import proxymcp.exchange.StreamKind;
import proxymcp.exchange.StreamMessage;
import proxymcp.exchange.StreamSummary;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonOutput;
import proxymcp.json.JsonString;
import proxymcp.store.CorruptSegmentException;
import proxymcp.store.MessageReader;
import proxymcp.store.StoredMessage;
import proxymcp.store.WorkWatch;

/**
 * Writes the stream that an exchange is: {@code _stream} is ours; {@code _webSocketMessages} has the shape of Chrome's, {@code _eventStream} its
 * names, and both more members of ours. Not for several threads.
 */
final class StreamMembers implements StoredMessage.Visitor {
    /** Chrome's member. */
    static final String FRAMES = "_webSocketMessages";
    /** Events, and lines. */
    static final String EVENTS = "_eventStream";

    /** Sentences about damage that an entry has. */
    private static final int DAMAGE_MAX = 20;

    private final JsonOutput json;
    private final WorkWatch watch;
    private final List<String> damage;
    /** Opcode of the message that the fragments of a direction belong to. */
    private final Map<Direction, Integer> opcodes = new EnumMap<>(Direction.class);

    private StreamMembers(JsonOutput json, WorkWatch watch, List<String> damage) {
        this.json = json;
        this.watch = watch;
        this.damage = damage;
    }

    /**
     * Writes the members of an exchange; none of one that is no stream.
     *
     * @param withMessages whether messages are written
     * @param damage gets what could not be read
     */
    static void write(Exchange exchange, MessageReader messages, boolean withMessages, JsonOutput json, WorkWatch watch, List<String> damage)
            throws IOException {
        if (exchange.stream().isEmpty()) {
            return;
        }
        StreamSummary stream = exchange.stream().get();
        json.member("_stream", facts(stream));
        if (withMessages && stream.kind() != StreamKind.TUNNEL) {
            json.name(stream.kind() == StreamKind.WEBSOCKET ? FRAMES : EVENTS).beginArray();
            messages.messages(exchange.seq(), new StreamMembers(json, watch, damage));
            json.endArray();
        }
    }

    private static JsonObject facts(StreamSummary stream) {
        JsonObject.Builder facts = JsonObject.builder().put("kind", stream.kind().id()).put("subprotocol", stream.subprotocol())
                .put("extensions", stream.extensions()).putIf("lastEventId", stream.lastEventId()).put("openedAt", stream.openedAt());
        if (stream.closedAt().isPresent()) {
            facts.put("closedAt", stream.closedAt().getAsLong());
        }
        stream.closeCode().ifPresent(code -> facts.put("closeCode", code));
        return facts.put("closeReason", stream.closeReason()).putIf("endedBy", stream.endedBy().filter(side -> side != EndedBy.UNKNOWN).map(EndedBy::id))
                .putStrings("notes", stream.notes()).build();
    }

    @Override
    public void damaged(CorruptSegmentException reason) {
        failed(reason);
    }

    private void failed(IOException reason) {
        if (damage.size() < DAMAGE_MAX) {
            damage.add("a message: " + reason.getMessage());
        }
    }

    @Override
    public boolean visit(StoredMessage stored) throws IOException {
        if (watch.cancelled()) {
            throw new CancellationException("cancelled while a session was exported");
        }
        StreamMessage message = stored.message();
        boolean binary = false;
        json.beginObject();
        if (message.form() instanceof MessageForm.Frame || message.direction() == Direction.OUT) {
            json.member("type", message.direction() == Direction.OUT ? "send" : "receive");
        }
        json.member("time", new JsonNumber(BigDecimal.valueOf(message.time(), 3).stripTrailingZeros().toPlainString()));
        switch (message.form()) {
            case MessageForm.Frame frame -> {
                int opcode = opcode(frame, message.direction());
                json.members(frame(frame, opcode, message.direction()));
                binary = opcode != MessageForm.Frame.TEXT;
            }
            case MessageForm.Event event -> json.members(event(event));
            case MessageForm.Line line -> { }
        }
        long written = data(stored, binary);
        json.members(others(message, written)).endObject();
        return true;
    }

    /** That of the message which a frame is of. */
    private int opcode(MessageForm.Frame frame, Direction direction) {
        if (frame.isControl() || frame.opcode() == MessageForm.Frame.CONTINUATION) {
            return frame.isControl() ? frame.opcode() : opcodes.getOrDefault(direction, frame.opcode());
        }
        opcodes.put(direction, frame.opcode());
        return frame.opcode();
    }

    private static JsonObject frame(MessageForm.Frame frame, int opcode, Direction direction) {
        JsonObject.Builder members = JsonObject.builder().put("opcode", opcode);
        if (frame.masked() != (direction == Direction.OUT)) {
            members.put("_masked", frame.masked());
        }
        if (frame.opcode() != opcode) {
            members.put("_opcode", frame.opcode());
        }
        if (!frame.fin()) {
            members.put("_fin", false);
        }
        if (frame.rsv() != 0) {
            members.put("_rsv", frame.rsv());
        }
        return members.build();
    }

    private static JsonObject event(MessageForm.Event event) {
        JsonObject.Builder members = JsonObject.builder().put("eventName", event.type()).put("eventId", event.id());
        event.retryMillis().ifPresent(millis -> members.put("retry", millis));
        return members.build();
    }

    /** Writes the payload as far as it is kept; returns its octets. Chrome has what is no text message in Base64 without saying so. */
    private long data(StoredMessage stored, boolean binary) throws IOException {
        boolean text = !binary && isText(stored);
        try (EndingStream in = payload(stored, this::failed)) {
            if (text) {
                json.name("data").text(new InputStreamReader(in, StandardCharsets.UTF_8));
            } else {
                json.name("data").base64(in);
            }
            if (!text && !binary) {
                json.member("_encoding", "base64");
            }
            return in.count();
        }
    }

    /** Whether the octets come back from the text that they are. */
    private static boolean isText(StoredMessage stored) throws IOException {
        try (EndingStream in = payload(stored, reason -> { })) {
            return RoundTrip.isExact(StandardCharsets.UTF_8, in, InputStream::nullInputStream);
        }
    }

    private static EndingStream payload(StoredMessage stored, Consumer<IOException> onFailure) {
        try {
            return new EndingStream(stored.payload().open(), onFailure);
        } catch (IOException e) {
            onFailure.accept(e);
            return new EndingStream(InputStream.nullInputStream(), onFailure);
        }
    }

    private static JsonObject others(StreamMessage message, long written) {
        JsonObject.Builder members = JsonObject.builder().put("_wireBytes", message.wireBytes());
        if (written != message.payloadBytes()) {
            members.put("_bytes", message.payloadBytes());
        }
        if (!message.completes()) {
            members.put("_completes", false);
        }
        if (message.fragmented()) {
            members.put("_fragmented", true);
        }
        if (message.compressed()) {
            members.put("_compressed", true);
        }
        List<String> channels = Channels.each(message.channel());
        if (channels.size() == 1) {
            members.put("_channel", channels.getFirst());
        } else if (!channels.isEmpty()) {
            members.putStrings("_channels", channels);
        }
        return message.note().isEmpty() ? members.build() : members.put("_note", message.note()).build();
    }
}
