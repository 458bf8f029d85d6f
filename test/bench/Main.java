package bench;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code make bench}: every benchmark, as one table of ratios to baselines of the same run. {@code ARGS=proxy} (or {@code start},
 * {@code store}, {@code verify}, {@code search}, {@code decode}, {@code replay}, {@code streams}, {@code stream-proxy},
 * {@code queue-embedded}, {@code queue-redis}, {@code queue-workers}) runs one part; {@code store-large} is {@code store} with a session of 10 GiB, and takes minutes
 * and 15 GB of disk.
 */
final class Main {
    /** What can be measured alone, in the order of the table. */
    private static final Map<String, Part> PARTS = new LinkedHashMap<>();

    static {
        PARTS.put("start", StartBench::run);
        PARTS.put("proxy", ProxyBench::run);
        PARTS.put("store", scratch -> StoreBench.run(scratch, false));
        PARTS.put("store-large", scratch -> StoreBench.run(scratch, true));
        PARTS.put("verify", VerifyBench::run);
        PARTS.put("har", HarBench::run);
        PARTS.put("har-import", HarImportBench::run);
        PARTS.put("search", SearchBench::run);
        PARTS.put("decode", DecodeBench::run);
        PARTS.put("replay", ReplayBench::run);
        PARTS.put("diff", DiffBench::run);
        PARTS.put("queue-embedded", QueueBench::embedded);
        PARTS.put("queue-redis", QueueRedisBench::run);
        PARTS.put("queue-workers", QueueWorkersBench::run);
        PARTS.put("template", TemplateBench::run);
        PARTS.put("parity", ParityBench::run);
        PARTS.put("streams", StreamBench::run);
        PARTS.put("stream-proxy", StreamProxyBench::run);
    }

    private interface Part {
        List<Result> run(Path scratch) throws Exception;
    }

    private Main() {}

    public static void main(String[] arguments) throws Exception {
        List<String> parts = arguments.length == 0 ? PARTS.keySet().stream().filter(part -> !part.endsWith("-large")).toList()
                : List.of(arguments);
        Path scratch = Files.createTempDirectory("proxy-mcp-bench");
        List<Result> results = new ArrayList<>();
        try {
            for (String part : parts) {
                System.err.println("running " + part + " …");
                Part known = PARTS.get(part);
                if (known == null) {
                    throw new IllegalArgumentException("no part " + part + "; there are " + String.join(", ", PARTS.keySet()));
                }
                results.addAll(known.run(scratch));
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
