package proxymcp.diff;

import java.util.Locale;
import java.util.Optional;

/** How the elements of two arrays are paired. */
public enum ArrayMode {
    /** Keyed where a key is found, as a set where both hold the same scalars, else ordered. */
    AUTO,
    /** In order; one element put in is one change. */
    ORDERED,
    /** Without regard to order. */
    SET,
    /** By a member that names each element, where there is one; else ordered. */
    KEYED;

    /** The word in arguments. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The mode of that word; empty if it is none. */
    public static Optional<ArrayMode> of(String word) {
        for (ArrayMode mode : values()) {
            if (mode.word().equals(word)) {
                return Optional.of(mode);
            }
        }
        return Optional.empty();
    }
}
