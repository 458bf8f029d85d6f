package proxymcp.exchange;

/** How far an exchange came. */
public sealed interface Outcome {
    /** Still running. */
    record InFlight() implements Outcome {}

    /** The response passed whole, and so did the request unless the origin answered before its end: then a note says so. */
    record Complete() implements Outcome {}

    /**
     * Ended early; what had passed is kept.
     *
     * @param errorClass what kind of end
     * @param reason one sentence for a reader
     */
    record Incomplete(ErrorClass errorClass, String reason) implements Outcome {}
}
