package proxymcp.tool;

import java.util.ArrayList;
import java.util.List;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonBoolean;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/**
 * Makes a value fit a number of characters: strings are cut as strings and lists after some of their items, and both say how long they
 * were. What is left is always whole JSON.
 */
final class Shortened {
    /** Characters of strings and items of lists, from generous to least; the first pair that fits is taken. Ids, of 36, stay whole. */
    private static final int[][] BOUNDS = {{16_384, 1_000}, {4_096, 400}, {1_024, 150}, {256, 60}, {96, 20}, {48, 8}, {48, 2}};

    private Shortened() {}

    /** The object, or a shorter form of it with {@code truncated: true} if it has more than {@code charsMax} characters. */
    static JsonObject within(JsonObject object, int charsMax) {
        if (Json.text(object).length() <= charsMax) {
            return object;
        }
        JsonObject shorter = object;
        for (int[] bounds : BOUNDS) {
            shorter = JsonObject.builder().put("truncated", true).putAll(object(object, bounds[0], bounds[1])).build();
            if (Json.text(shorter).length() <= charsMax) {
                return shorter;
            }
        }
        return scalars(shorter);
    }

    /** Whether {@link #within} had to shorten. */
    static boolean isShorter(JsonObject object) {
        return object.has("truncated");
    }

    /** The first {@code chars} characters and how many there were; the text itself if it is no longer. */
    static String text(String text, int chars) {
        if (text.length() <= chars) {
            return text;
        }
        return prefix(text, chars) + "... (" + text.length() + " characters)";
    }

    /** At most {@code chars} characters from the start; a surrogate pair is not split. */
    static String prefix(String text, int chars) {
        if (text.length() <= chars) {
            return text;
        }
        int end = chars > 0 && Character.isHighSurrogate(text.charAt(chars - 1)) ? chars - 1 : chars;
        return text.substring(0, end);
    }

    private static JsonObject scalars(JsonObject object) {
        JsonObject.Builder members = JsonObject.builder();
        for (JsonObject.Member member : object.members()) {
            if (!(member.value() instanceof JsonObject) && !(member.value() instanceof JsonArray)) {
                members.put(member.name(), member.value());
            }
        }
        return members.build();
    }

    private static JsonObject object(JsonObject object, int chars, int items) {
        JsonObject.Builder members = JsonObject.builder();
        for (JsonObject.Member member : object.members()) {
            members.put(member.name(), value(member.value(), chars, items));
            if (member.value() instanceof JsonArray array && array.size() > items) {
                members.put(member.name() + "Total", array.size());
            }
        }
        return members.build();
    }

    private static JsonValue value(JsonValue value, int chars, int items) {
        return switch (value) {
            case JsonString string -> new JsonString(text(string.value(), chars));
            case JsonObject object -> object(object, chars, items);
            case JsonArray array -> {
                List<JsonValue> kept = new ArrayList<>();
                for (int i = 0; i < Math.min(items, array.size()); i++) {
                    kept.add(value(array.values().get(i), chars, items));
                }
                yield new JsonArray(kept);
            }
            case JsonNumber number -> number;
            case JsonBoolean bool -> bool;
            case JsonNull none -> none;
        };
    }
}
