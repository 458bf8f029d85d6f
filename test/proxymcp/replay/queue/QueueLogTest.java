package proxymcp.replay.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.json.JsonObject;
import proxymcp.replay.ReplayId;

/** The log of the embedded queue: what is left of it after any cut and any flipped bit, on a full disk, and written anew. */
@Timeout(120)
final class QueueLogTest {
    private static final WorkerId ANN = new WorkerId("ann~1");
    private static final WorkerId BOB = new WorkerId("bob~2");
    private static final ReplayId RUN = Jobs.id(1);
    private static final long LEASE_MILLIS = 30_000;

    @TempDir
    Path home;
    private final AtomicLong clock = new AtomicLong(1_772_366_400_000L);
    private final QueueFiles files = new QueueFiles();

    private EmbeddedQueue open(Path folder) throws QueueException {
        return EmbeddedQueue.open(folder, files, clock::get, new Random(7));
    }

    /** All that can be seen of a queue. */
    private static String seen(JobQueue queue) throws QueueException {
        StringBuilder all = new StringBuilder();
        for (RunStatus run : queue.runs()) {
            all.append(run).append(Jobs.ends(queue.results(run.header().run(), 0, 100)));
        }
        return all.append(queue.workers().stream().map(WorkerSeen::info).toList()).toString();
    }

    /** A day of a queue; job 1 is unsafe and is being sent at the end. Returns length of the log behind each call to what was seen then. */
    private TreeMap<Long, String> live(Path folder) throws IOException {
        Path log = folder.resolve("log-000001.q");
        TreeMap<Long, String> story = new TreeMap<>();
        try (EmbeddedQueue queue = open(folder)) {
            queue.enqueue(Jobs.header(RUN, 6, 2, LEASE_MILLIS), List.of(Jobs.safe(RUN, 0), Jobs.unsafe(RUN, 1), Jobs.sharded(RUN, 2, "a"),
                    Jobs.sharded(RUN, 3, "a"), Jobs.safe(RUN, 4), Jobs.safe(RUN, 5)));
            story.put(Files.size(log), seen(queue));
            List<Lease> leases = queue.lease(ANN, 4, Duration.ZERO);
            story.put(Files.size(log), seen(queue));
            queue.sending(leases.get(1));
            story.put(Files.size(log), seen(queue));
            queue.commit(leases.get(0), Jobs.failed());
            story.put(Files.size(log), seen(queue));
            queue.commit(leases.get(2), Jobs.carrying("state"));
            story.put(Files.size(log), seen(queue));
            queue.renew(List.of(leases.get(1)));
            queue.heartbeat(Jobs.worker(ANN, WorkerInfo.State.ACTIVE));
            story.put(Files.size(log), seen(queue));
            queue.release(leases.get(3));
            story.put(Files.size(log), seen(queue));
        }
        return story;
    }

    @Test void whatWasAnsweredIsThereAfterAnyCut() throws Exception {
        Path whole = home.resolve("whole");
        TreeMap<Long, String> story = live(whole);
        byte[] bytes = Files.readAllBytes(whole.resolve("log-000001.q"));
        assertEquals(story.lastKey(), bytes.length);
        Path cutFolder = Files.createDirectory(home.resolve("cut"));
        for (int cut = LogLayout.RECORDS_OFFSET; cut <= bytes.length; cut++) {
            clear(cutFolder);
            byte[] left = Arrays.copyOf(bytes, cut);
            Files.write(cutFolder.resolve("log-000001.q"), left);
            try (EmbeddedQueue queue = open(cutFolder)) {
                Map.Entry<Long, String> known = story.floorEntry((long) cut);
                if (known != null && (story.containsKey((long) cut) || !isBetweenRecords(known.getKey(), cut, bytes))) {
                    assertEquals(known.getValue(), seen(queue), "cut at " + cut);
                }
                ReplayId next = Jobs.id(2);
                queue.enqueue(Jobs.header(next, 1, 1, LEASE_MILLIS), Jobs.safe(next, 0, 1));
                assertEquals(1, queue.stats(next).waiting(), "cut at " + cut);
            }
            byte[] after = Files.readAllBytes(cutFolder.resolve("log-000001.q"));
            assertTrue(Arrays.equals(left, Arrays.copyOf(after, cut)), "what was there is left as it was");
            try (EmbeddedQueue again = open(cutFolder)) {
                assertEquals(1, again.stats(Jobs.id(2)).waiting(), "cut at " + cut);
            }
        }
    }

    /** Whether a record that belongs to no call of its own ends between the two: a heartbeat behind a renewal. */
    private static boolean isBetweenRecords(long from, int cut, byte[] bytes) {
        return from + LogLayout.HEADER_BYTES <= bytes.length && LogLayout.header(bytes, (int) from).next(from) <= cut;
    }

