package proxymcp.decode.plugin;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import proxymcp.decode.Decoder;
import proxymcp.decode.DecoderInfo;
import proxymcp.decode.Decoders;
import proxymcp.decode.PluginSource;

/**
 * The plugins of a folder: every {@code .jar}, by name, loaded when decoders are first asked for. Any thread may call; the lock guards loading and is
 * held while a jar's code runs for the first time, bounded in time.
 */
public final class Plugins implements PluginSource, Closeable {
    /** How long a plugin may take for one answer, in milliseconds. */
    public static final long MILLIS = 2_000;
    private static final int JARS_MAX = 100;

    private final Path folder;
    private final boolean isolated;
    private final TimedCalls calls;
    private final ReentrantLock loading = new ReentrantLock();
    private volatile Optional<Loaded> loaded = Optional.empty();

    private record Entry(String source, PluginDecoder decoder) {}

    private record Loaded(List<Entry> entries, List<DecoderInfo> broken, List<PluginRunner> runners) {}

    /**
     * Plugins that are loaded when they are first asked for.
     *
     * @param folder holds the jars; need not exist
     * @param isolated whether each jar runs in a process of its own
     * @param millis how long one answer may take, 1 or more; {@link #MILLIS} but in tests
     */
    public Plugins(Path folder, boolean isolated, long millis) {
        this.folder = folder;
        this.isolated = isolated;
        this.calls = new TimedCalls(millis);
    }

    @Override
    public List<Decoder> decoders() {
        List<Decoder> usable = new ArrayList<>();
        for (Entry entry : loaded().entries()) {
            if (entry.decoder().unavailable().isEmpty()) {
                usable.add(entry.decoder());
            }
        }
        return usable;
    }

    @Override
    public List<DecoderInfo> infos() {
        Loaded all = loaded();
        List<DecoderInfo> infos = new ArrayList<>();
        for (Entry entry : all.entries()) {
            PluginDecoder decoder = entry.decoder();
            infos.add(new DecoderInfo(decoder.id(), decoder.title(), true, entry.source(), decoder.mediaTypes(), decoder.unavailable(),
                    decoder.failures()));
        }
        infos.addAll(all.broken());
        return infos;
    }

    private Loaded loaded() {
        if (loaded.isEmpty()) {
            loading.lock();
            try {
                if (loaded.isEmpty()) {
                    loaded = Optional.of(load());
                }
            } finally {
                loading.unlock();
            }
        }
        return loaded.get();
    }

    private Loaded load() {
        Loaded all = new Loaded(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        List<Path> jars;
        try {
            jars = jars();
        } catch (IOException e) {
            all.broken().add(broken(folder.toString(), "the folder cannot be read: " + e.getMessage()));
            return all;
        }
        for (Path jar : jars.subList(0, Math.min(JARS_MAX, jars.size()))) {
            load(jar, all);
        }
        if (jars.size() > JARS_MAX) {
            all.broken().add(broken(folder.toString(), "only the first " + JARS_MAX + " of " + jars.size() + " jars were loaded"));
        }
        return all;
    }

    private void load(Path jar, Loaded all) {
        String source = jar.getFileName().toString();
        PluginRunner runner = isolated ? new ChildRunner(jar, calls) : new LocalRunner(jar, calls);
        all.runners().add(runner);
        try {
            PluginInfo.All infos = runner.load();
            infos.problems().forEach(problem -> all.broken().add(broken(source, problem)));
            for (PluginInfo info : infos.usable()) {
                Optional<String> taken = takenBy(info.id(), all);
                if (taken.isPresent()) {
                    all.broken().add(new DecoderInfo(info.id(), info.title(), true, source, info.mediaTypes(),
                            "the id is taken by " + taken.get(), 0));
                } else {
                    all.entries().add(new Entry(source, new PluginDecoder(info, runner)));
                }
            }
        } catch (PluginFailure e) {
            all.broken().add(broken(source, "the jar was not loaded: " + e.getMessage()));
        }
    }

    private static Optional<String> takenBy(String id, Loaded all) {
        if (Decoders.builtin().named(id).isPresent()) {
            return Optional.of("a built-in decoder");
        }
        for (Entry entry : all.entries()) {
            if (entry.decoder().id().equals(id)) {
                return Optional.of(entry.source());
            }
        }
        return Optional.empty();
    }

    private static DecoderInfo broken(String source, String reason) {
        return new DecoderInfo("", "", true, source, Set.of(), reason, 0);
    }

    private List<Path> jars() throws IOException {
        List<Path> jars = new ArrayList<>();
        if (!Files.isDirectory(folder)) {
            return jars;
        }
        try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, "*.jar")) {
            found.forEach(jars::add);
        } catch (NoSuchFileException e) {
            return List.of();
        }
        jars.sort(Comparator.comparing(Path::getFileName));
        return jars;
    }

    /** Ends what runs; children end at once. */
    @Override
    public void close() {
        calls.close();
        loaded.ifPresent(all -> all.runners().forEach(PluginRunner::close));
    }
}
