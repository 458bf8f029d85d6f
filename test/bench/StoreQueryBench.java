package bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import proxymcp.store.Session;
import proxymcp.store.SessionCatalog;
import proxymcp.store.SessionId;
import proxymcp.store.SessionQuery;
import proxymcp.store.SessionWriter;

/** Queries over many exchanges beside a linear read of the segments, and a rebuild of the index. */
final class StoreQueryBench {
    private static final int ROUNDS = 7;
    private static final int PAGE = 50;
    private static final Optional<String> ANY = Optional.empty();
    private static final OptionalInt NO_STATUS = OptionalInt.empty();
    private static final OptionalLong NONE = OptionalLong.empty();

    private StoreQueryBench() {}

    static List<Result> run(Path scratch) throws Exception {
        List<Result> results = new ArrayList<>();
        for (int exchanges : new int[] {100_000, 1_000_000}) {
            run(scratch.resolve("home-query"), exchanges, results);
        }
        return results;
    }

    private static void run(Path home, int exchanges, List<Result> results) throws Exception {
        StoreTraffic traffic = new StoreTraffic();
        try (SessionCatalog catalog = StoreBench.catalog(home)) {
            SessionWriter writer = StoreBench.session(catalog);
            for (int i = 0; i < exchanges; i++) {
                traffic.record(writer.sink(), i);
            }
            SessionId id = catalog.end(writer).id();
            String of = String.format(Locale.ROOT, " of %,d", exchanges);
            double linear = linearRead(catalog.root().resolve(id.text()));
            Session session = catalog.open(id);
            long start = System.nanoTime();
            session.query(exact(Optional.of("POST"), Optional.of("cdn8."), 404), 0, PAGE, Optional.empty());
            results.add(Result.of("query" + of + ": the first, blocks checked", "-", String.format(Locale.ROOT, "%.1f ms",
                    (System.nanoTime() - start) / 1e6), true));
            long middle = StoreTraffic.FIRST_MILLIS + exchanges / 2;
            query("query" + of + ": method, host, status", session, exact(Optional.of("POST"), Optional.of("cdn8."), 404), 60, linear, results);
            query("query" + of + ": status 400..599", session, status(400, 599), 60, linear, results);
            query("query" + of + ": a tenth by time", session, range(middle, middle + exchanges / 10), 60, linear, results);
            query("query" + of + ": part of the URL", session, url("/items/000001234"), 250, linear, results);
            query("query" + of + ": text that is nowhere", session, text("does not occur"), 250, linear, results);
            oneBySeq("query" + of + ": one exchange by seq", session, exchanges, results);
            if (exchanges == 1_000_000) {
                results.add(rebuild(catalog, id));
            }
        } finally {
            Main.delete(home);
        }
    }

    private static SessionQuery exact(Optional<String> method, Optional<String> host, int status) {
        return new SessionQuery(method, host, ANY, ANY, ANY, ANY, OptionalInt.of(status), OptionalInt.of(status), NONE, NONE, NONE, NONE,
                Optional.empty(), Optional.empty(), Optional.empty(), true);
    }

    private static SessionQuery status(int min, int max) {
        return new SessionQuery(ANY, ANY, ANY, ANY, ANY, ANY, OptionalInt.of(min), OptionalInt.of(max), NONE, NONE, NONE, NONE, Optional.empty(),
                Optional.empty(), Optional.empty(), true);
    }

    private static SessionQuery range(long from, long to) {
        return new SessionQuery(ANY, ANY, ANY, ANY, ANY, ANY, NO_STATUS, NO_STATUS, OptionalLong.of(from), OptionalLong.of(to), NONE, NONE,
                Optional.empty(), Optional.empty(), Optional.empty(), false);
    }

    private static SessionQuery url(String part) {
        return new SessionQuery(ANY, ANY, Optional.of(part), ANY, ANY, ANY, NO_STATUS, NO_STATUS, NONE, NONE, NONE, NONE, Optional.empty(),
                Optional.empty(), Optional.empty(), true);
    }

    private static SessionQuery text(String part) {
        return new SessionQuery(ANY, ANY, ANY, Optional.of(part), ANY, ANY, NO_STATUS, NO_STATUS, NONE, NONE, NONE, NONE, Optional.empty(),
                Optional.empty(), Optional.empty(), true);
    }

    private static void query(String what, Session session, SessionQuery query, int millisMax, double linear, List<Result> results)
            throws IOException {
        double[] millis = new double[ROUNDS];
        long total = 0;
        for (int i = 0; i < ROUNDS; i++) {
            long start = System.nanoTime();
            total = session.query(query, 0, PAGE, Optional.empty()).total();
            millis[i] = (System.nanoTime() - start) / 1e6;
        }
        double median = ProxyBench.median(millis);
        results.add(Result.of(what, "<= " + millisMax + " ms", String.format(Locale.ROOT, "%.1f ms, %,d found; linear read %.0f ms: %.0fx",
                median, total, linear, linear / median), median <= millisMax));
    }

    private static void oneBySeq(String what, Session session, int exchanges, List<Result> results) throws IOException {
        Random random = new Random(7);
        double[] millis = new double[4_001];
        for (int i = -4_000; i < millis.length; i++) {
            long seq = 1 + random.nextInt(exchanges);
            long start = System.nanoTime();
            if (session.exchange(seq).orElseThrow().exchange().seq() != seq) {
                throw new IllegalStateException("another exchange than " + seq);
            }
            if (i >= 0) {
                millis[i] = (System.nanoTime() - start) / 1e6;
            }
        }
        double median = ProxyBench.median(millis);
        results.add(Result.of(what, "<= 0.1 ms", String.format(Locale.ROOT, "%.3f ms", median), median <= 0.1));
    }

    private static double linearRead(Path folder) throws IOException {
        double[] millis = new double[3];
        ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);
        for (int i = 0; i < millis.length; i++) {
            long start = System.nanoTime();
            try (DirectoryStream<Path> segments = Files.newDirectoryStream(folder, "segment-*")) {
                for (Path segment : segments) {
                    try (FileChannel channel = FileChannel.open(segment)) {
                        while (channel.read(buffer.clear()) >= 0) {
                            continue;
                        }
                    }
                }
            }
            millis[i] = (System.nanoTime() - start) / 1e6;
        }
        return ProxyBench.median(millis);
    }

    private static Result rebuild(SessionCatalog catalog, SessionId id) throws IOException {
        long bytes = 0;
        try (DirectoryStream<Path> segments = Files.newDirectoryStream(catalog.root().resolve(id.text()), "segment-*")) {
            for (Path segment : segments) {
                bytes += Files.size(segment);
            }
        }
        double[] rates = new double[3];
        for (int i = 0; i < rates.length; i++) {
            long start = System.nanoTime();
            catalog.recover(id);
            rates[i] = bytes / ((System.nanoTime() - start) / 1e9) / 1e6;
        }
        return Result.of("index rebuilt from " + bytes / 1_000_000 + " MB of log", ">= 500 MB/s",
                String.format(Locale.ROOT, "%.0f MB/s", ProxyBench.median(rates)), ProxyBench.median(rates) >= 500);
    }
}
