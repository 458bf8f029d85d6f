package proxymcp.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.json.JsonObject;
import proxymcp.store.independent.LogFile;

/**
 * A copy has what the source has that is sound, and says what it lacks; the source's log stays octet for octet.
 *
 * <p>What damage touches comes from a map of the log that another reader made.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
final class SalvageTest {
    private static final int LONG_BYTES = 5_000;

    @TempDir
    Path home;

    private Path base;
    private Path pristine;
    private Path root;
    private Path folder;
    private SessionId id;
    private List<SampleTraffic.Noted> noted;

    private interface Recording {
        void into(SampleTraffic traffic) throws Exception;
    }

    @BeforeEach
    void chooseFolder() throws IOException {
        base = TestStore.quickFolder(home);
        root = base.resolve("sessions");
    }

    @AfterEach
    void delete() throws IOException {
        if (!base.equals(home)) {
            TestStore.delete(base);
        }
    }

    /** Records a session that ends cleanly, and copies it to where it is salvaged. */
    private void record(int segmentBytes, Recording recording) throws Exception {
        Path recorded = base.resolve("recorded");
        try (SessionCatalog catalog = TestStore.catalog(recorded, TestStore.limits(segmentBytes))) {
            SessionWriter writer = catalog.create(Optional.of("a name"), CaptureProfile.FULL, 1_024,
                    JsonObject.builder().put("listener", "127.0.0.1:1").build());
            SampleTraffic traffic = new SampleTraffic(writer.sink());
            recording.into(traffic);
            catalog.end(writer);
            id = writer.id();
            noted = traffic.noted();
        }
        pristine = recorded.resolve(id.text());
        folder = root.resolve(id.text());
        restore();
    }

    private void restore() throws IOException {
        if (Files.isDirectory(root)) {
            TestStore.delete(root);
        }
        TestStore.copy(pristine, folder);
    }

    private SessionCatalog catalog() {
        return TestStore.catalog(root, TestStore.SMALL);
    }

    private static Map<Path, byte[]> segments(Path folder) throws IOException {
        Map<Path, byte[]> segments = new HashMap<>();
        for (Path segment : SegmentFiles.list(folder).values()) {
            segments.put(segment, Files.readAllBytes(segment));
        }
        return segments;
    }

    /** Salvages, and checks that no segment of the source changed. */
    private Salvaged salvage(SessionCatalog catalog) throws IOException {
        Map<Path, byte[]> before = segments(folder);
        Salvaged salvaged = catalog.salvage(id, Optional.empty(), Unwatched.NOBODY);
        for (Map.Entry<Path, byte[]> segment : before.entrySet()) {
            assertArrayEquals(segment.getValue(), Files.readAllBytes(segment.getKey()), segment.getKey().toString());
        }
        return salvaged;
    }

    /** Exchanges of a session by seq. */
    private static Map<Long, String> texts(SessionCatalog catalog, SessionId session) throws Exception {
        return catalog.read(session, opened -> {
            Map<Long, String> texts = new HashMap<>();
            opened.forEach(SessionQuery.ALL, entry -> {
                StoredExchange stored = opened.exchange(entry.seq()).orElseThrow();
                assertEquals(List.of(), stored.damage());
                texts.put(entry.seq(), ExchangeText.of(stored));
                return true;
            });
            return texts;
        });
    }

    private static Set<Long> seqs(Salvaged salvaged) {
        Set<Long> seqs = new TreeSet<>();
        salvaged.lost().forEach(lost -> seqs.add(lost.seq()));
        return seqs;
    }

    private Map<Long, String> expected() {
        Map<Long, String> expected = new HashMap<>();
        for (SampleTraffic.Noted one : noted) {
            expected.put(expected.size() + 1L, one.text());
        }
        return expected;
    }

    @Test
    void anIntactSessionComesOverWhole() throws Exception {
        record(64 << 20, traffic -> traffic.everyKind(LONG_BYTES));
        try (SessionCatalog catalog = catalog()) {
            Salvaged salvaged = salvage(catalog);
            assertEquals(noted.size() + " " + noted.size() + " [] 0", salvaged.exchangesTotal() + " " + salvaged.exchangesCopied() + " "
                    + salvaged.lost() + " " + salvaged.lostTotal());
            Manifest copy = salvaged.session();
            assertEquals("salvaged: a name", copy.name().orElseThrow());
            assertEquals("{\"listener\":\"127.0.0.1:1\",\"salvagedFrom\":\"" + id + "\"}", copy.settings().toString());
            assertEquals(CaptureProfile.FULL + " " + Manifest.CLEAN + " " + noted.size(), copy.profile() + " " + copy.recovery() + " "
                    + copy.exchangeCount());
            assertEquals(expected(), texts(catalog, copy.id()));
            assertEquals(entries(catalog, id), entries(catalog, copy.id()));
            catalog.recover(copy.id());
            assertEquals(expected(), texts(catalog, copy.id()), "the log alone says the same");
            assertEquals("mine", catalog.salvage(copy.id(), Optional.of("mine"), Unwatched.NOBODY).session().name().orElseThrow());
        }
    }

    /** What the index says of each exchange, but for where it stands. */
    private static List<String> entries(SessionCatalog catalog, SessionId session) throws Exception {
        return catalog.read(session, opened -> {
            List<String> entries = new ArrayList<>();
            opened.forEach(SessionQuery.ALL, entry -> {
                String text = entry.toString();
                entries.add(text.substring(0, text.indexOf("segment=")));
                return true;
            });
            return entries;
        });
    }

    @Test
    void gapsAndBodiesThatWereNeverWholeStayAsTheyAre() throws Exception {
        Path recorded = base.resolve("recorded");
        // Octets that are held are written after no time at all, so that short bodies are chunks.
        StoreLimits limits = new StoreLimits(3_000, 1 << 20, 10_000, 64, 0, 16, 20, Long.MAX_VALUE, TimeUnit.DAYS.toMillis(1), 8, 1 << 17);
        Path killed;
        try (SessionCatalog catalog = TestStore.catalog(recorded, limits)) {
            SessionWriter writer = catalog.create(Optional.empty(), CaptureProfile.PREVIEW, 1_024, JsonObject.EMPTY);
            SampleTraffic traffic = new SampleTraffic(writer.sink());
            traffic.everyKind(LONG_BYTES);
            SampleTraffic.Paused paused = traffic.begin("/short");
            paused.send(SampleTraffic.SHARED, 0, 9);
            writer.settle();
            writer.openAt(40, traffic.begin("/gap").start());
            writer.checkpoint(Optional.empty());
            id = writer.id();
            killed = base.resolve("killed");
            TestStore.copy(recorded.resolve(id.text()), killed);
        }
        pristine = killed;
        folder = root.resolve(id.text());
        restore();
        try (SessionCatalog catalog = catalog()) {
            Map<Long, String> before = texts(catalog, id);
            Salvaged salvaged = salvage(catalog);
            assertEquals(before, texts(catalog, salvaged.session().id()));
            assertEquals(before.size(), salvaged.exchangesCopied());
            assertEquals(40, salvaged.exchangesTotal());
            assertEquals(40 - before.size(), salvaged.lostTotal());
            assertEquals(entries(catalog, id), entries(catalog, salvaged.session().id()));
        }
    }

    private LogFile.Entry[] records() throws IOException {
        return LogMap.of(pristine).entries().toArray(LogFile.Entry[]::new);
    }

    /** One bit of the header, or of the payload, of every record. */
    @Test
    void whatADamagedRecordDoesNotTouchComesOverAndTheRestIsNamed() throws Exception {
        record(64 << 20, SampleTraffic::few);
        LogMap map = LogMap.of(pristine);
        for (LogFile.Entry lost : records()) {
            for (long at : new long[] {lost.offset() + 8, lost.offset() + RecordLayout.HEADER_BYTES, lost.end() - 1}) {
                for (boolean rebuilt : new boolean[] {false, true}) {
                    restore();
                    Crash.flip(folder.resolve("segment-000001.seg"), at, 3);
                    if (rebuilt) {
                        Files.delete(folder.resolve("index.rows"));
                    }
                    try (SessionCatalog catalog = catalog()) {
                        check(catalog, map.touched(lost), LogMap.parts(lost));
                    } catch (Exception | AssertionError e) {
                        fail("bit flipped at " + at + " in " + lost + (rebuilt ? ", index lost" : ""), e);
                    }
                }
            }
        }
    }

    private void check(SessionCatalog catalog, Set<Long> touched, Set<String> parts) throws Exception {
        Salvaged salvaged = salvage(catalog);
        assertEquals(touched, seqs(salvaged), salvaged.lost().toString());
        Map<Long, String> found = texts(catalog, salvaged.session().id());
        assertEquals(found.size(), salvaged.exchangesCopied());
        assertEquals(noted.size(), salvaged.exchangesTotal());
        expected().forEach((seq, text) -> {
            if (!touched.contains(seq)) {
                assertEquals(text, found.get(seq));
            } else if (found.containsKey(seq)) {
                checkTouched(text, found.get(seq), parts);
            } else {
                assertTrue(parts.contains("all"), "exchange " + seq);
            }
        });
        for (IndexEntry entry : catalog.open(salvaged.session().id()).query(SessionQuery.ALL, 0, 100, Optional.empty()).items()) {
            assertEquals(touched.contains(entry.seq()), entry.shed(), "exchange " + entry.seq());
        }
    }

    private static void checkTouched(String expected, String actual, Set<String> parts) {
        List<String> differing = new ArrayList<>(List.of(actual.split("\n")));
        differing.removeAll(List.of(expected.split("\n")));
        for (String line : differing) {
            assertTrue(parts.stream().anyMatch(line::startsWith), line + " differs, and only " + parts + " may");
        }
    }

    @Test
    void ofADamagedLongBodyComesWhatStandsBeforeTheDamage() throws Exception {
        record(64 << 20, traffic -> traffic.everyKind(LONG_BYTES));
        LogFile.Entry[] chunks = java.util.Arrays.stream(records())
                .filter(entry -> entry.seq() == 6 && entry.type() == RecordType.RESPONSE_CHUNK.code()).toArray(LogFile.Entry[]::new);
        LogFile.Entry hit = chunks[chunks.length / 2];
        long before = SampleTraffic.octets(LONG_BYTES).length == LONG_BYTES ? java.nio.ByteBuffer.wrap(hit.payload())
                .order(java.nio.ByteOrder.LITTLE_ENDIAN).getLong(8) : -1;
        Crash.flip(folder.resolve("segment-000001.seg"), hit.end() - 1, 0);
        try (SessionCatalog catalog = catalog()) {
            Salvaged salvaged = salvage(catalog);
            assertEquals("[6 response_body]", salvaged.lost().stream().map(lost -> lost.seq() + " " + lost.part()).toList().toString());
            assertTrue(salvaged.lost().getFirst().reason().startsWith(before + " of 5000 octets could be read: "), salvaged.lost().toString());
            StoredExchange copy = catalog.open(salvaged.session().id()).exchange(6).orElseThrow();
            assertEquals("5000 " + before, copy.responseBody().size() + " " + copy.responseBody().kept());
            assertArrayEquals(java.util.Arrays.copyOf(SampleTraffic.octets(LONG_BYTES), (int) before), ExchangeText.octets(copy.responseBody()));
        }
    }

    @Test
    void aMissingSegmentCostsWhatStoodInIt() throws Exception {
        record(3_000, traffic -> {
            for (int i = 0; i < 60; i++) {
                traffic.complete("/" + i, ("body " + i).getBytes(StandardCharsets.US_ASCII));
            }
        });
        LogMap map = LogMap.of(pristine);
        Set<Long> touched = new TreeSet<>();
        for (LogFile.Entry entry : map.entries()) {
            if (entry.segment() == 2) {
                touched.addAll(map.touched(entry));
            }
        }
        Files.delete(folder.resolve("segment-000002.seg"));
        try (SessionCatalog catalog = catalog()) {
            Salvaged salvaged = salvage(catalog);
            assertEquals(touched, seqs(salvaged));
            Map<Long, String> found = texts(catalog, salvaged.session().id());
            expected().forEach((seq, text) -> {
                if (!touched.contains(seq)) {
                    assertEquals(text, found.get(seq));
                }
            });
        }
    }

    @Test
    void aCutLogCostsTheExchangesBehindTheCut() throws Exception {
        record(64 << 20, traffic -> {
            for (int i = 0; i < 20; i++) {
                traffic.complete("/" + i, ("body " + i).getBytes(StandardCharsets.US_ASCII));
            }
        });
        LogFile.Entry start = java.util.Arrays.stream(records()).filter(entry -> entry.seq() == 15 && entry.type() == RecordType.START.code())
                .findFirst().orElseThrow();
        Crash.cutAt(folder.resolve("segment-000001.seg"), (int) start.offset());
        try (SessionCatalog catalog = catalog()) {
            Salvaged salvaged = salvage(catalog);
            assertEquals(new TreeSet<>(List.of(15L, 16L, 17L, 18L, 19L, 20L)), seqs(salvaged));
            assertEquals("20 14 6", salvaged.exchangesTotal() + " " + salvaged.exchangesCopied() + " " + salvaged.lostTotal());
            assertEquals(Set.of("exchange"), Set.copyOf(salvaged.lost().stream().map(Salvaged.Lost::part).toList()));
        }
    }

    @Test
    void damagedOrMissingDerivedFilesCostNothing() throws Exception {
        record(64 << 20, traffic -> traffic.everyKind(300));
        for (String name : List.of("index.head", "index.rows", "index.names", "index.paths", "checkpoint-1", "manifest.json")) {
            restore();
            Files.delete(folder.resolve(name));
            checkWhole(name + " deleted");
            restore();
            Crash.flip(folder.resolve(name), 30, 2);
            checkWhole(name + " damaged");
        }
    }

    private void checkWhole(String what) throws Exception {
        try (SessionCatalog catalog = catalog()) {
            Salvaged salvaged = salvage(catalog);
            assertEquals(List.of(), salvaged.lost(), what);
            assertEquals(expected(), texts(catalog, salvaged.session().id()), what);
        }
    }

    /** Nothing can be locked there, as in a folder that cannot be written. */
    @Test
    void aFolderThatCannotBeWrittenIsSalvagedAndLeftAlone() throws Exception {
        record(64 << 20, traffic -> traffic.everyKind(300));
        Files.deleteIfExists(folder.resolve("lock"));
        Files.createDirectory(folder.resolve("lock"));
        checkWhole("clean");
        Files.delete(folder.resolve("index.head"));
        Files.delete(folder.resolve("manifest.json"));
        checkWhole("without index and manifest");
        assertFalse(Files.exists(folder.resolve("manifest.json")), "it was recovered in place");
        assertEquals(1, SegmentFiles.list(folder).size());
    }

    @Test
    void whatIsRecordedOrUnknownIsRefused() throws Exception {
        try (SessionCatalog catalog = catalog(); SessionCatalog other = catalog()) {
            SessionWriter writer = TestStore.begin(catalog);
            assertEquals("session_active", refused(catalog, writer.id()));
            assertEquals("session_locked", refused(other, writer.id()));
            assertEquals("unknown_session", refused(catalog, new SessionId("20200101000000_00000000")));
            assertEquals(1, catalog.ids().size());
        }
    }

    private static String refused(SessionCatalog catalog, SessionId session) {
        return assertThrows(SessionException.class, () -> catalog.salvage(session, Optional.empty(), Unwatched.NOBODY)).code();
    }

    @Test
    void cancellingLeavesNothing() throws Exception {
        record(64 << 20, traffic -> traffic.everyKind(LONG_BYTES));
        List<Long> done = new ArrayList<>();
        try (SessionCatalog catalog = catalog()) {
            assertThrows(CancellationException.class, () -> catalog.salvage(id, Optional.empty(), new WorkWatch() {
                @Override
                public void done(long at, long total) {
                    assertEquals(noted.size(), total);
                    done.add(at);
                }

                @Override
                public boolean cancelled() {
                    return done.size() == 5;
                }
            }));
            assertEquals(List.of(1L, 2L, 3L, 4L, 5L), done);
            assertEquals(List.of(id), catalog.ids());
        }
    }

    @Test
    void aFullDiskFailsAndLeavesNothing() throws Exception {
        record(64 << 20, traffic -> traffic.everyKind(LONG_BYTES));
        FaultyFiles disk = new FaultyFiles();
        try (SessionCatalog catalog = new SessionCatalog(root, disk, TestStore.SMALL, TestStore.CLOCK, System::nanoTime)) {
            int failedOnTheWay = 0;
            for (long room = 0; room < 700_000; room += 2_000) {
                disk.fill(room);
                long[] copied = new long[1];
                try {
                    catalog.salvage(id, Optional.empty(), new WorkWatch() {
                        @Override
                        public void done(long done, long total) {
                            copied[0] = done;
                        }

                        @Override
                        public boolean cancelled() {
                            return false;
                        }
                    });
                    assertTrue(failedOnTheWay > 3, "it fitted into " + room + ", having failed on the way " + failedOnTheWay + " times");
                    return;
                } catch (SessionException e) {
                    failedOnTheWay += copied[0] > 0 ? 1 : 0;
                    assertEquals("cannot_write", e.code());
                    assertEquals(List.of(id), catalog.ids(), "room for " + room);
                }
            }
            fail("it never fits");
        }
    }
}
