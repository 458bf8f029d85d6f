package proxymcp.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Starts that step back by various lengths, in both directions, against a plain sort. */
final class StartOrderTest {
    private record Start(long seq, long millis) {}

    private static final Comparator<Start> BY_TIME = Comparator.comparingLong(Start::millis).thenComparingLong(Start::seq);

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 50, 100_000})
    void matchesComeByStartThenSeq(int jitter) throws IOException {
        Random random = new Random(jitter);
        for (int count : new int[] {0, 1, 2, 3, 10, 1_000}) {
            List<Start> starts = starts(random, count, jitter);
            for (boolean descending : new boolean[] {false, true}) {
                List<Start> expected = new ArrayList<>(starts);
                expected.sort(descending ? BY_TIME.reversed() : BY_TIME);
                assertEquals(expected, ordered(starts, descending, Integer.MAX_VALUE), "seed " + jitter + ", " + count + " descending " + descending);
                int few = Math.min(count, 5);
                assertEquals(expected.subList(0, few), ordered(starts, descending, few), "the first ones, descending " + descending);
            }
        }
    }

    private static List<Start> starts(Random random, int count, int jitter) {
        List<Start> starts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            starts.add(new Start(i + 1, i / 3 + (jitter == 0 ? 0 : random.nextInt(jitter))));
        }
        return starts;
    }

    private static List<Start> ordered(List<Start> starts, boolean descending, int most) throws IOException {
        long stepBack = 0;
        long newest = Long.MIN_VALUE;
        for (Start start : starts) {
            newest = Math.max(newest, start.millis());
            stepBack = Math.max(stepBack, newest - start.millis());
        }
        List<Start> found = new ArrayList<>();
        StartOrder order = new StartOrder(descending, stepBack, (seq, millis) -> {
            found.add(new Start(seq, millis));
            return found.size() < most;
        });
        boolean more = most > 0;
        for (Start start : descending ? starts.reversed() : starts) {
            more = more && order.add(start.seq(), start.millis());
        }
        if (more) {
            order.end();
        }
        return found;
    }
}
