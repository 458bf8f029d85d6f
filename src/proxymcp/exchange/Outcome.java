package proxymcp.exchange;

/** How far an exchange came. */
public sealed interface Outcome {
    /** Still running. */
    record InFlight() implements Outcome {}

    /** Both messages passed whole. */
    record Complete() implements Outcome {}

    /**
     * Ended early; what had passed is kept.
     *
     * @param errorClass what kind of end
     * @param reason one sentence for a reader
     */
    record Incomplete(ErrorClass errorClass, String reason) implements Outcome {}
}
