package proxymcp.proxy;

import java.io.IOException;

/** A rule ends the client's connection here. */
final class CutByRuleException extends IOException {
    private static final long serialVersionUID = 1L;

    private final boolean unended;

    /**
     * @param message what the rule did, one sentence
     * @param unended whether the client can tell that octets are missing, by the length or the chunks of the body
     */
    CutByRuleException(String message, boolean unended) {
        super(message);
        this.unended = unended;
    }

    /** Whether the client takes a plain end of the connection for what it is, and not for the end of the body. */
    boolean isUnended() {
        return unended;
    }
}
