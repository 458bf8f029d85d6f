package proxymcp.selftest;

/** A step cannot be tried here. The message is the reason, for people. */
final class NotTried extends Exception {
    private static final long serialVersionUID = 1;

    NotTried(String message) {
        super(message, null, false, false);
    }
}
