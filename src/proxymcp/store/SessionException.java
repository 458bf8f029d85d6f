package proxymcp.store;

import java.io.IOException;

/** A session cannot be used as asked. */
public final class SessionException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String code;

    SessionException(String code, String message) {
        super(message);
        this.code = code;
    }

    /** Stable reason: {@code unknown_session}, {@code session_active}, {@code session_locked} or {@code cannot_write}. */
    public String code() {
        return code;
    }
}
