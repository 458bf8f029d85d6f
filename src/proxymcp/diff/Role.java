package proxymcp.diff;

import java.util.Locale;

/** What a field is for. */
public enum Role {
    /** Proves that the request was not made up: depends on the rest of it. */
    SIGNATURE,
    /** Given out with a page, sent back with its form. */
    CSRF,
    /** Names a session of a user. */
    SESSION,
    /** Lets a client in: an API key, a bearer token. */
    TOKEN,
    /** Made up for one request. */
    NONCE,
    /** A time. */
    TIMESTAMP,
    /** Names a request in logs. */
    TRACE,
    /** Rises from request to request. */
    COUNTER,
    /** Which part of a list. */
    PAGINATION,
    /** What the traffic is about. */
    CONTENT,
    /** Nothing points to any of these. */
    UNKNOWN;

    /** The word in results. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether a server may refuse a request for want of it. */
    boolean isAuth() {
        return switch (this) {
            case SIGNATURE, CSRF, SESSION, TOKEN -> true;
            case NONCE, TIMESTAMP, TRACE, COUNTER, PAGINATION, CONTENT, UNKNOWN -> false;
        };
    }
}
