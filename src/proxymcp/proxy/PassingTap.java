package proxymcp.proxy;

/** Takes the octets of one direction as they pass, behind their passing. Called by the thread that passes them; does not throw. */
interface PassingTap {
    /** Octets have come and pass next: what answers them comes later, though it may be shown to its tap earlier. */
    default void arrived() {}

    /** Octets passed, or could not be passed on any more; valid during the call. */
    void pass(byte[] bytes, int offset, int length);

    /** The direction ended. {@code complete}: in order. */
    void end(boolean complete);
}
