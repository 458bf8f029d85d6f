package proxymcp.replay.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.json.JsonObject;

/** How workers share a rate, by a clock of the test's own: a queue whose answers take long does not slow a run down, and requests begin evenly. */
@Timeout(60)
final class RunTokensTest {
    private static final long ANSWER_MILLIS = 6;

    private long nanos;

    /** A queue with one run, whose answers take a while. */
    private MemoryQueue slow(RunHeader run) throws QueueException {
        MemoryQueue queue = new MemoryQueue(() -> {
            nanos += TimeUnit.MILLISECONDS.toNanos(ANSWER_MILLIS);
            return TimeUnit.NANOSECONDS.toMillis(nanos);
        });
        queue.enqueue(run, Jobs.safe(run.run(), 0, run.jobCount()));
        return queue;
    }

    private List<Long> begun(double rate, int burst, int requests) throws QueueException {
        RunHeader run = new RunHeader(Jobs.id(1), requests, 0, 3, 60_000, OptionalDouble.of(rate), RunHeader.bucket(OptionalDouble.of(rate), burst),
                OptionalInt.empty(), JsonObject.EMPTY);
        MemoryQueue queue = slow(run);
        long first = TimeUnit.NANOSECONDS.toMillis(nanos);
        RunTokens tokens = new RunTokens(queue, new WorkerId("w"), run, () -> nanos);
        List<Long> begun = new ArrayList<>();
        for (int i = 0; i < requests; i++) {
            assertTrue(tokens.begin(millis -> {
                nanos += TimeUnit.MILLISECONDS.toNanos(millis);
                return true;
            }));
            begun.add(TimeUnit.NANOSECONDS.toMillis(nanos) - first);
        }
        return begun;
    }

    @Test
    void answersThatTakeLongDoNotSlowARunDown() throws QueueException {
        List<Long> begun = begun(50, 1, 500);
        assertEquals(10_000, begun.getLast(), 300);
        for (int i = 1; i < begun.size(); i++) {
            assertTrue(begun.get(i) - begun.get(i - 1) >= 7, begun.get(i - 1) + " and " + begun.get(i));
        }
    }

    @Test
    void noMoreBeginAtOnceThanTheBurst() throws QueueException {
        List<Long> begun = begun(2, 4, 8);
        assertTrue(begun.get(3) < 100 && begun.get(4) >= 450, begun.toString());
    }

    @Test
    void whoLosesPatienceTakesNothingMore() throws QueueException {
        RunHeader run = new RunHeader(Jobs.id(1), 9, 0, 3, 60_000, OptionalDouble.of(1), 1, OptionalInt.empty(), JsonObject.EMPTY);
        RunTokens tokens = new RunTokens(slow(run), new WorkerId("w"), run, () -> nanos);
        assertTrue(tokens.begin(millis -> false));
        assertFalse(tokens.begin(millis -> false));
    }
}
