package proxymcp.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.exchange.BodyTap;
import proxymcp.exchange.Client;
import proxymcp.exchange.Endpoint;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.ExchangeEnd;
import proxymcp.exchange.ExchangeSink;
import proxymcp.exchange.ExchangeStart;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.Recording;
import proxymcp.exchange.Route;
import proxymcp.exchange.Source;
import proxymcp.exchange.Timings;
import proxymcp.http.Fields;
import proxymcp.http.RequestHead;
import proxymcp.http.ResponseHead;
import proxymcp.json.JsonObject;

/** Exchanges that were packed are in a session as if they had been recorded there. */
@Timeout(30)
final class ExchangePackTest {
    private static final UUID ID = new UUID(0x1234_0000_0000_4000L, 0x8000_0000_0000_0001L);
    private static final Timings TIMINGS = new Timings(1, 2, 3, -1, 5, 6, 7, 24);

    @TempDir
    Path home;

    private static void record(ExchangeSink sink, UUID id, byte[] response) {
        RequestHead head = RequestHead.of("POST", "/a?b=c", new Fields.Builder().add("Host", "example.org").add("X-One", "1").add("X-One", "2").build());
        Recording recording = sink.open(new ExchangeStart(id, 1_234, new Client("", "", Source.REPLAY, Optional.empty(), 0),
                new Endpoint("http", "example.org", 80), head, Optional.empty()));
        BodyTap request = new BodyTap(recording::requestBody);
        request.pass("{}".getBytes(StandardCharsets.UTF_8), 0, 2);
        recording.requestEnd(request.end(true, Fields.EMPTY));
        recording.routed(new Route(Optional.empty(), "127.0.0.1:80", 3, true, Optional.empty()));
        recording.response(ResponseHead.of(201, "Made", new Fields.Builder().add("Set-Cookie", "a=b").build()));
        BodyTap body = new BodyTap(recording::responseBody);
        body.pass(response, 0, response.length);
        recording.responseEnd(body.end(true, Fields.EMPTY));
        recording.end(new ExchangeEnd(new Outcome.Complete(), TIMINGS, List.of(), List.of("a note")));
    }

    private static byte[] octets(int count) {
        byte[] octets = new byte[count];
        for (int i = 0; i < count; i++) {
            octets[i] = (byte) (i * 31);
        }
        return octets;
    }

    @Test
    void theLastExchangeIsNamedWithoutBeingRecorded() throws IOException {
        ExchangePack pack = new ExchangePack(1 << 20);
        assertEquals(Optional.empty(), ExchangeUnpack.lastId(new ByteArrayInputStream(pack.octets())));
        record(pack, new UUID(1, 2), octets(100_000));
        record(pack, ID, new byte[0]);
        assertEquals(Optional.of(ID), ExchangeUnpack.lastId(new ByteArrayInputStream(pack.octets())));
    }

    @Test
    void whatIsUnpackedIsWhatWasPacked() throws IOException {
        ExchangePack pack = new ExchangePack(1 << 20);
        byte[] large = octets(200_000);
        record(pack, ID, "short".getBytes(StandardCharsets.UTF_8));
        record(pack, new UUID(1, 2), large);
        try (SessionCatalog catalog = new SessionCatalog(home.resolve("sessions"), StoreLimits.DEFAULT, Clock.systemUTC())) {
            SessionWriter writer = catalog.create(Optional.empty(), CaptureProfile.FULL, 64, JsonObject.EMPTY);
            List<ExchangeUnpack.Recorded> recorded = ExchangeUnpack.record(new ByteArrayInputStream(pack.octets()), writer.sink());
            assertEquals(List.of(new ExchangeUnpack.Recorded(ID, 1), new ExchangeUnpack.Recorded(new UUID(1, 2), 2)), recorded);
            catalog.end(writer);
            Session session = catalog.open(writer.id());
            StoredExchange first = session.exchange(1).orElseThrow();
            assertEquals("POST http://example.org/a?b=c [X-One: 1, X-One: 2] 201", first.exchange().start().head().method() + " " + first.exchange().start().url()
                    + " " + first.exchange().start().head().fields().lines().stream().filter(line -> line.name().equals("X-One"))
                    .map(line -> line.name() + ": " + line.value()).toList() + " " + first.exchange().response().orElseThrow().status());
            assertEquals(TIMINGS, first.exchange().timings());
            assertEquals(List.of("a note"), first.exchange().endNotes());
            assertEquals(Optional.of(true), first.exchange().route().map(Route::reused));
            assertEquals(Source.REPLAY, first.exchange().start().client().source());
            assertArrayEquals("{}".getBytes(StandardCharsets.UTF_8), first.requestBody().open().readAllBytes());
            assertArrayEquals("short".getBytes(StandardCharsets.UTF_8), first.responseBody().open().readAllBytes());
            assertArrayEquals(large, session.exchange(2).orElseThrow().responseBody().open().readAllBytes());
        }
    }

