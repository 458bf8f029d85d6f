package proxymcp.diff;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/**
 * The member that tells the elements of two arrays apart: a string or number that each element has, no two of one array the same. Names that such
 * members usually have come first, and need one value in common; any other needs half of the shorter array's, or it may be a nonce.
 */
final class ArrayKey {
    private static final List<String> USUAL = List.of("id", "_id", "uuid", "guid", "key", "uid", "ID", "Id", "sku", "code", "slug", "name", "title");
    private static final int OTHERS_MAX = 16;

    private ArrayKey() {}

    /** The key, the same in all elements; empty if there is none. */
    static Optional<String> of(JsonArray a, JsonArray b) {
        if (a.size() == 0 || b.size() == 0 || !(a.values().get(0) instanceof JsonObject first)) {
            return Optional.empty();
        }
        for (String name : USUAL) {
            if (first.has(name) && isKey(a, b, name, 1)) {
                return Optional.of(name);
            }
        }
        int half = Math.max(1, (Math.min(a.size(), b.size()) + 1) / 2);
        List<String> others = new ArrayList<>();
        for (JsonObject.Member member : first.members()) {
            if (others.size() < OTHERS_MAX && !USUAL.contains(member.name())) {
                others.add(member.name());
            }
        }
        for (String name : others) {
            if (isKey(a, b, name, half)) {
                return Optional.of(name);
            }
        }
        return Optional.empty();
    }

    /** Places of the elements by the key's value, in order; empty if {@code name} does not tell them apart. */
    static Optional<Map<JsonValue, Integer>> places(JsonArray array, String name) {
        Map<JsonValue, Integer> places = HashMap.newHashMap(array.size());
        for (int i = 0; i < array.size(); i++) {
            if (!(array.values().get(i) instanceof JsonObject object)) {
                return Optional.empty();
            }
            Optional<JsonValue> value = object.get(name);
            boolean usable = value.isPresent() && (value.get() instanceof JsonString || value.get() instanceof JsonNumber);
            if (!usable || places.put(value.get(), i) != null) {
                return Optional.empty();
            }
        }
        return Optional.of(places);
    }

    private static boolean isKey(JsonArray a, JsonArray b, String name, int commonMin) {
        Optional<Map<JsonValue, Integer>> inA = places(a, name);
        Optional<Map<JsonValue, Integer>> inB = inA.isPresent() ? places(b, name) : Optional.empty();
        if (inB.isEmpty()) {
            return false;
        }
        int common = 0;
        for (JsonValue value : inA.get().keySet()) {
            common += inB.get().containsKey(value) ? 1 : 0;
        }
        return common >= commonMin;
    }
}
