/**
 * From the octets of a captured body to what they mean: layer by layer, each with the decoder that peeled it, a confidence and a span.
 *
 * <p>Lives here: {@link proxymcp.decode.Decoder} (the interface of built-in decoders and of plugins), the built-in decoders,
 * {@link proxymcp.decode.Decoders} (the list of both) and {@link proxymcp.decode.Pipeline}, which chooses and runs them; plugins are loaded by
 * {@code decode.plugin}. Content codings and charsets come from {@code codec}.
 *
 * <p>Does not know: exchanges, the store, tools. Nothing here throws at what a body holds: a layer that cannot be peeled says why and ends its branch.
 *
 * <p>Threads: no state is shared. Decoding is CPU-bound work and belongs on the bounded pool. Read {@link proxymcp.decode.Pipeline} first.
 */
package proxymcp.decode;
