package proxymcp.decode;

import java.util.List;

/** Where decoders come from that are not built in. Asked at every run, as a plugin may be disabled meanwhile. */
public interface PluginSource {

    /** No plugins. */
    PluginSource NONE = new PluginSource() {
        @Override
        public List<Decoder> decoders() {
            return List.of();
        }

        @Override
        public List<DecoderInfo> infos() {
            return List.of();
        }
    };

    /**
     * Those that were loaded, each already guarded: what a plugin throws becomes a {@link DecodeException}, and it ends in time. One that was
     * disabled since says so as {@link Decoder#unavailable}.
     */
    List<Decoder> decoders();

    /** All that were found, those that cannot be used with the reason. */
    List<DecoderInfo> infos();
}
