package proxymcp.template;

import java.util.ArrayList;
import java.util.List;
import proxymcp.json.Json;
import proxymcp.json.JsonException;
import proxymcp.json.JsonValue;

/** The data of a stream of events, as far as it is JSON. */
final class EventData {
    private static final int EVENTS_MAX = 2_000;

    private EventData() {}

    /** The data of each event, in order (WHATWG HTML section 9.2.6). */
    static List<JsonValue> of(String stream) {
        List<JsonValue> all = new ArrayList<>();
        StringBuilder data = new StringBuilder();
        for (String line : stream.split("\r\n|\r|\n", -1)) {
            if (line.startsWith("data:")) {
                data.append(data.isEmpty() ? "" : "\n").append(line, line.startsWith("data: ") ? 6 : 5, line.length());
            } else if (line.isEmpty()) {
                add(data, all);
            }
            if (all.size() >= EVENTS_MAX) {
                return all;
            }
        }
        add(data, all);
        return all;
    }

    private static void add(StringBuilder data, List<JsonValue> all) {
        if (!data.isEmpty() && (data.charAt(0) == '{' || data.charAt(0) == '[')) {
            try {
                all.add(Json.parse(data.toString()));
            } catch (JsonException e) {
                data.setLength(0); // An event whose data is no JSON holds no field.
            }
        }
        data.setLength(0);
    }
}
