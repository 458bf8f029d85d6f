package proxymcp.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.store.independent.LogFile;

/** Octets that look like records and are none, records that are left over, and damage that many exchanges share. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class LogAbuseTest {
    @TempDir
    Path home;

    /** The body holds whole records of another session; the second time with this segment's marker in their headers, as if it had leaked. */
    @Test
    void aBodyThatLooksLikeRecordsStaysABody() throws Exception {
        byte[] foreign = foreignRecords();
        for (StoreLimits limits : List.of(TestStore.SMALL, StoreLimits.DEFAULT)) {
            Path root = Files.createTempDirectory(home, "crafted");
            try (SessionCatalog catalog = TestStore.catalog(root, limits)) {
                SessionWriter writer = TestStore.begin(catalog);
                Path segment = SegmentFiles.file(root.resolve(writer.id().text()), 1);
                byte[] guessed = withMarker(foreign, Files.readAllBytes(segment));
                SampleTraffic traffic = new SampleTraffic(writer.sink());
                traffic.complete("/before", SampleTraffic.SHARED);
                traffic.complete("/foreign", foreign);
                traffic.complete("/guessed", guessed);
                traffic.complete("/after", new byte[] {1});
                catalog.end(writer);
                List<String> recorded = traffic.noted().stream().map(SampleTraffic.Noted::text).toList();
                assertEquals(List.of(), catalog.recover(writer.id()).damage());
                assertEquals(recorded, texts(catalog, writer.id()));

                // With its header damaged, reading goes on inside of the body.
                LogMap map = LogMap.of(segment.getParent());
                for (LogFile.Entry entry : map.entries()) {
                    boolean holdsBody = entry.type() == RecordType.BODY.code() || entry.type() == RecordType.RESPONSE_CHUNK.code();
                    if (holdsBody && map.touched(entry).stream().anyMatch(seq -> seq == 2 || seq == 3)) {
                        Crash.flip(segment, entry.offset() + 32, 3);
                    }
                }
                assertTrue(catalog.recover(writer.id()).damage().stream().allMatch(damage -> damage.kind().equals(Damage.BYTES)));
                assertEquals(List.of(recorded.get(0), "damaged", "damaged", recorded.get(3)), texts(catalog, writer.id()));
            }
        }
    }

    private byte[] foreignRecords() throws Exception {
        Path root = Files.createTempDirectory(home, "foreign");
        try (SessionCatalog catalog = TestStore.catalog(root, TestStore.SMALL)) {
            SessionWriter writer = TestStore.begin(catalog);
            new SampleTraffic(writer.sink()).few();
            catalog.end(writer);
            byte[] bytes = Files.readAllBytes(SegmentFiles.file(root.resolve(writer.id().text()), 1));
            return Arrays.copyOfRange(bytes, SegmentHeader.BYTES, bytes.length);
        }
    }

    /** {@code records} with the marker of {@code segment} in all their headers, but without its salt in their checksums. */
    private static byte[] withMarker(byte[] records, byte[] segment) {
        byte[] guessed = records.clone();
        CRC32C crc = new CRC32C();
        for (int at = 0; at < guessed.length; at += RecordLayout.HEADER_BYTES + RecordLayout.length(guessed, at)) {
            System.arraycopy(segment, 48, guessed, at, 4);
            crc.reset();
            crc.update(guessed, at, RecordLayout.HEADER_CRC_OFFSET);
            RecordLayout.putInt(guessed, at + RecordLayout.HEADER_CRC_OFFSET, (int) crc.getValue());
        }
        return guessed;
    }

    @Test
    void damageToASharedBodyKeepsAllHeadsAndNamesEveryExchange() throws Exception {
        try (SessionCatalog catalog = TestStore.catalog(home, TestStore.SMALL)) {
            SessionWriter writer = TestStore.begin(catalog);
            SampleTraffic traffic = new SampleTraffic(writer.sink());
            for (int i = 1; i <= 30; i++) {
                traffic.complete("/" + i, i % 3 == 0 ? SampleTraffic.SHARED : ("body " + i).getBytes(StandardCharsets.US_ASCII));
            }
            catalog.end(writer);
            Path folder = home.resolve(writer.id().text());
            LogMap map = LogMap.of(folder);
            LogFile.Entry shared = map.entries().stream().filter(entry -> entry.type() == RecordType.BODY.code()
                    && entry.payload().length == 32 + SampleTraffic.SHARED.length).findFirst().orElseThrow();
            Set<Long> sharing = new TreeSet<>(List.of(3L, 6L, 9L, 12L, 15L, 18L, 21L, 24L, 27L, 30L));
            assertEquals(sharing, map.referring(shared));
            Crash.flip(SegmentFiles.file(folder, 1), shared.offset() + 60, 0);

            checkHeadsAndBodies(catalog, writer.id(), traffic, sharing);
            assertEquals(List.of(new Damage(1, shared.offset(), shared.end() - shared.offset(), Damage.RECORD, 0, List.copyOf(sharing))),
                    catalog.recover(writer.id()).damage());
            checkHeadsAndBodies(catalog, writer.id(), traffic, sharing);
        }
    }

    private static void checkHeadsAndBodies(SessionCatalog catalog, SessionId id, SampleTraffic traffic, Set<Long> sharing) throws Exception {
        catalog.read(id, session -> {
            Set<Long> damaged = new TreeSet<>();
            for (long seq = 1; seq <= 30; seq++) {
                StoredExchange stored = session.exchange(seq).orElseThrow();
                byte[] recorded = traffic.noted().get((int) seq - 1).responseBody();
                if (stored.responseBody().damage().isPresent()) {
                    damaged.add(seq);
                    assertEquals(1, stored.damage().size());
                } else {
                    assertArrayEquals(recorded, ExchangeText.octets(stored.responseBody()));
                }
                // The body's digest stands with the body; all else is as it was.
                String expected = traffic.noted().get((int) seq - 1).text().replaceAll("response body .*", "");
                assertEquals(expected, ExchangeText.of(stored.exchange(), new byte[0], new byte[0]).replaceAll("response body .*", ""));
            }
            assertEquals(sharing, damaged);
            return damaged;
        });
    }

    /** A write that failed can leave whole records behind the place where the next segment says that this one ends. */
    @Test
    void recordsBehindTheEndOfASegmentAreNeverRead() throws Exception {
        try (SessionCatalog catalog = TestStore.catalog(home, TestStore.limits(2_600))) {
            SessionWriter writer = TestStore.begin(catalog);
            SampleTraffic traffic = new SampleTraffic(writer.sink());
            traffic.everyKind(300);
            catalog.end(writer);
            List<String> recorded = traffic.noted().stream().map(SampleTraffic.Noted::text).toList();
            Path folder = home.resolve(writer.id().text());
            Path segment = SegmentFiles.file(folder, 1);
            byte[] bytes = Files.readAllBytes(segment);
            SegmentHeader header = SegmentHeader.decode(bytes, segment, writer.id(), 1);
            List<LogFile.Entry> entries = LogMap.of(folder).entries().stream().filter(entry -> entry.segment() == 1).toList();
            LogFile.Entry start = entries.stream().filter(entry -> entry.type() == RecordType.START.code()).findFirst().orElseThrow();
            long number = entries.get(entries.size() - 1).number() + 1;
            byte[] stale = sealed(header, start.payload(), 77, number);
            Files.write(segment, stale, StandardOpenOption.APPEND);

            assertEquals(List.of(new Damage(1, bytes.length, stale.length, Damage.TORN_TAIL, 0, List.of())),
                    catalog.recover(writer.id()).damage());
            assertEquals(recorded, texts(catalog, writer.id()));
            assertEquals(recorded.size(), proxymcp.store.independent.IndependentReader.read(folder).size());
        }
    }

    /** The disk is full for a while: what comes after the gap must not be read as if it followed what came before. */
    @Test
    void aBodyWithAGapIsKeptUpToTheGap() throws Exception {
        for (boolean truncatesFail : new boolean[] {false, true}) {
            Path root = Files.createTempDirectory(home, "gap");
            FaultyFiles files = new FaultyFiles();
            try (SessionCatalog catalog = new SessionCatalog(root, files, TestStore.SMALL, TestStore.CLOCK, System::nanoTime)) {
                SessionWriter writer = TestStore.begin(catalog);
                byte[] body = SampleTraffic.octets(900);
                SampleTraffic.Paused paused = new SampleTraffic(writer.sink()).begin("/gap");
                SampleTraffic.Paused other = new SampleTraffic(writer.sink()).begin("/other");
                paused.send(body, 0, 300);
                writer.settle();
                files.failTruncates(truncatesFail);
                files.fill(30);
                paused.send(body, 300, 300);
                writer.settle();
                files.failTruncates(false);
                files.fill(Long.MAX_VALUE);
                // What is written again ends the time in which bodies are shed.
                new SampleTraffic(writer.sink()).begin("/more");
                writer.settle();
                other.send(body, 0, 300);
                paused.send(body, 600, 300);
                paused.end(body);
                other.end(Arrays.copyOf(body, 300));
                catalog.end(writer);
                for (int round = 0; round < 2; round++) {
                    catalog.read(writer.id(), session -> {
                        StoredExchange stored = session.exchange(1).orElseThrow();
                        byte[] kept = ExchangeText.octets(stored.responseBody());
                        assertTrue(kept.length >= 256 && kept.length < 600, "kept " + kept.length);
                        assertArrayEquals(Arrays.copyOf(body, kept.length), kept);
                        assertEquals("true false " + kept.length, stored.entry().shed() + " " + stored.entry().responseWhole() + " "
                                + stored.responseBody().kept());
                        byte[] another = ExchangeText.octets(session.exchange(2).orElseThrow().responseBody());
                        assertArrayEquals(Arrays.copyOf(body, another.length), another);
                        return kept;
                    });
                    catalog.recover(writer.id());
                }
            }
        }
    }

    @Test
    void aMissingSegmentIsReportedAndCostsWhatItHeld() throws Exception {
        try (SessionCatalog catalog = TestStore.catalog(home, TestStore.limits(2_600))) {
            SessionWriter writer = TestStore.begin(catalog);
            SampleTraffic traffic = new SampleTraffic(writer.sink());
            traffic.everyKind(300);
            catalog.end(writer);
            Path folder = home.resolve(writer.id().text());
            LogMap map = LogMap.of(folder);
            long size = Files.size(SegmentFiles.file(folder, 2));
            Set<Long> touched = new TreeSet<>();
            map.entries().stream().filter(entry -> entry.segment() == 2).forEach(entry -> touched.addAll(map.touched(entry)));
            Files.delete(SegmentFiles.file(folder, 2));

            checkUntouched(catalog, writer.id(), traffic, touched);
            Damage damage = catalog.recover(writer.id()).damage().get(0);
            assertEquals("2 0 " + size + " segment", damage.segment() + " " + damage.offset() + " " + damage.length() + " " + damage.kind());
            assertTrue(touched.containsAll(damage.exchanges()));
            checkUntouched(catalog, writer.id(), traffic, touched);
        }
    }

    private static void checkUntouched(SessionCatalog catalog, SessionId id, SampleTraffic traffic, Set<Long> touched) throws Exception {
        List<String> texts = texts(catalog, id);
        for (int i = 0; i < traffic.noted().size(); i++) {
            if (!touched.contains(i + 1L)) {
                assertEquals(traffic.noted().get(i).text(), texts.get(i));
            }
        }
    }

    private static byte[] sealed(SegmentHeader segment, byte[] payload, long seq, long number) {
        byte[] record = new byte[RecordLayout.HEADER_BYTES + payload.length];
        RecordLayout.begin(record, 0, RecordType.START, seq, payload.length);
        System.arraycopy(payload, 0, record, RecordLayout.HEADER_BYTES, payload.length);
        RecordLayout.seal(record, 0, segment, number, new CRC32C());
        return record;
    }

    /** Text of each exchange; "damaged" for one of which something cannot be read, "lost" for one that is not there. */
    private static List<String> texts(SessionCatalog catalog, SessionId id) throws Exception {
        return catalog.read(id, session -> {
            List<String> texts = new ArrayList<>();
            for (long seq = 1; seq <= session.lastSeq(); seq++) {
                texts.add(text(session, seq));
            }
            return texts;
        });
    }

    private static String text(Session session, long seq) throws IOException {
        try {
            StoredExchange stored = session.exchange(seq).orElse(null);
            return stored == null ? "lost" : stored.damage().isEmpty() ? ExchangeText.of(stored) : "damaged";
        } catch (CorruptSegmentException e) {
            return "damaged";
        }
    }
}
