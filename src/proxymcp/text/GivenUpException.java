package proxymcp.text;

/** One text is given up: the expression takes too long on it, recursed too deeply, or makes too much of it. Thrown out of the matcher, hence unchecked. */
public final class GivenUpException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why a text is given up. */
    public enum Reason {
        /** Its time is used up. */
        TOO_SLOW("took too long"),
        /** The stack is. */
        TOO_DEEP("recursed too deeply"),
        /** What replacing makes of the text is longer than may be. */
        TOO_LARGE("made a text of more than 32 Mi characters");

        private final String words;

        Reason(String words) {
            this.words = words;
        }
    }

    private final Reason reason;

    /** A text given up. */
    public GivenUpException(Reason reason) {
        super(reason.words, null, false, false);
        this.reason = reason;
    }

    /** Whether the expression recursed too deeply. */
    public boolean isTooDeep() {
        return reason == Reason.TOO_DEEP;
    }
}
