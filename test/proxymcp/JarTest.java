package proxymcp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The one jar, and {@link JarPacker}, which makes it. */
final class JarTest {
    private static final int JAR_BYTES_MAX = 14_000_000;

    @Test void manifestSaysWhatTheJarNeeds() throws IOException {
        try (JarFile jar = new JarFile(Programs.jar().toFile())) {
            Attributes manifest = jar.getManifest().getMainAttributes();
            assertEquals("proxymcp.Launcher", manifest.getValue("Main-Class"));
            assertEquals("ALL-UNNAMED", manifest.getValue("Enable-Native-Access"));
            assertEquals("true", manifest.getValue("Multi-Release"));
            assertEquals(text(jar, "proxymcp/version").strip(), manifest.getValue("Implementation-Version"));
        }
    }

    @Test void onlyWhatBelongsIsInside() throws IOException {
        List<String> names = entries(Programs.jar());
        assertEquals(names.size(), new HashSet<>(names).size(), "an entry stands twice");
        assertEquals(List.of(), names.stream().filter(name -> name.matches("META-INF/[^/]*\\.(SF|RSA|DSA|EC)")
                || name.endsWith("module-info.class") || name.startsWith("META-INF/maven/")
                || name.contains("OSGI-INF") || name.endsWith("/")).toList());
        for (String platform : List.of("linux-x86_64/libbrotli.so", "linux-aarch64/libbrotli.so",
                "osx-x86_64/libbrotli.dylib", "osx-aarch64/libbrotli.dylib", "windows-x86_64/brotli.dll")) {
            assertTrue(names.contains("lib/" + platform), platform);
        }
        assertTrue(Files.size(Programs.jar()) <= JAR_BYTES_MAX, "jar too large");
    }

    @Test void everyLibraryHasItsNotice() throws IOException {
        List<String> names = entries(Programs.jar());
        for (Path library : libraries()) {
            String folder = "META-INF/licenses/" + library.getFileName().toString().replaceFirst("\\.jar$", "") + "/";
            assertTrue(names.stream().anyMatch(name -> name.startsWith(folder)), "nothing under " + folder);
        }
    }

    @Test void packingTheSameInputAgainGivesTheSameBytes(@TempDir Path folder) throws IOException {
        byte[] built = Files.readAllBytes(Programs.jar());
        String version;
        try (JarFile jar = new JarFile(Programs.jar().toFile())) {
            version = text(jar, "proxymcp/version").strip();
        }
        List<String> args = new ArrayList<>(List.of(folder.resolve("again.jar").toString(), "proxymcp.Launcher", version,
                Programs.jar().resolveSibling("classes").toString()));
        libraries().forEach(library -> args.add(library.toString()));
        JarPacker.main(args.toArray(String[]::new));
        assertArrayEquals(built, Files.readAllBytes(folder.resolve("again.jar")));
    }

    @Test void entriesGoWhereTheyBelong() {
        Map<String, JarPacker.Kind> expected = new TreeMap<>(Map.of(
                "a/B.class", JarPacker.Kind.CONTENT,
                "META-INF/versions/21/a/B.class", JarPacker.Kind.CONTENT,
                "META-INF/services/a.B", JarPacker.Kind.SERVICE,
                "META-INF/LICENSE.md", JarPacker.Kind.LICENSE,
                "META-INF/X.SF", JarPacker.Kind.DROPPED,
                "META-INF/MANIFEST.MF", JarPacker.Kind.DROPPED,
                "module-info.class", JarPacker.Kind.DROPPED,
                "META-INF/versions/9/module-info.class", JarPacker.Kind.DROPPED,
                "META-INF/versions/9/OSGI-INF/MANIFEST.MF", JarPacker.Kind.DROPPED));
        Map<String, JarPacker.Kind> found = new TreeMap<>();
        expected.keySet().forEach(name -> found.put(name, JarPacker.kindOf(name)));
        assertEquals(expected, found);
    }

