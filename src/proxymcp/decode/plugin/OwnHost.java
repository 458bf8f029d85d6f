package proxymcp.decode.plugin;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import proxymcp.decode.DecodeInput;

/** Runs a jar's decoders in this process. */
final class OwnHost implements PluginHost {
    private final Path jar;
    private final PluginLimits limits;
    private final PluginThreads threads;
    private volatile Optional<LoadedJar> loaded = Optional.empty();

    OwnHost(Path jar, PluginLimits limits, PluginThreads threads) {
        this.jar = jar;
        this.limits = limits;
        this.threads = threads;
    }

    @Override
    public Contents load() throws PluginFault {
        LoadedJar made = within(limits.loadMillis(), getClass().getClassLoader(), () -> LoadedJar.load(jar));
        loaded = Optional.of(made);
        return new Contents(made.descriptions(), made.problems());
    }

    @Override
    public double recognise(int decoder, DecodeInput in) throws PluginFault {
        LoadedJar made = loaded.orElseThrow();
        return within(limits.runMillis(), made.loader(), () -> PluginCall.recognise(made.decoders().get(decoder), in));
    }

    @Override
    public PluginAnswer decode(int decoder, DecodeInput in, int bytesMax) throws PluginFault {
        LoadedJar made = loaded.orElseThrow();
        return within(limits.runMillis(), made.loader(), () -> PluginCall.decode(made.decoders().get(decoder), in, bytesMax));
    }

    private <T> T within(long millis, ClassLoader context, Callable<T> work) throws PluginFault {
        try {
            return threads.within(millis, context, () -> {
                try {
                    return work.call();
                } catch (IOException refused) {
                    throw new PluginFault(Reason.message(refused), false);
                } catch (Throwable thrown) {
                    // Asked here for its words: they may be code of the plugin too.
                    throw new PluginFault(Reason.of(thrown), false);
                }
            });
        } catch (ExecutionException e) {
            throw e.getCause() instanceof PluginFault fault ? fault : new PluginFault(e.getCause().getClass().getName(), false);
        }
    }

    @Override
    public void close() {
        if (loaded.isPresent()) {
            try {
                loaded.get().loader().close();
            } catch (IOException e) {
                // Nothing was written through it.
            }
        }
    }
}
