package proxymcp.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.store.independent.LogFile;

/**
 * A small session, damaged in every way: only what the damage touches is lost, it is lost visibly, and nothing fails but with a typed error.
 *
 * <p>What is expected comes from what was recorded, and from a map of the log made by {@link LogFile}, not by the reader under test.
 */
@Timeout(value = 240, unit = TimeUnit.SECONDS)
final class DamageTest {
    private static final SessionQuery LONG_PATHS = new SessionQuery(Optional.empty(), Optional.empty(), Optional.of("long"), Optional.empty(),
            Optional.empty(), Optional.empty(), java.util.OptionalInt.empty(), java.util.OptionalInt.empty(), OptionalLong.empty(),
            OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty(), Optional.empty(), Optional.empty(), Optional.empty(), false);

    @TempDir
    Path home;

    private Path base;
    private Path pristine;
    private Path root;
    private Path folder;
    private SessionId id;
    private List<SampleTraffic.Noted> noted;
    private LogMap map;

    @BeforeEach
    void record() throws Exception {
        base = TestStore.quickFolder(home);
        Path recorded = base.resolve("recorded");
        try (SessionCatalog catalog = TestStore.catalog(recorded, TestStore.SMALL)) {
            SessionWriter writer = TestStore.begin(catalog);
            SampleTraffic traffic = new SampleTraffic(writer.sink());
            traffic.few();
            catalog.end(writer);
            id = writer.id();
            noted = traffic.noted();
        }
        pristine = recorded.resolve(id.text());
        map = LogMap.of(pristine);
        root = base.resolve("sessions");
        folder = root.resolve(id.text());
    }

    @AfterEach
    void delete() throws IOException {
        if (!base.equals(home)) {
            TestStore.delete(base);
        }
    }

    @Test
    void theSampleSessionIsSmallAndIntact() throws Exception {
        restore();
        assertTrue(Files.size(segment()) < 6_000, "a log of " + Files.size(segment()) + " bytes");
        try (SessionCatalog catalog = catalog()) {
            assertEquals(List.of(), catalog.recover(id).damage());
            checkAll(catalog, Set.of(), Set.of());
        }
    }

    @Test
    void everyFlippedBitCostsOnlyTheRecordItIsIn() throws Exception {
        byte[] log = Files.readAllBytes(pristine.resolve("segment-000001.seg"));
        restore();
        for (int at = 0; at < log.length; at++) {
            for (int bit = 0; bit < 8; bit++) {
                log[at] ^= (byte) (1 << bit);
                Files.write(segment(), log);
                openWithFlip(at);
                log[at] ^= (byte) (1 << bit);
            }
        }
    }

    private void openWithFlip(int at) throws Exception {
        Optional<LogFile.Entry> lost = at < SegmentHeader.BYTES ? Optional.empty() : Optional.of(map.at(at));
        try (SessionCatalog catalog = catalog()) {
            checkAll(catalog, lost.map(map::touched).orElse(Set.of()), lost.map(LogMap::parts).orElse(Set.of()));
        } catch (Exception | AssertionError e) {
            fail("bit flipped at " + at + " in " + lost, e);
        }
    }

    @Test
    void recoveryReportsExactlyTheRecordThatAFlippedBitIsIn() throws Exception {
        byte[] log = Files.readAllBytes(pristine.resolve("segment-000001.seg"));
        for (int at = 0; at < log.length; at++) {
            restore();
            log[at] ^= (byte) (1 << at % 8);
            Files.write(segment(), log);
            log[at] ^= (byte) (1 << at % 8);
            Optional<LogFile.Entry> lost = at < SegmentHeader.BYTES ? Optional.empty() : Optional.of(map.at(at));
            List<Damage> expected = lost.isEmpty() ? List.of() : List.of(damageOf(lost.get(), at, log.length));
            try (SessionCatalog catalog = catalog()) {
                assertEquals(expected, catalog.recover(id).damage());
                checkAll(catalog, lost.map(map::touched).orElse(Set.of()), lost.map(LogMap::parts).orElse(Set.of()));
                assertEquals(expected.size(), catalog.recover(id).damage().size());
            } catch (Exception | AssertionError e) {
                fail("bit flipped at " + at + " in " + lost, e);
            }
        }
    }

    @Test
    void anExchangeWhoseHeadIsGoneIsNamedByTheGapItLeaves() throws Exception {
        byte[] log = Files.readAllBytes(pristine.resolve("segment-000001.seg"));
        for (LogFile.Entry start : map.entries()) {
            if (start.type() == RecordType.START.code() && start.seq() < noted.size()) {
                restore();
                byte[] harmed = log.clone();
                // More than one bit: the header itself says nothing any more.
                Arrays.fill(harmed, (int) start.offset(), (int) start.offset() + RecordLayout.HEADER_BYTES, (byte) 0x55);
                Files.write(segment(), harmed);
                try (SessionCatalog catalog = catalog()) {
                    assertEquals(List.of(new Damage(1, start.offset(), start.end() - start.offset(), Damage.BYTES, 0, List.of(start.seq()))),
                            catalog.recover(id).damage());
                }
            }
        }
    }

    /** An intact header says whose payload is damaged, and so does one with a single flipped bit; at the end of the log that looks like a crash. */
    private Damage damageOf(LogFile.Entry lost, int at, int logBytes) {
        long length = lost.end() - lost.offset();
        String kind = at >= lost.offset() + RecordLayout.HEADER_BYTES ? Damage.RECORD : lost.end() == logBytes ? Damage.TORN_TAIL : Damage.BYTES;
        return new Damage(1, lost.offset(), length, kind, lost.seq(), List.copyOf(map.touched(lost)));
    }

