package proxymcp.decode.plugin;

import java.io.Closeable;
import proxymcp.decode.DecodeException;
import proxymcp.decode.DecodeInput;
import proxymcp.decode.DecodeSink;
import proxymcp.decode.DecodedLayer;

/** Where the decoders of one jar run. Any thread may call. */
interface PluginRunner extends Closeable {
    /**
     * What the jar holds.
     *
     * @throws PluginFailure if it cannot be loaded
     */
    PluginInfo.All load() throws PluginFailure;

    /**
     * Asks a decoder how sure it is.
     *
     * @throws PluginFailure if it does not say
     */
    double recognise(String id, DecodeInput in) throws PluginFailure;

    /**
     * Has a decoder decode.
     *
     * @return what it said; the octets that it wrote are in {@code sink}
     * @throws DecodeException if it cannot read the input
     * @throws PluginFailure if it fails otherwise
     */
    DecodedLayer decode(String id, DecodeInput in, DecodeSink sink) throws DecodeException, PluginFailure;

    /** Ends what runs. */
    @Override
    void close();
}
