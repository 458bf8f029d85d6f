package proxymcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds the sources against what the project agreed on; each finding names file and line. */
final class TidyTest {
    private static final Path ROOT = Programs.fixtures().toAbsolutePath().getParent();

    @Test void sourcesAreTidy() throws IOException {
        List<String> findings = new ArrayList<>();
        for (Path file : javaFiles(ROOT.resolve("src"))) {
            findings.addAll(SourceRules.inSource(ROOT.relativize(file), Files.readString(file)));
        }
        for (Path file : javaFiles(ROOT.resolve("test"))) {
            findings.addAll(SourceRules.inTest(ROOT.relativize(file), Files.readString(file)));
        }
        for (String script : List.of("build.sh", "Makefile", "README.md", ".ci/run", ".gitignore")) {
            Path file = ROOT.resolve(script);
            findings.addAll(Files.exists(file) ? SourceRules.inText(Path.of(script), Files.readString(file))
                    : List.of(script + " is missing"));
        }
        assertEquals("", String.join("\n", findings));
    }

    @Test void everyPackageIsDescribed() throws IOException {
        TreeSet<String> missing = new TreeSet<>();
        for (Path file : javaFiles(ROOT.resolve("src"))) {
            if (!Files.exists(file.resolveSibling("package-info.java"))) {
                missing.add(ROOT.relativize(file.getParent()) + " has no package-info.java");
            }
        }
        assertEquals("", String.join("\n", missing));
    }

    @Test void topLevelHoldsOnlyWhatTheDesignLists() throws Exception {
        List<String> allowed = List.of("build.sh", "Makefile", "src", "test", "fixtures", "README.md");
        TreeSet<String> others = new TreeSet<>();
        for (String file : trackedFiles()) {
            String top = file.contains("/") ? file.substring(0, file.indexOf('/')) : file;
            if (!top.startsWith(".") && !allowed.contains(top)) {
                others.add(top);
            }
        }
        assertEquals(new TreeSet<String>(), others);
    }

    @Test void eachRuleFinds() {
        Path file = Path.of("src/proxymcp/http/Wire" + "Util.java");
        String body = "        x++;\n".repeat(59);
        String code = """
                package proxymcp.http;

                public final class WireUtil {
                \tint x;

                    public WireUtil() {
                    }

                    public void undescribed() {
                        System.%s.println();
                    }

                    /** Long. */
                    void longer() {
                %s    }

                    // %s later
                }
                """.formatted("out", body, "TO" + "DO") + "class Last { } // see " + "registry." + "npm" + "js.org";
        assertEquals(List.of(
                file + ":4: a tab",
                file + ":10: System" + ".out outside the command line",
                file + ":76: work left open (TO" + "DO)",
                file + ":78: names a host or a machine's path (registry." + "npm)",
                file + ":78: the last line does not end",
                file + ": no class is named Util",
                file + ":3: public WireUtil has no comment",
                file + ":6: public WireUtil has no comment",
                file + ":9: public undescribed has no comment",
                file + ":14: method longer has 61 lines, at most 60"),
                SourceRules.inSource(file, code));
    }

    @Test void longFilesAreFound() {
        Path file = Path.of("test/proxymcp/ATest.java");
        assertEquals(List.of(), SourceRules.inTest(file, "class ATest {\n" + "\n".repeat(498) + "}\n"));
        assertEquals(List.of(file + ": 501 lines, at most 500"),
                SourceRules.inTest(file, "class ATest {\n" + "\n".repeat(499) + "}\n"));
    }

    private static List<Path> javaFiles(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            List<Path> found = files.filter(file -> file.toString().endsWith(".java")).sorted().toList();
            assertTrue(!found.isEmpty(), "no sources in " + folder);
            return found;
        }
    }

    /** What git tracks, or where there is no git, what lies at the top level beside the build's own folder. */
    private static List<String> trackedFiles() throws IOException, InterruptedException {
        Optional<Path> git = Programs.find("git");
        if (git.isPresent() && Files.exists(ROOT.resolve(".git"))) {
            Process list = new ProcessBuilder(git.get().toString(), "ls-files", "-z").directory(ROOT.toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD).start();
            String files = new String(list.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (list.waitFor(30, TimeUnit.SECONDS) && list.exitValue() == 0) {
                return List.of(files.split("\0"));
            }
        }
        try (Stream<Path> entries = Files.list(ROOT)) {
            return entries.map(entry -> entry.getFileName().toString()).filter(name -> !name.equals("build")).toList();
        }
    }
}
