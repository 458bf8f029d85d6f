/**
 * HTTP/1.x messages as bytes: heads, field sections, body framing, chunked coding (RFC 9110, RFC 9112).
 *
 * <p>Nothing here knows a socket, a proxy or a clock: parsers read an {@link java.io.InputStream} through
 * {@link proxymcp.http.WireReader} and can therefore be fed one byte at a time. Requests are read strictly, since what two
 * parsers read differently can be smuggled; responses are read leniently where that is safe, and every leniency leaves a note.
 *
 * <p>Threads: objects belong to the thread that reads or writes the connection; {@link proxymcp.http.Fields} and heads are
 * immutable. Read {@link proxymcp.http.BodyFraming} first, then {@link proxymcp.http.HeadParser}.
 */
package proxymcp.http;
