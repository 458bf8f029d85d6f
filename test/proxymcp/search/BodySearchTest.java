package proxymcp.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.Programs;
import proxymcp.json.JsonObject;
import proxymcp.search.SearchResult.End;
import proxymcp.store.CaptureProfile;
import proxymcp.store.Session;
import proxymcp.store.SessionCatalog;
import proxymcp.store.SessionQuery;
import proxymcp.store.SessionWriter;
import proxymcp.store.StoreLimits;
import proxymcp.store.WorkWatch;

/** Searches of whole sessions: who helps, who waits, what ends them, and how much memory they take. */
@Timeout(60)
final class BodySearchTest {
    private static final Executor NOBODY = job -> { };
    private static final Executor EVERYBODY = job -> Thread.ofPlatform().daemon().start(job);

    @TempDir
    Path home;

    private SessionCatalog catalog;
    private SessionWriter writer;
    private final Watch watch = new Watch();

    /** Notes what it is told, and is cancelled after so many looks. */
    private static final class Watch implements WorkWatch {
        private final List<Long> told = new ArrayList<>();
        private final AtomicInteger looksLeft = new AtomicInteger(Integer.MAX_VALUE);

        @Override
        public synchronized void done(long done, long total) {
            told.add(done);
        }

        @Override
        public boolean cancelled() {
            return looksLeft.decrementAndGet() < 0;
        }
    }

    @BeforeEach
    void begin() throws IOException {
        catalog = new SessionCatalog(home.resolve("sessions"), StoreLimits.DEFAULT, Clock.systemUTC());
        writer = catalog.create(Optional.empty(), CaptureProfile.FULL, 1_024, JsonObject.EMPTY);
    }

    @AfterEach
    void close() throws IOException {
        catalog.close();
    }

    private void record(int count, String body) {
        for (int i = 1; i <= count; i++) {
            SearchChild.record(writer.sink(), (body + i).getBytes(StandardCharsets.UTF_8), 1);
        }
    }

    private SearchResult search(Wanted wanted, Executor executor, int hitsMax, boolean stops) throws IOException {
        return BodySearch.run(catalog.open(writer.id()), request(wanted, hitsMax, stops), executor, 4, System::nanoTime, watch);
    }

    private static SearchRequest request(Wanted wanted, int hitsMax, boolean stops) {
        return new SearchRequest(wanted, SearchIn.BOTH, SessionQuery.ALL, Optional.empty(), 0, Long.MAX_VALUE, hitsMax, stops, 20);
    }

    @Test
    void theSameIsFoundWhetherOthersHelpOrNobodyDoes() throws IOException {
        record(3_000, "number ");
        SearchResult alone = search(new Wanted.Text("7", true), NOBODY, 50, false);
        for (int round = 0; round < 10; round++) {
            assertEquals(alone, search(new Wanted.Text("7", true), EVERYBODY, 50, false));
        }
        // Those from 1 to 3,000 with a 7 among their digits: 271 of each thousand.
        assertEquals(new SearchCounts(3_000, 813, 0, 0, 0, 0, 0, 0), alone.counts());
        assertEquals(End.ALL, alone.end());
        assertEquals(3_000, alone.throughSeq());
        SearchResult stopped = search(new Wanted.Text("7", true), EVERYBODY, 50, true);
        assertEquals(alone.hits(), stopped.hits());
        assertEquals(End.FULL, stopped.end());
        assertEquals(search(new Wanted.Text("7", true), NOBODY, 50, true), stopped);
    }

    @Test
    void aHelperThatComesTooLateFindsNothingToDo() throws IOException {
        record(1_000, "number ");
        List<Runnable> late = new ArrayList<>();
        SearchResult found = search(new Wanted.Text("number", true), late::add, 1, false);
        assertEquals(1_000, found.counts().matched());
        assertEquals(3, late.size());
        catalog.end(writer);
        late.forEach(Runnable::run);
    }