    @Test void servicesOfTheSameNameAreJoined(@TempDir Path folder) throws IOException {
        library(folder.resolve("one-1.jar"), Map.of("META-INF/services/s.S", "# first\na.One\n", "x/same.txt", "same"));
        library(folder.resolve("two-1.jar"), Map.of("META-INF/services/s.S", "a.Two", "x/same.txt", "same"));
        Path packed = pack(folder, "one-1.jar", "two-1.jar");
        try (JarFile jar = new JarFile(packed.toFile())) {
            assertEquals("a.One\na.Two\n", text(jar, "META-INF/services/s.S"));
            assertEquals("same", text(jar, "x/same.txt"));
        }
    }

    @Test void librariesThatDisagreeEndTheBuild(@TempDir Path folder) throws IOException {
        library(folder.resolve("one-1.jar"), Map.of("x/same.txt", "same"));
        library(folder.resolve("two-1.jar"), Map.of("x/same.txt", "other"));
        IOException thrown = assertThrows(IOException.class, () -> pack(folder, "one-1.jar", "two-1.jar"));
        assertEquals("two-1 has another x/same.txt than a library before it", thrown.getMessage());
    }

    /** Reads this class' own constant pool: classes, array types, and names that stand in descriptors alone. */
    @Test void classFileNamesAreFound() throws IOException {
        try (InputStream in = JarTest.class.getResourceAsStream("JarTest.class")) {
            Set<String> names = JarPacker.ClassFileNames.in(in.readAllBytes());
            assertTrue(names.containsAll(List.of("proxymcp/JarPacker", "java/util/TreeMap", "java/lang/String",
                    "org/junit/jupiter/api/Test")), names::toString);
        }
    }

    /** What one kept class of BouncyCastle names is kept too, or the JVM would miss it at run time. */
    @Test void keptClassesOfBouncyCastleMissNothing() throws IOException {
        Set<String> kept = new HashSet<>(entries(Programs.jar()));
        Set<String> all = new HashSet<>();
        for (Path library : libraries()) {
            all.addAll(entries(library));
        }
        try (JarFile jar = new JarFile(Programs.jar().toFile())) {
            for (String entry : kept) {
                if (entry.startsWith("org/bouncycastle/") && entry.endsWith(".class")) {
                    try (InputStream in = jar.getInputStream(jar.getEntry(entry))) {
                        for (String name : JarPacker.ClassFileNames.in(in.readAllBytes())) {
                            String file = name + ".class";
                            assertTrue(kept.contains(file) || !all.contains(file), entry + " names " + name);
                        }
                    }
                }
            }
        }
    }

    private static Path pack(Path folder, String... libraries) throws IOException {
        Path classes = Files.createDirectories(folder.resolve("classes"));
        Files.writeString(classes.resolve("own.txt"), "own");
        List<String> args = new ArrayList<>(List.of(folder.resolve("packed.jar").toString(), "a.Main", "1",
                classes.toString()));
        for (String library : libraries) {
            args.add(folder.resolve(library).toString());
        }
        JarPacker.main(args.toArray(String[]::new));
        return folder.resolve("packed.jar");
    }

    private static void library(Path jar, Map<String, String> contents) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
            for (Map.Entry<String, String> content : contents.entrySet()) {
                zip.putNextEntry(new ZipEntry(content.getKey()));
                zip.write(content.getValue().getBytes(StandardCharsets.UTF_8));
                zip.closeEntry();
            }
        }
    }

    /** The libraries inside the jar, which are all of build/lib but the test engine. */
    private static List<Path> libraries() throws IOException {
        try (Stream<Path> files = Files.list(Programs.jar().resolveSibling("lib"))) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .filter(file -> !file.getFileName().toString().startsWith("junit-")).sorted().toList();
        }
    }

    private static List<String> entries(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            List<String> names = new ArrayList<>();
            for (Enumeration<JarEntry> all = file.entries(); all.hasMoreElements(); ) {
                names.add(all.nextElement().getName());
            }
            return names;
        }
    }

    private static String text(JarFile jar, String entry) throws IOException {
        try (InputStream in = jar.getInputStream(jar.getEntry(entry))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
