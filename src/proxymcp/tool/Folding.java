package proxymcp.tool;

import java.util.ArrayList;
import java.util.List;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/**
 * Makes a JSON value fit a number of characters: long strings end with how many characters they have, long arrays with {@code {"$more": n}}, large
 * objects with a member {@code $more}.
 */
final class Folding {
    /** Characters of strings, items of arrays, members of objects and levels, from generous to least; the first that fits is taken. */
    private static final int[][] BOUNDS = {{16_384, 1_000, 1_000, 60}, {4_096, 200, 400, 40}, {1_024, 60, 200, 24}, {256, 20, 100, 16}, {100, 8, 60, 10},
        {60, 4, 40, 8}, {40, 2, 24, 6}, {24, 1, 12, 4}, {16, 1, 6, 3}};

    private final int charsMax;

    Folding(int charsMax) {
        this.charsMax = charsMax;
    }

    /** The value, or a folded form of it; nothing but the count of its members where that does not fit either. */
    JsonValue fold(JsonValue value) {
        if (value instanceof JsonString string) {
            return text(string);
        }
        if (fits(value) && isFlat(value, BOUNDS[0][3])) {
            return value;
        }
        for (int[] bounds : BOUNDS) {
            JsonValue folded = folded(value, bounds, bounds[3]);
            if (fits(folded)) {
                return folded;
            }
        }
        return more(value instanceof JsonArray array ? array.size() : ((JsonObject) value).members().size());
    }

    /** Clients read JSON to some depth only. */
    private static boolean isFlat(JsonValue value, int levels) {
        return switch (value) {
            case JsonArray array -> levels > 0 && array.values().stream().allMatch(item -> isFlat(item, levels - 1));
            case JsonObject object -> levels > 0 && object.members().stream().allMatch(member -> isFlat(member.value(), levels - 1));
            default -> true;
        };
    }

    /** Escapes make a string longer than its characters, so that the cut is found in steps. */
    private JsonString text(JsonString string) {
        if (fits(string)) {
            return string;
        }
        for (int chars = charsMax; ; chars = chars * 3 / 4) {
            JsonString cut = new JsonString(Shortened.text(string.value(), chars));
            if (fits(cut) || chars < 16) {
                return cut;
            }
        }
    }

    private boolean fits(JsonValue value) {
        return Json.length(value, charsMax) <= charsMax;
    }

    private static JsonValue folded(JsonValue value, int[] bounds, int levels) {
        return switch (value) {
            case JsonString string -> new JsonString(Shortened.text(string.value(), bounds[0]));
            case JsonArray array -> {
                if (levels == 0) {
                    yield array.size() == 0 ? array : more(array.size());
                }
                List<JsonValue> kept = new ArrayList<>();
                for (JsonValue item : array.values().subList(0, Math.min(bounds[1], array.size()))) {
                    kept.add(folded(item, bounds, levels - 1));
                }
                if (array.size() > bounds[1]) {
                    kept.add(more(array.size() - bounds[1]));
                }
                yield new JsonArray(kept);
            }
            case JsonObject object -> {
                if (levels == 0) {
                    yield object.members().isEmpty() ? object : more(object.members().size());
                }
                JsonObject.Builder kept = JsonObject.builder();
                for (JsonObject.Member member : object.members().subList(0, Math.min(bounds[2], object.members().size()))) {
                    kept.put(Shortened.text(member.name(), Math.max(64, bounds[0])), folded(member.value(), bounds, levels - 1));
                }
                if (object.members().size() > bounds[2]) {
                    kept.put("$more", object.members().size() - bounds[2]);
                }
                yield kept.build();
            }
            default -> value;
        };
    }

    private static JsonObject more(int count) {
        return JsonObject.builder().put("$more", count).build();
    }
}
