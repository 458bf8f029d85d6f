package bench;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Random;
import proxymcp.har.HarImport;
import proxymcp.har.ImportedHar;
import proxymcp.store.SessionCatalog;
import proxymcp.store.Unwatched;

/** Importing a HAR file beside {@code cat} of the same file into another, both from the page cache. */
final class HarImportBench {
    private static final int ROUNDS = 3;
    private static final long OCTETS = 256L << 20;

    private HarImportBench() {}

    static List<Result> run(Path scratch) throws Exception {
        List<Result> results = new ArrayList<>();
        for (boolean binary : new boolean[] {false, true}) {
            for (int size : new int[] {1 << 10, 20 << 10, 4 << 20}) {
                Path file = scratch.resolve("bench.har");
                write(file, size, binary);
                double cat = cat(file, scratch.resolve("copy.har"));
                double imported = imported(file, scratch.resolve("home-har"));
                long bytes = Files.size(file);
                results.add(Result.of(String.format(Locale.ROOT, "HAR import, %,d MB, %s bodies of %,d KiB", bytes / 1_000_000, binary ? "base64" : "text",
                        size >> 10), "-", String.format(Locale.ROOT, "%.0f MB/s: %.2fx of cat, %.0f MB/s", bytes / imported / 1e6, cat / imported,
                        bytes / cat / 1e6), true));
                Files.delete(file);
            }
        }
        return results;
    }

    private static void write(Path file, int size, boolean binary) throws IOException {
        Random random = new Random(size);
        byte[] body = new byte[size / 4 * 3];
        random.nextBytes(body);
        String text = binary ? Base64.getEncoder().encodeToString(body) : "{\\\"item\\\": \\\"größe 42\\\"},\\n".repeat(size / 26 + 1);
        String head = "\",\"httpVersion\":\"HTTP/2\",\"headers\":[{\"name\":\"accept\",\"value\":\"*/*\"},{\"name\":\"user-agent\",\"value\":\"Mozilla/5.0\"},"
                + "{\"name\":\"cookie\",\"value\":\"sid=0123456789abcdef0123456789abcdef\"}],\"queryString\":[],\"cookies\":[],\"headersSize\":-1,\"bodySize\":0},"
                + "\"response\":{\"status\":200,\"statusText\":\"OK\",\"httpVersion\":\"HTTP/2\",\"headers\":[{\"name\":\"content-type\",\"value\":"
                + "\"application/json\"}],\"cookies\":[],\"content\":{\"size\":1,\"mimeType\":\"application/json\",\"text\":\"";
        String tail = "\"" + (binary ? ",\"encoding\":\"base64\"" : "") + "},\"redirectURL\":\"\",\"headersSize\":-1,\"bodySize\":-1},\"cache\":{},"
                + "\"timings\":{\"send\":1,\"wait\":2,\"receive\":3},\"time\":6}";
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20)) {
            out.write("{\"log\":{\"version\":\"1.2\",\"creator\":{\"name\":\"bench\",\"version\":\"1\"},\"entries\":[".getBytes(StandardCharsets.UTF_8));
            byte[] middle = (head + text + tail).getBytes(StandardCharsets.UTF_8);
            for (long i = 0, count = OCTETS / middle.length + 1; i < count; i++) {
                out.write(((i == 0 ? "" : ",") + "{\"startedDateTime\":\"2024-01-02T03:04:05.678Z\",\"request\":{\"method\":\"GET\",\"url\":\"https://a.example/items/" + i)
                        .getBytes(StandardCharsets.UTF_8));
                out.write(middle);
            }
            out.write("]}}\n".getBytes(StandardCharsets.UTF_8));
        }
    }

    private static double cat(Path file, Path copy) throws Exception {
        double[] seconds = new double[ROUNDS];
        for (int i = -1; i < ROUNDS; i++) {
            long start = System.nanoTime();
            Process process = new ProcessBuilder("cat", file.toString()).redirectOutput(copy.toFile()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
            if (process.waitFor() != 0) {
                throw new IllegalStateException("cat failed");
            }
            if (i >= 0) {
                seconds[i] = (System.nanoTime() - start) / 1e9;
            }
            Files.delete(copy);
        }
        return ProxyBench.median(seconds);
    }

    private static double imported(Path file, Path home) throws Exception {
        double[] seconds = new double[ROUNDS];
        for (int i = -1; i < ROUNDS; i++) {
            try (SessionCatalog catalog = StoreBench.catalog(home)) {
                long start = System.nanoTime();
                ImportedHar imported = new HarImport(catalog, home.resolve("tmp"), new HarImport.Request(file, "bench", true, OptionalLong.empty()), Unwatched.NOBODY).run();
                if (i >= 0) {
                    seconds[i] = (System.nanoTime() - start) / 1e9;
                }
                if (imported.total() == 0 || imported.skipped() > 0) {
                    throw new IllegalStateException("skipped " + imported.skipped());
                }
            }
            Main.delete(home);
        }
        return ProxyBench.median(seconds);
    }
}
