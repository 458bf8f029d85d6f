package bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import proxymcp.store.Session;
import proxymcp.store.SessionCatalog;
import proxymcp.store.SessionId;
import proxymcp.store.SessionQuery;
import proxymcp.store.SessionWriter;

/** Opening a session whose recording process was killed, in a new process each time. Its main is both of these children. */
final class StoreCrashBench {
    private static final int ROUNDS = 3;
    private static final long GIBIBYTE = 1L << 30;

    private StoreCrashBench() {}

    public static void main(String[] arguments) throws Exception {
        Path home = Path.of(arguments[1]);
        switch (arguments[0]) {
            case "record" -> record(home, Long.parseLong(arguments[2]));
            case "open" -> open(home, SessionId.parse(arguments[2]).orElseThrow());
            default -> throw new IllegalArgumentException("record or open, not " + arguments[0]);
        }
    }

    /** Records until it is killed; says so once there are {@code bytes}. */
    private static void record(Path home, long bytes) throws IOException {
        StoreTraffic traffic = new StoreTraffic();
        SessionWriter writer = StoreBench.session(StoreBench.catalog(home));
        boolean told = false;
        for (int i = 0; true; i++) {
            traffic.record(writer.sink(), i);
            if (!told && i % 1_000 == 0 && writer.status().bytes() >= bytes) {
                told = true;
                System.out.println("session " + writer.id() + " through " + writer.status().writtenThrough());
            }
        }
    }

    private static void open(Path home, SessionId id) throws Exception {
        try (SessionCatalog catalog = StoreBench.catalog(home)) {
            long start = System.nanoTime();
            Session session = catalog.open(id);
            double opened = (System.nanoTime() - start) / 1e6;
            long total = session.query(SessionQuery.ALL, 0, 10, Optional.empty()).total();
            double answered = (System.nanoTime() - start) / 1e6;
            System.out.println("opened " + opened + " " + answered + " " + total);
        }
    }

    static List<Result> run(Path scratch, boolean large) throws Exception {
        List<Result> results = new ArrayList<>();
        double one = measure(scratch, 1, "<= 300 ms", 300, results);
        if (large) {
            measure(scratch, 10, "<= 2x that of 1 GiB", 2 * one, results);
        } else {
            results.add(Result.skipped("open of 10 GiB after kill -9", "<= 2x that of 1 GiB", "make bench ARGS=store-large"));
        }
        return results;
    }

    private static double measure(Path scratch, int gibibytes, String target, double millisMax, List<Result> results) throws Exception {
        double[] opened = new double[ROUNDS];
        double[] answered = new double[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            Path home = scratch.resolve("home-crash");
            try {
                String[] said;
                try (Child recorder = child("record", home.toString(), Long.toString(gibibytes * GIBIBYTE))) {
                    said = recorder.awaitLine("session ").split(" ");
                    recorder.process().destroyForcibly().waitFor();
                }
                try (Child reader = child("open", home.toString(), said[1])) {
                    String[] times = reader.awaitLine("opened ").split(" ");
                    opened[i] = Double.parseDouble(times[1]);
                    answered[i] = Double.parseDouble(times[2]);
                    if (Long.parseLong(times[3]) < Long.parseLong(said[3])) {
                        throw new IllegalStateException("found " + times[3] + " exchanges of at least " + said[3]);
                    }
                }
            } finally {
                Main.delete(home);
            }
        }
        double median = ProxyBench.median(opened);
        results.add(Result.of("open of " + gibibytes + " GiB after kill -9, new process", target, String.format(Locale.ROOT,
                "%.0f ms, with its first query %.0f ms", median, ProxyBench.median(answered)), median <= millisMax));
        return median;
    }

    private static Child child(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(Child.java(), "-cp", System.getProperty("java.class.path"), "bench.StoreCrashBench"));
        command.addAll(List.of(arguments));
        return Child.start(false, command.toArray(new String[0]));
    }
}
