package proxymcp.diff;

import java.util.Locale;

/** What kind of value a field has. Everything outside of documents is a string, but for status, timing and octets. */
public enum ValueType {
    /** Text. */
    STRING,
    /** A number, as written. */
    NUMBER,
    /** {@code true} or {@code false}. */
    BOOLEAN,
    /** {@code null}. */
    NULL,
    /** An object: as a leaf one without members. */
    OBJECT,
    /** An array: as a leaf one without elements. */
    ARRAY,
    /** Octets, known by their digest. */
    OCTETS;

    /** The word in results. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
