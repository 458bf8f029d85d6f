package proxymcp.exchange;

import java.util.Locale;

/** What kind of messages a stream is made of. */
public enum StreamKind {
    /** Frames of a WebSocket (RFC 6455). */
    WEBSOCKET,
    /** Server-sent events of a {@code text/event-stream}. */
    SSE,
    /** Lines of JSON, or a JSON text sequence (RFC 7464). */
    NDJSON,
    /** Octets of another protocol: there are no messages, but two bodies. */
    TUNNEL;

    private final String id = name().toLowerCase(Locale.ROOT);

    /** The stable name in results: {@code websocket}. */
    public String id() {
        return id;
    }
}
