package proxymcp.rule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.text.TimeLimit;

@Timeout(30)
final class RuleThreadsTest {
    private static final TimeLimit LIMIT = TimeLimit.ofMillis(100, 500);
    private static final Edited<String> MADE = new Edited<>("made", true, Optional.empty(), false);
    private static final Edited<String> TIMED_OUT = new Edited<>("as it was", false, Optional.of("took too long"), true);

    private final RuleThreads threads = new RuleThreads();

    @AfterEach void close() {
        threads.close();
    }

    @Test void anEditThatIsSoonDoneIsMadeOnce() throws Exception {
        List<TimeLimit> given = new ArrayList<>();
        assertEquals(MADE, threads.edit(LIMIT, limit -> {
            given.add(limit);
            return MADE;
        }));
        assertEquals(List.of(LIMIT.part(10)), given);
    }

    @Test void anEditThatTakesLongerIsBegunAgainWithAllItsTime() throws Exception {
        assertEquals(MADE, threads.edit(LIMIT, limit -> limit.equals(LIMIT) ? MADE : TIMED_OUT));
        assertEquals(TIMED_OUT, threads.edit(LIMIT, limit -> TIMED_OUT));
    }

    /** The others wait at a latch, as if their expressions had no end. */
    @Test void ordinaryEditsDoNotWaitForThoseThatTakeLong() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        CountDownLatch given = new CountDownLatch(20);
        List<Future<Edited<String>>> endless = new ArrayList<>();
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 20; i++) {
                endless.add(clients.submit(() -> threads.edit(LIMIT, limit -> {
                    given.countDown();
                    return limit.equals(LIMIT) ? after(end) : TIMED_OUT;
                })));
            }
            given.await();
            assertEquals(MADE, threads.edit(LIMIT, limit -> MADE));
            assertEquals("decided", threads.run(() -> Optional.of("decided"), () -> "late"));
            end.countDown();
            for (Future<Edited<String>> one : endless) {
                assertEquals(TIMED_OUT, one.get());
            }
        }
    }

    @Test void whatAJobThrowsIsThrown() {
        assertEquals("odd", assertThrows(IllegalStateException.class, () -> threads.edit(LIMIT, limit -> {
            throw new IllegalStateException("odd");
        })).getMessage());
        threads.close();
        assertThrows(RulesStoppedException.class, () -> threads.run(() -> Optional.of("soon"), () -> "late"));
    }

    private static Edited<String> after(CountDownLatch end) {
        try {
            end.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return TIMED_OUT;
    }
}
