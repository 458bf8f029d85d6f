package proxymcp.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.Programs;
import proxymcp.exchange.Recording;
import proxymcp.json.JsonObject;

/** A disk that fails: traffic goes on, what is lost is counted and recorded, and the session says so for as long as it lasts. */
final class FaultTest {
    private static final StoreLimits LIMITS = new StoreLimits(256 << 10, 64 << 10, 150, 4 << 10, 20, 512, 20, 64 << 10, 10_000, 64, 1 << 17);
    private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(20);

    @TempDir Path root;
    private final FaultyFiles disk = new FaultyFiles();
    private SessionCatalog catalog;

    @BeforeEach void openCatalog() {
        catalog = catalog(disk);
    }

    private SessionCatalog catalog(StoreFiles files) {
        return new SessionCatalog(root, files, LIMITS, Clock.systemUTC(), System::nanoTime);
    }

    private SessionWriter create(long maxDiskMb) throws IOException {
        return catalog.create(Optional.empty(), CaptureProfile.FULL, maxDiskMb, JsonObject.EMPTY);
    }

    /** Records exchanges {@code first} to {@code last}, each written before the next begins. */
    private static void record(SessionWriter writer, long first, long last) {
        for (long n = first; n <= last; n++) {
            Numbered.record(writer.sink(), n);
            writer.settle();
        }
    }

