package proxymcp.har;

import java.util.Map;
import java.util.Set;

/**
 * Which members of a JSON object are wanted; the others are stepped over.
 *
 * @param kept members that are held whole
 * @param nested members that are objects with a shape of their own
 * @param streamed members that are long texts, and where they go
 * @param listed members that are lists of messages
 */
record HarReadShape(Set<String> kept, Map<String, HarReadShape> nested, Map<String, HarReadBodies.Slot> streamed,
        Set<String> listed) {
    /** A list of events that Chrome writes. */
    static final String CHROME_EVENTS = "_eventSourceMessages";
    private static final HarReadShape REQUEST_BODY = new HarReadShape(Set.of("bytes", "kept", "sha256", "complete"), Map.of(),
            Map.of("base64", HarReadBodies.Slot.REQUEST_RAW));
    private static final HarReadShape RESPONSE_BODY = new HarReadShape(Set.of("bytes", "kept", "sha256", "complete"), Map.of(),
            Map.of("base64", HarReadBodies.Slot.RESPONSE_RAW));
    private static final HarReadShape POST_DATA = new HarReadShape(Set.of("mimeType", "params", "encoding", "_encoding", "_file"), Map.of(),
            Map.of("text", HarReadBodies.Slot.REQUEST_TEXT));
    private static final HarReadShape CONTENT = new HarReadShape(Set.of("size", "mimeType", "encoding", "comment", "_file"), Map.of(),
            Map.of("text", HarReadBodies.Slot.RESPONSE_TEXT));
    private static final HarReadShape REQUEST = new HarReadShape(
            Set.of("method", "url", "httpVersion", "headers", "headersSize", "bodySize", "_target", "_rawHead", "_trailers"),
            Map.of("postData", POST_DATA, "_rawBody", REQUEST_BODY), Map.of());
    private static final HarReadShape RESPONSE = new HarReadShape(
            Set.of("status", "statusText", "httpVersion", "headers", "headersSize", "bodySize", "_rawHead", "_trailers", "_error", "_failureText"),
            Map.of("content", CONTENT, "_rawBody", RESPONSE_BODY), Map.of());

    /** An entry of a log. */
    static final HarReadShape ENTRY = new HarReadShape(
            Set.of("startedDateTime", "time", "timings", "serverIPAddress", "connection", "_exchange", "_route", "_error", "_tls", "_informational",
                    "_rules", "_sentRequest", "_sentResponse", "_stream"),
            Map.of("request", REQUEST, "response", RESPONSE), Map.of(), Set.of(StreamMembers.FRAMES, StreamMembers.EVENTS, CHROME_EVENTS));

    private HarReadShape(Set<String> kept, Map<String, HarReadShape> nested, Map<String, HarReadBodies.Slot> streamed) {
        this(kept, nested, streamed, Set.of());
    }
}
