package proxymcp.rule;

/** A change of the rules that was refused; nothing changed. */
public final class RuleException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Why. */
    public enum Code {
        /** There is no rule with that id. */
        UNKNOWN_RULE,
        /** What was given is no rule; the sentence names the member. */
        INVALID_RULE,
        /** There are as many rules as there may be. */
        TOO_MANY_RULES,
        /** The file of the rules could not be written. */
        NOT_SAVED
    }

    private final Code code;

    RuleException(Code code, String sentence) {
        super(sentence);
        this.code = code;
    }

    /** Why; {@link #getMessage} says it in a sentence. */
    public Code code() {
        return code;
    }
}
