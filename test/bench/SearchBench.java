package bench;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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
import proxymcp.exchange.ExchangeStart;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.Recording;
import proxymcp.exchange.Source;
import proxymcp.exchange.Timings;
import proxymcp.http.Fields;
import proxymcp.http.RequestHead;
import proxymcp.http.ResponseHead;
import proxymcp.mcp.WorkPool;
import proxymcp.search.BodySearch;
import proxymcp.search.SearchIn;
import proxymcp.search.SearchRequest;
import proxymcp.search.SearchResult;
import proxymcp.search.Wanted;
import proxymcp.store.MessageReader;
import proxymcp.store.SeqScan;
import proxymcp.store.Session;
import proxymcp.store.SessionCatalog;
import proxymcp.store.SessionId;
import proxymcp.store.SessionQuery;
import proxymcp.store.SessionWriter;
import proxymcp.store.Unwatched;

/**
 * Searching the bodies of a session beside {@code grep -c} over the same octets in one file, both from the page cache. Bodies are JSON: many of
 * 1 KiB, 20 KiB as pages have, and few of 1 MiB.
 */
final class SearchBench {
    private static final int ROUNDS = 5;
    private static final long OCTETS = 384L << 20;

    private SearchBench() {}

    static List<Result> run(Path scratch) throws Exception {
        List<Result> results = new ArrayList<>();
        for (int size : new int[] {1 << 10, 20 << 10, 1 << 20}) {
            run(scratch.resolve("home-search"), size, results);
        }
        return results;
    }

    private static void run(Path home, int size, List<Result> results) throws Exception {
        Path plain = home.resolveSibling("bodies.txt");
        try (SessionCatalog catalog = StoreBench.catalog(home); WorkPool pool = new WorkPool()) {
            SessionId id = record(catalog, plain, size);
            Session session = catalog.open(id);
            String of = String.format(Locale.ROOT, " in %,d MB of %,d KiB bodies", OCTETS / 1_000_000, size >> 10);
            for (String text : new String[] {"zq", "\"price\": 9999,", "access_token_7f3a", "a needle that is nowhere"}) {
                double grep = grep(plain, false, text);
                double grepFolding = grep(plain, true, text);
                beside("text of " + text.length() + ", case sensitive" + of, search(session, pool, new Wanted.Text(text, true)), grep, results);
                beside("text of " + text.length() + ", either case" + of, search(session, pool, new Wanted.Text(text, false)), grepFolding, results);
            }
            if (size == 20 << 10) {
                double expression = search(session, pool, Wanted.regex("\"price\": 99[0-9]{3},", true));
                results.add(Result.of("  expression" + of, "-", rate(expression), true));
            }
            if (size == 1 << 10) {
                results.add(handshakes(session));
            }
        } finally {
            Main.delete(home);
            Files.deleteIfExists(plain);
        }
    }

    private static void beside(String what, double search, double grep, List<Result> results) {
        results.add(Result.of(what, ">= 0.3x of grep -c", rate(search) + ": " + String.format(Locale.ROOT, "%.2fx of %s", grep / search, rate(grep)),
                grep / search >= 0.3));
    }

    private static String rate(double seconds) {
        return String.format(Locale.ROOT, "%.0f MB/s", OCTETS / seconds / 1e6);
    }

