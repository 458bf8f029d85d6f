package proxymcp.search;

import java.util.Locale;
import proxymcp.store.MessageReader.Side;

/** A part of an exchange that can match. */
public enum Place {
    /** The request's body. */
    REQUEST(Side.REQUEST, true),
    /** The response's body. */
    RESPONSE(Side.RESPONSE, true),
    /** The request's header fields. */
    REQUEST_HEADERS(Side.REQUEST, false),
    /** The response's header fields. */
    RESPONSE_HEADERS(Side.RESPONSE, false);

    private final Side side;
    private final boolean body;

    Place(Side side, boolean body) {
        this.side = side;
        this.body = body;
    }

    Side side() {
        return side;
    }

    boolean isBody() {
        return body;
    }

    /** Name in results. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
