package proxymcp.diff;

import java.util.Locale;
import java.util.Optional;

/** Which message of an exchange. */
public enum Side {
    /** What the client sent. */
    REQUEST,
    /** What came back. */
    RESPONSE;

    /** The word in locations: {@code request} or {@code response}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The side of that word; empty if it is none. */
    public static Optional<Side> of(String word) {
        for (Side side : values()) {
            if (side.word().equals(word)) {
                return Optional.of(side);
            }
        }
        return Optional.empty();
    }
}