    @Test
    void everyCutKeepsWhatStandsBeforeIt() throws Exception {
        long size = Files.size(pristine.resolve("segment-000001.seg"));
        for (int cut = 0; cut <= size; cut++) {
            try {
                openAndRecoverCutAt(cut);
            } catch (Exception | AssertionError e) {
                fail("cut at " + cut, e);
            }
        }
    }

    private void openAndRecoverCutAt(int cut) throws Exception {
        List<LogFile.Entry> lost = map.entries().stream().filter(entry -> entry.end() > cut).toList();
        Set<Long> touched = lost.stream().flatMap(entry -> map.touched(entry).stream()).collect(Collectors.toCollection(TreeSet::new));
        Set<String> parts = lost.stream().flatMap(entry -> LogMap.parts(entry).stream()).collect(Collectors.toSet());
        restore();
        Crash.cutAt(segment(), cut);
        try (SessionCatalog catalog = catalog()) {
            checkAll(catalog, touched, parts);
            catalog.recover(id);
            Set<Long> found = checkAll(catalog, touched, parts);
            assertEquals(startedBefore(cut), found);
        }
        // The process that recovers dies as well: what it had written is cut in turn.
        Path added = SegmentFiles.list(folder).lastEntry().getValue();
        if (!added.equals(segment())) {
            Crash.cutAt(added, Files.size(added) * (cut % 7) / 7);
            try (SessionCatalog catalog = catalog()) {
                catalog.recover(id);
                assertEquals(startedBefore(cut), checkAll(catalog, touched, parts));
            }
        }
    }

    private Set<Long> startedBefore(int cut) {
        return map.entries().stream().filter(entry -> entry.type() == RecordType.START.code() && entry.end() <= cut).map(LogFile.Entry::seq)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /**
     * Reads everything.
     *
     * @param touched exchanges that may have lost something
     * @param parts which parts of them
     * @return seqs that are there
     */
    private Set<Long> checkAll(SessionCatalog catalog, Set<Long> touched, Set<String> parts) throws Exception {
        return catalog.read(id, session -> {
            Set<Long> found = new TreeSet<>();
            session.query(LONG_PATHS, 0, 10, Optional.empty());
            session.forEach(SessionQuery.ALL, entry -> found.add(entry.seq()));
            for (int i = 0; i < noted.size(); i++) {
                long seq = i + 1;
                if (!touched.contains(seq)) {
                    assertTrue(found.contains(seq), "exchange " + seq + " is lost");
                    StoredExchange stored = session.exchange(seq).orElseThrow();
                    assertEquals(noted.get(i).text(), ExchangeText.of(stored));
                    assertEquals(List.of(), stored.damage());
                } else {
                    checkTouched(session, seq, noted.get(i), parts);
                }
            }
            assertTrue(found.stream().allMatch(seq -> seq >= 1 && seq <= noted.size()), "exchanges that never were: " + found);
            return found;
        });
    }

    private static void checkTouched(Session session, long seq, SampleTraffic.Noted noted, Set<String> parts) throws IOException {
        Optional<StoredExchange> stored;
        try {
            stored = session.exchange(seq);
        } catch (CorruptSegmentException e) {
            assertTrue(parts.contains("all"), "the head of exchange " + seq + " is not damaged");
            return;
        }
        if (stored.isEmpty()) {
            assertTrue(parts.contains("all"), "the head of exchange " + seq + " is not damaged");
            return;
        }
        byte[] request = readable(stored.get().requestBody(), noted.requestBody());
        byte[] response = readable(stored.get().responseBody(), noted.responseBody());
        Map<String, String> expected = lines(noted.text());
        Map<String, String> actual = lines(ExchangeText.of(stored.get().exchange(), request, response));
        Set<String> names = new HashSet<>(expected.keySet());
        names.addAll(actual.keySet());
        for (String name : names) {
            if (!parts.contains(name)) {
                assertEquals(expected.get(name), actual.get(name), "exchange " + seq);
            }
        }
    }

    /** What can be read of a body before damage; it must be the beginning of what was recorded. */
    private static byte[] readable(StoredBody body, byte[] recorded) throws IOException {
        byte[] octets = new byte[recorded.length + 1];
        int count = 0;
        boolean failed = false;
        try (InputStream in = body.open()) {
            for (int read = in.read(octets, 0, octets.length); read > 0; read = in.read(octets, count, octets.length - count)) {
                count += read;
            }
        } catch (CorruptSegmentException e) {
            failed = true;
        }
        assertTrue(count <= recorded.length, "more octets than were recorded");
        assertEquals(-1, Arrays.mismatch(Arrays.copyOf(octets, count), Arrays.copyOf(recorded, count)), "a wrong octet");
        assertTrue(failed || count == body.kept(), "a body of " + body.kept() + " octets ended at " + count + " without an error");
        return Arrays.copyOf(octets, count);
    }

    private static Map<String, String> lines(String text) {
        Map<String, String> lines = new LinkedHashMap<>();
        for (String line : text.split("\n")) {
            String name = line.startsWith("request body") || line.startsWith("response body") ? line.substring(0, line.indexOf("body") + 4)
                    : line.substring(0, line.indexOf(' '));
            lines.merge(name, line, (a, b) -> a + "\n" + b);
        }
        return lines;
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

    private SessionCatalog catalog() {
        return TestStore.catalog(root, TestStore.SMALL);
    }
}
