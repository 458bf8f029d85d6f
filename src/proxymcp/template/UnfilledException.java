package proxymcp.template;

/** A request cannot be made of a step: why, in a sentence. */
final class UnfilledException extends Exception {
    private static final long serialVersionUID = 1;

    private final boolean missing;

    /** Something about the request is wrong. */
    UnfilledException(String sentence) {
        this(sentence, false);
    }

    /** @param missing whether a value of an answer is missing */
    UnfilledException(String sentence, boolean missing) {
        super(sentence);
        this.missing = missing;
    }

    boolean isMissing() {
        return missing;
    }
}
