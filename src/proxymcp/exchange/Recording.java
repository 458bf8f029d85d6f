package proxymcp.exchange;

import java.util.OptionalLong;
import proxymcp.http.ResponseHead;

/**
 * One exchange as it happens.
 *
 * <p>Calls about the request come from one thread at a time, calls about the response from one at a time; the two may overlap, since a
 * response can begin before the request has ended. {@link #end} comes last, once. No call throws; each may block for 2 s at most.
 * Arrays are valid only during the call.
 *
 * <p>What is a stream is told so behind its response: {@link #streamOpened}, then its messages, one thread at a time for each direction, then
 * {@link #streamClosed} when both directions are over. A WebSocket has messages in place of bodies; events and lines are told beside the
 * response's body. Who records no streams need not override these methods.
 */
public interface Recording {
    /** Seq of the exchange in the session that it is recorded to; empty for a recording that has none. */
    default OptionalLong storedSeq() {
        return OptionalLong.empty();
    }

    /** Octets of the request body, transfer coding removed. */
    void requestBody(byte[] bytes, int offset, int length);

    /** The request body ended; not called when there was none. */
    void requestEnd(BodyEnd end);

    /** The request goes out on this connection. A later call replaces an earlier one: a stale connection was retried. */
    void routed(Route route);

    /** An informational response (1xx) was passed on. */
    void informational(ResponseHead head);

    /** The final response head, as received. */
    void response(ResponseHead head);

    /** Octets of the response body, transfer coding removed. */
    void responseBody(byte[] bytes, int offset, int length);

    /** The response body ended; not called when there was none. */
    void responseEnd(BodyEnd end);

    /** The exchange is a stream from here on. */
    default void streamOpened(StreamOpen open) {}

    /**
     * Octets of a payload of more than {@link StreamMessage#PAYLOAD_BYTES_MAX} octets, from its first on; its message follows when all have
     * passed, and messages without parts, such as control frames, may come before it.
     */
    default void messagePart(Direction direction, byte[] bytes, int offset, int length) {}

    /** A message has passed. Its payload is not changed any more: it may be kept. */
    default void message(StreamMessage message) {}

    /** The stream ended; not called for one whose exchange ends without. */
    default void streamClosed(StreamEnd end) {}

    /** The exchange ended. */
    void end(ExchangeEnd end);
}
