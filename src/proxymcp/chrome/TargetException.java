package proxymcp.chrome;

import java.io.IOException;

/** A browser or process cannot be had, for a reason that the caller can act on. */
public final class TargetException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String code;
    private final String hint;

    TargetException(String code, String message, String hint) {
        super(message);
        this.code = code;
        this.hint = hint;
    }

    TargetException(String code, String message, String hint, Throwable cause) {
        super(message, cause);
        this.code = code;
        this.hint = hint;
    }

    /**
     * Stable reason. Browsers: {@code browser_not_found}, {@code no_display}, {@code launch_failed}, {@code bad_argument}. Processes:
     * {@code command_not_found}, {@code spawn_failed}. Both: {@code unknown_target}, {@code too_many_targets}, {@code proxy_stopped}. DevTools:
     * {@code browser_dead} (ours, and it ended), {@code devtools_none} (nothing listens), {@code devtools_silent} (no answer in time),
     * {@code devtools_unexpected} (an answer that is not DevTools').
     */
    public String code() {
        return code;
    }

    /** What to do about it; empty if nothing comes to mind. */
    public String hint() {
        return hint;
    }
}
