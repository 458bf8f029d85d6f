package proxymcp.replay;

import proxymcp.exchange.Endpoint;
import proxymcp.http.Fields;
import proxymcp.http.RequestHead;

/**
 * A request as it goes out.
 *
 * @param endpoint the origin
 * @param head request line and fields, target in origin form; its framing fields fit the body
 * @param body its octets; chunked if the head says so
 * @param trailers trailer section of a chunked body; empty for most
 */
public record OutgoingRequest(Endpoint endpoint, RequestHead head, ReplayBody body, Fields trailers) {
    /** Absolute URL. */
    public String url() {
        return endpoint.url(head.target());
    }

    /** The same with another head. */
    public OutgoingRequest withHead(RequestHead newHead) {
        return new OutgoingRequest(endpoint, newHead, body, trailers);
    }
}
