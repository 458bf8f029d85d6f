package proxymcp.decode.plugin;

import java.util.List;
import proxymcp.decode.DecodeInput;

/** Where the decoders of one jar run. Any thread may call. */
sealed interface PluginHost extends AutoCloseable permits OwnHost, ChildHost {

    /**
     * What a jar has.
     *
     * @param descriptions of its decoders; the index of one names it in questions
     * @param problems what could not be made, a sentence each
     */
    record Contents(List<PluginDescription> descriptions, List<String> problems) {}

    /** Loads the jar; once, before anything is asked. */
    Contents load() throws PluginFault;

    /** How sure a decoder is. */
    double recognise(int decoder, DecodeInput in) throws PluginFault;

    /** Has a decoder read something; no more than {@code bytesMax} bytes come out. */
    PluginAnswer decode(int decoder, DecodeInput in, int bytesMax) throws PluginFault;

    @Override
    void close();
}
