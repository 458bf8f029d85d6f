package proxymcp.exchange;

import java.util.Locale;

/** Which way a message of a stream went. */
public enum Direction {
    /** From the client to the server. */
    OUT,
    /** From the server to the client. */
    IN;

    private final String id = name().toLowerCase(Locale.ROOT);

    /** The stable name in results: {@code out}. */
    public String id() {
        return id;
    }
}
