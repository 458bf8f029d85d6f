package proxymcp.parity;

import proxymcp.diff.Location;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/** What a report shows of values: beginnings on one line, of trees what they are. */
final class Shown {
    private static final int CHARS_MAX = 120;
    private static final int LOCATION_CHARS_MAX = 400;

    private Shown() {}

    /** The beginning of a text, control characters replaced. */
    static String text(String text) {
        int end = Math.min(text.length(), CHARS_MAX);
        end = end < text.length() && Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end;
        StringBuilder shown = new StringBuilder(end + 3);
        for (int i = 0; i < end; i++) {
            char c = text.charAt(i);
            shown.append(Character.isISOControl(c) ? ' ' : c);
        }
        return shown.append(end < text.length() ? "..." : "").toString();
    }

    /** A location, cut where a stranger made it too long to read. */
    static String location(Location location) {
        String text = location.toString();
        return text.length() <= LOCATION_CHARS_MAX ? text : text.substring(0, LOCATION_CHARS_MAX) + "...";
    }

    /** A value as JSON, shortened; of an object or array its size. */
    static String value(JsonValue value) {
        return switch (value) {
            case JsonObject object -> "object of " + object.members().size();
            case JsonArray array -> "array of " + array.size();
            case JsonString string when string.value().length() > CHARS_MAX -> Json.text(new JsonString(text(string.value())));
            default -> text(Json.text(value));
        };
    }
}