    @Test void afterAnyFlippedBitNothingUnsafeIsSentAgainAndTheCountsHold() throws Exception {
        Path whole = home.resolve("whole");
        live(whole);
        byte[] bytes = Files.readAllBytes(whole.resolve("log-000001.q"));
        Path folder = Files.createDirectory(home.resolve("flipped"));
        int opened = 0;
        for (int at = 0; at < bytes.length; at++) {
            clear(folder);
            byte[] flipped = bytes.clone();
            flipped[at] ^= (byte) (1 << (at * 5 + 3) % 8);
            Files.write(folder.resolve("log-000001.q"), flipped);
            try (EmbeddedQueue queue = open(folder)) {
                opened++;
                check(queue, at);
            }
            assertEquals(seenBy(folder), seenAfterRewrite(folder), "flipped at " + at);
        }
        assertEquals(bytes.length, opened, "each header of a file stands twice");
    }

    private String seenBy(Path folder) throws QueueException {
        try (EmbeddedQueue queue = open(folder)) {
            return seen(queue);
        }
    }

    private String seenAfterRewrite(Path folder) throws IOException {
        QueueState state = new QueueState();
        Path old = folder.resolve("log-000001.q");
        byte[] before = Files.readAllBytes(old);
        try (QueueLog log = new QueueLog(folder, files, new Random(8))) {
            log.catchUp(state);
            log.rewrite(new LiveState(state, log));
        }
        assertFalse(Files.exists(old));
        Files.write(old, before); // As if its writer had died before it deleted this.
        String seen = seenBy(folder);
        assertFalse(Files.exists(old));
        return seen;
    }

    private void check(EmbeddedQueue queue, int at) throws IOException {
        Optional<RunStatus> run = queue.run(RUN);
        if (run.isEmpty()) {
            return; // The record that names the run is what was hit: its coordinator is told that it is not there.
        }
        assertTrue(run.get().counts().balanced(), "flipped at " + at);
        for (int round = 0; round < 12; round++) {
            clock.addAndGet(LEASE_MILLIS + 1);
            for (Lease lease : queue.lease(BOB, 10, Duration.ZERO)) {
                assertTrue(lease.id().index() != 1, "flipped at " + at);
                queue.commit(lease, Jobs.ok());
            }
        }
        JobCounts counts = queue.stats(RUN);
        if (run.get().state() != RunStatus.State.ENQUEUING) {
            assertEquals(new JobCounts(6, counts.ok(), counts.failed(), 0, 0, counts.unknown(), 0, 0, counts.superseded()), counts, "flipped at " + at);
            assertEquals(6, counts.ended(), "flipped at " + at);
            assertTrue(counts.unknown() >= 1, "flipped at " + at);
        }
    }

    @Test void aFileThatIsNoneOfOursIsRefused() throws Exception {
        Path folder = Files.createDirectory(home.resolve("queue"));
        Files.writeString(folder.resolve("log-000001.q"), "not a log at all, but long enough to have been one: " + "x".repeat(100));
        assertEquals("queue_damaged", assertThrows(QueueException.class, () -> open(folder)).code());
        byte[] newer = LogLayout.fileHeader(1, true, new LogLayout.Mark(1, 2));
        byte[] version = newer.clone();
        version[LogLayout.VERSION_OFFSET] = 9;
        java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
        crc.update(version, 0, LogLayout.FILE_CRC_OFFSET);
        for (int i = 0; i < 4; i++) {
            version[LogLayout.FILE_CRC_OFFSET + i] = (byte) (crc.getValue() >>> 8 * i);
        }
        Files.write(folder.resolve("log-000001.q"), version);
        QueueException refused = assertThrows(QueueException.class, () -> open(folder));
        assertEquals("queue_version", refused.code());
        assertFalse(refused.hint().isEmpty());
    }

    @Test void onAFullDiskCallsFailAndNothingThatWasAnsweredIsLost() throws Exception {
        Path folder = home.resolve("queue");
        for (int left = 0; left < 900; left += 7) {
            clear(folder);
            files.fill(Long.MAX_VALUE);
            try (EmbeddedQueue queue = open(folder)) {
                queue.enqueue(Jobs.header(RUN, 4, 3, LEASE_MILLIS), Jobs.safe(RUN, 0, 4));
                List<Lease> leases = queue.lease(ANN, 4, Duration.ZERO);
                files.fill(left);
                int answered = 0;
                for (Lease lease : leases) {
                    try {
                        assertEquals(JobQueue.Commit.COUNTED, queue.commit(lease, Jobs.ok()));
                        answered++;
                    } catch (QueueException e) {
                        assertEquals("queue_full", e.code());
                        assertFalse(e.hint().isEmpty());
                    }
                }
                files.fill(Long.MAX_VALUE);
                assertTrue(queue.stats(RUN).ok() >= answered, "room for " + left);
                for (Lease lease : leases) {
                    assertEquals(JobQueue.Commit.COUNTED, queue.commit(lease, Jobs.ok()), "room for " + left);
                }
                assertEquals(new JobCounts(4, 4, 0, 0, 0, 0, 0, 0, 0), queue.stats(RUN));
            }
        }
    }

