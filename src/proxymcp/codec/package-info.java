/**
 * Content codings and character sets: from the octets of a captured body to what a reader can use.
 *
 * <p>Lives here: {@link proxymcp.codec.ContentCoding} (the words of a {@code Content-Encoding} field), the decoders of
 * gzip, deflate, br and zstd as plain {@link java.io.InputStream}s, and {@link proxymcp.codec.Charsets} (which charset a body
 * is in, and whether it is text at all).
 *
 * <p>Does not know: messages, exchanges, sockets. Only this package imports brotli4j; its native library is loaded at
 * the first br body and never before.
 *
 * <p>Threads: no state is shared. A stream belongs to the thread that reads it; decoding is CPU-bound work and belongs on
 * the bounded pool, not on a virtual thread.
 *
 * <p>Read {@link proxymcp.codec.Codings} first.
 */
package proxymcp.codec;
