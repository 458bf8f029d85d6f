package proxymcp.decode;

/**
 * Peels a body layer by layer.
 *
 * <p>What the message names comes first: its content codings, last applied first undone, then the decoder of its media type. Below that, and where the
 * name was wrong, the decoder with the highest confidence of at least {@link Decoder#RECOGNISED} is run, ties settled by the order in
 * {@link Decoders}. Strings inside a JSON value are looked at in the same way. A layer that fails ends its branch, never the run.
 */
public final class Pipeline {
    private final Decoders decoders;

    /** A pipeline over these decoders. */
    public Pipeline(Decoders decoders) {
        this.decoders = decoders;
    }

    /**
     * Decodes a body. Never throws at what it holds.
     *
     * @param input the body as captured, with what its message says of it
     */
    public DecodeResult run(DecodeInput input, DecodeRequest request) {
        PipelineRun run = new PipelineRun(decoders, request);
        Content content = request.chain().isEmpty() ? run.choose(input) : run.follow(input);
        return new DecodeResult(run.layers(), content);
    }
}
