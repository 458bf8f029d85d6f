package proxymcp.http;

import java.io.IOException;

/** A peer sent bytes that are not HTTP/1.x, or that two parsers could read differently. */
public final class ProtocolException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Who broke the protocol. */
    public enum Side {
        /** The request is wrong: answered with {@link #suggestedStatus()}, and it never reaches an origin. */
        CLIENT,
        /** The response is wrong: answered with 502. */
        SERVER
    }

    private final Side side;
    private final int suggestedStatus;

    /**
     * @param side who sent the bytes
     * @param suggestedStatus status code to answer with, 400..599
     * @param message what was expected and what was found
     */
    public ProtocolException(Side side, int suggestedStatus, String message) {
        super(message);
        this.side = side;
        this.suggestedStatus = suggestedStatus;
    }

    /** A malformed request: 400. */
    public static ProtocolException badRequest(String message) {
        return new ProtocolException(Side.CLIENT, 400, message);
    }

    /** A malformed response: 502. */
    public static ProtocolException badResponse(String message) {
        return new ProtocolException(Side.SERVER, 502, message);
    }

    /** Malformed bytes of {@code side}: 400 for the client, 502 for the server. */
    public static ProtocolException bad(Side side, String message) {
        return side == Side.CLIENT ? badRequest(message) : badResponse(message);
    }

    /** Who sent the bytes. */
    public Side side() {
        return side;
    }

    /** Status code to answer with, 400..599. */
    public int suggestedStatus() {
        return suggestedStatus;
    }
}
