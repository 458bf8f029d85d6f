package proxymcp.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.exchange.BodyEnd;
import proxymcp.exchange.Client;
import proxymcp.exchange.Direction;
import proxymcp.exchange.EndedBy;
import proxymcp.exchange.Endpoint;
import proxymcp.exchange.ExchangeEnd;
import proxymcp.exchange.ExchangeStart;
import proxymcp.exchange.MessageEntry;
import proxymcp.exchange.MessageForm;
import proxymcp.exchange.MessagePage;
import proxymcp.exchange.MessageQuery;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.Recording;
import proxymcp.exchange.Source;
import proxymcp.exchange.StreamEnd;
import proxymcp.exchange.StreamEntry;
import proxymcp.exchange.StreamKind;
import proxymcp.exchange.StreamMessage;
import proxymcp.exchange.StreamModel;
import proxymcp.exchange.StreamOpen;
import proxymcp.exchange.StreamPage;
import proxymcp.exchange.StreamQuery;
import proxymcp.exchange.Streams;
import proxymcp.exchange.Timings;
import proxymcp.http.Fields;
import proxymcp.http.RequestHead;
import proxymcp.json.JsonObject;

/** Streams of a session: while it is recorded, after it has ended, and after its index was made anew. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
final class StreamStoreTest {
    private static final int HELD = 64 << 10;
    private static final int LONG = 200_000;

    @TempDir
    Path home;

    private interface Check {
        void on(Session session) throws IOException;
    }

    /** Small segments, so that streams and even messages go over their ends. */
    private SessionCatalog catalog() {
        return TestStore.catalog(home.resolve("sessions"), TestStore.limits(300_000));
    }

    /** Checks a session while it is recorded, when it has ended, when it is opened again, and when its index was made anew. */
    private SessionId checkAlways(StreamModel[] holder, int messages, int longBytes, Check check) throws Exception {
        SessionId id;
        try (SessionCatalog catalog = catalog()) {
            SessionWriter writer = TestStore.begin(catalog);
            id = writer.id();
            holder[0] = new StreamModel(writer.sink());
            holder[0].everyKind(new Random(1), messages, HELD, longBytes);
            writer.settle();
            check.on(catalog.open(id));
            holder[0].streams().getLast().end();
            catalog.end(writer);
            check.on(catalog.open(id));
        }
        try (SessionCatalog catalog = catalog()) {
            check.on(catalog.open(id));
            assertEquals(List.of(), catalog.verify(id, VerifyLevel.DEEP, Unwatched.NOBODY).damage());
            StreamCounts counts = catalog.open(id).manifest().streams();
            assertEquals(catalog.open(id).streamCounts(), counts);
            assertEquals(List.of(), catalog.recover(id).damage());
            check.on(catalog.open(id));
            assertEquals(counts, catalog.open(id).manifest().streams());
        }
        return id;
    }

    @Test
    void everythingRecordedIsReadAgain() throws Exception {
        StreamModel[] model = new StreamModel[1];
        checkAlways(model, 20, LONG, session -> {
            model[0].check(session.streams(), true);
            for (StreamModel.Noting noting : model[0].streams()) {
                StoredExchange stored = session.exchange(noting.seq()).orElseThrow();
                assertEquals(Optional.of(noting.summary()), stored.exchange().stream());
                assertEquals(List.of(), stored.damage());
            }
            assertEquals(Optional.empty(), session.exchange(2).orElseThrow().exchange().stream());
            assertEquals(model[0].streams().size(), session.streamCounts().streams());
        });
    }

    @Test
    void queriesAgreeWithWhatWasRecorded() throws Exception {
        StreamModel[] model = new StreamModel[1];
        checkAlways(model, 60, 300, session -> {
            model[0].ask(session.streams(), new Random(3), 150);
            if (session.streams().find(6).orElseThrow().summary().closedAt().isEmpty()) {
                model[0].askForStreams(session.streams());
            }
        });
    }

    @Test
    void pagesLoseNothingOfWhatIsRecordedLate() throws Exception {
        for (boolean ofOne : new boolean[] {true, false}) {
            try (SessionCatalog catalog = catalog()) {
                SessionWriter writer = TestStore.begin(catalog);
                new StreamModel(writer.sink()).pagesOfWhatGrows(catalog.open(writer.id()).streams(), ofOne, writer::settle);
                catalog.end(writer);
            }
        }
    }

    @Test
    void previewKeepsTheFirstOctets() throws Exception {
        try (SessionCatalog catalog = TestStore.catalog(home, TestStore.SMALL)) {
            SessionWriter writer = catalog.create(Optional.empty(), CaptureProfile.PREVIEW, 1_024, JsonObject.EMPTY);
            StreamModel model = new StreamModel(writer.sink());
            StreamModel.Noting noting = model.begin("http://a.test/x", StreamKind.NDJSON, Optional.empty());
            byte[] payload = SampleTraffic.octets(LONG);
            noting.send(Direction.IN, new MessageForm.Line(), payload, HELD, 1, "");
            noting.send(Direction.IN, new MessageForm.Line(), new byte[5], HELD, 2, "");
            noting.end();
            catalog.end(writer);
            Streams streams = catalog.open(writer.id()).streams();
            List<MessageEntry> lines = streams.messages(MessageQuery.ALL, Optional.empty(), 10).items().stream()
                    .filter(entry -> entry.type().equals("line")).toList();
            assertEquals(LONG, lines.get(0).payloadBytes());
            // The limits of these tests say 16.
            assertArrayEquals(Arrays.copyOf(payload, 16), streams.payload(lines.get(0)).readAllBytes());
            assertArrayEquals(new byte[5], streams.payload(lines.get(1)).readAllBytes());
            assertTrue(Files.size(SegmentFiles.list(catalog.open(writer.id()).folder()).firstEntry().getValue()) < 2_000);
        }
    }

    private static ExchangeStart start() {
        return new ExchangeStart(new UUID(1, 1), StreamModel.STARTED, new Client("127.0.0.1:1", "main", Source.EXPLICIT, Optional.empty(), 1),
                new Endpoint("http", "a.test", 80), RequestHead.of("GET", "/", Fields.EMPTY), Optional.empty());
    }

    /** Both directions from two threads, long messages and short ones. */
    @Test
    void directionsAreRecordedAtOnce() throws Exception {
        try (SessionCatalog catalog = catalog()) {
            SessionWriter writer = TestStore.begin(catalog);
            Recording recording = writer.sink().open(start());
            recording.streamOpened(new StreamOpen(1, StreamKind.WEBSOCKET, "", "", Optional.empty()));
            byte[] payload = SampleTraffic.octets(100_000);
            List<Thread> threads = Arrays.stream(Direction.values()).map(direction -> Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 50; i++) {
                    for (int at = 0; at < payload.length; at += 10_000) {
                        recording.messagePart(direction, payload, at, 10_000);
                    }
                    recording.message(new StreamMessage(i, direction, new MessageForm.Frame(2, true, 0, false), payload.length + 10,
                            Arrays.copyOf(payload, HELD), payload.length, true, false, false, direction.id(), ""));
                }
            })).toList();
            for (Thread thread : threads) {
                thread.join();
            }
            recording.end(new ExchangeEnd(new Outcome.Complete(), Timings.NONE, List.of(), List.of()));
            catalog.end(writer);
            Streams streams = catalog.open(writer.id()).streams();
            MessagePage page = streams.messages(MessageQuery.of(1), Optional.empty(), 1_000);
            assertEquals(100, page.total());
            for (MessageEntry entry : page.items()) {
                assertArrayEquals(payload, streams.payload(entry).readAllBytes());
            }
            assertEquals(List.of(), catalog.verify(writer.id(), VerifyLevel.DEEP, Unwatched.NOBODY).damage());
        }
    }

    @Test
    void aKilledSessionKeepsItsMessagesAndItsStreamsEndWithTheRecording() throws Exception {
        Path left = home.resolve("left");
        StreamModel model;
        SessionId id;
        try (SessionCatalog catalog = catalog()) {
            SessionWriter writer = TestStore.begin(catalog);
            id = writer.id();
            model = new StreamModel(writer.sink());
            model.everyKind(new Random(5), 10, HELD, 300);
            writer.checkpoint(Optional.empty());
            StreamModel.Noting open = model.streams().getLast();
            for (int i = 0; i < 10; i++) {
                open.send(Direction.OUT, new MessageForm.Frame(1, true, 0, true), new byte[i], HELD, StreamModel.STARTED + 1_000 + i, "late");
            }
            StreamModel.Noting late = model.begin("http://late.test/", StreamKind.SSE, Optional.empty());
            late.send(Direction.IN, new MessageForm.Event("e", "1", OptionalLong.empty()), new byte[9], HELD, StreamModel.STARTED + 2_000, "");
            writer.settle();
            TestStore.copy(home.resolve("sessions").resolve(id.text()), left.resolve(id.text()));
            open.end(EndedBy.RECORDING);
            late.end(EndedBy.RECORDING);
        }
        try (SessionCatalog catalog = TestStore.catalog(left, TestStore.limits(300_000))) {
            model.check(catalog.open(id).streams(), true);
            assertEquals(Optional.of(EndedBy.RECORDING), catalog.open(id).streams().find(6).orElseThrow().summary().endedBy());
            assertEquals(Manifest.RECOVERED, catalog.open(id).manifest().recovery());
            assertEquals(List.of(), catalog.recover(id).damage());
            model.check(catalog.open(id).streams(), true);
            assertEquals(List.of(), catalog.verify(id, VerifyLevel.DEEP, Unwatched.NOBODY).damage());
        }
    }

    @Test
    void salvageCopiesStreams() throws Exception {
        StreamModel[] model = new StreamModel[1];
        SessionId id = checkAlways(model, 10, LONG, session -> { });
        try (SessionCatalog catalog = catalog()) {
            Salvaged salvaged = catalog.salvage(id, Optional.empty(), Unwatched.NOBODY);
            assertEquals(List.of(), salvaged.lost());
            model[0].check(catalog.open(salvaged.session().id()).streams(), true);
        }
    }

    /** What does not fit under the cap is counted, and its exchange says that something is missing. */
    @Test
    void messagesBeyondTheCapAreShedAndMarked() throws Exception {
        try (SessionCatalog catalog = TestStore.catalog(home, TestStore.SMALL)) {
            SessionWriter writer = catalog.create(Optional.empty(), CaptureProfile.FULL, 1, JsonObject.EMPTY);
            StreamModel.Noting noting = new StreamModel(writer.sink()).begin("http://a.test/x", StreamKind.NDJSON, Optional.empty());
            for (int i = 0; i < 100; i++) {
                noting.send(Direction.IN, new MessageForm.Line(), new byte[30_000], HELD, i, "");
            }
            writer.settle();
            Streams recording = catalog.open(writer.id()).streams();
            assertEquals(List.of("messages of it may be missing: not all of its exchange was recorded"), recording.find(1).orElseThrow().summary().notes());
            noting.send(Direction.IN, new MessageForm.Line(), new byte[LONG], HELD, 100, "");
            noting.close(new StreamEnd(200, Optional.empty(), "", EndedBy.SERVER, List.of("a fault")));
            noting.end();
            catalog.end(writer);
            assertTrue(writer.status().losses().records() > 50, writer.status().losses().toString());
            Session session = catalog.open(writer.id());
            long kept = session.streamCounts().messages();
            assertTrue(kept > 10 && kept < 50, "kept " + kept);
            assertTrue(session.find(1).orElseThrow().shed());
            StreamEntry entry = session.streams().find(1).orElseThrow();
            assertTrue(entry.shed());
            int sent = noting.messages().size();
            String lost = sent - kept + " of its " + sent + " messages were not recorded";
            assertEquals(Optional.of(lost), entry.missing());
            assertEquals(Optional.of(lost), session.streams().missing(MessageQuery.of(1)));
            assertEquals(Optional.of("messages of 1 of 1 streams are missing, as their notes say"), session.streams().missing(MessageQuery.ALL));
            assertEquals(List.of("a fault", lost), session.exchange(1).orElseThrow().exchange().stream().orElseThrow().notes());
            assertEquals(List.of(), catalog.verify(writer.id(), VerifyLevel.DEEP, Unwatched.NOBODY).damage());
            catalog.recover(writer.id());
            assertTrue(catalog.open(writer.id()).find(1).orElseThrow().shed());
            assertEquals(kept, catalog.open(writer.id()).streamCounts().messages());
            // A copy has all that there was to copy, and still says that it was not all.
            Streams copy = catalog.open(catalog.salvage(writer.id(), Optional.empty(), Unwatched.NOBODY).session().id()).streams();
            assertEquals(List.of("a fault", lost), copy.withNotes(copy.find(1).orElseThrow()).summary().notes());
        }
    }

    private static String octets(Streams streams) throws IOException {
        StreamEntry entry = streams.find(1).orElseThrow();
        return entry.summary().bytesIn() + " " + entry.summary().bytesOut();
    }

    private static BodyEnd bodyEnd(byte[] first, int count, byte[] then, int more) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        digest.update(first, 0, count);
        digest.update(then, 0, more);
        return new BodyEnd(count + more, digest.digest(), true, Fields.EMPTY);
    }

    /** What passes through a tunnel are its bodies: their octets are counted while it is open, and later. */
    @Test
    void octetsOfATunnelAreThoseOfItsBodies() throws Exception {
        try (SessionCatalog catalog = catalog()) {
            SessionWriter writer = TestStore.begin(catalog);
            byte[] body = SampleTraffic.octets(200_000);
            Recording tunnel = writer.sink().open(start());
            tunnel.streamOpened(new StreamOpen(1, StreamKind.TUNNEL, "echo", "", Optional.empty()));
            tunnel.requestBody(body, 0, 100);
            tunnel.responseBody(body, 0, body.length);
            ((StoreRecording) tunnel).streamBodies();
            writer.settle();
            Streams recording = catalog.open(writer.id()).streams();
            assertEquals("200000 100", octets(recording));
            tunnel.requestBody(body, 0, 50);
            tunnel.requestEnd(bodyEnd(body, 100, body, 50));
            tunnel.responseBody(body, 0, 7);
            tunnel.responseEnd(bodyEnd(body, body.length, body, 7));
            tunnel.end(new ExchangeEnd(new Outcome.Complete(), Timings.NONE, List.of(), List.of()));
            // Short bodies have no chunks, and those of an event stream are counted as events.
            for (StreamKind kind : List.of(StreamKind.TUNNEL, StreamKind.SSE)) {
                Recording brief = writer.sink().open(start());
                brief.streamOpened(new StreamOpen(1, kind, "", "", Optional.empty()));
                brief.responseBody(body, 0, 9);
                brief.responseEnd(bodyEnd(body, 9, body, 0));
                brief.end(new ExchangeEnd(new Outcome.Complete(), Timings.NONE, List.of(), List.of()));
            }
            catalog.end(writer);
            for (int round = 0; round < 2; round++) {
                Session session = catalog.open(writer.id());
                assertEquals("200007 150", octets(session.streams()));
                assertEquals(150, session.exchange(1).orElseThrow().exchange().stream().orElseThrow().bytesOut());
                StreamPage most = session.streams().list(new StreamQuery(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(),
                        Optional.empty(), OptionalLong.empty(), OptionalLong.empty(), StreamQuery.Sort.BYTES, true), 0, 10);
                assertEquals("[200007, 9, 0]", most.items().stream().map(entry -> entry.summary().bytesIn()).toList().toString());
                catalog.recover(writer.id());
            }
            assertEquals("200007 150", octets(catalog.open(catalog.salvage(writer.id(), Optional.empty(), Unwatched.NOBODY).session().id()).streams()));
        }
    }

    @Test
    void aStreamThatAskedForAnEventOfAnEarlierOneContinuesIt() throws Exception {
        try (SessionCatalog catalog = catalog()) {
            SessionWriter writer = TestStore.begin(catalog);
            StreamModel model = new StreamModel(writer.sink());
            for (int i = 0; i < 3; i++) {
                StreamModel.Noting events = model.begin(i == 1 ? "http://a.test/other" : "http://a.test/events", StreamKind.SSE, Optional.empty());
                events.send(Direction.IN, new MessageForm.Event("message", "Aa", OptionalLong.empty()), new byte[5], HELD, 100, "");
                events.end();
            }
            // "Aa" and "BB" have one hash: the log tells them apart.
            for (String id : List.of("Aa", "BB", "8")) {
                model.begin("http://a.test/events", StreamKind.SSE, Optional.of(id)).end();
            }
            catalog.end(writer);
            Streams streams = catalog.open(writer.id()).streams();
            assertEquals(OptionalLong.of(3), streams.find(4).orElseThrow().continues());
            assertEquals(OptionalLong.empty(), streams.find(5).orElseThrow().continues());
            assertEquals(OptionalLong.empty(), streams.find(6).orElseThrow().continues());
        }
    }

    /** A search that would read too much ends early, says so, and goes on from its cursor. */
    @Test
    void aSearchInManyPayloadsGoesOnFromItsCursor() throws Exception {
        try (SessionCatalog catalog = TestStore.catalog(home, TestStore.limits(64 << 20))) {
            SessionWriter writer = TestStore.begin(catalog);
            Recording recording = writer.sink().open(start());
            recording.streamOpened(new StreamOpen(1, StreamKind.NDJSON, "", "", Optional.empty()));
            for (int i = 0; i < 60_000; i++) {
                byte[] payload = (i == 10 || i == 59_000 ? "a nEEdle" : "hay").getBytes(StandardCharsets.US_ASCII);
                recording.message(new StreamMessage(i, Direction.IN, new MessageForm.Line(), 5, payload, payload.length, true, false, false, "", ""));
            }
            writer.settle();
            Streams streams = catalog.open(writer.id()).streams();
            MessageQuery query = new MessageQuery(OptionalLong.empty(), Optional.empty(), Optional.empty(), Set.of(), OptionalLong.empty(),
                    OptionalLong.empty(), Optional.of("Needle"), true, false);
            MessagePage first = streams.messages(query, Optional.empty(), 10);
            assertEquals("1 false [10]", first.total() + " " + first.complete() + " " + first.items().stream().map(MessageEntry::index).toList());
            MessagePage second = streams.messages(query, first.nextCursor(), 10);
            assertEquals("1 false [59000]", second.total() + " " + second.complete() + " "
                    + second.items().stream().map(MessageEntry::index).toList());
            assertEquals(Optional.empty(), second.nextCursor());
            assertEquals(60_000, streams.messages(MessageQuery.ALL, Optional.empty(), 1).total());
        }
    }

    @Test
    void aCursorOfAnotherQueryIsRefused() throws Exception {
        try (SessionCatalog catalog = catalog()) {
            SessionWriter writer = TestStore.begin(catalog);
            catalog.end(writer);
            Streams streams = catalog.open(writer.id()).streams();
            assertThrows(IllegalArgumentException.class, () -> streams.messages(MessageQuery.ALL, Optional.of("d0.5.1.1"), 10));
            assertEquals(Optional.empty(), streams.find(1));
        }
    }
}
