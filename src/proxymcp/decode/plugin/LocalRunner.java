package proxymcp.decode.plugin;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import proxymcp.decode.DecodeException;
import proxymcp.decode.DecodeInput;
import proxymcp.decode.DecodeSink;
import proxymcp.decode.DecodedLayer;
import proxymcp.decode.Decoder;

/** Runs the decoders of a jar in this process. */
final class LocalRunner implements PluginRunner {
    private final Path jar;
    private final TimedCalls calls;
    private volatile Optional<PluginLoader> loader = Optional.empty();

    LocalRunner(Path jar, TimedCalls calls) {
        this.jar = jar;
        this.calls = calls;
    }

    @Override
    public PluginInfo.All load() throws PluginFailure {
        try {
            PluginLoader loaded = calls.load(() -> PluginLoader.load(jar), () -> { });
            loader = Optional.of(loaded);
            return loaded.infos();
        } catch (PluginFailure e) {
            throw e;
        } catch (Exception e) {
            throw new PluginFailure(PluginInfo.shortened(e instanceof IOException ? e.getMessage() : e.toString()), PluginFailure.Weight.DISABLING);
        }
    }

    private Decoder decoder(String id) throws PluginFailure {
        return loader.map(loaded -> loaded.decoder(id)).orElseThrow(() -> new PluginFailure("it is not loaded", PluginFailure.Weight.COUNTED));
    }

    @Override
    public double recognise(String id, DecodeInput in) throws PluginFailure {
        Decoder decoder = decoder(id);
        try {
            return calls.run(() -> decoder.recognise(in), () -> { });
        } catch (PluginFailure e) {
            throw e;
        } catch (Exception e) {
            throw new PluginFailure("it threw " + PluginInfo.shortened(e.toString()), PluginFailure.Weight.COUNTED);
        }
    }

    @Override
    public DecodedLayer decode(String id, DecodeInput in, DecodeSink sink) throws DecodeException, PluginFailure {
        Decoder decoder = decoder(id);
        // Its own sink: one that is late may go on writing while the layer is long told to have failed.
        DecodeSink own = new DecodeSink(sink.bytesMax());
        try {
            DecodedLayer layer = Answers.checked(in, calls.run(() -> decoder.decode(in, own), () -> { }));
            sink.write(own.bytes());
            return layer;
        } catch (DecodeException e) {
            sink.write(own.bytes());
            throw e;
        } catch (PluginFailure e) {
            throw e;
        } catch (Exception e) {
            throw new PluginFailure("it threw " + PluginInfo.shortened(e.toString()), PluginFailure.Weight.COUNTED);
        }
    }

    @Override
    public void close() {
        if (loader.isPresent()) {
            try {
                loader.get().close();
            } catch (IOException e) {
                return; // Nothing of it is used any more.
            }
        }
    }
}
