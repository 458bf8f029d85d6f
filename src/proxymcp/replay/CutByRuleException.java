package proxymcp.replay;

import java.io.IOException;

/** A rule lets no more of an answer pass. */
final class CutByRuleException extends IOException {
    private static final long serialVersionUID = 1L;

    /** @param message what the rule did, one sentence */
    CutByRuleException(String message) {
        super(message);
    }
}
