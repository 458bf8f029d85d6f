package proxymcp.exchange;

import java.util.Locale;

/** How an exchange came to us. */
public enum Source {
    /** A client that was told to use the proxy. */
    EXPLICIT,
    /** A client that does not know of the proxy. */
    TRANSPARENT,
    /** Sent again by replay. */
    REPLAY,
    /** Imported from a HAR file. */
    HAR,
    /** Answered by a rule. */
    RULE;

    private final String id = name().toLowerCase(Locale.ROOT);

    /** The stable name in results: {@code explicit}. */
    public String id() {
        return id;
    }
}
