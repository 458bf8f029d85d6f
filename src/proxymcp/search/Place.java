package proxymcp.search;

import java.util.Locale;

/** A part of an exchange that can match. */
public enum Place {
    /** The request's body. */
    REQUEST,
    /** The response's body. */
    RESPONSE,
    /** The request's header fields. */
    REQUEST_HEADERS,
    /** The response's header fields. */
    RESPONSE_HEADERS,
    /** A message of the stream that the exchange is. */
    MESSAGES;

    /** Name in results. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
