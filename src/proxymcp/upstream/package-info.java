/**
 * The way out: resolving, dialling, pooling, and sending one request. The proxy and replay send through the same client.
 *
 * <p>Knows no listener, no rule and no store. A request's body comes from an {@link proxymcp.upstream.OutgoingBody}; what happens on the
 * way is told to {@link proxymcp.upstream.CallEvents}.
 *
 * <p>Threads: blocking I/O on the caller's virtual thread; a long request body is sent by a second one, so that a response may begin
 * before the request has ended. Names are resolved on platform threads, since that blocks a carrier. Read
 * {@link proxymcp.upstream.UpstreamCall} first.
 */
package proxymcp.upstream;
