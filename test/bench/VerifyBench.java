package bench;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import proxymcp.store.SessionCatalog;
import proxymcp.store.SessionId;
import proxymcp.store.SessionWriter;
import proxymcp.store.VerifyLevel;
import proxymcp.store.VerifyReport;
import proxymcp.store.Unwatched;

/** Verifying a session of 1 GiB beside {@code cksum} of the same files, and how long a checkpoint takes while traffic passes. */
final class VerifyBench {
    private static final int ROUNDS = 3;
    private static final long SESSION_BYTES = 1L << 30;
    private static final int CHECKPOINTS = 50;
    private static final int PACED_PER_SECOND = 20_000;
    /** Distinct exchanges of the paced load; they come round again. */
    private static final int PACED = 60_000;

    private VerifyBench() {}

    static List<Result> run(Path scratch) throws Exception {
        List<Result> results = new ArrayList<>();
        Path home = scratch.resolve("home-verify");
        try (SessionCatalog catalog = StoreBench.catalog(home)) {
            verify(catalog, record(catalog), results);
        } finally {
            Main.delete(home);
        }
        String what = "labelled checkpoint at " + PACED_PER_SECOND + " exchanges/s";
        results.add(checkpoints(scratch.resolve("home-checkpoint"), what));
        return results;
    }

    private static SessionId record(SessionCatalog catalog) throws IOException {
        StoreTraffic traffic = new StoreTraffic();
        SessionWriter writer = StoreBench.session(catalog);
        for (int i = 0; i % 1_000 != 0 || writer.status().bytes() < SESSION_BYTES; i++) {
            traffic.record(writer.sink(), i);
        }
        return catalog.end(writer).id();
    }

    private static void verify(SessionCatalog catalog, SessionId id, List<Result> results) throws Exception {
        List<String> files = new ArrayList<>();
        long bytes = 0;
        try (DirectoryStream<Path> segments = Files.newDirectoryStream(catalog.root().resolve(id.text()), "segment-*")) {
            for (Path segment : segments) {
                files.add(segment.toString());
                bytes += Files.size(segment);
            }
        }
        boolean cksum = ProxyBench.onPath("cksum");
        VerifyLevel[] levels = VerifyLevel.values();
        double[][] seconds = new double[levels.length][ROUNDS];
        double[] baseline = new double[ROUNDS];
        long records = 0;
        // The first round warms up: the files are in the system's cache for all that is measured.
        for (int round = -1; round < ROUNDS; round++) {
            int at = Math.max(0, round);
            baseline[at] = cksum ? cksum(files) : 0;
            for (VerifyLevel level : levels) {
                long start = System.nanoTime();
                VerifyReport report = catalog.verify(id, level, Unwatched.NOBODY);
                seconds[level.ordinal()][at] = (System.nanoTime() - start) / 1e9;
                if (report.state() != VerifyReport.State.CLEAN) {
                    throw new IllegalStateException("a sound session is called " + report);
                }
                records = report.recordsChecked();
            }
        }
        String of = String.format(Locale.ROOT, " of %,d MB, %,d records", bytes / 1_000_000, records);
        double beside = bytes / ProxyBench.median(baseline) / 1e6;
        for (VerifyLevel level : levels) {
            double median = ProxyBench.median(seconds[level.ordinal()]);
            double rate = bytes / median / 1e6;
            String measured = level == VerifyLevel.QUICK ? String.format(Locale.ROOT, "%.1f ms", median * 1e3)
                    : String.format(Locale.ROOT, "%.0f MB/s; ", rate) + (cksum
                            ? String.format(Locale.ROOT, "%.2fx of cksum's %.0f MB/s", rate / beside, beside) : "cksum is not installed");
            String name = level.name().toLowerCase(Locale.ROOT);
            results.add(Result.of("verify, " + name + (level == VerifyLevel.QUICK ? of : ""), "-", measured, true));
        }
    }

    private static double cksum(List<String> files) throws Exception {
        List<String> command = new ArrayList<>(List.of("cksum"));
        command.addAll(files);
        long start = System.nanoTime();
        int exit = new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT).start().waitFor();
        if (exit != 0) {
            throw new IllegalStateException("cksum ended with " + exit);
        }
        return (System.nanoTime() - start) / 1e9;
    }

    private static Result checkpoints(Path home, String what) throws Exception {
        double[] millis = new double[CHECKPOINTS];
        try (SessionCatalog catalog = StoreBench.catalog(home)) {
            SessionWriter writer = StoreBench.session(catalog);
            AtomicBoolean done = new AtomicBoolean();
            Thread producer = Thread.ofPlatform().start(() -> pace(writer, done));
            // The first half warms up.
            for (int i = -CHECKPOINTS; i < CHECKPOINTS; i++) {
                LockSupport.parkNanos(50_000_000);
                long start = System.nanoTime();
                writer.checkpoint(Optional.of("bench"));
                millis[Math.max(0, i)] = (System.nanoTime() - start) / 1e6;
            }
            done.set(true);
            producer.join();
            catalog.end(writer);
        } finally {
            Main.delete(home);
        }
        Arrays.sort(millis);
        return Result.of(what, "-", String.format(Locale.ROOT, "p50 %.1f, p90 %.1f, max %.1f ms", millis[CHECKPOINTS / 2],
                millis[CHECKPOINTS * 9 / 10], millis[CHECKPOINTS - 1]), true);
    }

    private static void pace(SessionWriter writer, AtomicBoolean done) {
        StoreTraffic traffic = new StoreTraffic();
        byte[][] digests = traffic.digests(0, PACED);
        long start = System.nanoTime();
        for (int i = 0; !done.get(); i++) {
            long due = start + i * 1_000_000_000L / PACED_PER_SECOND;
            while (System.nanoTime() < due) {
                LockSupport.parkNanos(100_000);
            }
            traffic.record(writer.sink(), i % PACED, digests[i % PACED]);
        }
    }
}
