package proxymcp.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Quantiles against the sorted values themselves. */
final class LatencyHistogramTest {
    private static final double[] SHARES = {0.01, 0.5, 0.9, 0.99, 0.999, 1};

    @Test void quantilesAreWithinOnePercentOfTheSortedValues() {
        Random random = new Random(8);
        long[] values = new long[10_000];
        LatencyHistogram histogram = new LatencyHistogram();
        for (int at = 0; at < values.length; at++) {
            values[at] = (long) Math.pow(10, random.nextDouble() * 9);
            histogram.add(values[at]);
        }
        Arrays.sort(values);
        for (double share : SHARES) {
            long exact = values[(int) Math.ceil(share * values.length) - 1];
            assertTrue(Math.abs(histogram.quantile(share) - exact) <= exact * 0.01, share + ": " + histogram.quantile(share) + " for " + exact);
        }
        assertEquals(values[values.length - 1], histogram.max());
    }

    @Test void smallValuesAreExact() {
        for (long value = 0; value < 256; value++) {
            LatencyHistogram histogram = new LatencyHistogram();
            histogram.add(value);
            histogram.add(100_000);
            assertEquals(value, histogram.quantile(0.5));
        }
    }

    @Test void mergedHistogramsEqualOneThatSawAll() {
        Random random = new Random(9);
        LatencyHistogram one = new LatencyHistogram();
        LatencyHistogram other = new LatencyHistogram();
        LatencyHistogram all = new LatencyHistogram();
        for (int at = 0; at < 5_000; at++) {
            long value = random.nextLong(1L << random.nextInt(1, 45));
            (at % 3 == 0 ? one : other).add(value);
            all.add(value);
        }
        one.add(other);
        for (double share = 0.001; share <= 1; share += 0.001) {
            assertEquals(all.quantile(share), one.quantile(share));
        }
        assertEquals(all.count() + " " + all.max(), one.count() + " " + one.max());
    }

    @Test void anythingIsCounted() {
        LatencyHistogram histogram = new LatencyHistogram();
        assertEquals(0, histogram.quantile(0.5));
        histogram.add(-5);
        histogram.add(Long.MAX_VALUE);
        assertEquals("2 0 " + Long.MAX_VALUE, histogram.count() + " " + histogram.quantile(0.5) + " " + histogram.max());
    }
}
