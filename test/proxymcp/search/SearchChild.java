package proxymcp.search;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.GZIPOutputStream;
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
import proxymcp.http.Fields;
import proxymcp.http.RequestHead;
import proxymcp.http.ResponseHead;
import proxymcp.json.JsonObject;
import proxymcp.store.CaptureProfile;
import proxymcp.store.SessionCatalog;
import proxymcp.store.SessionQuery;
import proxymcp.store.SessionWriter;
import proxymcp.store.StoreLimits;
import proxymcp.store.Unwatched;

/** A Java process whose heap is far smaller than the bodies it searches. {@link #main} is the child's side. */
final class SearchChild {
    /** What a long body ends with. */
    static final String LAST = "Na\u00efve end";
    private static final int BLOCK = 1 << 20;

    private SearchChild() {}

    /** Records an exchange whose response is {@code body}, {@code times} over. */
    static void record(ExchangeSink sink, byte[] body, int times) {
        record(sink, body, times, new byte[0], Fields.EMPTY);
    }

    private static void record(ExchangeSink sink, byte[] body, int times, byte[] last, Fields fields) {
        UUID id = UUID.randomUUID();
        Recording recording = sink.open(new ExchangeStart(id, 1_700_000_000_000L,
                new Client("127.0.0.1:50000", "127.0.0.1:8080", Source.EXPLICIT, Optional.empty(), 1), new Endpoint("http", "shop.example", 80),
                RequestHead.of("GET", "/" + id, Fields.EMPTY), Optional.empty()));
        recording.response(ResponseHead.of(200, "OK", fields));
        MessageDigest digest = sha256();
        for (int i = 0; i < times; i++) {
            recording.responseBody(body, 0, body.length);
            digest.update(body);
        }
        recording.responseBody(last, 0, last.length);
        digest.update(last);
        recording.responseEnd(new BodyEnd((long) body.length * times + last.length, digest.digest(), true, Fields.EMPTY));
        recording.end(new ExchangeEnd(new Outcome.Complete(), Timings.NONE, List.of(), List.of()));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Arguments: a home, and how many MiB a body has. */
    public static void main(String[] args) throws Exception {
        int mebibytes = Integer.parseInt(args[1]);
        byte[] block = new byte[BLOCK];
        Arrays.fill(block, (byte) 'a');
        for (int i = 0; i < BLOCK; i += 100) {
            block[i] = '\n';
        }
        byte[] last = LAST.getBytes(StandardCharsets.ISO_8859_1);
        byte[] before = Arrays.copyOf(block, BLOCK - last.length);
        byte[] end = Arrays.copyOf(before, BLOCK);
        System.arraycopy(last, 0, end, before.length, last.length);
        try (SessionCatalog catalog = new SessionCatalog(Path.of(args[0]).resolve("sessions"), StoreLimits.DEFAULT, Clock.systemUTC())) {
            SessionWriter writer = catalog.createPatient(Optional.empty(), CaptureProfile.FULL, 1 << 20, JsonObject.EMPTY);
            record(writer.sink(), block, mebibytes - 1, end, new Fields.Builder().add("Content-Type", "text/plain; charset=iso-8859-1").build());
            record(writer.sink(), gzip(block, mebibytes - 1, end), 1, new byte[0], new Fields.Builder().add("Content-Encoding", "gzip")
                    .add("Content-Type", "application/javascript; charset=iso-8859-1").build());
            catalog.end(writer);
            say("characters", catalog, writer, new Wanted.Text(LAST, true), "text/plain");
            say("folded", catalog, writer, new Wanted.Text(LAST.toUpperCase(java.util.Locale.ROOT), false), "text/plain");
            say("expression", catalog, writer, Wanted.regex("n.\u00efve\\s+end$", false), "text/plain");
            say("in gzip", catalog, writer, new Wanted.Text(LAST, true), "javascript");
        }
    }

    private static byte[] gzip(byte[] block, int times, byte[] end) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            for (int i = 0; i < times; i++) {
                out.write(block);
            }
            out.write(end);
        }
        return bytes.toByteArray();
    }

    private static void say(String what, SessionCatalog catalog, SessionWriter writer, Wanted wanted, String type) throws IOException {
        SearchResult all = BodySearch.run(catalog.open(writer.id()), new SearchRequest(wanted, SearchIn.BOTH, SessionQuery.ALL, Optional.empty(), 0,
                10, 10, false, 100), job -> { }, 1, System::nanoTime, Unwatched.NOBODY);
        SearchResult one = BodySearch.run(catalog.open(writer.id()), new SearchRequest(wanted, SearchIn.BOTH, SessionQuery.ALL, Optional.of(type), 0,
                10, 10, false, 100), job -> { }, 1, System::nanoTime, Unwatched.NOBODY);
        System.out.println(what + " " + all.counts().matched() + " " + one.counts().matched() + " " + one.hits().get(0).snippets().get(0).position());
    }
}
