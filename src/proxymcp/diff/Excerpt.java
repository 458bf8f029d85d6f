package proxymcp.diff;

import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/** What a change shows of its values: all of a short one, of a long one the run around the first difference. */
final class Excerpt {
    /** What is shown of a value, without the dots that stand for the rest. */
    static final int CHARS_MAX = 1_000;
    private static final int BEFORE = 100;
    private static final int TREE_CHARS_MAX = 1 << 20;

    private Excerpt() {}

    /** What is shown of {@code value} beside {@code other}. */
    static String of(String value, String other) {
        if (value.length() <= CHARS_MAX) {
            return value;
        }
        int same = 0;
        int most = Math.min(value.length(), other.length());
        while (same < most && value.charAt(same) == other.charAt(same)) {
            same++;
        }
        return run(value, Math.max(0, Math.min(same - BEFORE, value.length() - CHARS_MAX)));
    }

    /** The beginning of a value that has no other beside it. */
    static String of(String value) {
        return value.length() <= CHARS_MAX ? value : run(value, 0);
    }

    /** A tree as JSON, a string without quotes; of one that is too large for that how many elements it has. */
    static String text(JsonValue value) {
        if (value instanceof JsonString string) {
            return string.value();
        }
        return Json.length(value, TREE_CHARS_MAX) <= TREE_CHARS_MAX ? Json.text(value) : switch (value) {
            case JsonObject object -> "object of " + object.members().size() + " members";
            case JsonArray array -> "array of " + array.size() + " elements";
            default -> value.toString();
        };
    }

    private static String run(String value, int from) {
        int start = from > 0 && Character.isLowSurrogate(value.charAt(from)) ? from + 1 : from;
        int end = Math.min(value.length(), start + CHARS_MAX);
        end = end < value.length() && Character.isHighSurrogate(value.charAt(end - 1)) ? end - 1 : end;
        return (start > 0 ? "..." : "") + value.substring(start, end) + (end < value.length() ? "..." : "");
    }
}
