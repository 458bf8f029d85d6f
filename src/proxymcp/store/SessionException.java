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

    /** What {@code what} holds was written by another version of this program; it is left as it is. */
    static SessionException newerVersion(String what, long found, int known) {
        return new SessionException("newer_version", what + " of format version " + found + ", this program reads " + known);
    }

    /**
     * Stable reason: {@code unknown_session}, {@code session_active}, {@code session_locked}, {@code cannot_write}, {@code artifacts_full} or {@code newer_version}.
     */
    public String code() {
        return code;
    }
}
