package proxymcp;

import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDateTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Makes the one jar: our classes and what we need of the libraries. {@code build.sh} runs this file with the source
 * launcher. The same input gives the same bytes: entries are sorted, carry one fixed time, and hold nothing else that
 * differs between two runs.
 *
 * <p>Signature files and module descriptors are left out because they describe the library's own jar, not this one.
 * Service files of the same name are joined. Licences and notices move to {@code META-INF/licenses/<artifact>/}.
 *
 * <p>Of BouncyCastle only the classes are kept that ours reach: we build certificates with it and nothing else, which
 * takes some hundred of its 7,500 classes. The rest would treble the jar and cost every start about 10 ms, in which the
 * JVM reads the names of all entries. Reached means: named by a class, a descriptor or a type in the constant pool of a
 * reached class. Our use names no class of it in a string.
 */
final class JarPacker {
    /** What zip can say and every zone reads the same way. */
    private static final LocalDateTime ENTRY_TIME = LocalDateTime.of(2000, 1, 1, 0, 0, 0);
    private static final String SERVICES = "META-INF/services/";
    private static final String VERSIONS = "META-INF/versions/";

    private static final String TRIMMED = "org/bouncycastle/";

    private final TreeMap<String, byte[]> own = new TreeMap<>();
    private final TreeMap<String, byte[]> libraries = new TreeMap<>();
    private final TreeMap<String, Set<String>> services = new TreeMap<>();
    private final TreeMap<String, byte[]> licenses = new TreeMap<>();

    /**
     * Makes a jar.
     *
     * @param args the jar to write, its main class, the version, the folder of our classes, then the library jars
     * @throws IOException if a file cannot be read or written, or two libraries disagree about an entry
     */
    public static void main(String[] args) throws IOException {
        JarPacker packer = new JarPacker();
        packer.addClasses(Path.of(args[3]));
        for (String library : Arrays.asList(args).subList(4, args.length)) {
            packer.addLibrary(Path.of(library));
        }
        packer.trim();
        packer.write(Path.of(args[0]), args[1], args[2]);
    }

