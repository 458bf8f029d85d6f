package proxymcp.rule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class DelayTest {
    @Test void aFixedDelayIsAlwaysTheSame() {
        assertEquals(Set.of(250L), new TreeSet<>(times(new Delay.Fixed(250), 100)));
        assertEquals(600_000, new Delay.Fixed(600_000).millis(1));
    }

    @Test void aUniformDelayTakesEveryValueBothEndsIncluded() {
        for (OptionalLong seed : List.of(OptionalLong.of(1), OptionalLong.empty())) {
            List<Long> times = times(new Delay.Uniform(10, 19, seed), 10_000);
            assertEquals(new TreeSet<>(List.of(10L, 11L, 12L, 13L, 14L, 15L, 16L, 17L, 18L, 19L)), new TreeSet<>(times));
            for (long value = 10; value <= 19; value++) {
                int count = Collections.frequency(times, value);
                // Nine standard deviations of a thousand.
                assertTrue(count > 730 && count < 1_270, value + " came " + count + " times");
            }
        }
        assertEquals(Set.of(7L), new TreeSet<>(times(new Delay.Uniform(7, 7, OptionalLong.of(3)), 100)));
        assertTrue(times(new Delay.Uniform(0, 600_000, OptionalLong.of(4)), 1_000).stream().allMatch(time -> time >= 0 && time <= 600_000));
    }

    /** The median of {@code median * exp(sigma * N)} is the median; 84 of 100 are below {@code median * exp(sigma)}. */
    @Test void aLogNormalDelayHasItsMedianAndSpread() {
        for (long seed : List.of(1L, 2L, 1_234_567_890_123L, -7L)) {
            List<Long> times = times(new Delay.LogNormal(1_000, 0.5, OptionalLong.of(seed)), 10_000);
            Collections.sort(times);
            assertEquals(1_000, times.get(5_000), 30, "seed " + seed);
            assertEquals(1_000 * Math.exp(0.5), times.get(8_413), 70, "seed " + seed);
            assertEquals(1_000 * Math.exp(-0.5), times.get(1_587), 30, "seed " + seed);
            // The mean is exp(sigma^2 / 2) times the median: the tail is there.
            assertEquals(1_000 * Math.exp(0.125), times.stream().mapToLong(Long::longValue).average().orElseThrow(), 40, "seed " + seed);
        }
        assertEquals(Set.of(80L), new TreeSet<>(times(new Delay.LogNormal(80, 0, OptionalLong.of(1)), 100)));
    }

    @Test void noDelayIsLongerThanTenMinutes() {
        List<Long> times = times(new Delay.LogNormal(600_000, 5, OptionalLong.of(9)), 1_000);
        assertEquals(600_000, Collections.max(times));
        assertTrue(Collections.min(times) >= 0);
    }

    @Test void aSeedGivesTheSameSequenceAndAnotherAnother() {
        for (boolean uniform : List.of(true, false)) {
            assertEquals(times(delay(uniform, 42), 200), times(delay(uniform, 42), 200));
            List<Long> times = times(delay(uniform, 42), 200);
            for (long other : List.of(41L, 43L, 0L, -42L, 42L << 32)) {
                assertNotEquals(times, times(delay(uniform, other), 200));
            }
            // Nor is the next seed's sequence the same one further on.
            assertNotEquals(times.subList(1, 200), times(delay(uniform, 43), 199));
            assertTrue(new TreeSet<>(times).size() > 150, "few values");
            // Any of them may be asked alone, and in any order.
            assertEquals(times.get(149), delay(uniform, 42).millis(150));
        }
    }

    /** Half of the neighbours rise: neither the values of one seed nor the first ones of seeds in a row go anywhere. */
    @Test void neighboursAreIndependent() {
        int rises = 0;
        int risesOfSeeds = 0;
        for (int i = 1; i <= 2_000; i++) {
            rises += delay(false, 5).millis(i) < delay(false, 5).millis(i + 1) ? 1 : 0;
            risesOfSeeds += delay(true, i).millis(1) < delay(true, i + 1).millis(1) ? 1 : 0;
        }
        assertEquals(1_000, rises, 100);
        assertEquals(1_000, risesOfSeeds, 100);
    }

    @Test void withoutASeedTimesDiffer() {
        assertNotEquals(times(new Delay.Uniform(0, 600_000, OptionalLong.empty()), 20),
                times(new Delay.Uniform(0, 600_000, OptionalLong.empty()), 20));
    }

    @Test void numbersOutOfRangeAreRefused() {
        OptionalLong none = OptionalLong.empty();
        List<Runnable> bad = List.of(() -> new Delay.Fixed(-1), () -> new Delay.Fixed(600_001), () -> new Delay.Uniform(-1, 5, none),
                () -> new Delay.Uniform(6, 5, none), () -> new Delay.Uniform(0, 600_001, none), () -> new Delay.LogNormal(0, 1, none),
                () -> new Delay.LogNormal(600_001, 1, none), () -> new Delay.LogNormal(1, -0.1, none), () -> new Delay.LogNormal(1, 5.1, none),
                () -> new Delay.LogNormal(1, Double.NaN, none));
        for (int i = 0; i < bad.size(); i++) {
            assertThrows(IllegalArgumentException.class, bad.get(i)::run, "number " + i);
        }
    }

    @Test void paceHasItsBounds() {
        OptionalLong none = OptionalLong.empty();
        assertThrows(IllegalArgumentException.class, () -> new Pace(Pace.FREE.delay(), OptionalLong.of(0), none));
        assertThrows(IllegalArgumentException.class, () -> new Pace(Pace.FREE.delay(), OptionalLong.of(-1), none));
        assertThrows(IllegalArgumentException.class, () -> new Pace(Pace.FREE.delay(), none, OptionalLong.of(-1)));
        assertEquals(OptionalLong.of(1), new Pace(Pace.FREE.delay(), OptionalLong.of(1), none).throttleBytesPerSecond());
        assertEquals(OptionalLong.of(0), new Pace(Pace.FREE.delay(), none, OptionalLong.of(0)).abortAfterBytes());
    }

    private static Delay delay(boolean uniform, long seed) {
        return uniform ? new Delay.Uniform(0, 60_000, OptionalLong.of(seed)) : new Delay.LogNormal(20_000, 1, OptionalLong.of(seed));
    }

    private static List<Long> times(Delay delay, int count) {
        List<Long> times = new ArrayList<>();
        for (int nth = 1; nth <= count; nth++) {
            times.add(delay.millis(nth));
        }
        return times;
    }
}
