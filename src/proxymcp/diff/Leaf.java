package proxymcp.diff;

import java.util.Objects;

/**
 * One field that has a value.
 *
 * @param location which field, the same for all elements of an array
 * @param at the very place: {@code $.items[3].id}, {@code a#2} for the second parameter of that name, {@code line 7}
 * @param type what kind of value
 * @param value the value as text: numbers as written, strings without quotes, octets as size and digest
 */
public record Leaf(Location location, String at, ValueType type, String value) {
    /** Refuses null. */
    public Leaf {
        Objects.requireNonNull(location, "location");
        Objects.requireNonNull(at, "at");
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(value, "value");
    }
}
