package proxymcp.har;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
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
import proxymcp.json.JsonObject;
import proxymcp.store.CaptureProfile;
import proxymcp.store.Session;
import proxymcp.store.SessionCatalog;
import proxymcp.store.SessionId;
import proxymcp.store.SessionQuery;
import proxymcp.store.SessionWriter;
import proxymcp.store.StoreLimits;
import proxymcp.store.Unwatched;

/** A Java process whose heap is bounded, and that exports and imports what is large. {@link #main} is the child's side. */
final class HarSizeChild {
    private static final int BLOCK_BYTES = 1 << 20;

    private HarSizeChild() {}

    /** Arguments: a home; {@code image} for one body or {@code text} for many; MiB. Says the digests before and after, a line each. */
    public static void main(String[] args) throws Exception {
        Path home = Path.of(args[0]);
        int mebibytes = Integer.parseInt(args[2]);
        try (SessionCatalog catalog = new SessionCatalog(home.resolve("sessions"), StoreLimits.DEFAULT, Clock.systemUTC())) {
            SessionWriter writer = catalog.createPatient(Optional.empty(), CaptureProfile.FULL, 1 << 20, JsonObject.EMPTY);
            if (args[1].equals("image")) {
                byte[] noise = new byte[BLOCK_BYTES];
                new Random(64).nextBytes(noise);
                record(writer, "image/png", noise, mebibytes);
            } else {
                byte[] text = Arrays.copyOf("{\"name\":\"gr\u00fc\u00dfe\"}\n".repeat(BLOCK_BYTES / 20).getBytes(StandardCharsets.UTF_8), BLOCK_BYTES);
                Arrays.fill(text, BLOCK_BYTES - 100, BLOCK_BYTES, (byte) '\n');
                for (int i = 0; i < mebibytes; i += 16) {
                    record(writer, "application/json", text, 16);
                }
            }
            SessionId id = catalog.end(writer).id();
            Path file = home.resolve("large.har");
            try (OutputStream out = Files.newOutputStream(file)) {
                HarExport.Written written = catalog.read(id, session -> HarExport.write(session, SessionQuery.ALL, true, out, Unwatched.NOBODY));
                System.out.println("entries " + written.entries() + " warnings " + written.warnings());
            }
            System.out.println(digests(catalog.open(id)));
            catalog.delete(id);
            ImportedHar imported = new HarImport(catalog, home, new HarImport.Request(file, "again", true, OptionalLong.empty()), Unwatched.NOBODY).run();
            System.out.println(digests(catalog.open(imported.session().id())));
        }
        System.exit(0);
    }

    private static void record(SessionWriter writer, String type, byte[] block, int blocks) {
        MessageDigest digest = sha256();
        Client client = new Client("127.0.0.1:50000", "127.0.0.1:8080", Source.EXPLICIT, Optional.empty(), 1);
        Recording recording = writer.sink().open(new ExchangeStart(UUID.randomUUID(), HarSession.STARTED, client, new Endpoint("http", "a.test", 80),
                RequestHead.of("GET", "/", Fields.EMPTY), Optional.empty()));
        recording.response(ResponseHead.of(200, "OK", Fields.of(List.of(new Fields.Line("Content-Type", type)))));
        for (int i = 0; i < blocks; i++) {
            recording.responseBody(block, 0, block.length);
            digest.update(block);
        }
        recording.responseEnd(new BodyEnd((long) blocks * block.length, digest.digest(), true, Fields.EMPTY));
        recording.end(new ExchangeEnd(new Outcome.Complete(), Timings.NONE, List.of(), List.of()));
    }

    /** One digest over all bodies, and how many octets they have. */
    private static String digests(Session session) throws IOException {
        MessageDigest digest = sha256();
        long bytes = 0;
        byte[] block = new byte[1 << 16];
        for (long seq = 1; seq <= session.lastSeq(); seq++) {
            try (InputStream in = session.exchange(seq).orElseThrow().responseBody().open()) {
                for (int read = in.read(block); read >= 0; read = in.read(block)) {
                    digest.update(block, 0, read);
                    bytes += read;
                }
            }
        }
        return bytes + " " + HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