    @Test void theLogIsWrittenAnewWhenMostOfItIsForgottenAndWhatIsLeftIsTheSame() throws Exception {
        Path folder = home.resolve("queue");
        ReplayId old = Jobs.id(2);
        try (EmbeddedQueue queue = open(folder); EmbeddedQueue other = open(folder)) {
            endBigRun(queue, old);
            queue.enqueue(new RunHeader(RUN, 9, 1, 3, LEASE_MILLIS, OptionalDouble.of(1), 5, OptionalInt.of(2), JsonObject.EMPTY),
                    List.of(Jobs.safe(RUN, 0), Jobs.unsafe(RUN, 1), Jobs.sharded(RUN, 2, "a"), Jobs.sharded(RUN, 3, "a"), Jobs.safe(RUN, 4), Jobs.safe(RUN, 5),
                            Jobs.safe(RUN, 6), Jobs.unsafe(RUN, 7), Jobs.safe(RUN, 8)));
            List<Lease> leases = queue.lease(ANN, 4, Duration.ZERO);
            Lease stale = leases.get(3);
            queue.sending(leases.get(1));
            clock.addAndGet(LEASE_MILLIS - 5);
            queue.renew(leases.subList(0, 3));
            clock.addAndGet(10);
            assertEquals(JobQueue.Commit.SUPERSEDED, queue.commit(stale, Jobs.ok()));
            queue.commit(leases.get(2), Jobs.carrying("state"));
            TokenGrant ofOrigin = queue.tokens(ANN, RUN, Optional.of("https://a.example"), 1);
            queue.tokens(ANN, RUN, Optional.empty(), 4);
            queue.heartbeat(Jobs.worker(ANN, WorkerInfo.State.ACTIVE));
            queue.enqueue(Jobs.header(Jobs.id(3), 2, 1, LEASE_MILLIS), Jobs.safe(Jobs.id(3), 0, 2));
            queue.lease(BOB, 1, Duration.ZERO);
            queue.cancel(Jobs.id(3));
            queue.forget(old);
            String before = seen(other);
            assertEquals(List.of("bodies", "log-000002.q", "queue.lock"), names(folder), before);
            assertTrue(Files.size(folder.resolve("log-000002.q")) < 10_000);
            assertEquals(List.of(), names(folder.resolve("bodies")));
            try (EmbeddedQueue fresh = open(folder)) {
                assertEquals(before, seen(fresh));
                assertEquals(1, fresh.tokens(BOB, RUN, Optional.empty(), 5).count(), "four of five were taken");
                assertEquals(1, fresh.tokens(BOB, RUN, Optional.of("https://a.example"), 5).count());
                fresh.giveBack(ofOrigin, 1);
                assertEquals(1, fresh.tokens(BOB, RUN, Optional.of("https://a.example"), 5).count());
            }
            checkLeft(other, leases);
        }
    }

    private void checkLeft(EmbeddedQueue other, List<Lease> leases) throws IOException {
        assertEquals(JobQueue.Commit.COUNTED, other.commit(leases.get(0), Jobs.ok()), "a lease from before holds");
        assertEquals(JobQueue.Commit.COUNTED, other.commit(leases.get(2), Jobs.ok()), "the same commit once more");
        assertEquals(List.of(5, 6, 7, 8), Jobs.indexes(other.lease(BOB, 20, Duration.ZERO)), "4 is his already, and the shard is another worker's");
        Lease ofShard = other.lease(ANN, 20, Duration.ZERO).getFirst();
        assertEquals(3, ofShard.id().index());
        assertEquals("state", Jobs.text(ofShard.carried().orElseThrow()));
        clock.addAndGet(LEASE_MILLIS + 1);
        assertEquals(3, other.lease(BOB, 2, Duration.ZERO).get(1).attempt(), "two leases of 4 ran out");
        assertEquals(1, other.stats(RUN).unknown(), "of the unsafe one that was being sent");
    }