    /** Records bodies, and writes the same octets, a line each thousand or so, to {@code plain}. */
    private static SessionId record(SessionCatalog catalog, Path plain, int size) throws IOException {
        Random random = new Random(size);
        Files.createDirectories(plain.getParent());
        SessionWriter writer = catalog.createPatient(Optional.of("search"), proxymcp.store.CaptureProfile.FULL, 1 << 20, proxymcp.json.JsonObject.EMPTY);
        byte[] body = json(random, size);
        Client client = new Client("127.0.0.1:50000", "127.0.0.1:8080", Source.EXPLICIT, Optional.empty(), 1);
        ResponseHead head = ResponseHead.of(200, "OK", new Fields.Builder().add("Date", "Tue, 07 Oct 2025 08:00:00 GMT")
                .add("Content-Type", "application/json; charset=utf-8").add("Content-Length", Integer.toString(size)).add("Server", "nginx")
                .add("Cache-Control", "max-age=0, private").add("Vary", "Accept-Encoding, Origin").build());
        Fields fields = new Fields.Builder().add("Host", "shop.example").add("User-Agent", "Mozilla/5.0 (X11; Linux x86_64)").add("Accept", "*/*")
                .add("Cookie", "sid=" + "0123456789abcdef".repeat(8)).build();
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(plain), 1 << 20)) {
            for (int i = 0; i < OCTETS / size; i++) {
                byte[] number = String.format(Locale.ROOT, "{\"id\": %012d", i).getBytes(StandardCharsets.US_ASCII);
                System.arraycopy(number, 0, body, 0, number.length);
                Recording recording = writer.sink().open(new ExchangeStart(new UUID(9, i), StoreTraffic.FIRST_MILLIS + i, client,
                        new Endpoint("https", "shop.example", 443), RequestHead.of("GET", "/api/items/" + i, fields), Optional.empty()));
                recording.response(head);
                recording.responseBody(body, 0, size);
                recording.responseEnd(new BodyEnd(size, digest(body), true, Fields.EMPTY));
                recording.end(new ExchangeEnd(new Outcome.Complete(), Timings.NONE, List.of(), List.of()));
                out.write(body);
            }
        }
        return catalog.end(writer).id();
    }

    private static byte[] digest(byte[] body) {
        try {
            return java.security.MessageDigest.getInstance("SHA-256").digest(body);
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static byte[] json(Random random, int size) {
        StringBuilder text = new StringBuilder("{\"id\": 000000000000, \"items\": [");
        String[] words = {"shirt", "trousers", "blue", "with", "pockets", "and", "the", "organic", "cotton", "size", "Delivery", "in", "Days"};
        while (text.length() < size) {
            text.append("{\"sku\": \"AB-").append(random.nextInt(100_000)).append("\", \"price\": ").append(random.nextInt(9_000)).append(", \"title\": \"");
            for (int i = 0; i < 8; i++) {
                text.append(words[random.nextInt(words.length)]).append(' ');
            }
            text.append("\", \"image\": \"https://cdn.shop.example/img/").append(Integer.toHexString(random.nextInt())).append(".webp\"},\n");
        }
        text.setLength(size - 1);
        return text.append('\n').toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static double search(Session session, WorkPool pool, Wanted wanted) throws Exception {
        double[] seconds = new double[ROUNDS];
        for (int i = -2; i < ROUNDS; i++) {
            long start = System.nanoTime();
            SearchResult found = pool.run(proxymcp.mcp.CallContext.detached(proxymcp.mcp.CallOrigin.STDIO), () -> BodySearch.run(session,
                    new SearchRequest(wanted, SearchIn.BOTH, SessionQuery.ALL, Optional.empty(), 0, Long.MAX_VALUE, 10, false, 120), pool,
                    pool.threads(), System::nanoTime, Unwatched.NOBODY));
            if (found.counts().matched() != 0 || found.counts().scanned() == 0) {
                throw new IllegalStateException("found " + found.counts());
            }
            if (i >= 0) {
                seconds[i] = (System.nanoTime() - start) / 1e9;
            }
        }
        return ProxyBench.median(seconds);
    }

    private static double grep(Path file, boolean folding, String text) throws Exception {
        double[] seconds = new double[ROUNDS];
        for (int i = -1; i < ROUNDS; i++) {
            long start = System.nanoTime();
            Process process = new ProcessBuilder("grep", folding ? "-ciF" : "-cF", "-e", text, file.toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT).start();
            String count = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
            if (process.waitFor() > 1 || !count.equals("0")) {
                throw new IllegalStateException("grep found " + count);
            }
            if (i >= 0) {
                seconds[i] = (System.nanoTime() - start) / 1e9;
            }
        }
        return ProxyBench.median(seconds);
    }

    private static Result handshakes(Session session) throws IOException {
        double[] seconds = new double[ROUNDS];
        long counted = 0;
        for (int i = -2; i < ROUNDS; i++) {
            long start = System.nanoTime();
            counted = 0;
            try (MessageReader messages = session.messages()) {
                SeqScan scan = session.scan(SessionQuery.ALL, 0);
                long[] seqs = new long[1_024];
                for (int count = scan.next(seqs, seqs.length); count > 0; count = scan.next(seqs, seqs.length)) {
                    for (int at = 0; at < count; at++) {
                        messages.hasTls(seqs[at]);
                        counted++;
                    }
                }
            }
            if (i >= 0) {
                seconds[i] = (System.nanoTime() - start) / 1e9;
            }
        }
        double median = ProxyBench.median(seconds);
        return Result.of(String.format(Locale.ROOT, "handshakes counted over %,d exchanges", counted), "-",
                String.format(Locale.ROOT, "%.0f ms, %,.0f/s", median * 1e3, counted / median), true);
    }
}
