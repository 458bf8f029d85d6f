package proxymcp.decode.plugin;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.jar.JarFile;
import java.util.zip.ZipException;
import proxymcp.decode.Decoder;

/**
 * A jar whose decoders were made.
 *
 * @param loader its classes
 * @param decoders what could be made
 * @param descriptions of each of them, in the same order
 * @param problems what could not be made, a sentence each
 */
record LoadedJar(URLClassLoader loader, List<Decoder> decoders, List<PluginDescription> descriptions, List<String> problems) {
    /** Where {@link ServiceLoader} looks. */
    static final String SERVICE = "META-INF/services/proxymcp.decode.Decoder";
    private static final int DECODERS_MAX = 64;

    /**
     * Loads a jar. Runs code of the plugin.
     *
     * @throws IOException if it is no jar, or names no decoder
     */
    static LoadedJar load(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            if (file.getEntry(SERVICE) == null) {
                throw new IOException("it has no " + SERVICE);
            }
        } catch (ZipException damaged) {
            throw new IOException("it cannot be read as a jar: " + Reason.message(damaged), damaged);
        }
        URLClassLoader loader = new URLClassLoader(jar.getFileName().toString(), new URL[] {jar.toUri().toURL()}, new ApiLoader());
        LoadedJar loaded = new LoadedJar(loader, new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        Iterator<Decoder> found = ServiceLoader.load(Decoder.class, loader).iterator();
        for (int i = 0; i < DECODERS_MAX && loaded.takeNext(found); i++) {
            // Each turn takes one, or notes why it cannot be had.
        }
        if (loaded.decoders.isEmpty() && loaded.problems.isEmpty()) {
            loader.close();
            throw new IOException("its " + SERVICE + " names no class");
        }
        return loaded;
    }

    /** What goes wrong with one leaves the others; false at the end. */
    private boolean takeNext(Iterator<Decoder> found) {
        try {
            if (!found.hasNext()) {
                return false;
            }
            Decoder decoder = found.next();
            PluginDescription description = PluginDescription.of(decoder);
            decoders.add(decoder);
            descriptions.add(description);
        } catch (Throwable thrown) {
            problems.add(Reason.of(thrown));
        }
        return true;
    }
}
