package proxymcp.http;

import java.io.IOException;

/** A peer closed the connection in the middle of a message. */
public final class PrematureEndException extends IOException {
    private static final long serialVersionUID = 1L;

    /** @param message what was being read and how much had come */
    public PrematureEndException(String message) {
        super(message);
    }
}
