package proxymcp.decode.plugin;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import proxymcp.Programs;

/** Makes jars of plugins out of sources, as their authors do: with nothing but this program's jar on the class path. */
public final class PluginJars {
    private PluginJars() {}

    /** The worked example, as {@code readings.jar} in a folder that is made. */
    public static Path example(Path plugins) throws IOException {
        Path source = Programs.fixtures().resolveSibling("test").resolve("example").resolve("ReadingsDecoder.java");
        Path classes = compile(plugins, List.of(text("example.ReadingsDecoder", Files.readString(source))));
        return pack(plugins, "readings.jar", classes, "example.ReadingsDecoder\n");
    }

    /** The source of a decoder in package {@code bad} with these bodies of methods. */
    static JavaFileObject decoder(String name, String id, String recognise, String decode) {
        return text("bad." + name, """
                package bad;
                import java.util.*;
                import proxymcp.decode.*;
                import proxymcp.json.*;
                public final class %s implements Decoder {
                    public String id() { return "%s"; }
                    public String title() { return "for a test"; }
                    public Set<String> mediaTypes() { return Set.of("application/x-%s"); }
                    public double recognise(DecodeInput in) { %s }
                    public DecodedLayer decode(DecodeInput in, DecodeSink out) throws java.io.IOException { %s }
                    static String in(DecodeInput in) { return new String(in.copy(), java.nio.charset.StandardCharsets.UTF_8); }
                }
                """.formatted(name, id, id, recognise, decode));
    }

    /** Any source. */
    static JavaFileObject text(String name, String code) {
        return new SimpleJavaFileObject(URI.create("string:///" + name.replace('.', '/') + ".java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return code;
            }
        };
    }

    /** Compiles sources into a new folder beside the plugins. */
    static Path compile(Path plugins, List<JavaFileObject> sources) throws IOException {
        Files.createDirectories(plugins);
        Path classes = Files.createTempDirectory(plugins.resolveSibling("").toAbsolutePath().normalize(), "classes");
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter problems = new StringWriter();
        List<String> options = List.of("-proc:none", "-cp", Programs.jar().toString(), "-d", classes.toString(), "--release", "21");
        boolean compiled = compiler.getTask(problems, null, null, options, null, sources).call();
        assertTrue(compiled, problems::toString);
        return classes;
    }

    /** Packs classes and a service file. */
    static Path pack(Path plugins, String name, Path classes, String service) throws IOException {
        Path jar = plugins.resolve(name);
        List<Path> files = new ArrayList<>();
        try (Stream<Path> all = Files.walk(classes)) {
            all.filter(Files::isRegularFile).sorted().forEach(files::add);
        }
        try (OutputStream file = Files.newOutputStream(jar); JarOutputStream out = new JarOutputStream(file)) {
            out.putNextEntry(new ZipEntry("META-INF/services/proxymcp.decode.Decoder"));
            out.write(service.getBytes(StandardCharsets.UTF_8));
            for (Path path : files) {
                out.putNextEntry(new ZipEntry(classes.relativize(path).toString().replace('\\', '/')));
                out.write(Files.readAllBytes(path));
            }
        }
        return jar;
    }

    /** One jar of such decoders, each named by its service file. */
    static Path jar(Path plugins, String name, JavaFileObject... sources) throws IOException {
        StringBuilder service = new StringBuilder();
        for (JavaFileObject source : sources) {
            String path = source.toUri().getPath();
            service.append(path.substring(1, path.length() - ".java".length()).replace('/', '.')).append('\n');
        }
        return pack(plugins, name, compile(plugins, List.of(sources)), service.toString());
    }
}