    @Test
    void ofALongBodyTheFirstOctetsAreKeptAndAllAreCounted() throws IOException {
        ExchangePack pack = new ExchangePack(100_000);
        byte[] large = octets(200_000);
        record(pack, ID, large);
        try (SessionCatalog catalog = new SessionCatalog(home.resolve("sessions"), StoreLimits.DEFAULT, Clock.systemUTC())) {
            SessionWriter writer = catalog.create(Optional.empty(), CaptureProfile.FULL, 64, JsonObject.EMPTY);
            ExchangeUnpack.record(new ByteArrayInputStream(pack.octets()), writer.sink());
            catalog.end(writer);
            StoredExchange stored = catalog.open(writer.id()).exchange(1).orElseThrow();
            assertEquals(200_000, stored.responseBody().size());
            assertArrayEquals(Arrays.copyOf(large, 100_000), stored.responseBody().open().readAllBytes());
        }
    }

    @Test
    void aCutPackEndsTheExchangeAsIncompleteWhereverItIsCut() {
        ExchangePack pack = new ExchangePack(1 << 20);
        record(pack, ID, "short".getBytes(StandardCharsets.UTF_8));
        byte[] whole = pack.octets();
        for (int cut = 1; cut < whole.length; cut++) {
            Ends ends = new Ends();
            byte[] part = Arrays.copyOf(whole, cut);
            try {
                ExchangeUnpack.record(new ByteArrayInputStream(part), ends);
            } catch (IOException expected) {
                // Within a record; between two of them it is the end of what there is.
            }
            assertEquals(ends.opened, ends.ended, "cut at " + cut);
            assertEquals(Optional.of(ErrorClass.INTERNAL), ends.opened == 0 ? Optional.of(ErrorClass.INTERNAL) : ends.last, "cut at " + cut);
        }
        assertThrows(IOException.class, () -> ExchangeUnpack.record(new ByteArrayInputStream(new byte[] {4, 127, 0, 0, 0}), new Ends()));
    }

    /** Counts. */
    private static final class Ends implements ExchangeSink {
        private int opened;
        private int ended;
        private Optional<ErrorClass> last = Optional.empty();

        @Override
        public Recording open(ExchangeStart start) {
            opened++;
            return new Recording() {
                @Override
                public void requestBody(byte[] bytes, int offset, int length) {}

                @Override
                public void requestEnd(proxymcp.exchange.BodyEnd end) {}

                @Override
                public void routed(Route route) {}

                @Override
                public void informational(ResponseHead head) {}

                @Override
                public void response(ResponseHead head) {}

                @Override
                public void responseBody(byte[] bytes, int offset, int length) {}

                @Override
                public void responseEnd(proxymcp.exchange.BodyEnd end) {}

                @Override
                public void end(ExchangeEnd end) {
                    ended++;
                    last = end.outcome() instanceof Outcome.Incomplete incomplete ? Optional.of(incomplete.errorClass()) : Optional.empty();
                }
            };
        }
    }
}
