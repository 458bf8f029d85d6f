package proxymcp.decode;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import proxymcp.http.EventStreamParser;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;

/** Server-sent events (HTML Standard section 9.2.6): an array of {@code {event?, id?, retry?, data}}. */
final class EventStreamDecoder implements Decoder {
    private static final double BY_LINES = 0.85;
    private static final byte[] EMPTY_LINE = {'\n', '\n'};

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
        Events events = new Events();
        EventStreamParser parser = new EventStreamParser(events);
        parser.feed(in.bytes(), in.offset(), in.length());
        // A client drops an event that is not ended by an empty line; whoever reads a capture wants it.
        int ended = events.found.size();
        parser.feed(EMPTY_LINE, 0, EMPTY_LINE.length);
        if (!events.anyField && in.length() > 0 && in.at(0) != ':' && !new String(in.bytes(), in.offset(), in.length(), StandardCharsets.UTF_8).isBlank()) {
            throw new DecodeException("no line is a field of an event", 0);
        }
        DecodedLayer layer = DecodedLayer.json(in, new JsonArray(events.found));
        return events.found.size() > ended ? layer.partial("the last event is not ended by an empty line") : layer;
    }

    /** Events as they stand in the stream: those too that a client does not dispatch, as they have no data. */
    private static final class Events implements EventStreamParser.Listener {
        private final List<JsonValue> found = new ArrayList<>();
        private final ByteArrayOutputStream data = new ByteArrayOutputStream();
        private JsonObject.Builder fields = JsonObject.builder();
        private boolean any;
        private boolean anyField;

        @Override
        public void data(byte[] bytes, int offset, int length) {
            data.write(bytes, offset, length);
        }

        @Override
        public void field(String name, String value) {
            fields.put(name, value);
            any = true;
            anyField = true;
        }

        @Override
        public void event(String type, String id, OptionalLong retryMillis, long wireBytes) {
            fields.put("data", data.toString(StandardCharsets.UTF_8));
            any = true;
            anyField = true;
            finish();
        }

        @Override
        public void dropped(long wireBytes, boolean hadData) {
            finish();
        }

        private void finish() {
            if (any) {
                found.add(fields.build());
            }
            any = false;
            fields = JsonObject.builder();
            data.reset();
        }
    }
}
