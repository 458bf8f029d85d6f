package proxymcp.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import proxymcp.exchange.BodyEnd;
import proxymcp.exchange.ExchangeStart;
import proxymcp.exchange.Recording;
import proxymcp.http.Fields;
import proxymcp.store.independent.LogFile;

/**
 * A session, damaged in every way, is said to be damaged exactly there, with exactly the exchanges that lose something; what is sound is never said
 * to be damaged. The expected side is a map of the log made by {@link LogFile}.
 */
@Timeout(value = 240, unit = TimeUnit.SECONDS)
final class VerifyTest {
    @TempDir
    Path home;

    private Path base;
    private Path pristine;
    private Path root;
    private Path folder;
    private SessionId id;
    private LogMap map;

    @BeforeEach
    void record() throws Exception {
        base = TestStore.quickFolder(home);
        Path recorded = base.resolve("recorded");
        try (SessionCatalog catalog = TestStore.catalog(recorded, TestStore.SMALL)) {
            SessionWriter writer = TestStore.begin(catalog);
            new SampleTraffic(writer.sink()).few();
            catalog.end(writer);
            id = writer.id();
        }
        pristine = recorded.resolve(id.text());
        map = LogMap.of(pristine);
        root = base.resolve("sessions");
        folder = root.resolve(id.text());
        restore();
    }

    @AfterEach
    void delete() throws IOException {
        if (!base.equals(home)) {
            TestStore.delete(base);
        }
    }

