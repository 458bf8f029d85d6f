package proxymcp.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.exchange.Direction;
import proxymcp.exchange.MessageEntry;
import proxymcp.exchange.MessageForm;
import proxymcp.exchange.MessageQuery;
import proxymcp.exchange.StreamKind;
import proxymcp.exchange.StreamModel;
import proxymcp.exchange.Streams;
import proxymcp.json.JsonObject;

/** Disks that fail while streams are recorded: what is missing is counted and marked, and nothing is read that was not recorded. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
final class StreamFaultTest {
    private static final StoreLimits LIMITS = new StoreLimits(256 << 10, 64 << 10, 150, 4 << 10, 20, 512, 20, 64 << 10, 10_000, 64, 1 << 17);
    private static final int HELD = 1_000;

    @TempDir
    Path home;

    @Test
    void fullDiskAtEveryPlaceLosesMessagesVisibly() throws Exception {
        int withLosses = 0;
        for (int left = 0; left < 40_000; left = left < 4_000 ? left + 397 : left + 2_989) {
            FaultyFiles files = new FaultyFiles();
            try (SessionCatalog catalog = new SessionCatalog(home, files, LIMITS, Clock.systemUTC(), System::nanoTime)) {
                SessionWriter writer = catalog.create(Optional.empty(), CaptureProfile.FULL, 100, JsonObject.EMPTY);
                StreamModel model = new StreamModel(writer.sink());
                StreamModel.Noting first = model.begin("http://a.test/1", StreamKind.NDJSON, Optional.empty());
                writer.settle();
                files.failTruncates(left % 2 == 0);
                files.fill(left);
                send(first, 0, 10);
                writer.settle();
                files.fill(Long.MAX_VALUE);
                StreamModel.Noting second = model.begin("http://a.test/2", StreamKind.NDJSON, Optional.empty());
                send(first, 10, 20);
                send(second, 20, 30);
                first.end();
                second.end();
                Manifest manifest = catalog.end(writer);
                withLosses += manifest.losses().isNone() ? 0 : 1;
                List<String> found = check(catalog.open(writer.id()), model, manifest.losses().isNone());
                // What a failed write left in the file, where that cannot be cut, is nobody's.
                assertEquals(List.of(), catalog.verify(writer.id(), VerifyLevel.DEEP, Unwatched.NOBODY).damage().stream()
                        .filter(place -> !place.kind().equals(Damage.TORN_TAIL) && !(place.kind().equals(Damage.BYTES) && place.exchanges().isEmpty()))
                        .toList());
                catalog.recover(writer.id());
                assertEquals(found, check(catalog.open(writer.id()), model, manifest.losses().isNone()), "disk full after " + left);
                catalog.delete(writer.id());
            } catch (IOException | AssertionError e) {
                throw new AssertionError("disk full after " + left + ": " + e.getMessage(), e);
            }
        }
        assertTrue(withLosses > 3, withLosses + " runs lost something");
    }

    private static void send(StreamModel.Noting noting, int from, int to) {
        for (int i = from; i < to; i++) {
            noting.send(i % 2 == 0 ? Direction.IN : Direction.OUT, new MessageForm.Line(), SampleTraffic.octets(i % 4 == 1 ? 5_000 + i : 100 + i), HELD,
                    i, "");
        }
    }

    /** Holds what is there against what was recorded; returns what is there. */
    private static List<String> check(Session session, StreamModel model, boolean isWhole) throws IOException {
        List<String> found = new ArrayList<>();
        Streams streams = session.streams();
        for (StreamModel.Noting noting : model.streams()) {
            if (streams.find(noting.seq()).isEmpty()) {
                assertTrue(!isWhole);
                continue;
            }
            int whole = 0;
            for (MessageEntry entry : streams.messages(MessageQuery.of(noting.seq()), Optional.empty(), 1_000).items()) {
                StreamModel.Noted noted = noting.messages().get((int) entry.index());
                byte[] payload = streams.payload(entry).readAllBytes();
                assertArrayEquals(Arrays.copyOf(noted.whole(), payload.length), payload);
                assertEquals(noted.message().time(), entry.time());
                whole += payload.length == noted.whole().length ? 1 : 0;
                found.add(noting.seq() + "/" + entry.index() + " " + payload.length);
            }
            boolean lacks = whole < noting.messages().size();
            assertTrue(!isWhole || !lacks, whole + " of " + noting.messages().size() + " messages are whole");
            assertEquals(lacks, session.find(noting.seq()).orElseThrow().shed(), "stream " + noting.seq() + " with " + whole);
        }
        return found;
    }
}
