package proxymcp.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.exchange.Recording;
import proxymcp.json.JsonObject;

/** Processes that record and are killed, at random moments of real traffic and at every step of a recovery. */
final class CrashTest {
    private static final int ROUNDS = Integer.getInteger("proxymcp.crash.rounds", 20);
    private static final int CLIENTS = 4;

    @TempDir Path home;
    private final Queue<AssertionError> wrong = new ConcurrentLinkedQueue<>();

    @Test
    @Timeout(value = 24, unit = TimeUnit.HOURS)
    void killedProcessLosesNothingThatWasWritten() throws Exception {
        long seed = Long.getLong("proxymcp.crash.seed", System.nanoTime());
        System.out.println("crash test: " + ROUNDS + " rounds, -Dproxymcp.crash.seed=" + seed);
        Random random = new Random(seed);
        long checked = 0;
        try (NumberedOrigin origin = new NumberedOrigin()) {
            for (int round = 0; round < ROUNDS; round++) {
                try {
                    checked += round(origin, random, round);
                } catch (AssertionError | IOException e) {
                    throw new AssertionError("round " + round + " of seed " + seed + ": " + e.getMessage(), e);
                }
            }
        }
        assertTrue(checked > ROUNDS, "only " + checked + " exchanges had ended before their kill");
    }

    /** One life of a recording process; returns how many exchanges were found whole that had to be. */
    private long round(NumberedOrigin origin, Random random, int round) throws Exception {
        AtomicLong next = new AtomicLong(round * 100_000L);
        CrashChild child = CrashChild.start(home);
        try (child) {
            List<Thread> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(Thread.ofVirtual().start(() -> browse(origin, child.port(), next)));
            }
            // One that is sure to be in flight: 4 leaves 4 when divided by 5, so its response is long.
            clients.add(Thread.ofVirtual().start(() -> browse(origin, child.port(), new AtomicLong(NumberedOrigin.STALLING + 4))));
            Thread.sleep(30 + random.nextInt(700)); // The moment is the point.
            child.kill();
            for (Thread client : clients) {
                client.join();
            }
            assertEquals(List.of(), List.copyOf(wrong));
        }
        if (round % 4 == 3) {
            Process recovery = StoreProcess.start("read", home.resolve("sessions"), child.session());
            Thread.sleep(100 + random.nextInt(500));
            recovery.destroyForcibly().waitFor();
        }
        return check(child);
    }

    private void browse(NumberedOrigin origin, int port, AtomicLong next) {
        try {
            while (true) {
                origin.fetch(port, next.getAndIncrement());
            }
        } catch (IOException e) {
            return; // The proxy was killed.
        } catch (AssertionError e) {
            wrong.add(e);
        }
    }

    private long check(CrashChild child) throws IOException {
        try (SessionCatalog catalog = new SessionCatalog(home.resolve("sessions"), CrashChild.LIMITS, Clock.systemUTC())) {
            Session session = catalog.open(child.session());
            SortedMap<Long, Numbered.Found> read = Numbered.readAll(session);
            long through = child.writtenThrough();
            long[] whole = new long[1];
            assertTrue(session.lastSeq() >= through, "written through " + through + ", the last one is " + session.lastSeq());
            for (long seq = 1; seq <= through; seq++) {
                IndexEntry entry = session.find(seq).orElseThrow(() -> new AssertionError("one is missing that is not beyond " + through));
                long n = Long.parseLong(entry.url().substring(entry.url().lastIndexOf('/') + 1));
                if (child.ended().contains(n)) {
                    assertEquals(Numbered.Found.WHOLE, read.get(n), "exchange " + n + " with seq " + seq);
                    whole[0]++;
                }
            }
            assertFalse(read.containsValue(Numbered.Found.IN_FLIGHT), "nothing runs any more: " + read);
            if (read.containsKey(NumberedOrigin.STALLING + 4)) {
                assertEquals(Numbered.Found.LACKING, read.get(NumberedOrigin.STALLING + 4));
            }
            assertEquals(List.of(), session.damage().stream().filter(Damage::isHarmful).toList());
            assertEquals(Manifest.RECOVERED + " " + read.size(), session.manifest().recovery() + " " + session.manifest().exchangeCount());
            catalog.delete(child.session());
            return whole[0];
        }
    }

    /** What a process leaves is recovered by one that dies at its first, second, third ... change of the disk, and then by one that lives. */
    @Test void recoveryThatDiesAtAnyStepHidesNothing() throws Exception {
        Path sessions = home.resolve("sessions");
        SessionId id;
        Path left = home.resolve("left");
        StoreLimits limits = CrashChild.LIMITS;
        try (SessionCatalog catalog = new SessionCatalog(sessions, limits, Clock.systemUTC())) {
            SessionWriter writer = catalog.create(Optional.empty(), CaptureProfile.FULL, 100, JsonObject.EMPTY);
            id = writer.id();
            for (long n = 1; n <= 150; n++) {
                Numbered.record(writer.sink(), n);
            }
            writer.checkpoint(Optional.empty());
            List<Recording> running = new ArrayList<>();
            for (long n = 151; n <= 170; n++) {
                running.add(Numbered.begin(writer.sink(), n));
            }
            for (long n = 171; n <= 180; n++) {
                Numbered.record(writer.sink(), n);
            }
            writer.settle();
            copy(sessions.resolve(id.text()), left);
        }
        SortedMap<Long, Numbered.Found> expected = readCopy(left, id, StoreFiles.DISK, limits);
        assertEquals(180, expected.size());
        assertEquals(20, expected.values().stream().filter(Numbered.Found.LACKING::equals).count());
        boolean lived = false;
        int steps = 0;
        for (; !lived; steps++) {
            Path again = home.resolve("again-" + steps);
            copy(left, again.resolve(id.text()));
            lived = recoverAndDie(again.resolve(id.text()), id, limits, steps);
            try (SessionCatalog catalog = new SessionCatalog(again, limits, Clock.systemUTC())) {
                Session session = catalog.open(id);
                assertEquals(expected, Numbered.readAll(session), "died at step " + steps);
                assertEquals(List.of(), session.damage().stream().filter(Damage::isHarmful).toList(), "died at step " + steps);
                assertEquals(expected, readRebuilt(catalog, id), "died at step " + steps);
            }
        }
        assertTrue(steps > 5, "recovery took " + steps + " steps");
    }

    private static SortedMap<Long, Numbered.Found> readRebuilt(SessionCatalog catalog, SessionId id) throws IOException {
        assertEquals(List.of(), catalog.recover(id).damage().stream().filter(Damage::isHarmful).toList());
        return Numbered.readAll(catalog.open(id));
    }

    /** Whether it lived. */
    private static boolean recoverAndDie(Path folder, SessionId id, StoreLimits limits, int steps) {
        FaultyFiles disk = new FaultyFiles();
        disk.dieAfter(steps);
        try {
            new SessionRecovery(disk, folder, id, limits, Clock.systemUTC()).run(steps % 2 == 0);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private SortedMap<Long, Numbered.Found> readCopy(Path left, SessionId id, StoreFiles files, StoreLimits limits) throws IOException {
        Path sessions = home.resolve("copy");
        copy(left, sessions.resolve(id.text()));
        try (SessionCatalog catalog = new SessionCatalog(sessions, files, limits, Clock.systemUTC(), System::nanoTime)) {
            return Numbered.readAll(catalog.open(id));
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.filter(file -> !file.toString().endsWith(".tmp")).toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }
}
