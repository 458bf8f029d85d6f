package bench;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import proxymcp.exchange.ExchangeSink;
import proxymcp.json.JsonObject;
import proxymcp.store.CaptureProfile;
import proxymcp.store.SessionCatalog;
import proxymcp.store.SessionWriter;
import proxymcp.store.StoreLimits;

/** Appending to the store beside a plain append of the same octets and beside SQLite, its size on disk, and how far behind it runs. */
final class StoreBench {
    private static final int ROUNDS = 5;
    private static final int WARM_UP_ROUNDS = 3;
    private static final int EXCHANGES = 200_000;
    private static final int SQLITE_ROWS = 100_000;
    private static final int PACED = 60_000;
    private static final int PACED_PER_SECOND = 20_000;
    private static final int DISK_MB = 1 << 20;

    private static final VarHandle ENDED = MethodHandles.arrayElementVarHandle(long[].class);

    private final Path scratch;
    private final StoreTraffic traffic = new StoreTraffic();
    private final byte[][] digests = traffic.digests(0, EXCHANGES);

    private StoreBench(Path scratch) {
        this.scratch = scratch;
    }

    /** @param large whether the open of a 10 GiB session is measured too */
    static List<Result> run(Path scratch, boolean large) throws Exception {
        List<Result> results = new ArrayList<>();
        StoreBench bench = new StoreBench(scratch);
        bench.append(results);
        bench.lag(results);
        results.addAll(StoreQueryBench.run(scratch));
        results.addAll(StoreCrashBench.run(scratch, large));
        return results;
    }

    static SessionCatalog catalog(Path home) {
        return new SessionCatalog(home.resolve("sessions"), StoreLimits.DEFAULT, Clock.systemUTC());
    }

    static SessionWriter session(SessionCatalog catalog) throws IOException {
        return catalog.create(Optional.of("bench"), CaptureProfile.FULL, DISK_MB, JsonObject.EMPTY);
    }

    static void awaitWritten(SessionWriter writer, long seq) {
        while (writer.status().writtenThrough() < seq) {
            LockSupport.parkNanos(100_000);
        }
    }

    private void append(List<Result> results) throws Exception {
        double[] store = new double[ROUNDS];
        double[] plain = new double[ROUNDS];
        double[] single = new double[ROUNDS];
        double size = 0;
        for (int i = -WARM_UP_ROUNDS; i < ROUNDS; i++) {
            double bySingle = plainAppend(1);
            double byBlock = plainAppend(1 << 20);
            long[] used = new long[1];
            double byStore = storeAppend(used);
            if (i >= 0) {
                single[i] = bySingle;
                plain[i] = byBlock;
                store[i] = byStore;
                size = (double) used[0] / contentBytes(EXCHANGES);
            }
        }
        double rate = EXCHANGES / ProxyBench.median(store);
        results.add(Result.of("append, distinct 1 KB bodies", ">= 200,000/s", String.format(Locale.ROOT, "%.0f/s", rate), rate >= 200_000));
        results.add(beside("  beside a plain append, a write each", single, store));
        results.add(beside("  beside a plain append in 1 MiB writes", plain, store));
        results.add(Result.of("  segments + index beside heads + bodies", "<= 1.3x", String.format(Locale.ROOT, "%.2fx", size), size <= 1.3));
        results.add(sqlite(rate));
    }

    private static Result beside(String what, double[] plain, double[] store) {
        double ratio = ProxyBench.median(plain) / ProxyBench.median(store);
        return Result.of(what, ">= 0.4x", String.format(Locale.ROOT, "%.2fx of %.0f/s", ratio, EXCHANGES / ProxyBench.median(plain)), ratio >= 0.4);
    }

    private double storeAppend(long[] used) throws Exception {
        Path home = scratch.resolve("home-append");
        try (SessionCatalog catalog = catalog(home)) {
            SessionWriter writer = session(catalog);
            ExchangeSink sink = writer.sink();
            long start = System.nanoTime();
            for (int i = 0; i < EXCHANGES; i++) {
                traffic.record(sink, i, digests[i]);
            }
            awaitWritten(writer, EXCHANGES);
            double seconds = (System.nanoTime() - start) / 1e9;
            catalog.end(writer);
            if (writer.status().losses().bytes() > 0) {
                throw new IllegalStateException("exchanges were lost: " + writer.status());
            }
            used[0] = folderBytes(catalog.root().resolve(writer.id().text()));
            return seconds;
        } finally {
            Main.delete(home);
        }
    }