    private static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long begin = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - begin > WAIT_NANOS) {
                throw new AssertionError("waited in vain until " + what);
            }
            Thread.sleep(2);
        }
    }

    private static Set<Long> numbers(long first, long last) {
        Set<Long> numbers = new TreeSet<>();
        for (long n = first; n <= last; n++) {
            numbers.add(n);
        }
        return numbers;
    }

    private static Set<Long> of(SortedMap<Long, Numbered.Found> all, Predicate<Numbered.Found> wanted) {
        Set<Long> numbers = new TreeSet<>();
        all.forEach((n, found) -> {
            if (wanted.test(found)) {
                numbers.add(n);
            }
        });
        return numbers;
    }

    private Manifest readManifest(SessionId id) {
        return Manifest.read(root.resolve(id.text()), id).orElseThrow();
    }

    /** What another process finds that has nothing but the log. */
    private SessionCatalog.Recovered rebuild(SessionId id) throws IOException {
        Path folder = root.resolve(id.text());
        Files.deleteIfExists(folder.resolve("manifest.json"));
        return catalog(StoreFiles.DISK).recover(id);
    }

    private SortedMap<Long, Numbered.Found> readAll(SessionId id) throws IOException {
        try (SessionCatalog other = catalog(StoreFiles.DISK)) {
            return Numbered.readAll(other.open(id));
        }
    }

    @Test void shortWritesLoseNothing() throws Exception {
        disk.writeShort(7);
        SessionWriter writer = create(100);
        record(writer, 1, 40);
        Manifest manifest = catalog.end(writer);
        assertEquals(Manifest.CLEAN + " 40 " + Losses.NONE, manifest.recovery() + " " + manifest.exchangeCount() + " " + manifest.losses());
        assertEquals(numbers(1, 40), of(readAll(writer.id()), Numbered.Found.WHOLE::equals));
    }

    @Test void fullDiskShedsUntilThereIsSpaceAgain() throws Exception {
        SessionWriter writer = create(100);
        record(writer, 1, 20);
        disk.fill(3_000);
        record(writer, 21, 60);
        await("the loss shows", () -> !writer.status().losses().isNone());
        assertTrue(writer.status().lastError().orElseThrow().contains("No space left"), writer.status().toString());
        disk.fill(Long.MAX_VALUE);
        await("losses are recorded", () -> {
            Numbered.record(writer.sink(), 1_000_000 + System.nanoTime());
            writer.settle();
            return writer.status().inFlight() == 0;
        });
        record(writer, 61, 80);
        Losses losses = writer.status().losses();
        assertTrue(writer.status().lastError().orElseThrow().contains("No space left"), "sticky: " + writer.status());
        Manifest manifest = catalog.end(writer);
        assertEquals(Manifest.ERROR + " " + losses, manifest.recovery() + " " + manifest.losses());

        SortedMap<Long, Numbered.Found> read = readAll(writer.id());
        assertEquals(manifest.exchangeCount(), read.size());
        Set<Long> whole = of(read, Numbered.Found.WHOLE::equals);
        assertTrue(whole.containsAll(numbers(1, 20)) && whole.containsAll(numbers(61, 80)), whole.toString());
        assertEquals(Set.of(), of(read, Numbered.Found.IN_FLIGHT::equals));
        SessionCatalog.Recovered rebuilt = rebuild(writer.id());
        assertEquals(losses, rebuilt.manifest().losses());
        assertEquals(read, readAll(writer.id()), "the log alone says the same");
        assertEquals(List.of(), rebuilt.damage().stream().filter(Damage::isHarmful).toList());
    }

    /** The disk fills up at every octet of a few exchanges, and later takes writes again. */
    @Test void fullDiskAtEveryPlaceKeepsWhatIsSaidToBeKept() throws Exception {
        for (int left = 0; left < 40_000; left = left < 3_000 ? left + 197 : left + 3_989) {
            FaultyFiles files = new FaultyFiles();
            SessionCatalog sessions = catalog(files);
            SessionWriter writer = sessions.create(Optional.empty(), CaptureProfile.FULL, 100, JsonObject.EMPTY);
            files.failTruncates(left % 2 == 0);
            files.fill(left);
            record(writer, 1, 8);
            files.fill(Long.MAX_VALUE);
            record(writer, 11, 14);
            Manifest manifest = sessions.end(writer);
            SortedMap<Long, Numbered.Found> read = readAll(writer.id());
            // The index may have found no room for what the log has: opening it has put that right.
            assertEquals(readManifest(writer.id()).exchangeCount(), read.size(), "disk full after " + left);
            long whole = read.values().stream().filter(Numbered.Found.WHOLE::equals).count();
            assertEquals(whole < 12, !manifest.losses().isNone(), "disk full after " + left + ": " + read + " " + manifest.losses());
            SessionCatalog.Recovered rebuilt = rebuild(writer.id());
            assertEquals(manifest.losses(), rebuilt.manifest().losses(), "disk full after " + left);
            assertEquals(read, readAll(writer.id()), "disk full after " + left);
        }
    }

    @Test void fullDiskUntilTheEndIsRecoveredLater() throws Exception {
        SessionWriter writer = create(100);
        record(writer, 1, 20);
        disk.fill(500);
        record(writer, 21, 30);
        assertThrows(IOException.class, () -> catalog.end(writer));
        SortedMap<Long, Numbered.Found> read = readAll(writer.id());
        assertTrue(of(read, Numbered.Found.WHOLE::equals).containsAll(numbers(1, 20)), read.toString());
        assertEquals(Set.of(), of(read, Numbered.Found.IN_FLIGHT::equals));
    }

    @Test void capShedsBodiesThenExchanges() throws Exception {
        SessionWriter writer = create(1);
        record(writer, 1, 60);
        long n = 60;
        while (writer.status().losses().exchanges() == 0) {
            Numbered.record(writer.sink(), ++n);
            writer.settle();
            assertTrue(n < 100_000, "the cap is never reached: " + writer.status());
        }
        assertTrue(writer.status().losses().bodies() > 0, writer.status().toString());
        assertTrue(writer.status().lastError().orElseThrow().contains("limit of 1 MiB"), writer.status().toString());
        Losses losses = writer.status().losses();
        Manifest manifest = catalog.end(writer);
        long log = 0;
        for (Path segment : SegmentFiles.list(root.resolve(writer.id().text())).values()) {
            log += Files.size(segment);
        }
        assertTrue(log <= 1 << 20, "the log has " + log + " octets");
        assertEquals(losses, manifest.losses());
        SortedMap<Long, Numbered.Found> read = readAll(writer.id());
        assertEquals(manifest.exchangeCount(), read.size());
        assertEquals(losses, rebuild(writer.id()).manifest().losses());
        assertEquals(read, readAll(writer.id()));
    }

    /** One batch holds more than the cap leaves room for. */
    @Test void capHoldsWithinOneBatch() throws Exception {
        StoreLimits large = new StoreLimits(64 << 20, 8 << 20, 2_000, 4 << 10, 20, 512, 20, 64 << 10, 10_000, 64, 1 << 17);
        SessionCatalog sessions = new SessionCatalog(root, disk, large, Clock.systemUTC(), System::nanoTime);
        SessionWriter writer = sessions.create(Optional.empty(), CaptureProfile.FULL, 1, JsonObject.EMPTY);
        disk.stick();
        for (long n = 1; n <= 500; n++) {
            Numbered.record(writer.sink(), n);
        }
        disk.unstick();
        sessions.end(writer);
        long log = Files.size(SegmentFiles.list(root.resolve(writer.id().text())).get(1));
        assertTrue(log <= 1 << 20, "the log has " + log + " octets");
        Numbered.readAll(sessions.open(writer.id()));
    }

    /** A batch is written in runs: one that fails between others must not be forgotten once the next one works. */
    @Test void theReasonOfALossStaysThoughTheNextWriteWorks() throws Exception {
        StoreLimits large = new StoreLimits(64 << 20, 8 << 20, 2_000, 4 << 10, 20, 512, 20, Long.MAX_VALUE, 1_000_000, 64, 1 << 17);
        SessionCatalog sessions = new SessionCatalog(root, disk, large, Clock.systemUTC(), System::nanoTime);
        SessionWriter writer = sessions.create(Optional.empty(), CaptureProfile.FULL, 100, JsonObject.EMPTY);
        // The writer hangs in a first, small batch; what follows is one batch of many runs, of which the second fails.
        disk.stick();
        Numbered.record(writer.sink(), 1);
        await("the writer is in its first write", disk::isStuck);
        for (long n = 2; n <= 500; n++) {
            Numbered.record(writer.sink(), n);
        }
        disk.failOneWriteAfter(2);
        disk.unstick();
        writer.settle();
        await("the loss is counted", () -> !writer.status().losses().isNone());
        assertEquals(Optional.of("writing failed: No space left on device"), writer.status().lastError());
        assertEquals("error", sessions.end(writer).recovery());
        assertTrue(readAll(writer.id()).size() > 100, "what other runs held is there");
    }

    @Test void readOnlyFolderIsAnErrorThatLeavesNothing() throws Exception {
        disk.readOnly();
        SessionException refused = assertThrows(SessionException.class, () -> create(100));
        assertEquals("cannot_write", refused.code());
        assertEquals(List.of(), catalog.ids());
    }

    @Test void failingWhileBeginningLeavesNothing() throws Exception {
        for (int steps = 0; ; steps++) {
            FaultyFiles files = new FaultyFiles();
            files.dieAfter(steps);
            try {
                SessionWriter writer = catalog(files).create(Optional.empty(), CaptureProfile.FULL, 100, JsonObject.EMPTY);
                files.dieAfter(Long.MAX_VALUE);
                writer.close();
                assertTrue(steps > 5, "it began after " + steps + " steps");
                return;
            } catch (SessionException e) {
                assertEquals("cannot_write", e.code());
                assertEquals(List.of(), catalog.ids(), "after " + steps + " steps");
            }
        }
    }

    @Test void folderDeletedWhileRecordingIsTold() throws Exception {
        SessionWriter writer = create(100);
        record(writer, 1, 10);
        try (Stream<Path> files = Files.walk(root.resolve(writer.id().text()))) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(file);
            }
        }
        record(writer, 11, 12);
        await("the loss shows", () -> writer.status().lastError().isPresent());
        await("what comes then is counted as lost", () -> {
            record(writer, 13, 13);
            return writer.status().losses().exchanges() > 0;
        });
        assertTrue(writer.status().lastError().isPresent());
        assertEquals("unknown_session", assertThrows(SessionException.class, () -> catalog.open(writer.id())).code());
        assertThrows(IOException.class, () -> catalog.end(writer));
        assertEquals(List.of(), catalog.ids());
        SessionWriter next = create(100);
        record(next, 1, 3);
        assertEquals(Manifest.CLEAN, catalog.end(next).recovery());
    }

    @Test void secondWriterIsRefused() throws Exception {
        SessionWriter writer = create(100);
        record(writer, 1, 5);
        try (SessionCatalog second = catalog(StoreFiles.DISK)) {
            assertEquals("session_locked", assertThrows(SessionException.class, () -> second.recover(writer.id())).code());
            assertEquals("session_locked", assertThrows(SessionException.class, () -> second.delete(writer.id())).code());
            assertFalse(second.isLeftBehind(writer.id()));
            assertEquals(numbers(1, 5), Numbered.readAll(second.open(writer.id())).keySet());
        }
        // The second one's tries have not cost the first one its lock.
        assertEquals("session_locked", StoreProcess.run("recover", root, writer.id()));
        assertEquals("session_locked", StoreProcess.run("delete", root, writer.id()));
        assertEquals("5 exchanges", StoreProcess.run("count", root, writer.id()));
        record(writer, 6, 7);
        assertEquals(Manifest.CLEAN + " 7", catalog.end(writer).recovery() + " " + readAll(writer.id()).size());
        assertEquals("recovered 7", StoreProcess.run("recover", root, writer.id()));
    }

    @Test void failedForceAbandonsTheSegment() throws Exception {
        SessionWriter writer = create(100);
        record(writer, 1, 10);
        await("all is forced", () -> writer.status().forcedThrough() == 10);
        disk.failForces(true);
        record(writer, 11, 20);
        await("forcing has failed", () -> writer.status().lastError().isPresent());
        disk.failForces(false);
        await("another segment is forced", () -> {
            Numbered.record(writer.sink(), 1_000_000 + System.nanoTime());
            writer.settle();
            return disk.forcedBytes().keySet().stream().anyMatch(file -> !file.endsWith("segment-000001.seg"));
        });
        record(writer, 21, 30);
        assertEquals(Set.copyOf(disk.forcesFailed()).size(), disk.forcesFailed().size(), "never forced again: " + disk.forcesFailed());
        assertEquals(10, writer.status().forcedThrough(), "what the abandoned segment holds was never forced");
        assertTrue(writer.status().lastError().orElseThrow().contains("forcing to disk failed"), writer.status().toString());
        assertEquals(Manifest.ERROR, catalog.end(writer).recovery());
        assertTrue(of(readAll(writer.id()), Numbered.Found.WHOLE::equals).containsAll(numbers(1, 30)));
    }

    @Test void theLastEndIsForcedWithoutMoreTraffic() throws Exception {
        SessionWriter writer = create(100);
        Recording recording = Numbered.begin(writer.sink(), 4);
        await("the request is forced", () -> writer.status().forcedThrough() == 1);
        Numbered.finish(recording, 4);
        writer.settle();
        long written = Files.size(root.resolve(writer.id().text()).resolve("segment-000001.seg"));
        await("the end is forced", () -> disk.forcedBytes().values().stream().anyMatch(bytes -> bytes >= written));
        catalog.end(writer);
    }

    /** The machine is lost at some moment: of every segment stays what had been forced. */
    @Test void lostMachineKeepsWhatWasForced() throws Exception {
        SessionWriter writer = create(100);
        Path home = root.resolve("after").resolve(writer.id().text());
        Files.createDirectories(home.getParent());
        for (int round = 1; round <= 10; round++) {
            for (long n = round * 100L; n < round * 100L + 60; n++) {
                Numbered.record(writer.sink(), n);
            }
            long seq = writer.status().forcedThrough();
            Map<Path, Long> forced = disk.forcedBytes();
            copyForced(root.resolve(writer.id().text()), home, forced);
            try (SessionCatalog after = new SessionCatalog(home.getParent(), StoreFiles.DISK, LIMITS, Clock.systemUTC(), System::nanoTime)) {
                // The index may be of any age; what a lost machine leaves of it is no part of the promise.
                after.recover(writer.id());
                SortedMap<Long, Numbered.Found> read = Numbered.readAll(after.open(writer.id()));
                assertTrue(read.size() >= seq, "forced through " + seq + ", found " + read.size());
                after.delete(writer.id());
            }
            writer.settle();
        }
        catalog.end(writer);
    }

    private static void copyForced(Path from, Path to, Map<Path, Long> forced) throws IOException {
        Files.createDirectory(to);
        Files.copy(from.resolve("manifest.json"), to.resolve("manifest.json"), StandardCopyOption.REPLACE_EXISTING);
        for (Map.Entry<Path, Long> segment : forced.entrySet()) {
            Path copy = to.resolve(segment.getKey().getFileName());
            Files.copy(segment.getKey(), copy);
            try (RandomAccessFile file = new RandomAccessFile(copy.toFile(), "rw")) {
                file.setLength(segment.getValue());
            }
        }
    }

    @Test void stuckDiskShedsAndTrafficGoesOn() throws Exception {
        // With such a wait for each of the exchanges this test would never end.
        StoreLimits patient = new StoreLimits(LIMITS.segmentBytesMax(), LIMITS.queueBytes(), 2_000, LIMITS.inlineBodyBytes(),
                LIMITS.pendingBodyMillis(), LIMITS.previewBytes(), LIMITS.forceMillis(), LIMITS.checkpointBytes(), LIMITS.checkpointMillis(),
                LIMITS.rowsPerExtent(), LIMITS.stringBytesPerExtent());
        catalog = new SessionCatalog(root, disk, patient, Clock.systemUTC(), System::nanoTime);
        SessionWriter writer = create(100);
        record(writer, 1, 5);
        Recording before = Numbered.begin(writer.sink(), 1_001);
        writer.settle();
        disk.stick();
        // As many as fill the queue many times over: only the first that finds it full waits.
        for (long n = 6; n <= 300; n++) {
            Numbered.record(writer.sink(), n);
        }
        Numbered.finish(before, 1_001);
        assertFalse(writer.status().losses().isNone());
        disk.unstick();
        writer.settle();
        await("ends are written", () -> writer.status().inFlight() == 0);
        record(writer, 301, 305);
        Losses losses = writer.status().losses();
        assertTrue(losses.exchanges() > 0, losses.toString());
        Manifest manifest = catalog.end(writer);
        assertEquals(Manifest.ERROR + " " + losses, manifest.recovery() + " " + manifest.losses());
        SortedMap<Long, Numbered.Found> read = readAll(writer.id());
        assertEquals(305 + 1 - losses.exchanges(), read.size());
        assertEquals(Set.of(), of(read, Numbered.Found.IN_FLIGHT::equals));
        Set<Long> whole = of(read, Numbered.Found.WHOLE::equals);
        assertTrue(whole.containsAll(numbers(1, 5)) && whole.containsAll(numbers(301, 305)), whole.toString());
        assertEquals(Numbered.Found.LACKING, read.get(1_001L));
        assertEquals(losses, rebuild(writer.id()).manifest().losses());
        assertEquals(read, readAll(writer.id()));
    }

    /** The index finds no room while the log does: what the log has is there once the session is opened again. */
    @Test void indexWithoutRoomIsMadeFromTheLog() throws Exception {
        FaultyFiles files = new FaultyFiles();
        SessionCatalog sessions = catalog(files);
        SessionWriter writer = sessions.create(Optional.empty(), CaptureProfile.FULL, 100, JsonObject.EMPTY);
        record(writer, 1, 50);
        files.failIndex(true);
        record(writer, 51, 200);
        files.failIndex(false);
        record(writer, 201, 210);
        sessions.end(writer);
        assertEquals(numbers(1, 210), of(readAll(writer.id()), Numbered.Found.WHOLE::equals));
    }

    @Test void realFullDiskIsToldAndSurvived() throws Exception {
        Path mount = Programs.require("mount");
        Path small = Files.createDirectory(root.resolve("small"));
        Process mounting = new ProcessBuilder(mount.toString(), "-t", "tmpfs", "-o", "size=6m", "tmpfs", small.toString())
                .redirectErrorStream(true).start();
        mounting.getInputStream().readAllBytes();
        Assumptions.assumeTrue(mounting.waitFor() == 0, "only root may mount a small disk");
        try {
            SessionCatalog sessions = new SessionCatalog(small, LIMITS, Clock.systemUTC());
            SessionWriter writer = sessions.create(Optional.empty(), CaptureProfile.FULL, 100, JsonObject.EMPTY);
            long n = 0;
            while (writer.status().losses().exchanges() == 0) {
                Numbered.record(writer.sink(), ++n);
                writer.settle();
                assertTrue(n < 100_000, "the disk is never full: " + writer.status());
            }
            assertTrue(writer.status().lastError().orElseThrow().contains("No space left"), writer.status().toString());
            try {
                sessions.end(writer);
            } catch (IOException e) {
                // Whether the last few octets still fit is chance.
                assertTrue(e.getMessage().contains("No space left"), e.toString());
            }
            SortedMap<Long, Numbered.Found> read = Numbered.readAll(sessions.open(writer.id()));
            assertTrue(of(read, Numbered.Found.WHOLE::equals).containsAll(numbers(1, 50)), read.toString());
            sessions.delete(writer.id());
            assertEquals(List.of(), sessions.ids());
        } finally {
            // Lazily: what was mapped stays so until it is collected.
            new ProcessBuilder("umount", "-l", small.toString()).start().waitFor();
        }
    }
}
