package proxymcp.proxy;

import java.io.IOException;

/** A rule ends the client's connection here. */
final class CutByRuleException extends IOException {
    private static final long serialVersionUID = 1L;

    /** @param message what the rule did, one sentence */
    CutByRuleException(String message) {
        super(message);
    }
}
