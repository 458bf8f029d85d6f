package bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import proxymcp.decode.Decoders;
import proxymcp.diff.DiffReport;
import proxymcp.diff.DiffRequest;
import proxymcp.diff.SessionDiff;
import proxymcp.diff.WrittenExchange;
import proxymcp.json.JsonObject;
import proxymcp.store.CaptureProfile;
import proxymcp.store.SessionCatalog;
import proxymcp.store.SessionId;
import proxymcp.store.SessionWriter;
import proxymcp.store.StoreLimits;
import proxymcp.store.Unwatched;

/** Comparing two sessions of JSON bodies of 1 KB, in a JVM with 512 MiB of heap: seconds, and how they grow with the number of exchanges. */
final class DiffBench {
    private static final int[] SIZES = {1_000, 3_000, 10_000};
    private static final double SECONDS_MAX = 10;
    private static final int KINDS = 24;
    private static final int DISK_MB = 8_192;

    private DiffBench() {}

    static List<Result> run(Path scratch) throws Exception {
        List<Result> results = new ArrayList<>();
        double before = 0;
        int sizeBefore = 0;
        for (int size : SIZES) {
            Path home = scratch.resolve("home-diff-" + size);
            List<String> command = new ArrayList<>(List.of(Child.java(), "-Xmx512m", "-cp", System.getProperty("java.class.path"), "bench.DiffBench",
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
            results.add(Result.of(String.format(Locale.ROOT, "diff of %,d x %,d exchanges, -Xmx512m", size, size), size == 10_000 ? "<= 10 s" : "-",
                    String.format(Locale.ROOT, "%.2f s%s; %s", seconds, growth, line.replaceAll(".*; ", "")), size < 10_000 || seconds <= SECONDS_MAX));
            before = seconds;
            sizeBefore = size;
            Main.delete(home);
        }
        return results;
    }

    /** The child: compares two sessions of a home once, as a process that was just started does. */
    public static void main(String[] arguments) throws Exception {
        try (SessionCatalog catalog = catalog(Path.of(arguments[0]))) {
            long start = System.nanoTime();
            DiffReport report = catalog.read(new SessionId(arguments[1]), a -> catalog.read(new SessionId(arguments[2]),
                    b -> new SessionDiff(Decoders.builtin()).run(a, b, List.of(), DiffRequest.ALL, Unwatched.NOBODY)));
            Runtime runtime = Runtime.getRuntime();
            System.out.println(String.format(Locale.ROOT, "seconds=%.3f; %,d matched, %,d fields shown, %,d hidden, %,d MB used", (System.nanoTime() - start) / 1e9,
                    report.counts().matched(), report.shown().size(), report.suppressed().size(), (runtime.totalMemory() - runtime.freeMemory()) >> 20));
        }
    }

    private static SessionCatalog catalog(Path home) {
        return new SessionCatalog(home.resolve("sessions"), StoreLimits.DEFAULT, Clock.systemUTC());
    }

    /** The same requests each time, a twentieth of them elsewhere in the second session, with other ids, times and tokens. */
    private static SessionId write(SessionCatalog catalog, int size, int session) throws IOException {
        SessionWriter writer = catalog.createPatient(Optional.empty(), CaptureProfile.FULL, DISK_MB, JsonObject.EMPTY);
        Random noise = new Random(session);
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            order.add(i);
        }
        for (int i = 0; session > 1 && i + 10 < size; i += 20) {
            int moved = order.remove(i);
            order.add(i + 9, moved);
        }
        long number = 0;
        for (int i : order) {
            exchange(i, session, noise).record(writer.sink(), session, ++number);
        }
        catalog.end(writer);
        return writer.id();
    }

    private static WrittenExchange exchange(int i, int session, Random noise) {
        StringBuilder json = new StringBuilder("{\"id\":").append(i).append(",\"token\":\"").append(hex(noise)).append("\",\"at\":").append(1_760_000_000_000L + noise.nextInt(86_400_000))
                .append(",\"name\":\"item ").append(i).append("\",\"owner\":{\"id\":").append(i % 97).append(",\"mail\":\"u").append(i % 97).append("@example.org\"},\"lines\":[");
        for (int line = 0; json.length() < 960; line++) {
            json.append(line == 0 ? "" : ",").append("{\"id\":").append(i * 7 + line).append(",\"title\":\"line ").append(i).append(" of ").append(line).append("\",\"amount\":")
                    .append(i % 13 * 100 + line).append(".50}");
        }
        return new WrittenExchange(i % 4 == 0 ? "POST" : "GET", "api.bench.example", "/v1/kind" + (char) ('a' + i % KINDS) + "/" + (10_000 + i) + "?lang=en&_=" + noise.nextInt(1 << 30))
                .header("User-Agent", "bench/1.0").header("Accept", "application/json").header("Authorization", "Bearer " + hex(new Random(session)))
                .header("X-Request-Id", hex(noise)).header("Cookie", "sid=" + hex(new Random(session + 9)) + "; theme=dark")
                .responseHeader("Date", "Tue, 07 Oct 2025 08:00:" + (10 + noise.nextInt(50)) + " GMT").responseHeader("ETag", '"' + hex(noise) + '"')
                .answer(200, "application/json", json.append("]}").toString());
    }

    private static String hex(Random random) {
        byte[] bytes = new byte[16];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
