package proxymcp.parity;

import java.util.Locale;
import java.util.Optional;

/** How much a drift matters, rising. */
public enum Severity {
    /** It means nothing. */
    NONE,
    /** Worth a look. */
    LOW,
    /** Who reads closely notices it. */
    MEDIUM,
    /** Who uses the answer fails. */
    HIGH,
    /** There is nothing to use. */
    CRITICAL;

    private final String word = name().toLowerCase(Locale.ROOT);

    /** The word in results. */
    public String word() {
        return word;
    }

    /** The severity of that word; empty if it is none. */
    public static Optional<Severity> of(String word) {
        for (Severity severity : values()) {
            if (severity.word.equals(word)) {
                return Optional.of(severity);
            }
        }
        return Optional.empty();
    }

    /** Whether it matters as much as {@code other} or more. */
    public boolean isAtLeast(Severity other) {
        return compareTo(other) >= 0;
    }

    /** The higher of two. */
    public Severity max(Severity other) {
        return isAtLeast(other) ? this : other;
    }

    /** What a drift of this severity makes of an exchange. */
    public Verdict verdict() {
        return switch (this) {
            case NONE -> Verdict.EQUIVALENT;
            case LOW, MEDIUM -> Verdict.DRIFTED;
            case HIGH, CRITICAL -> Verdict.BREAKING;
        };
    }
}
