package proxymcp.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.exchange.Recording;
import proxymcp.json.JsonObject;

/** Sessions that several threads and processes write, read, end and delete at the same time. */
final class SharingTest {
    private static final int PRODUCERS = 8;

    @TempDir Path root;
    private SessionCatalog catalog;
    private final Queue<Throwable> wrong = new ConcurrentLinkedQueue<>();

    private interface Work {
        void run() throws Exception;
    }

    @BeforeEach void openCatalog() {
        catalog = new SessionCatalog(root, CrashChild.LIMITS, Clock.systemUTC());
    }

    private SessionWriter create() throws IOException {
        return catalog.create(Optional.empty(), CaptureProfile.FULL, 1_024, JsonObject.EMPTY);
    }

    /** Starts a thread; what it throws fails the test at its end. */
    private Thread start(Work work) {
        return Thread.ofPlatform().start(() -> {
            try {
                work.run();
            } catch (Throwable e) {
                wrong.add(e);
            }
        });
    }

    private void join(List<Thread> threads) throws InterruptedException {
        for (Thread thread : threads) {
            thread.join();
        }
        for (Throwable e : wrong) {
            throw new AssertionError("in a thread of the test: " + e, e);
        }
    }

    @Test void manyProducersAndReadersOfOneSession() throws Exception {
        long each = 250;
        SessionWriter writer = create();
        List<Thread> producers = new ArrayList<>();
        for (long p = 0; p < PRODUCERS; p++) {
            long first = p * each;
            producers.add(start(() -> {
                for (long n = first; n < first + each; n++) {
                    Numbered.record(writer.sink(), n);
                }
            }));
        }
        AtomicBoolean done = new AtomicBoolean();
        List<Thread> readers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            readers.add(start(() -> {
                int before = 0;
                while (!done.get()) {
                    int now = catalog.read(writer.id(), Numbered::readAll).size();
                    assertTrue(now >= before, "there were " + before + ", now there are " + now);
                    before = now;
                }
            }));
        }
        String elsewhere = StoreProcess.run("read", root, writer.id());
        assertTrue(elsewhere.startsWith("{") && elsewhere.endsWith("}"), elsewhere);
        join(producers);
        assertEquals(PRODUCERS * each, catalog.read(writer.id(), Numbered::readAll).size());
        assertEquals(PRODUCERS * each + " exchanges", StoreProcess.run("count", root, writer.id()));
        done.set(true);
        join(readers);
        assertEquals(Manifest.CLEAN, catalog.end(writer).recovery());
        SortedMap<Long, Numbered.Found> read = catalog.read(writer.id(), Numbered::readAll);
        assertEquals(PRODUCERS * each, read.values().stream().filter(Numbered.Found.WHOLE::equals).count());
    }

    @Test void endingWhileExchangesRunIsNoLoss() throws Exception {
        for (int round = 0; round < 10; round++) {
            SessionWriter writer = create();
            CountDownLatch begun = new CountDownLatch(PRODUCERS);
            AtomicBoolean done = new AtomicBoolean();
            AtomicLong next = new AtomicLong();
            List<Thread> producers = new ArrayList<>();
            for (int p = 0; p < PRODUCERS; p++) {
                producers.add(start(() -> {
                    while (!done.get()) {
                        Numbered.record(writer.sink(), next.incrementAndGet());
                        begun.countDown();
                    }
                }));
            }
            begun.await();
            Manifest manifest = catalog.end(writer);
            done.set(true);
            join(producers);
            assertEquals(Manifest.CLEAN + " " + Losses.NONE, manifest.recovery() + " " + manifest.losses());
            SortedMap<Long, Numbered.Found> read = catalog.read(writer.id(), Numbered::readAll);
            assertFalse(read.containsValue(Numbered.Found.IN_FLIGHT), read.toString());
            assertEquals(manifest.exchangeCount(), read.size());
            assertEquals("recovered " + read.size(), StoreProcess.run("recover", root, writer.id()));
            writer.close();
            catalog.delete(writer.id());
        }
    }

    @Test void twoThreadsEndOneSession() throws Exception {
        SessionWriter writer = create();
        Numbered.record(writer.sink(), 1);
        join(List.of(start(() -> catalog.end(writer)), start(() -> catalog.end(writer))));
        assertEquals(Manifest.CLEAN, catalog.open(writer.id()).manifest().recovery());
    }

    @Test void interruptedEndIsAnEnd() throws Exception {
        SessionWriter writer = create();
        Numbered.record(writer.sink(), 1);
        Thread.currentThread().interrupt();
        Manifest manifest = catalog.end(writer);
        assertTrue(Thread.interrupted(), "the interrupt is kept for the caller");
        assertEquals(Manifest.CLEAN + " 1", manifest.recovery() + " " + manifest.exchangeCount());
        assertEquals(Optional.of(manifest), Manifest.read(root.resolve(writer.id().text()), writer.id()));
    }

    @Test void deletingWhileReadersHoldItIsSafe() throws Exception {
        SessionWriter writer = create();
        for (long n = 1; n <= 300; n++) {
            Numbered.record(writer.sink(), n);
        }
        SessionException refused = assertThrows(SessionException.class, () -> catalog.delete(writer.id()));
        assertEquals("session_active", refused.code());
        catalog.end(writer);
        CountDownLatch reading = new CountDownLatch(3);
        List<Thread> readers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            readers.add(start(() -> {
                try {
                    while (true) {
                        assertEquals(300, catalog.read(writer.id(), Numbered::readAll).size());
                        reading.countDown();
                    }
                } catch (SessionException e) {
                    assertEquals("unknown_session", e.code());
                } catch (AssertionError e) {
                    // An exchange of which one segment was open and the next one gone reads as damaged.
                    assertEquals(List.of(), catalog.ids(), e.toString());
                }
            }));
        }
        reading.await();
        catalog.delete(writer.id());
        join(readers);
        assertEquals(List.of(), catalog.ids());
    }

    /** Its index may be empty, or half of what it was: what a reader finds then comes from the log. */
    @Test void indexThatSomebodyRecoversIsNotRead() throws Exception {
        SessionWriter writer = create();
        for (long n = 1; n <= 100; n++) {
            Numbered.record(writer.sink(), n);
        }
        catalog.end(writer);
        Path folder = root.resolve(writer.id().text());
        SortedMap<Long, Numbered.Found> expected = catalog.read(writer.id(), Numbered::readAll);
        SessionLock.Attempt attempt = SessionLock.tryTake(folder, SessionLock.Purpose.CARE);
        try (SessionLock held = assertInstanceOf(SessionLock.Attempt.Taken.class, attempt).lock();
                IndexFiles index = IndexFiles.open(StoreFiles.DISK, folder, writer.id(), true);
                SessionCatalog second = new SessionCatalog(root, CrashChild.LIMITS, Clock.systemUTC())) {
            index.setLastSeq(50);
            assertEquals(expected, second.read(writer.id(), Numbered::readAll));
            assertEquals(expected.toString(), StoreProcess.run("read", root, writer.id()));
            assertTrue(SessionLock.tryTake(folder).isEmpty(), held + " is held");
        }
        try (SessionCatalog third = new SessionCatalog(root, CrashChild.LIMITS, Clock.systemUTC())) {
            assertEquals(expected, third.read(writer.id(), Numbered::readAll));
        }
    }

    @Test void interruptedReaderSpoilsNothingForOthers() throws Exception {
        SessionWriter writer = create();
        for (long n = 1; n <= 100; n++) {
            Numbered.record(writer.sink(), n);
        }
        catalog.end(writer);
        catalog.open(writer.id());
        Thread interrupted = start(() -> {
            Thread.currentThread().interrupt();
            assertThrows(IOException.class, () -> catalog.read(writer.id(), Numbered::readAll));
        });
        join(List.of(interrupted));
        assertEquals(100, catalog.read(writer.id(), Numbered::readAll).size());
    }

    /** One of them recovers it, the others read what is there; all find the same exchanges. */
    @Test void severalProcessesOpenWhatADeadOneLeft() throws Exception {
        SessionWriter writer = create();
        for (long n = 1; n <= 200; n++) {
            Numbered.record(writer.sink(), n);
        }
        List<Recording> running = new ArrayList<>();
        for (long n = 201; n <= 205; n++) {
            running.add(Numbered.begin(writer.sink(), n));
        }
        writer.settle();
        Path left = root.resolve("left");
        Files.createDirectories(left.resolve(writer.id().text()));
        try (Stream<Path> files = Files.list(root.resolve(writer.id().text()))) {
            for (Path file : files.filter(file -> !file.toString().endsWith(".tmp")).toList()) {
                Files.copy(file, left.resolve(writer.id().text()).resolve(file.getFileName()));
            }
        }
        List<Process> processes = List.of(StoreProcess.start("read", left, writer.id()), StoreProcess.start("read", left, writer.id()),
                StoreProcess.start("read", left, writer.id()));
        List<String> said = new ArrayList<>();
        for (Process process : processes) {
            said.add(StoreProcess.result(process).replace("IN_FLIGHT", "LACKING"));
        }
        String expected = StoreProcess.run("read", left, writer.id());
        assertTrue(expected.contains("200=WHOLE, 201=LACKING"), expected);
        assertEquals(List.of(expected, expected, expected), said);
        for (int i = 0; i < running.size(); i++) {
            Numbered.finish(running.get(i), 201 + i);
        }
        assertEquals(Manifest.CLEAN + " 205", catalog.end(writer).recovery() + " " + catalog.open(writer.id()).manifest().exchangeCount());
    }
}
