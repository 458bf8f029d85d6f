package bench;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code make bench}: every benchmark, as one table of ratios to baselines of the same run. {@code ARGS=proxy} (or {@code start},
 * {@code store}, {@code verify}, {@code search}) runs one part; {@code store-large} is {@code store} with a session of 10 GiB, and takes
 * minutes and 15 GB of disk.
 */
final class Main {
    private Main() {}

    public static void main(String[] arguments) throws Exception {
        List<String> parts = arguments.length == 0 ? List.of("start", "proxy", "store", "verify", "har") : List.of(arguments);
        List<String> parts = arguments.length == 0 ? List.of("start", "proxy", "store", "verify", "search") : List.of(arguments);
        Path scratch = Files.createTempDirectory("proxy-mcp-bench");
        List<Result> results = new ArrayList<>();
        try {
            for (String part : parts) {
                System.err.println("running " + part + " …");
                results.addAll(switch (part) {
                    case "start" -> StartBench.run(scratch);
                    case "proxy" -> ProxyBench.run(scratch);
                    case "store" -> StoreBench.run(scratch, false);
                    case "store-large" -> StoreBench.run(scratch, true);
                    case "verify" -> VerifyBench.run(scratch);
                    case "har" -> HarBench.run(scratch);
                    default -> throw new IllegalArgumentException("no part " + part + "; there are start, proxy, store, store-large, verify and har");
                    case "search" -> SearchBench.run(scratch);
                    default -> throw new IllegalArgumentException("no part " + part + "; there are start, proxy, store, store-large, verify and search");
                });
            }
        } finally {
            delete(scratch);
        }
        System.out.println("JDK " + Runtime.version() + ", " + Runtime.getRuntime().availableProcessors() + " processors");
        results.forEach(result -> System.out.println(result.line()));
    }

    static void delete(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, IOException failure) throws IOException {
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
