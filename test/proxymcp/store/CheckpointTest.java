package proxymcp.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.exchange.Client;
import proxymcp.exchange.Endpoint;
import proxymcp.exchange.ExchangeStart;
import proxymcp.exchange.Source;
import proxymcp.http.Fields;
import proxymcp.http.ProtocolException;
import proxymcp.http.RequestHead;

/** Where recovery begins, and which checkpoints are listed. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class CheckpointTest {
    @TempDir
    Path home;

    private SessionCatalog catalog;
    private SessionWriter writer;
    private SampleTraffic traffic;
    private Path folder;
    private SessionId id;

    @BeforeEach
    void begin() throws IOException {
        catalog = TestStore.catalog(home.resolve("recorded"), TestStore.limits(64 << 10));
        writer = TestStore.begin(catalog);
        traffic = new SampleTraffic(writer.sink());
        id = writer.id();
        folder = home.resolve("recorded").resolve(id.text());
    }

    @AfterEach
    void close() throws IOException {
        catalog.close();
    }

    private void exchanges(int count) throws ProtocolException {
        for (int i = 0; i < count; i++) {
            traffic.complete("/" + traffic.noted().size(), SampleTraffic.octets(40 + traffic.noted().size()));
        }
    }

    private CheckpointInfo checkpoint(String label) throws IOException {
        return writer.checkpoint(Optional.of(label)).checkpoint();
    }

    /** The folder as a process leaves it that is killed now. */
    private Path killed() throws IOException {
        writer.settle();
        Path root = home.resolve("killed-" + System.nanoTime());
        TestStore.copy(folder, root.resolve(id.text()));
        return root;
    }

    @Test
    void aCheckpointCoversWhatWasHandedOverBefore() throws Exception {
        exchanges(3);
        SessionWriter.Taken taken = writer.checkpoint(Optional.of("three"));
        assertEquals(new CheckpointInfo(1, Optional.of("three"), 3, 1, Files.size(folder.resolve("segment-000001.seg")), SampleTraffic.STARTED),
                taken.checkpoint());
        assertEquals("3 3", taken.forcedThrough() + " " + writer.status().forcedThrough());
    }

    @Test
    void labelledCheckpointsAreListedFromTheMomentTheyReturn() throws Exception {
        exchanges(2);
        CheckpointInfo one = checkpoint("one");
        CheckpointInfo two = checkpoint("two");
        CheckpointInfo unnamed = writer.checkpoint(Optional.empty()).checkpoint();
        CheckpointInfo four = checkpoint("four");
        assertEquals(List.of(four, unnamed, two, one), catalog.checkpoints(id));
        exchanges(1);
        Path root = killed();
        catalog.end(writer);
        List<CheckpointInfo> ended = catalog.checkpoints(id);
        assertEquals(List.of(5L, 4L, 2L, 1L), ended.stream().map(CheckpointInfo::number).toList());
        assertEquals(List.of(four, two, one), ended.subList(1, 4));
        try (SessionCatalog after = TestStore.catalog(root, TestStore.SMALL)) {
            assertEquals(List.of(one, two, four), after.open(id).manifest().checkpoints());
            after.recover(id);
            assertTrue(after.checkpoints(id).containsAll(List.of(one, two, four)));
        }
    }

    @Test
    void startsThatStepBackFurtherBehindTheCheckpointStayInOrder() throws Exception {
        List<Long> starts = List.of(100L, 95L, 93L, 120L);
        for (int i = 0; i < starts.size(); i++) {
            begin(i, starts.get(i));
            if (i == 1) {
                checkpoint("behind the smaller step");
            }
        }
        try (SessionCatalog after = TestStore.catalog(killed(), TestStore.SMALL)) {
            List<Long> found = new ArrayList<>();
            after.open(id).forEach(SessionQuery.ALL, entry -> found.add(entry.startedAtMillis()));
            assertEquals(List.of(93L, 95L, 100L, 120L), SessionQuery.ALL.descending() ? found.reversed() : found);
        }
    }

    private void begin(int number, long startedAtMillis) {
        writer.sink().open(new ExchangeStart(new UUID(1, number), startedAtMillis, new Client("127.0.0.1:1", "main", Source.EXPLICIT, Optional.empty(), 1),
                new Endpoint("http", "a.test", 80), RequestHead.of("GET", "/" + number, Fields.EMPTY), Optional.empty()));
    }

    @Test
    void labelledCheckpointsAreFoundInTheLogWhenTheManifestIsLost() throws Exception {
        exchanges(2);
        CheckpointInfo one = checkpoint("one");
        exchanges(5);
        CheckpointInfo two = checkpoint("two");
        exchanges(1);
        Path root = killed();
        Files.delete(root.resolve(id.text()).resolve("manifest.json"));
        try (SessionCatalog after = TestStore.catalog(root, TestStore.SMALL)) {
            assertEquals(List.of(one, two), after.recover(id).manifest().checkpoints());
            assertEquals(List.of(one, two), after.recover(id).manifest().checkpoints(), "none comes twice");
        }
    }

    @Test
    void numbersGoOnWhenTheCheckpointFilesAreLost() throws Exception {
        exchanges(2);
        checkpoint("one");
        CheckpointInfo two = checkpoint("two");
        Path root = killed();
        Files.delete(root.resolve(id.text()).resolve("checkpoint-0"));
        Files.delete(root.resolve(id.text()).resolve("checkpoint-1"));
        try (SessionCatalog after = TestStore.catalog(root, TestStore.SMALL)) {
            after.open(id);
            assertEquals(List.of(3L, 2L, 1L), after.checkpoints(id).stream().map(CheckpointInfo::number).toList());
            assertEquals(two, after.checkpoints(id).get(1));
        }
    }

    @Test
    void theOldestOfTooManyIsForgotten() {
        Manifest manifest = Manifest.lost(id);
        for (int number = 1; number <= Manifest.CHECKPOINTS_MAX + 2; number++) {
            manifest = manifest.with(new CheckpointInfo(number, Optional.of("l"), 0, 1, 128, 1));
        }
        assertEquals("3 1002 1000", manifest.checkpoints().getFirst().number() + " " + manifest.checkpoints().getLast().number() + " "
                + manifest.checkpoints().size());
    }

    @Test
    void aSessionThatEndedTakesNoCheckpoint() throws Exception {
        catalog.end(writer);
        assertTrue(assertThrows(IOException.class, () -> writer.checkpoint(Optional.empty())).getMessage().contains("has ended"));
        assertEquals(List.of(), writer.manifest().checkpoints());
    }

    @Test
    void aDiskThatDoesNotForceRefusesTheCheckpoint() throws Exception {
        FaultyFiles disk = new FaultyFiles();
        try (SessionCatalog faulty = new SessionCatalog(home.resolve("faulty"), disk, TestStore.SMALL, TestStore.CLOCK, System::nanoTime)) {
            SessionWriter failing = TestStore.begin(faulty);
            new SampleTraffic(failing.sink()).few();
            disk.failForces(true);
            assertThrows(IOException.class, () -> failing.checkpoint(Optional.of("never")));
            disk.failForces(false);
            // What the system kept of the segment is not known any more: no checkpoint can promise it.
            assertThrows(IOException.class, () -> failing.checkpoint(Optional.of("never")));
            assertEquals(List.of(), failing.manifest().checkpoints());
        }
    }

    /** Counts what is read of segments. */
    private static final class CountingFiles extends StoreFiles {
        private final AtomicLong bytesRead = new AtomicLong();

        @Override
        FileChannel open(Path file) throws IOException {
            return new PositionedChannel(super.open(file)) {
                @Override
                public int read(ByteBuffer target, long position) throws IOException {
                    int count = super.read(target, position);
                    bytesRead.addAndGet(Math.max(0, count));
                    return count;
                }
            };
        }
    }

    private record Opened(long bytesRead, List<String> exchanges, List<Damage> damage) {}

    private Opened open(Path root) throws IOException {
        CountingFiles files = new CountingFiles();
        try (SessionCatalog after = new SessionCatalog(root, files, TestStore.SMALL, TestStore.CLOCK, System::nanoTime)) {
            Session session = after.open(id);
            long read = files.bytesRead.get();
            List<String> exchanges = new ArrayList<>();
            session.forEach(SessionQuery.ALL, entry -> exchanges.add(ExchangeText.of(session.exchange(entry.seq()).orElseThrow())));
            return new Opened(read, exchanges, session.damage());
        }
    }

    private List<String> recorded(int count) {
        return traffic.noted().subList(0, count).stream().map(SampleTraffic.Noted::text).toList();
    }

    private static long logBytes(Path folder) throws IOException {
        long bytes = 0;
        for (Path segment : SegmentFiles.list(folder).values()) {
            bytes += Files.size(segment);
        }
        return bytes;
    }

    /** Octets of the log behind a checkpoint. */
    private static long behind(Path folder, CheckpointInfo checkpoint) throws IOException {
        long bytes = -checkpoint.offset();
        for (Path segment : SegmentFiles.list(folder).tailMap(checkpoint.segment()).values()) {
            bytes += Files.size(segment);
        }
        return bytes;
    }

    @Test
    void recoveryReadsTheLogFromTheLastCheckpointOnAndNoMore() throws Exception {
        for (int more : new int[] {50, 900}) {
            exchanges(more);
            CheckpointInfo last = checkpoint("last");
            exchanges(20);
            Path root = killed();
            long behind = behind(root.resolve(id.text()), last);
            Opened opened = open(root);
            assertEquals(recorded(traffic.noted().size()), opened.exchanges());
            assertTrue(opened.bytesRead() >= behind && opened.bytesRead() <= behind + 2_048,
                    opened.bytesRead() + " read, " + behind + " behind the checkpoint, " + logBytes(folder) + " in all");
        }
        assertTrue(logBytes(folder) > 200_000, logBytes(folder) + " octets: the session is too small to tell");
    }

    @Test
    void anOlderGenerationServesWhereTheNewestIsLost() throws Exception {
        exchanges(300);
        CheckpointInfo older = checkpoint("older");
        exchanges(30);
        checkpoint("newest");
        exchanges(10);
        Path root = killed();
        Files.delete(Checkpoint.file(root.resolve(id.text()), 2));
        long behind = behind(root.resolve(id.text()), older);
        Opened opened = open(root);
        assertEquals(recorded(340), opened.exchanges());
        assertTrue(opened.bytesRead() >= behind && opened.bytesRead() <= behind + 2_048, opened.bytesRead() + " read, " + behind + " behind");
    }

    @Test
    void aCheckpointBehindTheEndOfTheLogIsNotUsedButTheOneBeforeItIs() throws Exception {
        exchanges(30);
        CheckpointInfo older = checkpoint("older");
        exchanges(30);
        checkpoint("newest");
        Path root = killed();
        Path segment = root.resolve(id.text()).resolve("segment-000001.seg");
        Crash.cutAt(segment, (int) older.offset());
        Opened opened = open(root);
        assertEquals(recorded(30), opened.exchanges());
        assertTrue(opened.bytesRead() < 2_048, opened.bytesRead() + " read, with nothing behind the older checkpoint");
    }

    @Test
    void withoutACheckpointThatFitsTheWholeLogIsRead() throws Exception {
        exchanges(30);
        CheckpointInfo only = checkpoint("only");
        exchanges(5);
        Path root = killed();
        Path segment = root.resolve(id.text()).resolve("segment-000001.seg");
        Crash.cutAt(segment, (int) only.offset() - 1);
        Opened opened = open(root);
        assertEquals(recorded(30), opened.exchanges());
        assertTrue(opened.bytesRead() >= only.offset() - 1, opened.bytesRead() + " read of " + only.offset());
    }

    @Test
    void aCleanSessionWhoseLogWasCutIsReadAgain() throws Exception {
        exchanges(30);
        CheckpointInfo early = checkpoint("early");
        exchanges(30);
        catalog.end(writer);
        Path root = home.resolve("cut");
        TestStore.copy(folder, root.resolve(id.text()));
        Crash.cutAt(root.resolve(id.text()).resolve("segment-000001.seg"), (int) early.offset());
        assertEquals(recorded(30), open(root).exchanges());
        assertEquals(Manifest.ERROR, Manifest.read(root.resolve(id.text()), id).orElseThrow().recovery());
    }

    @Test
    void aLaterSegmentThatIsMissingMakesACheckpointUseless() throws Exception {
        exchanges(400);
        CheckpointInfo last = checkpoint("last");
        assertTrue(last.segment() > 1, last.toString());
        Path root = killed();
        Files.delete(SegmentFiles.file(root.resolve(id.text()), last.segment()));
        List<String> found = open(root).exchanges();
        assertTrue(found.size() > 10 && found.size() < 400, found.size() + " exchanges");
        assertEquals(recorded(found.size() - 1), found.subList(0, found.size() - 1));
    }

    @Test
    void aCheckpointOfAnotherSessionIsIgnored() throws Exception {
        exchanges(30);
        checkpoint("ours");
        exchanges(5);
        Path root = killed();
        SessionWriter other = TestStore.begin(catalog);
        new SampleTraffic(other.sink()).everyKind(100);
        other.checkpoint(Optional.empty());
        Path foreign = home.resolve("recorded").resolve(other.id().text());
        for (String name : List.of("checkpoint-0", "checkpoint-1")) {
            Files.write(root.resolve(id.text()).resolve(name), Files.readAllBytes(foreign.resolve("checkpoint-1")));
        }
        Opened opened = open(root);
        assertEquals(recorded(35), opened.exchanges());
        assertTrue(opened.bytesRead() >= logBytes(folder), opened.bytesRead() + " read of " + logBytes(folder));
    }
}