    private void endBigRun(EmbeddedQueue queue, ReplayId run) throws IOException {
        byte[] payload = new byte[400_000];
        byte[] body = new byte[JobQueue.INLINE_BYTES_MAX + 1];
        new Random(9).nextBytes(payload);
        List<Job> jobs = new ArrayList<>();
        for (int index = 0; index < 3; index++) {
            jobs.add(new Job(new JobId(run, index), Optional.empty(), false, payload, KeptOctets.of(body)));
        }
        queue.enqueue(Jobs.header(run, 3, 1, LEASE_MILLIS), jobs);
        for (Lease lease : queue.lease(ANN, 3, Duration.ZERO)) {
            queue.commit(lease, Jobs.ok());
        }
    }

    @Test void aBodyThatTwoRunsHaveStaysUntilBothAreForgotten() throws Exception {
        Path folder = home.resolve("queue");
        byte[] body = new byte[JobQueue.INLINE_BYTES_MAX + 1];
        try (EmbeddedQueue queue = open(folder)) {
            for (int number = 1; number <= 2; number++) {
                queue.enqueue(Jobs.header(Jobs.id(number), 1, 1, LEASE_MILLIS),
                        List.of(new Job(new JobId(Jobs.id(number), 0), Optional.empty(), false, new byte[0], KeptOctets.of(body))));
                assertEquals(1, names(folder.resolve("bodies")).size());
            }
            List<Lease> leases = queue.lease(ANN, 2, Duration.ZERO);
            for (Lease lease : leases) {
                queue.commit(lease, Jobs.ok());
            }
            queue.forget(Jobs.id(1));
            assertEquals(body.length, leases.get(1).job().body().open().readAllBytes().length);
            queue.forget(Jobs.id(2));
            assertEquals(List.of(), names(folder.resolve("bodies")));
        }
    }

    @Test void whatWasDamagedOfABodyIsNotSent() throws Exception {
        Path folder = home.resolve("queue");
        byte[] body = new byte[JobQueue.INLINE_BYTES_MAX + 1];
        try (EmbeddedQueue queue = open(folder)) {
            queue.enqueue(Jobs.header(RUN, 1, 1, LEASE_MILLIS), List.of(new Job(new JobId(RUN, 0), Optional.empty(), false, new byte[0], KeptOctets.of(body))));
            Path file = folder.resolve("bodies").resolve(names(folder.resolve("bodies")).getFirst());
            byte[] kept = Files.readAllBytes(file);
            kept[5] ^= 1;
            Files.write(file, kept);
            KeptOctets damaged = queue.lease(ANN, 1, Duration.ZERO).getFirst().job().body();
            assertThrows(IOException.class, damaged::open);
        }
    }

    @Test void timeStandsStillWhenTheClockGoesBack() throws Exception {
        try (EmbeddedQueue queue = open(home.resolve("queue"))) {
            queue.enqueue(Jobs.header(RUN, 1, 3, LEASE_MILLIS), Jobs.safe(RUN, 0, 1));
            Lease lease = queue.lease(ANN, 1, Duration.ZERO).getFirst();
            clock.addAndGet(-3_600_000);
            queue.heartbeat(Jobs.worker(ANN, WorkerInfo.State.ACTIVE));
            assertEquals(lease.expiresAtMillis() - LEASE_MILLIS, queue.workers().getFirst().lastSeenMillis());
            assertEquals(JobQueue.Commit.COUNTED, queue.commit(lease, Jobs.ok()));
        }
    }

    @Test void whatIsKeptIsItsOwnersAloneAndIsShownNowhere() throws Exception {
        Path folder = home.resolve("queue");
        byte[] body = new byte[JobQueue.INLINE_BYTES_MAX + 1];
        try (EmbeddedQueue queue = open(folder)) {
            RunHeader header = Jobs.header(RUN, 1, 1, LEASE_MILLIS);
            queue.enqueue(header, List.of(new Job(new JobId(RUN, 0), Optional.empty(), false, Jobs.octets("Cookie: secret"), KeptOctets.of(body))));
            Lease lease = queue.lease(ANN, 1, Duration.ZERO).getFirst();
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path path : all.toList()) {
                    String wanted = Files.isDirectory(path) ? "rwx------" : "rw-------";
                    assertEquals(wanted, PosixFilePermissions.toString(Files.getPosixFilePermissions(path)), path.toString());
                }
            }
            String shown = header + " " + lease + " " + lease.job() + " " + Jobs.carrying("secret") + " " + QueueUrl.parse("redis://:secret@a.example/1");
            assertFalse(shown.contains("secret"), shown);
        }
    }

    private static List<String> names(Path folder) throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
            all.forEach(path -> names.add(path.getFileName().toString()));
        }
        names.sort(null);
        return names;
    }

    private static void clear(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            for (String name : names(folder)) {
                Files.delete(folder.resolve(name));
            }
        }
    }
}
