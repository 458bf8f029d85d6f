package proxymcp.exchange;

import java.util.Locale;

/** Who ended a stream. */
public enum EndedBy {
    /** The client was the first to end it. */
    CLIENT,
    /** The server was the first to end it. */
    SERVER,
    /** Each ended its direction without having heard of the other's end. */
    BOTH,
    /** Nobody: a connection broke. */
    CUT,
    /** Nobody yet: the recording ended first, and the stream went on. */
    RECORDING,
    /** Nobody can tell: it was recorded by a program that does not say. */
    UNKNOWN;

    private final String id = name().toLowerCase(Locale.ROOT);

    /** The stable name in results: {@code client}. */
    public String id() {
        return id;
    }
}
