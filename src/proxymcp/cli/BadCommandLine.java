package proxymcp.cli;

/** A command line that cannot be followed; the message names option and value. */
final class BadCommandLine extends Exception {
    private static final long serialVersionUID = 1L;

    BadCommandLine(String message) {
        super(message);
    }
}
