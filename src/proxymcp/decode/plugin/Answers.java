package proxymcp.decode.plugin;

import java.util.Optional;
import proxymcp.decode.DecodeInput;
import proxymcp.decode.DecodedLayer;

/** What a plugin returned, looked at before it is believed. */
final class Answers {
    private Answers() {}

    static DecodedLayer checked(DecodeInput in, DecodedLayer layer) throws PluginFailure {
        if (Optional.ofNullable(layer).isEmpty()) {
            throw new PluginFailure("it returned null", PluginFailure.Weight.COUNTED);
        }
        boolean inside = layer.offset() >= 0 && layer.consumed() >= 0 && layer.offset() <= in.length() - layer.consumed();
        if (!inside) {
            throw new PluginFailure("it names a span " + layer.offset() + "+" + layer.consumed() + " that is not inside " + in.length() + " bytes",
                    PluginFailure.Weight.COUNTED);
        }
        return layer;
    }
}
