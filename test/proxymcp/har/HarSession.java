package proxymcp.har;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import proxymcp.exchange.BodyEnd;
import proxymcp.exchange.Client;
import proxymcp.exchange.Endpoint;
import proxymcp.exchange.ExchangeEnd;
import proxymcp.exchange.ExchangeStart;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.Recording;
import proxymcp.exchange.Route;
import proxymcp.exchange.RuleMatch;
import proxymcp.exchange.SentMessages;
import proxymcp.exchange.Source;
import proxymcp.exchange.Timings;
import proxymcp.exchange.TlsInfo;
import proxymcp.http.Fields;
import proxymcp.http.HeadLimits;
import proxymcp.http.HeadParser;
import proxymcp.http.ProtocolException;
import proxymcp.http.RequestHead;
import proxymcp.http.ResponseHead;
import proxymcp.json.Json;
import proxymcp.json.JsonObject;
import proxymcp.store.CaptureProfile;
import proxymcp.store.Session;
import proxymcp.store.SessionCatalog;
import proxymcp.store.SessionId;
import proxymcp.store.SessionQuery;
import proxymcp.store.SessionWriter;
import proxymcp.store.StoreLimits;
import proxymcp.store.Unwatched;

/** A session that a test fills, exchange by exchange, and exports. */
final class HarSession implements AutoCloseable {
    static final long STARTED = 1_700_000_000_123L;
    static final String STARTED_TEXT = "2023-11-14T22:13:20.123Z";
    private static final HeadLimits LIMITS = new HeadLimits(1 << 16, 500);

    private final Path home;
    final SessionCatalog catalog;
    final SessionWriter writer;
    private long made;
    /** Seq of the last exchange that ended. */
    private long passed;

    HarSession(Path home, CaptureProfile profile) throws IOException {
        this.home = home;
        catalog = new SessionCatalog(home.resolve("sessions"), StoreLimits.DEFAULT, Clock.systemUTC());
        writer = catalog.create(Optional.of("a \"name\""), profile, 1 << 14, JsonObject.builder().put("port", 8080).build());
    }

    /** One exchange on its way into the session; every member has a plain default. */
    final class One {
        private final RequestHead head;
        private Endpoint endpoint = new Endpoint("http", "a.test", 80);
        private Client client = new Client("127.0.0.1:5000", "127.0.0.1:8080", Source.EXPLICIT, Optional.empty(), 1);
        private Optional<Route> route = Optional.of(new Route(Optional.empty(), "192.0.2.1:80", 7, false, Optional.empty()));
        private Optional<TlsInfo> clientTls = Optional.empty();
        private Optional<byte[]> requestBody = Optional.empty();
        private Fields requestTrailers = Fields.EMPTY;
        private final List<ResponseHead> informational = new ArrayList<>();
        private Optional<ResponseHead> response = Optional.empty();
        private Optional<byte[]> responseBody = Optional.empty();
        private Fields responseTrailers = Fields.EMPTY;
        private boolean bodyComplete = true;
        private Outcome outcome = new Outcome.Complete();
        private Timings timings = Timings.NONE;
        private SentMessages sent = SentMessages.NONE;
        private List<RuleMatch> rules = List.of();
        private List<String> notes = List.of();

        private One(RequestHead head) {
            this.head = head;
        }

        One to(Endpoint newEndpoint) {
            endpoint = newEndpoint;
            return this;
        }

        One from(Client newClient, Optional<TlsInfo> tls) {
            client = newClient;
            clientTls = tls;
            return this;
        }

        One over(Optional<Route> newRoute) {
            route = newRoute;
            return this;
        }

        One sending(byte[] octets, Fields.Line... trailers) {
            requestBody = Optional.of(octets);
            requestTrailers = Fields.of(List.of(trailers));
            return this;
        }

        One hint(String head) throws ProtocolException {
            informational.add(HeadParser.parseResponse(HarFile.latin1(head + "\r\n\r\n"), LIMITS));
            return this;
        }

        One answered(String head) throws ProtocolException {
            return answered(HeadParser.parseResponse(HarFile.latin1(head + "\r\n\r\n"), LIMITS));
        }

        One answered(ResponseHead head) {
            response = Optional.of(head);
            return this;
        }

        One with(byte[] octets, Fields.Line... trailers) {
            responseBody = Optional.of(octets);
            responseTrailers = Fields.of(List.of(trailers));
            return this;
        }

