package proxymcp.replay;

/** A request that cannot be changed as was asked: it is not sent. The message is a sentence that names the place and shows no value in full. */
public final class ChangeException extends Exception {
    private static final long serialVersionUID = 1L;

    ChangeException(String sentence) {
        super(sentence);
    }
}
