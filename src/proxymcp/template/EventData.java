package proxymcp.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonException;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/** What stands in the body of a stream: the data of events, and JSON values one a line. */
final class EventData {
    private static final int EVENTS_MAX = 10_000;
    private static final int LINES_MAX = 50_000;

    private EventData() {}

    /** The data of each event that has any, in order (WHATWG HTML section 9.2.6). */
    static List<String> of(String stream) {
        List<String> all = new ArrayList<>();
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

    private static void add(StringBuilder data, List<String> all) {
        if (!data.isEmpty()) {
            all.add(data.toString());
        }
        data.setLength(0);
    }

    /** An object or array that a message is, behind digits or not, as Socket.IO has them; empty if it is something else. */
    static Optional<JsonValue> json(String message) {
        int at = 0;
        while (at < message.length() && at < 8 && (Character.isDigit(message.charAt(at)) || Character.isWhitespace(message.charAt(at)))) {
            at++;
        }
        if (at == message.length() || "{[".indexOf(message.charAt(at)) < 0) {
            return Optional.empty();
        }
        try {
            return Optional.of(Json.parse(message.substring(at)));
        } catch (JsonException e) {
            return Optional.empty(); // A message that is no JSON holds no field.
        }
    }

    /** Whether bodies of a media type are JSON values, one a line, however many. */
    static boolean areLines(String type) {
        return type.endsWith("ndjson") || type.endsWith("jsonl") || type.endsWith("jsonlines") || type.endsWith("json-lines")
                || type.endsWith("json-seq") || type.equals("application/stream+json");
    }

    /**
     * The lines of a text as an array, numbered as the field model numbers them.
     *
     * @param declared whether it is said to be lines: then one is enough, and some may be no JSON
     */
    static Optional<JsonValue> lines(String text, boolean declared) {
        List<JsonValue> all = new ArrayList<>();
        int good = 0;
        for (String line : text.split("[\n\u001e]")) {
            if (line.isBlank() || all.size() >= LINES_MAX) {
                continue;
            }
            try {
                all.add(Json.parse(line));
                good++;
            } catch (JsonException e) {
                if (!declared) {
                    return Optional.empty();
                }
                all.add(JsonObject.builder().put("$invalid", new JsonString(line.stripTrailing())).build());
            }
        }
        return good == 0 || !declared && good < 2 ? Optional.empty() : Optional.of(new JsonArray(all));
    }
}
