package proxymcp.replay;

import java.io.IOException;

/** A run that is not there, or cannot be had. */
public final class RunException extends IOException {
    private static final long serialVersionUID = 1;

    private final String code;

    /**
     * Says what is wrong.
     *
     * @param code stable, for programs: {@code unknown_replay}, {@code replay_running}, {@code replay_done}, {@code replay_damaged}
     * @param message a sentence for the caller
     */
    public RunException(String code, String message) {
        super(message);
        this.code = code;
    }

    /** The stable code. */
    public String code() {
        return code;
    }
}
