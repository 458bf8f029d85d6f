package proxymcp.decode.plugin;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import proxymcp.decode.Decoder;
import proxymcp.decode.DecoderInfo;
import proxymcp.decode.PluginSource;

/**
 * The plugins in a folder: every {@code *.jar} with a service file for {@link Decoder}, in the order of names. They are loaded when they are first asked
 * for, once; {@link #loading} is held meanwhile.
 */
public final class PluginFolder implements PluginSource, AutoCloseable {
    private static final int JARS_MAX = 64;

    private final Path folder;
    private final PluginLimits limits;
    private final PluginThreads threads = new PluginThreads();
    private final ReentrantLock loading = new ReentrantLock();
    private final List<PluginHost> hosts = new ArrayList<>();
    private final List<GuardedDecoder> plugins = new ArrayList<>();
    private final List<DecoderInfo> broken = new ArrayList<>();
    private boolean loaded;
    private volatile boolean closed;

    /** The plugins in {@code folder}, which need not be there. Nothing is read yet. */
    public PluginFolder(Path folder, PluginLimits limits) {
        this.folder = folder;
        this.limits = limits;
    }

    @Override
    public List<Decoder> decoders() {
        load();
        List<Decoder> usable = new ArrayList<>();
        for (GuardedDecoder plugin : plugins) {
            if (named(plugin.id()).equals(Optional.of(plugin))) {
                usable.add(plugin);
            }
        }
        return usable;
    }

    @Override
    public List<DecoderInfo> infos() {
        load();
        List<DecoderInfo> infos = new ArrayList<>();
        for (GuardedDecoder plugin : plugins) {
            infos.add(plugin.info());
        }
        infos.addAll(broken);
        return infos;
    }

    private void load() {
        loading.lock();
        try {
            if (!loaded && !closed) {
                loaded = true;
                List<Path> jars = jars();
                for (Path jar : jars.subList(0, Math.min(jars.size(), JARS_MAX))) {
                    load(jar);
                }
                for (Path jar : jars.subList(Math.min(jars.size(), JARS_MAX), jars.size())) {
                    listBroken(jar, "not loaded: there are more than " + JARS_MAX + " jars");
                }
            }
        } finally {
            loading.unlock();
        }
    }

    private List<Path> jars() {
        List<Path> jars = new ArrayList<>();
        if (Files.isDirectory(folder)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.jar")) {
                files.forEach(jars::add);
            } catch (IOException | RuntimeException e) {
                listBroken(folder, "the folder cannot be read: " + Reason.message(e));
            }
        }
        jars.sort(null);
        return jars;
    }

    private void load(Path jar) {
        String source = jar.getFileName().toString();
        PluginHost host = limits.isolated() ? new ChildHost(jar, limits, threads) : new OwnHost(jar, limits, threads);
        hosts.add(host);
        if (closed) {
            return;
        }
        try {
            PluginHost.Contents contents = host.load();
            for (int i = 0; i < contents.descriptions().size(); i++) {
                PluginDescription description = contents.descriptions().get(i);
                String refused = named(description.id()).map(first -> "a plugin in " + first.info().source() + " has the same id and is used").orElse("");
                plugins.add(new GuardedDecoder(host, i, description, source, refused));
            }
            for (String problem : contents.problems()) {
                listBroken(jar, problem);
            }
        } catch (PluginFault fault) {
            listBroken(jar, Reason.message(fault));
        }
    }

    /** The first of this id, which is the one that is used. */
    private Optional<GuardedDecoder> named(String id) {
        for (GuardedDecoder plugin : plugins) {
            if (plugin.id().equals(id)) {
                return Optional.of(plugin);
            }
        }
        return Optional.empty();
    }

    /** What has no decoder is listed under the name of its file. */
    private void listBroken(Path file, String reason) {
        String name = file.getFileName().toString();
        broken.add(new DecoderInfo(name, "", true, name, Set.of(), reason, 1));
    }

    /** Ends processes of plugins, and lets go of their jars. */
    @Override
    public void close() {
        closed = true;
        if (loading.tryLock()) {
            try {
                hosts.forEach(PluginHost::close);
            } finally {
                loading.unlock();
            }
        }
        threads.close();
    }
}