    @Test
    void aSearchThatIsCancelledEndsAndLeavesNoHelperBehind() throws Exception {
        record(2_000, "number ");
        for (int looks : new int[] {0, 1, 10, 500}) {
            watch.looksLeft.set(looks);
            CountDownLatch ended = new CountDownLatch(3);
            AtomicInteger running = new AtomicInteger();
            Executor counted = job -> EVERYBODY.execute(() -> {
                running.incrementAndGet();
                job.run();
                running.decrementAndGet();
                ended.countDown();
            });
            assertThrows(CancellationException.class, () -> search(new Wanted.Text("nowhere", true), counted, 1, false));
            ended.await();
            assertEquals(0, running.get());
        }
        watch.looksLeft.set(100);
        SearchChild.record(writer.sink(), "x".repeat(5_000).getBytes(StandardCharsets.US_ASCII), 1);
        SearchRequest slow = new SearchRequest(Wanted.regex("(x+x+)+y", true), SearchIn.BOTH, SessionQuery.ALL, Optional.empty(), 2_000, 10, 1, false, 20);
        // By this clock no time passes: only the caller ends it.
        assertThrows(CancellationException.class, () -> BodySearch.run(catalog.open(writer.id()), slow, NOBODY, 1, () -> 0, watch));
    }

    @Test
    void progressRisesToTheLastExchange() throws IOException {
        record(1_000, "number ");
        search(new Wanted.Text("nowhere", true), NOBODY, 1, false);
        assertEquals(List.of(128L, 256L, 384L, 512L, 640L, 768L, 896L, 1_000L), watch.told);
    }

    @Test
    void anExpressionThatIsSlowEverywhereEndsTheSearch() throws IOException {
        record(20, "x".repeat(3_000));
        AtomicLong clock = new AtomicLong();
        SearchResult found = BodySearch.run(catalog.open(writer.id()), request(Wanted.regex("(x+x+)+y", true), 10, false), NOBODY, 1,
                () -> clock.addAndGet(400_000_000), watch);
        assertEquals(new SearchResult(new SearchCounts(5, 0, 0, 0, 0, 0, 5, 0), List.of(), End.TOO_SLOW, 5), found);
    }

    @Test
    void aFailureOfAHelperIsThatOfTheSearch() throws IOException {
        record(2_000, "number ");
        IllegalStateException fault = new IllegalStateException("a fault of the clock");
        Thread caller = Thread.currentThread();
        IllegalStateException thrown = assertThrows(IllegalStateException.class, () -> {
            for (int round = 0; round < 1_000; round++) {
                BodySearch.run(catalog.open(writer.id()), request(Wanted.regex("1", true), 1, false), EVERYBODY, 4, () -> {
                    if (Thread.currentThread() != caller) {
                        throw fault;
                    }
                    return 0;
                }, watch);
            }
        });
        assertSame(fault, thrown);
    }

    @Test
    void damageCostsTheExchangesThatItTouches() throws IOException {
        record(50, "number ".repeat(300));
        catalog.end(writer);
        Path segment = home.resolve("sessions").resolve(writer.id().text()).resolve("segment-000001.seg");
        byte[] bytes = Files.readAllBytes(segment);
        bytes[bytes.length / 2] ^= 1;
        Files.write(segment, bytes);
        try (SessionCatalog other = new SessionCatalog(home.resolve("sessions"), StoreLimits.DEFAULT, Clock.systemUTC())) {
            Session session = other.open(writer.id());
            SearchResult found = BodySearch.run(session, request(new Wanted.Text("number", true), 1, false), NOBODY, 1, System::nanoTime, watch);
            assertEquals(new SearchCounts(50, 49, 0, 0, 0, 1, 0, 0), found.counts());
        }
    }

    @Test
    void aLongBodyIsSearchedInASmallHeap() throws Exception {
        int mebibytes = Integer.getInteger("proxymcp.size.mebibytes", 160);
        List<String> command = List.of(Programs.java().toString(), "-Xmx64m", "-XX:+ExitOnOutOfMemoryError", "-cp",
                System.getProperty("java.class.path"), SearchChild.class.getName(), home.resolve("child").toString(), Integer.toString(mebibytes));
        Process child = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (BufferedReader said = new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
            long at = ((long) mebibytes << 20) - SearchChild.LAST.length();
            for (String what : List.of("characters", "folded", "expression", "in gzip")) {
                assertEquals(what + " 2 1 " + at, said.readLine());
            }
            assertEquals(0, child.waitFor());
        } finally {
            child.destroyForcibly();
        }
        assertFalse(child.isAlive());
        assertTrue(mebibytes >= 100);
    }
}
