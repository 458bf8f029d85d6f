package proxymcp.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.json.JsonObject;

/**
 * The machine is lost at some moment, and with it all that was not forced: what a checkpoint acknowledged before is there afterwards.
 *
 * <p>A session goes on while copies of what would be left of it are opened, whatever became of its index.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
final class LostMachineTest {
    private static final int PRODUCERS = 3;
    private static final int ROUNDS = 12;
    private static final long NEVER = TimeUnit.HOURS.toMillis(1);

    @TempDir
    Path base;

    private final long seed = Long.getLong("proxymcp.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final LosableFiles disk = new LosableFiles();
    private final AtomicLong next = new AtomicLong(1);
    private final Set<Long> ended = new ConcurrentSkipListSet<>();
    private final List<CheckpointInfo> acknowledged = new ArrayList<>();

    /** Nothing is forced but by the checkpoint: what it needs, it forces itself. */
    @Test
    void aCheckpointThatReturnedSurvives() throws Exception {
        record(NEVER, writer -> {
            Set<Long> before = new TreeSet<>(ended);
            SessionWriter.Taken taken = writer.checkpoint(Optional.of("round " + acknowledged.size()));
            acknowledged.add(taken.checkpoint());
            return new Promise(before, taken.forcedThrough());
        });
    }

    /** The forcer and automatic checkpoints are at work as well, and a caller only believes the status. */
    @Test
    void whatTheStatusCallsForcedSurvives() throws Exception {
        record(3, writer -> {
            if (acknowledged.size() % 2 == 1) {
                acknowledged.add(writer.checkpoint(Optional.of("between")).checkpoint());
            }
            return new Promise(Set.of(), writer.status().forcedThrough());
        });
    }

    /** Exchanges that must be there whole, and a seq up to which none may be missing. */
    private record Promise(Set<Long> whole, long through) {}

    private interface Moment {
        Promise promised(SessionWriter writer) throws IOException;
    }

    private void record(long forceMillis, Moment moment) throws Exception {
        StoreLimits limits = new StoreLimits(64 << 10, 64 << 10, 10_000, 4 << 10, 1, 512, forceMillis, 24 << 10, 10_000, 64, 1 << 17);
        Path root = base.resolve("home").resolve("sessions");
        try (SessionCatalog catalog = new SessionCatalog(root, disk, limits, Clock.systemUTC(), System::nanoTime)) {
            SessionWriter writer = catalog.create(Optional.of("a name"), CaptureProfile.FULL, 1_000, JsonObject.EMPTY);
            for (int round = 0; round < ROUNDS; round++) {
                List<Thread> producers = produce(writer);
                Promise promise = moment.promised(writer);
                Path left = base.resolve("left-" + round);
                LosableFiles.Index index = LosableFiles.Index.values()[round % LosableFiles.Index.values().length];
                disk.lose(base, left, index);
                for (Thread producer : producers) {
                    producer.join();
                }
                disk.noteIndex(root.resolve(writer.id().text()));
                check(left.resolve("home").resolve("sessions"), writer.id(), limits, promise, "seed " + seed + ", round " + round + ", index " + index);
            }
            assertEquals(Losses.NONE, writer.status().losses());
            assertEquals(Optional.empty(), writer.status().lastError());
        }
    }

    /** Starts producers of some exchanges each, and returns in the midst of them. */
    private List<Thread> produce(SessionWriter writer) throws InterruptedException {
        CountDownLatch some = new CountDownLatch(1 + random.nextInt(40));
        List<Thread> producers = new ArrayList<>();
        for (int i = 0; i < PRODUCERS; i++) {
            producers.add(Thread.ofPlatform().start(() -> {
                for (int left = 20; left > 0; left--) {
                    long n = next.getAndIncrement();
                    Numbered.record(writer.sink(), n);
                    ended.add(n);
                    some.countDown();
                }
            }));
        }
        some.await();
        return producers;
    }

    private void check(Path root, SessionId id, StoreLimits limits, Promise promise, String what) throws IOException {
        try (SessionCatalog after = new SessionCatalog(root, TestStore.UNFORCED, limits, Clock.systemUTC(), System::nanoTime)) {
            if (promise.through() == 0 && acknowledged.isEmpty()) {
                return; // Nothing was promised yet, perhaps not even the folder's name.
            }
            Session session = after.open(id);
            assertEquals(Optional.of("a name"), session.manifest().name(), what);
            assertEquals(acknowledged, session.manifest().checkpoints(), what);
            assertTrue(after.checkpoints(id).containsAll(acknowledged), what);
            SortedMap<Long, Numbered.Found> found = readAll(after, id);
            for (long seq = 1; seq <= promise.through(); seq++) {
                assertTrue(after.open(id).find(seq).isPresent(), "seq " + seq + " of " + promise.through() + " is missing: " + what);
            }
            for (long n : promise.whole()) {
                assertEquals(Numbered.Found.WHOLE, found.get(n), "exchange " + n + ": " + what);
            }
            assertEquals(List.of(), session.damage().stream().filter(Damage::isHarmful).toList(), what);
        }
    }

    private static SortedMap<Long, Numbered.Found> readAll(SessionCatalog after, SessionId id) throws IOException {
        try {
            return after.read(id, Numbered::readAll);
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
