package proxymcp.decode;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;

/** Server-sent events (HTML Standard section 9.2.6): an array of {@code {event?, id?, retry?, data}}. */
final class EventStreamDecoder implements Decoder {
    private static final double BY_LINES = 0.85;

    @Override
    public String id() {
        return "sse";
    }

    @Override
    public String title() {
        return "server-sent events";
    }

    @Override
    public Set<String> mediaTypes() {
        return Set.of("text/event-stream");
    }

    /** Every line is a field of the format, one of them data, and an event is finished. */
    @Override
    public double recognise(DecodeInput in) {
        if (in.length() < 8 || "deir:".indexOf(in.at(0)) < 0) {
            return 0;
        }
        String look = in.look();
        boolean data = false;
        for (String line : look.substring(0, in.length() > DecodeInput.LOOK_BYTES ? look.lastIndexOf('\n') + 1 : look.length()).split("\r\n|\r|\n")) {
            if (!line.isEmpty() && !line.startsWith("data:") && !line.startsWith("event:") && !line.startsWith("id:") && !line.startsWith("retry:")
                    && !line.startsWith(":")) {
                return 0;
            }
            data |= line.startsWith("data:");
        }
        boolean finished = look.contains("\n\n") || look.contains("\r\n\r\n") || look.contains("\r\r");
        return data && finished ? BY_LINES : 0;
    }

    @Override
    public DecodedLayer decode(DecodeInput in, DecodeSink out) throws DecodeException {
        String text = new String(in.bytes(), in.offset(), in.length(), StandardCharsets.UTF_8);
        List<JsonValue> events = new ArrayList<>();
        Event event = new Event();
        int fields = 0;
        String stream = text.startsWith("\ufeff") ? text.substring(1) : text;
        for (String line : stream.split("\r\n|\r|\n", -1)) {
            if (line.isEmpty()) {
                event.finish(events);
                event = new Event();
            } else {
                fields += event.take(line) ? 1 : 0;
            }
        }
        if (fields == 0 && !stream.isBlank() && !stream.startsWith(":")) {
            throw new DecodeException("no line is a field of an event", 0);
        }
        // A client drops an event that is not ended by an empty line; whoever reads a capture wants it.
        boolean open = event.finish(events);
        DecodedLayer layer = DecodedLayer.json(in, new JsonArray(events));
        return open ? layer.partial("the last event is not ended by an empty line") : layer;
    }

    /** One event, line by line. */
    private static final class Event {
        private final JsonObject.Builder fields = JsonObject.builder();
        private final StringBuilder data = new StringBuilder();
        private boolean any;
        private boolean hasData;

        /** Whether the line is a field that events have. */
        boolean take(String line) {
            int colon = line.indexOf(':');
            String name = colon < 0 ? line : line.substring(0, colon);
            String value = colon < 0 ? "" : line.substring(colon + (line.startsWith(" ", colon + 1) ? 2 : 1));
            switch (name) {
                case "data" -> {
                    data.append(hasData ? "\n" : "").append(value);
                    hasData = true;
                    any = true;
                }
                case "event", "id", "retry" -> {
                    fields.put(name, value);
                    any = true;
                }
                default -> {
                    return false;
                }
            }
            return true;
        }

        boolean finish(List<JsonValue> events) {
            if (any) {
                events.add((hasData ? fields.put("data", data.toString()) : fields).build());
            }
            return any;
        }
    }
}
