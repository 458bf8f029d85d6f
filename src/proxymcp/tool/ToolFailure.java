package proxymcp.tool;

import java.util.Optional;
import proxymcp.mcp.ToolOutcome;

/** A call that cannot be done, for a reason that its caller can act on. */
public final class ToolFailure extends Exception {
    private static final long serialVersionUID = 1L;

    private final String code;
    private final String hint;

    ToolFailure(String code, String error) {
        this(code, error, "");
    }

    ToolFailure(String code, String error, String hint) {
        super(error);
        this.code = code;
        this.hint = hint;
    }

    /** Stable, snake_case. */
    public String code() {
        return code;
    }

    /** What the caller is told. */
    public ToolOutcome outcome() {
        return new ToolOutcome.Failure(code, getMessage(), hint.isEmpty() ? Optional.empty() : Optional.of(hint));
    }
}
