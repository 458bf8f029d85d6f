package proxymcp.rule;

import java.io.IOException;

/** Rules are no longer evaluated: what used them is being stopped. */
public final class RulesStoppedException extends IOException {
    private static final long serialVersionUID = 1L;

    RulesStoppedException(Throwable cause) {
        super("stopped while a rule was evaluated", cause);
    }
}
