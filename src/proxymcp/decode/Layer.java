package proxymcp.decode;

/**
 * One layer of a result, in the order of peeling.
 *
 * @param decoder its id
 * @param path which string of the JSON value before it was peeled, such as {@code $.items[0].data}; empty for the body itself
 * @param status what became of it
 * @param confidence 0..1; 1 where the message or the caller named the decoder
 * @param inputBytes the span that it was read from
 * @param outputBytes what came out, in bytes
 * @param offset where its span begins in its input
 * @param reason why it is not {@link LayerStatus#DECODED}; empty if it is
 */
public record Layer(
        String decoder, String path, LayerStatus status, double confidence, long inputBytes, long outputBytes, long offset, String reason) {
}