    /** Heads and bodies as they are, one behind another, in writes of {@code writeBytes} at least. */
    private double plainAppend(int writeBytes) throws IOException {
        Path file = scratch.resolve("plain");
        ByteBuffer buffer = ByteBuffer.allocateDirect(writeBytes + (1 << 14));
        long start = System.nanoTime();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (int i = 0; i < EXCHANGES; i++) {
                buffer.put(traffic.request(i)).put(traffic.response(i).raw()).put(traffic.body(i));
                if (buffer.position() >= writeBytes || i == EXCHANGES - 1) {
                    buffer.flip();
                    while (buffer.hasRemaining()) {
                        channel.write(buffer);
                    }
                    buffer.clear();
                }
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        Files.delete(file);
        return seconds;
    }

    private long contentBytes(int count) {
        long bytes = 0;
        for (int i = 0; i < count; i++) {
            bytes += traffic.request(i).length + traffic.response(i).raw().length + StoreTraffic.BODY_BYTES;
        }
        return bytes;
    }

    static long folderBytes(Path folder) throws IOException {
        long bytes = 0;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                bytes += Files.size(file);
            }
        }
        return bytes;
    }

    private Result sqlite(double storeRate) throws Exception {
        String what = "  the same by sqlite3, 1,000 a transaction";
        if (!ProxyBench.onPath("sqlite3")) {
            return Result.skipped(what, "-", "sqlite3 is not installed");
        }
        Path script = scratch.resolve("sqlite.sql");
        Path database = scratch.resolve("sqlite.db");
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(script), 1 << 20)) {
            out.write(("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;\nCREATE TABLE exchanges(seq INTEGER PRIMARY KEY, id TEXT, started "
                    + "INTEGER, status INTEGER, duration INTEGER, url TEXT, request TEXT, response TEXT, sha256 TEXT, body TEXT);\n")
                    .getBytes(StandardCharsets.US_ASCII));
            for (int i = 0; i < SQLITE_ROWS; i++) {
                out.write((i % 1_000 == 0 ? "BEGIN;\n" : "").getBytes(StandardCharsets.US_ASCII));
                row(out, i);
                out.write((i % 1_000 == 999 ? "COMMIT;\n" : "").getBytes(StandardCharsets.US_ASCII));
            }
        }
        long start = System.nanoTime();
        Process process = new ProcessBuilder("sqlite3", database.toString()).redirectInput(script.toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        int exit = process.waitFor();
        double rate = SQLITE_ROWS / ((System.nanoTime() - start) / 1e9);
        if (exit != 0) {
            throw new IllegalStateException("sqlite3 ended with " + exit);
        }
        double size = (double) Files.size(database) / contentBytes(SQLITE_ROWS);
        Files.delete(script);
        Files.delete(database);
        return Result.of(what, "-", String.format(Locale.ROOT, "%.0f/s: the store is %.1fx as fast; its file is %.2fx of heads + bodies", rate,
                storeRate / rate, size), true);
    }

    private void row(OutputStream out, int i) throws IOException {
        byte[] request = traffic.request(i);
        String target = new String(request, 0, 90, StandardCharsets.ISO_8859_1).split(" ", 3)[1];
        out.write(("INSERT INTO exchanges VALUES(" + (i + 1) + ",'12345678-9abc-4000-0000-" + (100_000_000_000L + i) + "',"
                + (StoreTraffic.FIRST_MILLIS + i) + "," + traffic.response(i).status() + ",9500000,'https://" + target + "','")
                .getBytes(StandardCharsets.ISO_8859_1));
        out.write(request);
        out.write("','".getBytes(StandardCharsets.US_ASCII));
        out.write(traffic.response(i).raw());
        out.write(("','" + HexFormat.of().formatHex(digests[i]) + "','").getBytes(StandardCharsets.US_ASCII));
        out.write(traffic.body(i));
        out.write("');\n".getBytes(StandardCharsets.US_ASCII));
    }

    /** How long after its end an exchange is safe from a killed process, and from a lost machine. */
    private void lag(List<Result> results) throws Exception {
        Path home = scratch.resolve("home-lag");
        double[] written = new double[PACED];
        double[] forced = new double[PACED];
        try (SessionCatalog catalog = catalog(home)) {
            SessionWriter writer = session(catalog);
            long[] ended = new long[PACED + 1];
            Thread producer = Thread.ofPlatform().start(() -> pace(writer.sink(), ended));
            int writtenTo = 0;
            int forcedTo = 0;
            while (forcedTo < PACED) {
                LockSupport.parkNanos(1_000_000);
                long through = writer.status().writtenThrough();
                long forcedThrough = writer.status().forcedThrough();
                long now = System.nanoTime();
                for (; writtenTo < through; writtenTo++) {
                    written[writtenTo] = (now - at(ended, writtenTo)) / 1e6;
                }
                for (; forcedTo < forcedThrough; forcedTo++) {
                    forced[forcedTo] = (now - at(ended, forcedTo)) / 1e6;
                }
            }
            producer.join();
            catalog.end(writer);
        } finally {
            Main.delete(home);
        }
        Arrays.sort(written);
        Arrays.sort(forced);
        String rate = "at " + PACED_PER_SECOND + " exchanges/s";
        results.add(Result.of("writtenThrough behind, " + rate, "<= 50 ms", String.format(Locale.ROOT, "p50 %.1f, p99 %.1f, max %.1f ms",
                written[PACED / 2], written[PACED * 99 / 100], written[PACED - 1]), written[PACED - 1] <= 50));
        results.add(Result.of("forcedThrough behind, " + rate, "<= 1,000 ms", String.format(Locale.ROOT, "p50 %.0f, p99 %.0f, max %.0f ms",
                forced[PACED / 2], forced[PACED * 99 / 100], forced[PACED - 1]), forced[PACED - 1] <= 1_000));
    }

    /** When exchange {@code i} ended; the producer notes it just after the call. */
    private static long at(long[] ended, int i) {
        long nanos = (long) ENDED.getAcquire(ended, i);
        return nanos == 0 ? System.nanoTime() : nanos;
    }

    private void pace(ExchangeSink sink, long[] ended) {
        long start = System.nanoTime();
        for (int i = 0; i < PACED; i++) {
            long due = start + i * 1_000_000_000L / PACED_PER_SECOND;
            while (System.nanoTime() < due) {
                LockSupport.parkNanos(100_000);
            }
            traffic.record(sink, i, digests[i]);
            ENDED.setRelease(ended, i, System.nanoTime());
        }
    }
}
