package bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import proxymcp.decode.Decoders;
import proxymcp.diff.WrittenExchange;
import proxymcp.json.JsonObject;
import proxymcp.parity.Counterpart;
import proxymcp.parity.ParityReport;
import proxymcp.parity.ParityRequest;
import proxymcp.parity.ParityRun;
import proxymcp.store.CaptureProfile;
import proxymcp.store.SessionCatalog;
import proxymcp.store.SessionId;
import proxymcp.store.SessionWriter;
import proxymcp.store.StoreLimits;
import proxymcp.store.Unwatched;

/** Judging pairs of JSON bodies of 1 KB, one in a hundred of them changed, in a JVM with 512 MiB of heap: seconds, and how they grow with the pairs. */
final class ParityBench {
    private static final int[] SIZES = {1_000, 3_000, 10_000};
    private static final double SECONDS_MAX = 10;
    private static final int KINDS = 24;
    private static final int DISK_MB = 8_192;

    private ParityBench() {}

    static List<Result> run(Path scratch) throws Exception {
        List<Result> results = new ArrayList<>();
        double before = 0;
        int sizeBefore = 0;
        for (int size : SIZES) {
            Path home = scratch.resolve("home-parity-" + size);
            List<String> command = new ArrayList<>(List.of(Child.java(), "-Xmx512m", "-cp", System.getProperty("java.class.path"), "bench.ParityBench",
                    home.toString()));
            try (SessionCatalog catalog = catalog(home)) {
                command.add(write(catalog, size, 1).text());
                command.add(write(catalog, size, 2).text());
            }
            double seconds;
            String line;
            try (Child child = Child.start(true, command.toArray(new String[0]))) {
                line = child.awaitLine("seconds=");
                seconds = Double.parseDouble(line.replaceAll(".*seconds=([0-9.]+).*", "$1"));
            }
            String growth = before == 0 ? "" : String.format(Locale.ROOT, "; x%.1f for x%.1f", seconds / before, (double) size / sizeBefore);
            results.add(Result.of(String.format(Locale.ROOT, "parity of %,d pairs, -Xmx512m", size), size == 10_000 ? "<= 10 s" : "-",
                    String.format(Locale.ROOT, "%.2f s%s; %s", seconds, growth, line.replaceAll(".*; ", "")), size < 10_000 || seconds <= SECONDS_MAX));
            before = seconds;
            sizeBefore = size;
            Main.delete(home);
        }
        return results;
    }

    /** The child: judges one session by another one once, as a process that was just started does. */
    public static void main(String[] arguments) throws Exception {
        try (SessionCatalog catalog = catalog(Path.of(arguments[0]))) {
            long start = System.nanoTime();
            ParityReport report = catalog.read(new SessionId(arguments[1]), a -> catalog.read(new SessionId(arguments[2]),
                    b -> new ParityRun(Decoders.builtin()).run(a, List.of(), new Counterpart.OfSession(b), ParityRequest.ALL, Unwatched.NOBODY)));
            Runtime runtime = Runtime.getRuntime();
            System.out.println(String.format(Locale.ROOT, "seconds=%.3f; %,d compared %s, score %.4f, %.1f s of processor, %,d MB used", (System.nanoTime() - start) / 1e9,
                    report.compared(), new TreeMap<>(report.verdicts()), report.score(), ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toMillis() / 1e3, (runtime.totalMemory() - runtime.freeMemory()) >> 20));
        }
    }

    private static SessionCatalog catalog(Path home) {
        return new SessionCatalog(home.resolve("sessions"), StoreLimits.DEFAULT, Clock.systemUTC());
    }

    private static SessionId write(SessionCatalog catalog, int size, int session) throws IOException {
        SessionWriter writer = catalog.createPatient(Optional.empty(), CaptureProfile.FULL, DISK_MB, JsonObject.EMPTY);
        Random noise = new Random(session);
        for (int i = 0; i < size; i++) {
            exchange(i, session, noise).record(writer.sink(), session, i + 1);
        }
        catalog.end(writer);
        return writer.id();
    }

    private static WrittenExchange exchange(int i, int session, Random noise) {
        boolean changed = session > 1 && i % 100 == 50;
        StringBuilder json = new StringBuilder("{\"id\":").append(i).append(",\"token\":\"").append(hex(noise)).append("\",\"at\":").append(1_760_000_000_000L + noise.nextInt(86_400_000))
                .append(changed ? ",\"title\":\"item " : ",\"name\":\"item ").append(i).append("\",\"owner\":{\"id\":").append(i % 97).append(",\"mail\":\"u").append(i % 97)
                .append("@example.org\"},\"lines\":[");
        for (int line = 0; json.length() < 960; line++) {
            json.append(line == 0 ? "" : ",").append("{\"id\":").append(i * 7 + line).append(",\"title\":\"line ").append(i).append(" of ").append(line).append("\",\"amount\":")
                    .append(i % 13 * 100 + line).append(".50}");
        }
        return new WrittenExchange("GET", "api.bench.example", "/v1/kind" + (char) ('a' + i % KINDS) + "/" + (10_000 + i) + "?lang=en&_=" + noise.nextInt(1 << 30))
                .header("User-Agent", "bench/1.0").header("Accept", "application/json").header("X-Request-Id", hex(noise))
                .responseHeader("Date", "Tue, 07 Oct 2025 08:00:" + (10 + noise.nextInt(50)) + " GMT").responseHeader("ETag", '"' + hex(noise) + '"')
                .answer(200, "application/json", json.append("]}").toString());
    }

    private static String hex(Random random) {
        byte[] bytes = new byte[16];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
