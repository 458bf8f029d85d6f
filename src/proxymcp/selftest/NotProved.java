package proxymcp.selftest;

/** A step found something else than it has to. The message is a sentence for people. */
final class NotProved extends Exception {
    private static final long serialVersionUID = 1;

    NotProved(String message) {
        super(message, null, false, false);
    }
}
