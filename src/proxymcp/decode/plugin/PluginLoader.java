package proxymcp.decode.plugin;

import java.io.Closeable;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.zip.ZipFile;
import proxymcp.decode.Decoder;

/**
 * The classes of one jar. They see the platform, themselves, and of this program what a decoder speaks: {@code proxymcp.decode} and
 * {@code proxymcp.json}.
 */
final class PluginLoader implements Closeable {
    private final URLClassLoader classes;
    private final Map<String, Decoder> decoders = new LinkedHashMap<>();
    private final List<PluginInfo> usable = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();

    /** Lets through what a decoder speaks, and nothing else of this program. */
    private static final class Visible extends ClassLoader {
        private static final List<String> SHOWN = List.of("proxymcp.decode.", "proxymcp.json.");
        private static final String HIDDEN = "proxymcp.decode.plugin.";

        private final ClassLoader own = PluginLoader.class.getClassLoader();

        Visible() {
            super(ClassLoader.getPlatformClassLoader());
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            for (String prefix : SHOWN) {
                if (name.startsWith(prefix) && !name.startsWith(HIDDEN)) {
                    return own.loadClass(name);
                }
            }
            throw new ClassNotFoundException(name);
        }

        @Override
        protected Enumeration<URL> findResources(String name) {
            return Collections.emptyEnumeration();
        }
    }

    private PluginLoader(Path jar) throws IOException {
        this.classes = new URLClassLoader("plugin " + jar.getFileName(), new URL[] {jar.toUri().toURL()}, new Visible());
    }

    /**
     * Loads a jar and makes its decoders. Runs code of the plugin.
     *
     * @throws IOException if it is no jar that can be read
     */
    static PluginLoader load(Path jar) throws IOException {
        if (!Files.isRegularFile(jar)) {
            throw new IOException("it is no file");
        }
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            if (zip.getEntry("META-INF/services/" + Decoder.class.getName()) == null) {
                throw new IOException("it has no META-INF/services/" + Decoder.class.getName());
            }
        }
        PluginLoader loader = new PluginLoader(jar);
        loader.make();
        return loader;
    }

    private void make() {
        Iterator<Decoder> found = ServiceLoader.load(Decoder.class, classes).iterator();
        while (true) {
            try {
                if (!found.hasNext()) {
                    return;
                }
                Decoder decoder = found.next();
                PluginInfo info = PluginInfo.of(decoder);
                if (decoders.putIfAbsent(info.id(), decoder) == null) {
                    usable.add(info);
                } else {
                    problems.add("a second decoder named " + info.id() + " was left out");
                }
            } catch (ServiceConfigurationError e) {
                Throwable cause = e.getCause() == null ? e : e.getCause();
                problems.add(PluginInfo.shortened("a decoder could not be made: " + cause));
                if (problems.size() > 20) {
                    return; // A file that cannot be parsed fails for ever.
                }
            } catch (RuntimeException | LinkageError e) {
                problems.add(PluginInfo.shortened("a decoder was left out: " + (e instanceof IllegalArgumentException ? e.getMessage() : e.toString())));
            }
        }
    }

    /** What was found. */
    PluginInfo.All infos() {
        return new PluginInfo.All(List.copyOf(usable), List.copyOf(problems));
    }

    /** One of {@link #infos}. */
    Decoder decoder(String id) {
        return decoders.get(id);
    }

    @Override
    public void close() throws IOException {
        classes.close();
    }
}
