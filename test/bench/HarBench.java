package bench;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import proxymcp.exchange.BodyEnd;
import proxymcp.exchange.Client;
import proxymcp.exchange.Endpoint;
import proxymcp.exchange.ExchangeEnd;
import proxymcp.exchange.ExchangeSink;
import proxymcp.exchange.ExchangeStart;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.Recording;
import proxymcp.exchange.Source;
import proxymcp.exchange.Timings;
import proxymcp.har.HarExport;
import proxymcp.http.Fields;
import proxymcp.http.RequestHead;
import proxymcp.http.ResponseHead;
import proxymcp.json.JsonObject;
import proxymcp.store.CaptureProfile;
import proxymcp.store.SessionCatalog;
import proxymcp.store.SessionId;
import proxymcp.store.SessionQuery;
import proxymcp.store.SessionWriter;
import proxymcp.store.Unwatched;

/** Sessions that leave as HAR, beside {@code cat} of the file that they become. */
final class HarBench {
    private static final int ROUNDS = 3;
    private static final int SMALL = 100_000;
    private static final int LONG_BODIES = 32;
    private static final int LONG_BYTES = 8 << 20;

    private HarBench() {}

    static List<Result> run(Path scratch) throws Exception {
        return new ArrayList<>(export(scratch));
    }

    /** What an export takes, for bodies of three kinds. */
    static List<Result> export(Path scratch) throws Exception {
        List<Result> results = new ArrayList<>();
        StoreTraffic traffic = new StoreTraffic();
        byte[] text = "{\"id\":4711,\"name\":\"gr\u00fc\u00dfe\",\"path\":\"a/b\\\\c\"},\n".repeat(LONG_BYTES / 48).getBytes(StandardCharsets.UTF_8);
        byte[] noise = new byte[LONG_BYTES];
        new Random(3).nextBytes(noise);
        results.add(export(scratch, "HAR export, " + SMALL + " bodies of 1 KB", sink -> {
            for (int i = 0; i < SMALL; i++) {
                traffic.record(sink, i);
            }
        }));
        results.add(export(scratch, "HAR export, text in bodies of 8 MiB", sink -> bodies(sink, "application/json", text)));
        results.add(export(scratch, "HAR export, images of 8 MiB", sink -> bodies(sink, "image/png", noise)));
        return results;
    }

    private interface Filling {
        void fill(ExchangeSink sink) throws Exception;
    }

    private static void bodies(ExchangeSink sink, String type, byte[] body) throws Exception {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(body);
        Client client = new Client("127.0.0.1:50000", "127.0.0.1:8080", Source.EXPLICIT, Optional.empty(), 1);
        for (int i = 0; i < LONG_BODIES; i++) {
            Recording recording = sink.open(new ExchangeStart(new UUID(1, i), StoreTraffic.FIRST_MILLIS, client, new Endpoint("http", "a.example", 80),
                    RequestHead.of("GET", "/" + i, Fields.EMPTY), Optional.empty()));
            recording.response(ResponseHead.of(200, "OK", Fields.of(List.of(new Fields.Line("Content-Type", type)))));
            for (int at = 0; at < body.length; at += 1 << 16) {
                recording.responseBody(body, at, Math.min(1 << 16, body.length - at));
            }
            recording.responseEnd(new BodyEnd(body.length, digest, true, Fields.EMPTY));
            recording.end(new ExchangeEnd(new Outcome.Complete(), Timings.NONE, List.of(), List.of()));
        }
    }

    private static Result export(Path scratch, String what, Filling filling) throws Exception {
        Path home = scratch.resolve("home-har");
        Path har = scratch.resolve("session.har");
        try (SessionCatalog catalog = StoreBench.catalog(home)) {
            SessionWriter writer = catalog.createPatient(Optional.of("bench"), CaptureProfile.FULL, 1 << 20, JsonObject.EMPTY);
            filling.fill(writer.sink());
            SessionId id = catalog.end(writer).id();
            double[] exports = new double[ROUNDS];
            double[] cats = new double[ROUNDS];
            // The first round warms up.
            for (int round = -1; round < ROUNDS; round++) {
                double export = exported(catalog, id, har);
                double cat = cat(har, scratch.resolve("copy.har"));
                exports[Math.max(0, round)] = export;
                cats[Math.max(0, round)] = cat;
            }
            double megabytes = Files.size(har) / 1e6;
            double seconds = ProxyBench.median(exports);
            return Result.of(what, "-", String.format(Locale.ROOT, "%.0f MB/s, %.2fx of cat", megabytes / seconds, ProxyBench.median(cats) / seconds),
                    true);
        } finally {
            Main.delete(home);
            Files.deleteIfExists(har);
        }
    }

    private static double exported(SessionCatalog catalog, SessionId id, Path har) throws Exception {
        long start = System.nanoTime();
        try (OutputStream out = Files.newOutputStream(har)) {
            catalog.read(id, session -> HarExport.write(session, SessionQuery.ALL, true, out, Unwatched.NOBODY));
        }
        return (System.nanoTime() - start) / 1e9;
    }

    private static double cat(Path from, Path to) throws IOException, InterruptedException {
        long start = System.nanoTime();
        Process cat = new ProcessBuilder("cat", from.toString()).redirectOutput(to.toFile()).start();
        if (cat.waitFor() != 0) {
            throw new IOException("cat failed");
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        Files.delete(to);
        return seconds;
    }
}
