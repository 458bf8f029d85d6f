package proxymcp.replay;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import proxymcp.exchange.BodyEnd;
import proxymcp.exchange.BodyTap;
import proxymcp.exchange.Client;
import proxymcp.exchange.Endpoint;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.ExchangeEnd;
import proxymcp.exchange.ExchangeStart;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.Recording;
import proxymcp.exchange.Source;
import proxymcp.exchange.Timings;
import proxymcp.http.Fields;
import proxymcp.http.HttpVersion;
import proxymcp.http.RequestHead;
import proxymcp.http.ResponseHead;
import proxymcp.json.JsonObject;
import proxymcp.store.CaptureProfile;
import proxymcp.store.Session;
import proxymcp.store.SessionCatalog;
import proxymcp.store.SessionWriter;
import proxymcp.store.StoreLimits;

/** A session that a test fills with exchanges that no wire carried. */
final class FilledSession implements AutoCloseable {
    /** What a test says of one exchange; the rest is usual. */
    record Sample(String method, Endpoint endpoint, String target, HttpVersion version, Fields fields, Optional<String> body, boolean bodyComplete,
            int status, boolean complete, List<String> notes) {
        static Sample get(String host, String target) {
            return new Sample("GET", new Endpoint("http", host, 80), target, HttpVersion.HTTP_1_1,
                    new Fields.Builder().add("Host", host).build(), Optional.empty(), true, 200, true, List.of());
        }

        Sample method(String other) {
            return new Sample(other, endpoint, target, version, fields, body, bodyComplete, status, complete, notes);
        }

        Sample to(Endpoint other) {
            return new Sample(method, other, target, version, fields, body, bodyComplete, status, complete, notes);
        }

        Sample as(HttpVersion other, Fields otherFields) {
            return new Sample(method, endpoint, target, other, otherFields, body, bodyComplete, status, complete, notes);
        }

        Sample body(String text, boolean whole) {
            return new Sample(method, endpoint, target, version, fields, Optional.of(text), whole, status, complete, notes);
        }

        Sample ended(int otherStatus, boolean whole, String... otherNotes) {
            return new Sample(method, endpoint, target, version, fields, body, bodyComplete, otherStatus, whole, List.of(otherNotes));
        }
    }

    private static final Client CLIENT = new Client("127.0.0.1:5000", "127.0.0.1:8080", Source.EXPLICIT, Optional.empty(), 1);

    private final SessionCatalog catalog;
    private final SessionWriter writer;
    private long count;

    FilledSession(Path home) throws IOException {
        this(home, CaptureProfile.FULL);
    }

    FilledSession(Path home, CaptureProfile profile) throws IOException {
        catalog = new SessionCatalog(home.resolve("sessions"), StoreLimits.DEFAULT, Clock.systemUTC());
        writer = profile == CaptureProfile.FULL ? catalog.createPatient(Optional.empty(), profile, 1_024, JsonObject.EMPTY)
                : catalog.create(Optional.empty(), profile, 1_024, JsonObject.EMPTY);
    }

    /** Id of the exchange with this seq. */
    static UUID id(long seq) {
        return new UUID(0x1234_0000_0000_4000L, 0x8000_0000_0000_0000L | seq);
    }

    FilledSession add(Sample sample) {
        count++;
        RequestHead head = new RequestHead(sample.method(), sample.target(), sample.version(), sample.fields(), List.of(), new byte[0]);
        Recording recording = writer.sink().open(new ExchangeStart(id(count), 1_000_000 + count, CLIENT, sample.endpoint(), head, Optional.empty()));
        sample.body().ifPresent(text -> {
            BodyTap tap = new BodyTap(recording::requestBody);
            byte[] octets = text.getBytes(StandardCharsets.UTF_8);
            tap.pass(octets, 0, octets.length);
            BodyEnd end = tap.end(sample.bodyComplete(), Fields.EMPTY);
            recording.requestEnd(end);
        });
        if (sample.status() > 0) {
            recording.response(ResponseHead.of(sample.status(), "Fine", Fields.EMPTY));
        }
        Outcome outcome = sample.complete() ? new Outcome.Complete() : new Outcome.Incomplete(ErrorClass.CLIENT_ABORTED, "left");
        recording.end(new ExchangeEnd(outcome, Timings.NONE, List.of(), sample.notes()));
        return this;
    }

    Session session() throws IOException {
        return catalog.open(writer.id());
    }

    /** Ends the session and gives its folder. */
    Path end() throws IOException {
        catalog.end(writer);
        return session().folder();
    }

    /** The request of an exchange as it would go out, or why it would not. */
    ItemChanges.Outcome request(long seq, SendSettings settings) throws IOException, PlanException {
        Plan plan = new Planner(session(), settings).plan(new Selection.Seqs(List.of(seq)), List.of());
        try (RequestSource source = new RequestSource(catalog, writer.id(), settings.target())) {
            return new RequestMaker(plan, source, ItemChanges.NONE, settings.safety()).make(plan.items().get(0));
        }
    }

    @Override
    public void close() throws IOException {
        catalog.close();
    }
}
