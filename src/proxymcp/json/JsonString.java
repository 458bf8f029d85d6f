package proxymcp.json;

import java.util.Objects;

/**
 * A JSON string.
 *
 * @param value the characters after escapes were resolved; may hold lone surrogates, which are written as U+FFFD
 */
public record JsonString(String value) implements JsonValue {
    /** Refuses null. */
    public JsonString {
        Objects.requireNonNull(value, "value");
    }

    @Override
    public String toString() {
        return Json.text(this);
    }
}
