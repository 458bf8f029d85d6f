package proxymcp.cli;

/** What was asked for could not be started; the message says why and what to do. */
final class CouldNotStart extends Exception {
    private static final long serialVersionUID = 1L;

    CouldNotStart(String message) {
        super(message);
    }
}
