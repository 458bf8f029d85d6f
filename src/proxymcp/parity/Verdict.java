package proxymcp.parity;

import java.util.Locale;

/** How an exchange, an endpoint or a run compares with its baseline. The first four are steps from good to bad. */
public enum Verdict {
    /** Nothing differs but how long it took. */
    IDENTICAL,
    /** It means the same: only noise, spelling or coding differs. */
    EQUIVALENT,
    /** It means something else, and who used the baseline can still use it. */
    DRIFTED,
    /** Who used the baseline cannot use it. */
    BREAKING,
    /** Something else came in its place: a login page, a captcha, a challenge. */
    BLOCKED,
    /** It could not be compared: missing, cut off, damaged or not kept. Never passes. */
    UNKNOWN;

    private final String word = name().toLowerCase(Locale.ROOT);

    /** The word in results. */
    public String word() {
        return word;
    }

    /** The worse of two: blocked is worse than breaking, and what is known to be bad worse than unknown. */
    public Verdict worse(Verdict other) {
        return rank() >= other.rank() ? this : other;
    }

    private int rank() {
        return switch (this) {
            case IDENTICAL -> 0;
            case EQUIVALENT -> 1;
            case DRIFTED -> 2;
            case UNKNOWN -> 3;
            case BREAKING -> 4;
            case BLOCKED -> 5;
        };
    }
}
