package proxymcp.decode.plugin;

import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import proxymcp.decode.Decoder;

/** Makes jars of plugins from source, as their authors do. */
public final class PluginJars {
    private static final String SERVICE = "META-INF/services/" + Decoder.class.getName();
    private static final String DECODER = """
            package bad;
            import proxymcp.decode.*;
            public class NAME implements Decoder {
                public String id() { return "NAME".toLowerCase(); }
                public String title() { return "a test"; }
                public java.util.Set<String> mediaTypes() { return java.util.Set.of("x/NAME"); }
                public double recognise(DecodeInput in) { return 0; }
                public DecodedLayer decode(DecodeInput in, DecodeSink out) throws java.io.IOException { BODY }
                MORE
            }
            """;

    private PluginJars() {}

    /** The worked example. */
    public static void example(Path jar) throws IOException {
        Path source = Path.of("test/example/plugin/ReadingsDecoder.java");
        write(jar, Map.of("example.plugin.ReadingsDecoder", Files.readString(source)), List.of("example.plugin.ReadingsDecoder"));
    }

    /** A jar with one decoder whose id is {@code name} in lower case. */
    static void one(Path jar, String name, String body) throws IOException {
        one(jar, name, body, "");
    }

    /** The same with further members, of which the last of a kind holds. */
    static void one(Path jar, String name, String body, String more) throws IOException {
        write(jar, Map.of("bad." + name, DECODER.replace("NAME", name).replace("BODY", body).replace("MORE", more)), List.of("bad." + name));
    }

    /** A jar with these sources, by class name, and these providers. */
    static void write(Path jar, Map<String, String> sources, List<String> providers) throws IOException {
        Path classes = Files.createTempDirectory("plugin-classes");
        compile(classes, sources);
        Files.createDirectories(jar.getParent());
        try (OutputStream file = Files.newOutputStream(jar); JarOutputStream out = new JarOutputStream(file); Stream<Path> made = Files.walk(classes)) {
            for (Path path : made.filter(Files::isRegularFile).toList()) {
                put(out, classes.relativize(path).toString(), Files.readAllBytes(path));
                Files.delete(path);
            }
            put(out, SERVICE, String.join("\n", providers).getBytes(StandardCharsets.UTF_8));
        }
    }

    private static void put(JarOutputStream out, String name, byte[] octets) throws IOException {
        out.putNextEntry(new JarEntry(name));
        out.write(octets);
        out.closeEntry();
    }

    private static void compile(Path classes, Map<String, String> sources) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<JavaFileObject> files = new ArrayList<>();
        sources.forEach((name, text) -> files.add(new SimpleJavaFileObject(URI.create("string:///" + name.replace('.', '/') + ".java"),
                JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return text;
            }
        }));
        StringWriter said = new StringWriter();
        if (!compiler.getTask(said, null, null, List.of("-d", classes.toString(), "-proc:none"), null, files).call()) {
            throw new IllegalArgumentException(said.toString());
        }
    }
}
