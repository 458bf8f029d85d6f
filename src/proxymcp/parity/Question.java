package proxymcp.parity;

import java.util.Locale;

/** What is asked of each pair, apart from the others. */
public enum Question {
    /** Whether it came the same way: status, media type, key fields of the head, protocol version. */
    TRANSPORT,
    /** Whether it is built the same way, by the schema that was learned. */
    SHAPE,
    /** Whether it says the same: fields that are no noise, and rules. */
    VALUE;

    private final String word = name().toLowerCase(Locale.ROOT);

    /** The word in results. */
    public String word() {
        return word;
    }
}
