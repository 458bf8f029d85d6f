package proxymcp.tool;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import proxymcp.decode.Content;
import proxymcp.decode.DecodeInput;
import proxymcp.decode.DecodeRequest;
import proxymcp.decode.DecodeResult;
import proxymcp.decode.Decoders;
import proxymcp.decode.LayerStatus;
import proxymcp.decode.Pipeline;
import proxymcp.exchange.Direction;
import proxymcp.exchange.MessageEntry;
import proxymcp.exchange.MessageForm;
import proxymcp.exchange.StreamMessage;
import proxymcp.exchange.Streams;
import proxymcp.http.Fields;
import proxymcp.json.Json;
import proxymcp.json.JsonObject;

/** Messages of streams as results show them. Reads payloads, so it is work for the pool. */
final class MessageView {
    private static final int NAME_CHARS = 200;
    private static final int DECODED_BYTES_MAX = 1 << 20;
    private static final int DEPTH = 4;
    private static final Fields TEXT = Fields.of(List.of(new Fields.Line("Content-Type", "text/plain; charset=utf-8")));
    private static final Fields OCTETS = Fields.of(List.of(new Fields.Line("Content-Type", "application/octet-stream")));

    private final StreamTools.Source source;
    private final Decoders decoders;
    private final boolean decode;
    private final int previewChars;
    private final Map<Long, String> ids = new HashMap<>();

    /** @param previewChars characters of each preview; 0 for none, which reads no payload */
    MessageView(StreamTools.Source source, Decoders decoders, boolean decode, int previewChars) {
        this.source = source;
        this.decoders = decoders;
        this.decode = decode;
        this.previewChars = previewChars;
    }

    /** Fields that describe the payload of a message. */
    static Fields fields(Streams streams, MessageEntry entry) {
        try {
            return isText(streams.read(entry)) ? TEXT : OCTETS;
        } catch (IOException e) {
            return OCTETS;
        }
    }

    /** A message in a list, in at most {@code charsMax} characters. */
    JsonObject row(MessageEntry entry, int charsMax) throws IOException {
        String id = ids.get(entry.seq());
        if (id == null) {
            id = source.ids().of(entry.seq());
            ids.put(entry.seq(), id);
        }
        JsonObject.Builder row = JsonObject.builder().put("index", entry.index()).put("timestamp", entry.time()).put("streamId", id)
                .put("direction", entry.direction().id()).put("type", Shortened.text(entry.type(), NAME_CHARS)).put("length", entry.payloadBytes())
                .put("fragmented", entry.fragmented()).put("compressed", entry.compressed());
        if (!entry.channel().isEmpty()) {
            row.put("channel", Shortened.text(entry.channel(), NAME_CHARS));
        }
        try {
            message(row, entry, source.streams().read(entry), Math.min(previewChars, charsMax / 2));
        } catch (IOException e) {
            row.put("damaged", Shortened.text(String.valueOf(e.getMessage()), NAME_CHARS));
        }
        return Shortened.within(row.build(), charsMax);
    }

    private void message(JsonObject.Builder row, MessageEntry entry, StreamMessage message, int chars) {
        if (message.form() instanceof MessageForm.Event event) {
            JsonObject.Builder members = JsonObject.builder().put("type", Shortened.text(event.type(), NAME_CHARS));
            if (!event.id().isEmpty()) {
                members.put("id", Shortened.text(event.id(), NAME_CHARS));
            }
            event.retryMillis().ifPresent(millis -> members.put("retry", millis));
            row.put("event", members.build());
        }
        if (message.form() instanceof MessageForm.Frame frame && frame.opcode() == MessageForm.Frame.CLOSE && message.payload().length >= 2) {
            row.put("closeCode", (message.payload()[0] & 0xFF) << 8 | message.payload()[1] & 0xFF);
        }
        if (!message.completes()) {
            row.put("completes", false);
        }
        if (!message.note().isEmpty()) {
            row.put("note", Shortened.text(message.note(), NAME_CHARS * 2));
        }
        if (chars > 0 && message.payloadBytes() > 0) {
            preview(row, entry, message, chars);
        }
    }

    private void preview(JsonObject.Builder row, MessageEntry entry, StreamMessage message, int chars) {
        boolean whole = message.payload().length == message.payloadBytes();
        if (isText(message)) {
            boolean close = message.form() instanceof MessageForm.Frame frame && frame.opcode() == MessageForm.Frame.CLOSE;
            int from = close ? Math.min(2, message.payload().length) : 0;
            String text = new String(message.payload(), from, message.payload().length - from, StandardCharsets.UTF_8);
            boolean fits = text.length() <= chars;
            row.put("preview", fits ? text : cut(text, chars)).put("truncated", !fits || !whole);
            return;
        }
        Optional<DecodeResult> decoded = decode ? decoded(entry, message) : Optional.empty();
        if (decoded.isEmpty()) {
            row.put("preview", "(binary)").put("truncated", true);
            return;
        }
        row.put("decoder", decoded.get().layers().getFirst().decoder());
        switch (decoded.get().content()) {
            case Content.Octets octets -> row.put("preview", "(binary)").put("truncated", true);
            case Content.Text text -> row.put("preview", cut(text.text(), chars)).put("truncated", text.text().length() > chars || !whole);
            case Content.Json json -> row.put("preview", new Folding(chars).fold(json.value()))
                    .put("truncated", Json.length(json.value(), Long.MAX_VALUE) > chars || !whole);
        }
    }

    private static String cut(String text, int chars) {
        int end = Math.min(chars, text.length());
        return text.substring(0, end > 0 && end < text.length() && Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end);
    }

    private Optional<DecodeResult> decoded(MessageEntry entry, StreamMessage message) {
        byte[] payload = message.payload();
        DecodeInput input = new DecodeInput(payload, 0, payload.length, Optional.empty(), Map.of(), Optional.empty(),
                entry.direction() == Direction.OUT ? proxymcp.decode.Direction.REQUEST : proxymcp.decode.Direction.RESPONSE);
        DecodeResult result = new Pipeline(decoders).run(input, new DecodeRequest(List.of(), DEPTH, DECODED_BYTES_MAX));
        boolean read = !result.layers().isEmpty() && (result.layers().getFirst().status() == LayerStatus.DECODED
                || result.layers().getFirst().status() == LayerStatus.PARTIAL);
        return read ? Optional.of(result) : Optional.empty();
    }

    /** Whether it is shown as text: what says so, and octets that can be. */
    private static boolean isText(StreamMessage message) {
        if (message.form() instanceof MessageForm.Frame frame && frame.opcode() == MessageForm.Frame.TEXT || !(message.form() instanceof MessageForm.Frame)) {
            return true;
        }
        byte[] payload = message.payload();
        int from = message.form() instanceof MessageForm.Frame frame && frame.opcode() == MessageForm.Frame.CLOSE ? Math.min(2, payload.length) : 0;
        String text = new String(payload, from, payload.length - from, StandardCharsets.UTF_8);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' && c != '\n' && c != '\r' && c != '\t' || c == '\ufffd') {
                return false;
            }
        }
        return true;
    }
}
