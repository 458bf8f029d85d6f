package proxymcp.replay;

/** What was asked for cannot be planned. The message is a sentence for the caller, naming the parameter. */
public final class PlanException extends Exception {
    private static final long serialVersionUID = 1;

    /** @param message what is wrong, and where there is a way, what to do */
    public PlanException(String message) {
        super(message);
    }
}
