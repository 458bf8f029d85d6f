package proxymcp.decode;

import java.util.List;

/**
 * How to decode.
 *
 * @param chain ids of decoders to run one after the other instead of choosing; empty to choose
 * @param depthMax layers above one another, 1..32
 * @param outputBytesMax what one layer may hold, at least 1
 */
public record DecodeRequest(List<String> chain, int depthMax, int outputBytesMax) {
    /** Layers above one another. */
    public static final int DEPTH = 8;
    /** What one layer may hold. */
    public static final int OUTPUT_BYTES = 16 << 20;

    /** Chosen by the pipeline, within the usual limits. */
    public static final DecodeRequest AUTOMATIC = new DecodeRequest(List.of(), DEPTH, OUTPUT_BYTES);

    /** Checks the ranges. */
    public DecodeRequest {
        chain = List.copyOf(chain);
        if (depthMax < 1 || depthMax > 32) {
            throw new IllegalArgumentException("depthMax: expected 1..32, got " + depthMax);
        }
        if (outputBytesMax < 1) {
            throw new IllegalArgumentException("outputBytesMax: expected at least 1, got " + outputBytesMax);
        }
    }
}
