package proxymcp.template;

/** A template cannot be made, found or read: why, in a sentence. */
public final class TemplateException extends Exception {
    private static final long serialVersionUID = 1;

    private final String code;
    private final String hint;

    /**
     * @param code stable snake_case
     * @param sentence what is wrong
     * @param hint what to do about it
     */
    public TemplateException(String code, String sentence, String hint) {
        super(sentence);
        this.code = code;
        this.hint = hint;
    }

    /** Stable reason: {@code too_many_exchanges}, {@code nothing_selected}, {@code unknown_exchange}, {@code unknown_template}, {@code bad_template}. */
    public String code() {
        return code;
    }

    /** What to do about it. */
    public String hint() {
        return hint;
    }
}
