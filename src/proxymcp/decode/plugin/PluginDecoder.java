package proxymcp.decode.plugin;

import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import proxymcp.decode.DecodeException;
import proxymcp.decode.DecodeInput;
import proxymcp.decode.DecodeSink;
import proxymcp.decode.DecodedLayer;
import proxymcp.decode.Decoder;

/** A plugin as the pipeline sees it: it ends in time and throws nothing but {@link DecodeException}. Its failures are counted. */
final class PluginDecoder implements Decoder {
    private final PluginInfo info;
    private final PluginRunner runner;
    private final AtomicInteger failures = new AtomicInteger();
    private volatile String disabled = "";

    PluginDecoder(PluginInfo info, PluginRunner runner) {
        this.info = info;
        this.runner = runner;
    }

    @Override
    public String id() {
        return info.id();
    }

    @Override
    public String title() {
        return info.title();
    }

    @Override
    public Set<String> mediaTypes() {
        return info.mediaTypes();
    }

    @Override
    public String unavailable() {
        return disabled.isEmpty() ? info.unavailable() : disabled;
    }

    /** How often it failed otherwise than by saying that it cannot read its input. */
    int failures() {
        return failures.get();
    }

    @Override
    public double recognise(DecodeInput in) {
        if (!unavailable().isEmpty()) {
            return 0;
        }
        try {
            double confidence = runner.recognise(info.id(), in);
            return confidence >= 0 && confidence <= 1 ? confidence : 0;
        } catch (PluginFailure e) {
            failed(e);
            return 0;
        }
    }

    @Override
    public DecodedLayer decode(DecodeInput in, DecodeSink out) throws DecodeException {
        if (!unavailable().isEmpty()) {
            throw new DecodeException(unavailable());
        }
        try {
            return runner.decode(info.id(), in, out);
        } catch (PluginFailure e) {
            failed(e);
            throw new DecodeException("the plugin failed: " + e.getMessage());
        }
    }

    private void failed(PluginFailure e) {
        failures.incrementAndGet();
        if (e.weight() == PluginFailure.Weight.DISABLING) {
            disabled = "disabled: " + e.getMessage();
        }
    }
}