    @ParameterizedTest
    @EnumSource(VerifyLevel.class)
    void anIntactSessionIsCleanAndEveryRecordIsCounted(VerifyLevel level) throws Exception {
        VerifyReport report = verify(level);
        assertEquals(List.of(), report.damage());
        assertEquals(List.of(), report.notes());
        assertEquals(VerifyReport.State.CLEAN, report.state());
        assertEquals(map.entries().size(), report.recordsChecked());
        assertEquals(List.of(new VerifyReport.Segment(1, "sealed", map.entries().size(), Files.size(segment()))), report.segments());
        assertEquals(level == VerifyLevel.QUICK, report.bytesChecked() < Files.size(segment()));
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 3_000})
    void aSessionOfEveryKindOfExchangeIsCleanOverSeveralSegments(int segmentBytes) throws Exception {
        Path many = base.resolve("many");
        try (SessionCatalog catalog = TestStore.catalog(many, TestStore.limits(segmentBytes))) {
            SessionWriter writer = TestStore.begin(catalog);
            new SampleTraffic(writer.sink()).everyKind(150);
            catalog.end(writer);
            for (VerifyLevel level : VerifyLevel.values()) {
                VerifyReport report = catalog.verify(writer.id(), level, Unwatched.NOBODY);
                assertEquals(List.of(), report.damage());
                assertEquals(List.of(), report.notes());
                assertEquals(LogFile.read(many.resolve(writer.id().text())).size(), report.recordsChecked(), level.name());
                assertTrue(report.segments().size() > 2, "segments: " + report.segments());
            }
        }
    }

    @Test
    void everyFlippedBitIsFoundWithItsRangeAndItsExchanges() throws Exception {
        byte[] log = Files.readAllBytes(segment());
        for (int at = 0; at < log.length; at++) {
            for (int bit : new int[] {at % 8, (at + 3) % 8}) {
                log[at] ^= (byte) (1 << bit);
                Files.write(segment(), log);
                log[at] ^= (byte) (1 << bit);
                Optional<LogFile.Entry> lost = at < SegmentHeader.BYTES ? Optional.empty() : Optional.of(map.at(at));
                try {
                    VerifyReport report = verify(bit == at % 8 ? VerifyLevel.DEEP : VerifyLevel.STANDARD);
                    assertEquals(lost.map(entry -> List.of(damageOf(entry, bitIsOfPayload(entry, report), log.length))).orElse(List.of()),
                            report.damage());
                    boolean start = lost.isPresent() && lost.get().type() == RecordType.START.code();
                    assertEquals(start ? List.of(lost.get().seq()) : List.of(), report.lostExchanges());
                    assertEquals(lost.isPresent() && !isLast(lost.get(), log.length, at), !report.isOk());
                } catch (Exception | AssertionError e) {
                    fail("bit " + bit + " flipped at " + at + " in " + lost, e);
                }
            }
        }
    }

    private static boolean isLast(LogFile.Entry entry, int logBytes, int at) {
        return entry.end() == logBytes && at < entry.offset() + RecordLayout.HEADER_BYTES;
    }

    private static boolean bitIsOfPayload(LogFile.Entry entry, VerifyReport report) {
        return report.damage().size() == 1 && report.damage().get(0).kind().equals(Damage.RECORD);
    }

    private Damage damageOf(LogFile.Entry lost, boolean payload, int logBytes) {
        String kind = payload ? Damage.RECORD : lost.end() == logBytes ? Damage.TORN_TAIL : Damage.BYTES;
        return new Damage(1, lost.offset(), lost.end() - lost.offset(), kind, lost.seq(), List.copyOf(map.touched(lost)));
    }

    @Test
    void everyCutOfASessionThatHadEndedIsFoundWithItsExchanges() throws Exception {
        int size = (int) Files.size(segment());
        for (int cut = SegmentHeader.BYTES; cut < size; cut++) {
            restore();
            Crash.cutAt(segment(), cut);
            int at = cut;
            TreeSet<Long> touched = new TreeSet<>();
            TreeSet<Long> begun = new TreeSet<>();
            map.entries().stream().filter(entry -> entry.end() > at).forEach(entry -> {
                touched.addAll(map.touched(entry));
                if (entry.type() == RecordType.START.code()) {
                    begun.add(entry.seq());
                }
            });
            try {
                VerifyReport report = verify(VerifyLevel.STANDARD);
                boolean ended = map.entries().stream().anyMatch(entry -> entry.type() == RecordType.SESSION_END.code() && entry.end() <= at);
                TreeSet<Long> named = new TreeSet<>();
                report.damage().forEach(place -> named.addAll(place.exchanges()));
                if (ended) {
                    assertTrue(report.isOk(), "the seal alone is cut: " + report);
                } else {
                    long begin = map.at(at).offset();
                    List<String> places = report.damage().stream().map(place -> place.kind() + " " + place.offset() + " " + place.length()).toList();
                    assertEquals(begin == at ? List.of("cut " + at + " 0") : List.of("bytes " + begin + " " + (at - begin), "cut " + at + " 0"), places);
                    assertEquals(touched, named);
                }
                assertEquals(List.copyOf(begun), report.lostExchanges());
            } catch (Exception | AssertionError e) {
                fail("cut at " + cut, e);
            }
        }
    }

    @Test
    void damageToASharedBodyNamesEveryExchangeThatRefersToIt() throws Exception {
        LogFile.Entry shared = map.entries().stream().filter(entry -> entry.type() == RecordType.BODY.code() && map.referring(entry).size() > 1)
                .findFirst().orElseThrow();
        byte[] log = Files.readAllBytes(segment());
        log[(int) shared.end() - 1] ^= 1;
        Files.write(segment(), log);
        VerifyReport report = verify(VerifyLevel.DEEP);
        assertEquals(List.of(new Damage(1, shared.offset(), shared.end() - shared.offset(), Damage.RECORD, 0, List.copyOf(map.referring(shared)))),
                report.damage());
        assertEquals(List.of(), report.lostExchanges());
    }

    @Test
    void aRecordThatIsGoneWithoutATraceIsFoundByTheSeal() throws Exception {
        byte[] log = Files.readAllBytes(segment());
        LogFile.Entry gone = map.entries().stream().filter(entry -> entry.type() == RecordType.RESPONSE.code()).findFirst().orElseThrow();
        LogFile.Entry seal = map.entries().getLast();
        int length = (int) (gone.end() - gone.offset());
        byte[] rest = new byte[log.length - length];
        System.arraycopy(log, 0, rest, 0, (int) gone.offset());
        System.arraycopy(log, (int) gone.end(), rest, (int) gone.offset(), log.length - (int) gone.end());
        Files.write(segment(), rest);
        Files.delete(folder.resolve("checkpoint-1"));
        assertEquals(List.of(new Damage(1, seal.offset() - length, seal.end() - seal.offset(), Damage.RECORD, 0, List.of())),
                verify(VerifyLevel.STANDARD).damage());
    }

    @Test
    void aLostSegmentIsNamedWithEverythingInIt() throws Exception {
        Path many = base.resolve("many");
        try (SessionCatalog catalog = TestStore.catalog(many, TestStore.limits(3_000))) {
            SessionWriter writer = TestStore.begin(catalog);
            new SampleTraffic(writer.sink()).everyKind(150);
            catalog.end(writer);
            Path session = many.resolve(writer.id().text());
            LogMap whole = LogMap.of(session);
            long bytes = Files.size(SegmentFiles.file(session, 2));
            Files.delete(SegmentFiles.file(session, 2));
            TreeSet<Long> begun = new TreeSet<>();
            whole.entries().stream().filter(entry -> entry.segment() == 2 && entry.type() == RecordType.START.code())
                    .forEach(entry -> begun.add(entry.seq()));
            for (VerifyLevel level : VerifyLevel.values()) {
                VerifyReport report = catalog.verify(writer.id(), level, Unwatched.NOBODY);
                Damage gone = report.damage().get(0);
                assertEquals("2 0 " + bytes + " segment", gone.segment() + " " + gone.offset() + " " + gone.length() + " " + gone.kind());
                assertEquals("missing", report.segments().get(1).state());
                if (level != VerifyLevel.QUICK) {
                    assertEquals(List.copyOf(begun), report.lostExchanges());
                    assertTrue(gone.exchanges().containsAll(begun), gone + " holds " + begun);
                    assertEquals(1, report.damage().size(), "what refers into it is not damaged itself: " + report.damage());
                }
            }
        }
    }

    @Test
    void damageToDerivedFilesIsTold() throws Exception {
        for (String name : List.of("index.head", "index.rows", "index.names", "index.paths", "checkpoint-1")) {
            restore();
            Path file = folder.resolve(name);
            byte[] bytes = Files.readAllBytes(file);
            int used = used(bytes);
            for (int at = 0; at < used; at++) {
                bytes[at] ^= (byte) (1 << at % 8);
                Files.write(file, bytes);
                bytes[at] ^= (byte) (1 << at % 8);
                VerifyReport report = verify(VerifyLevel.STANDARD);
                boolean unusedWord = name.equals("index.head") && at >= 48 && at < 64;
                assertEquals(unusedWord, report.damage().isEmpty(), name + " flipped at " + at + ": " + report);
                String kind = name.startsWith("index") ? Damage.INDEX : Damage.CHECKPOINT;
                assertTrue(report.damage().stream().allMatch(place -> place.segment() == 0 && place.kind().equals(kind)), "in " + name + ": " + report);
            }
            Files.delete(file);
            assertTrue(verify(VerifyLevel.DEEP).damage().stream().noneMatch(place -> place.segment() != 0), name + " is missing");
        }
        restore();
        Files.write(folder.resolve("manifest.json"), new byte[] {'{'});
        assertEquals(Damage.MANIFEST, verify(VerifyLevel.QUICK).damage().get(0).kind());
    }

    /** Octets of a file up to the last that is not zero. */
    private static int used(byte[] bytes) {
        int used = bytes.length;
        while (used > 0 && bytes[used - 1] == 0) {
            used--;
        }
        return used;
    }

    @Test
    void aRowThatFitsItsChecksumAndNotTheLogIsFoundByTheDeepLevelAlone() throws Exception {
        Checkpoint before = Checkpoint.newest(folder, id).orElseThrow();
        try (IndexFiles index = IndexFiles.open(TestStore.UNFORCED, folder, id, true)) {
            ByteBuffer row = index.extent(3);
            int at = index.at(3) + RowLayout.RESPONSE_BYTES;
            row.putLong(at, row.getLong(at) + 1);
            Checkpoint after = new Checkpoint(id, before.number(), before.label(), before.takenAtMillis(), before.position(), before.nextNumber(),
                    before.bytes(), before.lastSeq(), before.exchanges(), before.namesUsed(), before.pathsUsed(), before.stepBackMillis(),
                    before.losses(), List.of(index.rows().checksum(1, before.lastSeq())), before.names(), before.paths(), before.open(),
                    before.streams());
            TestStore.UNFORCED.replace(Checkpoint.file(folder, before.number()), after.encode());
        }
        assertEquals(List.of(), verify(VerifyLevel.STANDARD).damage());
        assertEquals(List.of(new Damage(0, 0, 0, Damage.INDEX, 3, List.of(3L))), verify(VerifyLevel.DEEP).damage());
    }

    @Test
    void aBodyThatIsNotWhatItsDigestSaysIsFoundByTheDeepLevelAlone() throws Exception {
        for (int bytes : new int[] {10, 1_000}) {
            try (SessionCatalog catalog = TestStore.catalog(base.resolve("wrong"), TestStore.SMALL)) {
                SessionWriter writer = TestStore.begin(catalog);
                byte[] body = SampleTraffic.octets(bytes);
                Recording recording = writer.sink().open(start());
                recording.requestBody(body, 0, body.length);
                recording.requestEnd(new BodyEnd(body.length, new byte[32], true, Fields.EMPTY));
                recording.end(new proxymcp.exchange.ExchangeEnd(new proxymcp.exchange.Outcome.Complete(), proxymcp.exchange.Timings.NONE, List.of(),
                        List.of()));
                catalog.end(writer);
                assertEquals(List.of(), catalog.verify(writer.id(), VerifyLevel.STANDARD, Unwatched.NOBODY).damage());
                List<Damage> damage = catalog.verify(writer.id(), VerifyLevel.DEEP, Unwatched.NOBODY).damage();
                assertEquals(1, damage.size(), damage.toString());
                assertEquals(List.of(1L), damage.get(0).exchanges());
            }
        }
    }

    private static ExchangeStart start() {
        return new ExchangeStart(new java.util.UUID(1, 1), SampleTraffic.STARTED,
                new proxymcp.exchange.Client("127.0.0.1:1", "main", proxymcp.exchange.Source.EXPLICIT, Optional.empty(), 1),
                new proxymcp.exchange.Endpoint("http", "a.test", 80), proxymcp.http.RequestHead.of("POST", "/", Fields.EMPTY), Optional.empty());
    }

    @Test
    void aSessionBeingRecordedIsCleanAtEveryMoment() throws Exception {
        Path live = base.resolve("live");
        try (SessionCatalog catalog = TestStore.catalog(live, TestStore.limits(3_000)); SessionCatalog elsewhere = TestStore.catalog(live,
                TestStore.SMALL)) {
            SessionWriter writer = TestStore.begin(catalog);
            List<Throwable> failures = new ArrayList<>();
            Thread producer = Thread.ofPlatform().start(() -> {
                try {
                    new SampleTraffic(writer.sink()).everyKind(3_000);
                } catch (Exception e) {
                    failures.add(e);
                }
            });
            int checks = 0;
            while (producer.isAlive() || checks == 0) {
                VerifyLevel level = VerifyLevel.values()[checks++ % 3];
                VerifyReport report = (checks % 2 == 0 ? catalog : elsewhere).verify(writer.id(), level, Unwatched.NOBODY);
                assertEquals(List.of(), report.damage(), level + " while it is recorded");
                assertTrue(report.recording());
            }
            producer.join();
            assertEquals(List.of(), failures);
        }
    }

    @Test
    void theTornTailOfADeadProcessIsHarmless() throws Exception {
        Files.delete(folder.resolve("manifest.json"));
        Manifest manifest = new Manifest(id, Optional.empty(), CaptureProfile.FULL, 64, SampleTraffic.STARTED, java.util.OptionalLong.empty(),
                Manifest.CLEAN, 0, 0, 0, Losses.NONE, Optional.empty(), proxymcp.json.JsonObject.EMPTY, List.of());
        manifest.write(TestStore.UNFORCED, folder);
        Files.delete(folder.resolve("checkpoint-1"));
        LogFile.Entry last = map.entries().get(map.entries().size() - 4);
        Crash.cutAt(segment(), last.offset() + 20);
        VerifyReport report = verify(VerifyLevel.DEEP);
        assertEquals(VerifyReport.State.TORN_TAIL, report.state());
        assertEquals(List.of(new Damage(1, last.offset(), 20, Damage.TORN_TAIL, 0, List.of())), report.damage());
        assertTrue(report.isOk());
        assertEquals("torn_tail", report.segments().get(0).state());
    }

    @Test
    void aCheckThatNobodyWaitsForEnds() throws Exception {
        Path many = base.resolve("many");
        try (SessionCatalog catalog = TestStore.catalog(many, TestStore.SMALL)) {
            SessionWriter writer = TestStore.begin(catalog);
            SampleTraffic traffic = new SampleTraffic(writer.sink());
            for (int i = 0; i < 30; i++) {
                traffic.everyKind(150);
            }
            catalog.end(writer);
            assertThrows(CancellationException.class, () -> catalog.verify(writer.id(), VerifyLevel.STANDARD, new WorkWatch() {
                private int told;

                @Override
                public void done(long done, long total) {
                    told++;
                }

                @Override
                public boolean cancelled() {
                    return told > 0;
                }
            }));
        }
    }

    @Test
    void aCheckThatNobodyWaitsForEndsWhereThereIsNothingButDamage() throws Exception {
        byte[] garbage = new byte[(int) Files.size(segment())];
        byte[] log = Files.readAllBytes(segment());
        System.arraycopy(log, 0, garbage, 0, SegmentHeader.BYTES);
        Files.write(segment(), garbage);
        try (SessionCatalog catalog = TestStore.catalog(root, TestStore.SMALL)) {
            assertThrows(CancellationException.class, () -> catalog.verify(id, VerifyLevel.STANDARD, new WorkWatch() {
                @Override
                public void done(long done, long total) {
                    // It is cancelled from the first look on.
                }

                @Override
                public boolean cancelled() {
                    return true;
                }
            }));
        }
    }

    private VerifyReport verify(VerifyLevel level) throws IOException {
        try (SessionCatalog catalog = TestStore.catalog(root, TestStore.SMALL)) {
            return catalog.verify(id, level, Unwatched.NOBODY);
        }
    }

    private Path segment() {
        return folder.resolve("segment-000001.seg");
    }

    private void restore() throws IOException {
        if (Files.isDirectory(folder)) {
            TestStore.clear(folder);
        }
        TestStore.copy(pristine, folder);
    }
}