    /** Adds every file under {@code folder} as ours. */
    void addClasses(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                own.put(folder.relativize(file).toString().replace('\\', '/'), Files.readAllBytes(file));
            }
        }
    }

    /** Adds what is needed of the library in {@code jar}, named {@code artifact-version.jar}. */
    void addLibrary(Path jar) throws IOException {
        String artifact = jar.getFileName().toString().replaceFirst("\\.jar$", "");
        boolean licensed = false;
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            for (ZipEntry entry : (Iterable<ZipEntry>) zip.stream().map(e -> (ZipEntry) e)::iterator) {
                if (entry.isDirectory()) {
                    continue;
                }
                byte[] bytes;
                try (InputStream in = zip.getInputStream(entry)) {
                    bytes = in.readAllBytes();
                }
                licensed |= addEntry(artifact, entry.getName(), bytes);
            }
        }
        if (!licensed) {
            licenses.put("META-INF/licenses/" + artifact + "/NOTICE", notice(artifact).getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Files one entry where it belongs; true if it was a licence or notice. */
    private boolean addEntry(String artifact, String name, byte[] bytes) throws IOException {
        switch (kindOf(name)) {
            case SERVICE -> services.computeIfAbsent(name, n -> new LinkedHashSet<>()).addAll(linesOf(bytes));
            case LICENSE -> {
                licenses.put("META-INF/licenses/" + artifact + "/" + name.substring("META-INF/".length()), bytes);
                return true;
            }
            case CONTENT -> {
                byte[] other = libraries.putIfAbsent(name, bytes);
                if (other != null && !Arrays.equals(other, bytes)) {
                    throw new IOException(artifact + " has another " + name + " than a library before it");
                }
            }
            case DROPPED -> { }
        }
        return false;
    }

    /** What becomes of a library's entry. */
    enum Kind { CONTENT, SERVICE, LICENSE, DROPPED }

    /** Decides by name what becomes of a library's entry. */
    static Kind kindOf(String name) {
        String plain = unversioned(name);
        if (name.startsWith(SERVICES)) {
            return Kind.SERVICE;
        }
        if (plain.startsWith("META-INF/")) {
            return name.contains("LICENSE") || name.contains("NOTICE") ? Kind.LICENSE : Kind.DROPPED;
        }
        return plain.equals("module-info.class") || plain.startsWith("OSGI-INF/") ? Kind.DROPPED : Kind.CONTENT;
    }

    private static List<String> linesOf(byte[] service) {
        return new String(service, StandardCharsets.UTF_8).lines().map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#")).toList();
    }

    private static String notice(String artifact) {
        if (artifact.startsWith("msgpack-core-")) {
            return artifact + " (MessagePack for Java, https://github.com/msgpack/msgpack-java)\n"
                    + "Apache License, Version 2.0: see META-INF/licenses/jackson-core-*/LICENSE for its text.\n";
        }
        String project = artifact + " (Brotli4j, https://github.com/hyperxpro/Brotli4j)\n"
                + "Apache License, Version 2.0: see META-INF/licenses/jackson-core-*/LICENSE for its text.\n";
        return artifact.startsWith("native-") ? project
                + "Holds Brotli (https://github.com/google/brotli), by the Brotli Authors, MIT licence.\n" : project;
    }

    /** Removes the classes of the trimmed library that no class of ours, nor of another library, reaches. */
    void trim() throws IOException {
        Set<String> reached = new HashSet<>();
        Deque<byte[]> unread = new ArrayDeque<>(own.entrySet().stream().filter(entry -> entry.getKey().endsWith(".class"))
                .map(Map.Entry::getValue).toList());
        Map<String, List<byte[]>> trimmed = trimmedClasses();
        while (!unread.isEmpty()) {
            for (String name : ClassFileNames.in(unread.pop())) {
                if (trimmed.containsKey(name) && reached.add(name)) {
                    unread.addAll(trimmed.get(name));
                }
            }
        }
        libraries.keySet().removeIf(entry -> {
            String name = unversioned(entry);
            return name.startsWith(TRIMMED) && !reached.contains(name.replaceFirst("\\.class$", ""));
        });
    }

    /** Class name, with slashes, to its bytes in every version there is of it. */
    private Map<String, List<byte[]>> trimmedClasses() {
        Map<String, List<byte[]>> classes = new TreeMap<>();
        libraries.forEach((entry, bytes) -> {
            String name = unversioned(entry);
            if (name.startsWith(TRIMMED) && name.endsWith(".class")) {
                classes.computeIfAbsent(name.substring(0, name.length() - ".class".length()), n -> new ArrayList<>())
                        .add(bytes);
            }
        });
        return classes;
    }

    private static String unversioned(String entry) {
        return entry.startsWith(VERSIONS) ? entry.substring(entry.indexOf('/', VERSIONS.length()) + 1) : entry;
    }

    /** Writes the jar; replaces nothing unless all of it could be written. */
    void write(Path jar, String mainClass, String version) throws IOException {
        Path unfinished = jar.resolveSibling(jar.getFileName() + ".unfinished");
        try (OutputStream file = new BufferedOutputStream(Files.newOutputStream(unfinished));
                ZipOutputStream zip = new ZipOutputStream(file)) {
            zip.setLevel(Deflater.BEST_COMPRESSION);
            put(zip, "META-INF/MANIFEST.MF", manifest(mainClass, version));
            putAll(zip, own);
            putAll(zip, libraries);
            for (Map.Entry<String, Set<String>> service : services.entrySet()) {
                String lines = String.join("\n", service.getValue()) + "\n";
                put(zip, service.getKey(), lines.getBytes(StandardCharsets.UTF_8));
            }
            putAll(zip, licenses);
        }
        Files.move(unfinished, jar, StandardCopyOption.REPLACE_EXISTING);
    }

    private byte[] manifest(String mainClass, String version) {
        boolean multiRelease = libraries.keySet().stream().anyMatch(name -> name.startsWith(VERSIONS));
        String lines = "Manifest-Version: 1.0\r\n"
                + "Main-Class: " + mainClass + "\r\n"
                + "Implementation-Title: proxy-mcp\r\n"
                + "Implementation-Version: " + version + "\r\n"
                + "Enable-Native-Access: ALL-UNNAMED\r\n"
                + (multiRelease ? "Multi-Release: true\r\n" : "")
                + "\r\n";
        return lines.getBytes(StandardCharsets.UTF_8);
    }

    private static void putAll(ZipOutputStream zip, Map<String, byte[]> entries) throws IOException {
        for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
            put(zip, entry.getKey(), entry.getValue());
        }
    }

    /** Classes are stored, so that a start need not inflate them; natives and texts are compressed. */
    private static void put(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setTimeLocal(ENTRY_TIME);
        if (name.endsWith(".class")) {
            CRC32 crc = new CRC32();
            crc.update(bytes);
            entry.setMethod(ZipEntry.STORED);
            entry.setSize(bytes.length);
            entry.setCrc(crc.getValue());
        }
        zip.putNextEntry(entry);
        zip.write(bytes);
        zip.closeEntry();
    }

    /** Reads what a class file names (JVM specification, section 4.4). */
    static final class ClassFileNames {
        private static final int MAGIC = 0xCAFEBABE;

        private ClassFileNames() {
        }

        /** Every class, with slashes, that the constant pool names as a class or within a descriptor. */
        static Set<String> in(byte[] classFile) throws IOException {
            DataInputStream in = new DataInputStream(new ByteArrayInputStream(classFile));
            if (in.readInt() != MAGIC) {
                throw new IOException("not a class file: it does not begin with CAFEBABE");
            }
            in.readInt();
            int count = in.readUnsignedShort();
            String[] texts = new String[count];
            Set<Integer> classes = new HashSet<>();
            for (int index = 1; index < count; index++) {
                int tag = in.readUnsignedByte();
                switch (tag) {
                    case 1 -> texts[index] = in.readUTF();
                    case 7 -> classes.add(in.readUnsignedShort());
                    case 8, 16, 19, 20 -> in.readUnsignedShort();
                    case 15 -> in.skipNBytes(3);
                    case 3, 4, 9, 10, 11, 12, 17, 18 -> in.readInt();
                    case 5, 6 -> {
                        in.readLong();
                        index++;                                   // A long or double takes two places.
                    }
                    default -> throw new IOException("constant pool tag " + tag + " at place " + index);
                }
            }
            Set<String> names = new HashSet<>();
            for (int index : classes) {
                names.add(texts[index].startsWith("[") ? elementOf(texts[index]) : texts[index]);
            }
            for (String text : texts) {
                if (text != null && (text.startsWith("(") || text.startsWith("L") || text.startsWith("["))) {
                    addDescriptor(text, names);
                }
            }
            return names;
        }

        private static String elementOf(String arrayType) {
            String element = arrayType.substring(arrayType.lastIndexOf('[') + 1);
            return element.startsWith("L") ? element.substring(1, element.length() - 1) : element;
        }

        /** Adds each {@code Lname;} of a descriptor; a text that only looks like one adds names that are no classes. */
        private static void addDescriptor(String descriptor, Set<String> names) {
            for (int at = descriptor.indexOf('L'); at >= 0; ) {
                int end = descriptor.indexOf(';', at);
                if (end < 0) {
                    return;
                }
                names.add(descriptor.substring(at + 1, end));
                at = descriptor.indexOf('L', end);
            }
        }
    }
}
