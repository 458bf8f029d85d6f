package proxymcp.parity;

/** Parity that cannot be judged as asked, for a reason that the caller can act on. */
public final class ParityException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String code;
    private final String hint;

    ParityException(String code, String message, String hint) {
        super(message);
        this.code = code;
        this.hint = hint;
    }

    /** Stable, snake_case. */
    public String code() {
        return code;
    }

    /** What to do about it. */
    public String hint() {
        return hint;
    }
}
