package proxymcp.replay;

import java.util.Arrays;

/**
 * Counts of durations in milliseconds. Below 256 each value has a bucket of its own; above, each doubling is cut into 128 buckets of equal width,
 * whose middle is told: at most 0.4 % beside the value. All histograms have the same buckets, so that merging adds counts and loses nothing.
 *
 * <p>Threads: guarded by its owner's lock.
 */
final class LatencyHistogram {
    private static final int EXACT = 256;
    private static final int PER_DOUBLING = 128;
    /** Values from 2^40 ms on, 34 years, share the last bucket. */
    private static final int DOUBLINGS = 32;

    private final long[] counts = new long[EXACT + DOUBLINGS * PER_DOUBLING];
    private long count;
    private long max;

    /** Counts a value; one below 0 counts as 0. */
    void add(long millis) {
        long value = Math.max(0, millis);
        counts[bucketOf(value)]++;
        count++;
        max = Math.max(max, value);
    }

    /** Adds all that {@code other} counted. */
    void add(LatencyHistogram other) {
        Arrays.setAll(counts, at -> counts[at] + other.counts[at]);
        count += other.count;
        max = Math.max(max, other.max);
    }

    /** Values counted. */
    long count() {
        return count;
    }

    /** The largest value, exactly; 0 without any. */
    long max() {
        return max;
    }

    /**
     * The value that {@code share} of all values do not exceed, by nearest rank.
     *
     * @param share above 0 and at most 1
     * @return 0 without any value
     */
    long quantile(double share) {
        long rank = Math.max(1, (long) Math.ceil(share * count));
        long seen = 0;
        for (int bucket = 0; bucket < counts.length && count > 0; bucket++) {
            seen += counts[bucket];
            if (seen >= rank) {
                return Math.min(max, middleOf(bucket));
            }
        }
        return 0;
    }

    private static int bucketOf(long value) {
        if (value < EXACT) {
            return (int) value;
        }
        int shift = Long.SIZE - 1 - Long.numberOfLeadingZeros(value) - 7;
        return shift > DOUBLINGS ? EXACT + DOUBLINGS * PER_DOUBLING - 1
                : EXACT + (shift - 1) * PER_DOUBLING + (int) (value >>> shift) - PER_DOUBLING;
    }

    private static long middleOf(int bucket) {
        if (bucket < EXACT) {
            return bucket;
        }
        int shift = (bucket - EXACT) / PER_DOUBLING + 1;
        long lowest = ((bucket - EXACT) % PER_DOUBLING + (long) PER_DOUBLING) << shift;
        return lowest + (1L << shift >> 1);
    }
}