        One ending(Outcome newOutcome, Timings newTimings) {
            outcome = newOutcome;
            timings = newTimings;
            bodyComplete = newOutcome instanceof Outcome.Complete;
            return this;
        }

        One noting(List<RuleMatch> newRules, String... newNotes) {
            rules = newRules;
            notes = List.of(newNotes);
            return this;
        }

        One changed(SentMessages newSent) {
            sent = newSent;
            return this;
        }

        /** Records what passed so far. */
        Recording open() {
            made++;
            Recording recording = writer.sink().open(new ExchangeStart(new UUID(0x0123_4567_89ab_4cdeL, 0x8000_0000_0000_0000L | made), STARTED,
                    client, endpoint, head, clientTls));
            requestBody.ifPresent(body -> {
                send(body, recording::requestBody);
                recording.requestEnd(end(body, true, requestTrailers));
            });
            route.ifPresent(recording::routed);
            informational.forEach(recording::informational);
            response.ifPresent(recording::response);
            return recording;
        }

        /** Records all of it. */
        void record() {
            Recording recording = open();
            passed = made;
            responseBody.ifPresent(body -> {
                send(body, recording::responseBody);
                recording.responseEnd(end(body, bodyComplete, responseTrailers));
            });
            recording.end(new ExchangeEnd(outcome, timings, rules, notes, sent));
        }
    }

    private interface Octets {
        void take(byte[] bytes, int offset, int length);
    }

    private static void send(byte[] body, Octets to) {
        for (int at = 0; at < body.length; at += 1 << 14) {
            to.take(body, at, Math.min(1 << 14, body.length - at));
        }
    }

    private static BodyEnd end(byte[] body, boolean complete, Fields trailers) {
        return new BodyEnd(body.length, sha256(body), complete, trailers);
    }

    static byte[] sha256(byte[] octets) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(octets);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** An exchange whose request head came over a wire; {@code head} lacks the empty line. */
    One request(String head) throws ProtocolException {
        return new One(HeadParser.parseRequest(HarFile.latin1(head + "\r\n\r\n"), LIMITS));
    }

    /** An exchange whose request head no wire brought. */
    One made(RequestHead head) {
        return new One(head);
    }

    /** A GET that is answered with these octets. */
    void body(String fields, byte[] octets) throws ProtocolException {
        request("GET /body HTTP/1.1\r\nHost: a.test").answered("HTTP/1.1 200 OK" + (fields.isEmpty() ? "" : "\r\n" + fields)).with(octets).record();
    }

    /** What was recorded so far, as a file, and what the export says of it. */
    record Exported(HarFile file, HarExport.Written written, byte[] octets) {
        /** The only entry. */
        JsonObject only() {
            return file.entry(file.entries() - 1);
        }
    }

    Exported export() throws Exception {
        return export(SessionQuery.ALL, true);
    }

    Exported export(SessionQuery query, boolean includeBodies) throws Exception {
        while (writer.status().writtenThrough() < passed) {
            LockSupport.parkNanos(100_000);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        HarExport.Written written = catalog.read(writer.id(), session -> HarExport.write(session, query, includeBodies, out, Unwatched.NOBODY));
        return new Exported(HarFile.of(out.toByteArray()), written, out.toByteArray());
    }

    /** Ends the session; it can be read, and exported, as before. */
    Session end() throws IOException {
        catalog.end(writer);
        return catalog.open(writer.id());
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Ends it, and has it leave as HAR and come back: the new session must give the same entries, to the last octet. */
    @Override
    public void close() throws IOException {
        try (catalog) {
            catalog.end(writer);
            Path file = home.resolve("round-trip.har");
            HarFile before = exported(writer.id(), file);
            ImportedHar imported = new HarImport(catalog, home, new HarImport.Request(file, "again", true, OptionalLong.empty()), Unwatched.NOBODY).run();
            assertEquals(List.of(), imported.warnings());
            HarFile after = exported(imported.session().id(), file);
            assertEquals(before.entries(), after.entries());
            for (int i = 0; i < before.entries(); i++) {
                assertEquals(Json.text(before.entry(i)), Json.text(after.entry(i)));
            }
        }
    }

    private HarFile exported(SessionId id, Path file) throws IOException {
        try (OutputStream out = Files.newOutputStream(file)) {
            HarExport.write(catalog.open(id), SessionQuery.ALL, true, out, Unwatched.NOBODY);
        }
        return HarFile.of(Files.readAllBytes(file));
    }
}
