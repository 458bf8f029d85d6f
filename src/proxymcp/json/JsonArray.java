package proxymcp.json;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * A JSON array.
 *
 * @param values the elements in order; copied, unmodifiable
 */
public record JsonArray(List<JsonValue> values) implements JsonValue, Iterable<JsonValue> {
    /** The array without elements. */
    public static final JsonArray EMPTY = new JsonArray(List.of());

    /** Copies the list. */
    public JsonArray {
        values = List.copyOf(values);
    }

    /** Returns an array of these values. */
    public static JsonArray of(JsonValue... values) {
        return new JsonArray(List.of(values));
    }

    /** Returns an array of these strings. */
    public static JsonArray ofStrings(Iterable<String> strings) {
        List<JsonValue> values = new ArrayList<>();
        for (String string : strings) {
            values.add(new JsonString(string));
        }
        return new JsonArray(values);
    }

    /** The number of elements. */
    public int size() {
        return values.size();
    }

    @Override
    public Iterator<JsonValue> iterator() {
        return values.iterator();
    }

    @Override
    public String toString() {
        return Json.text(this);
    }
}
