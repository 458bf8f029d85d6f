package proxymcp.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** The rate, with a time that goes exactly where the bucket says. */
final class TokenBucketTest {
    private static final long SECOND = 1_000_000_000;

    /** Tokens taken by {@code until}, by one who takes each as soon as it is there. */
    private static long taken(TokenBucket bucket, long from, long until) {
        long count = 0;
        for (long now = bucket.nextAt(from); now < until; now = bucket.nextAt(now)) {
            bucket.take(now);
            count++;
        }
        return count;
    }

    @Test void theRateIsKeptToTheTokenOverTenSecondsAndOverAnHour() {
        assertEquals(70, taken(new TokenBucket(7, 1), 0, 10 * SECOND));
        assertEquals(3_600 * 333, taken(new TokenBucket(333, 1), 0, 3_600 * SECOND));
        assertEquals(5, taken(new TokenBucket(0.5, 1), 0, 10 * SECOND));
    }

    @Test void aFullBucketGivesItsBurstAtOnceAndThenTheRate() {
        TokenBucket bucket = new TokenBucket(10, 5);
        assertEquals(5, taken(bucket, 0, 1));
        assertEquals(SECOND / 10, bucket.nextAt(1));
        assertEquals(9, taken(bucket, 1, SECOND));
    }

    @Test void aPauseFillsNoMoreThanTheBurst() {
        TokenBucket bucket = new TokenBucket(10, 5);
        taken(bucket, 0, SECOND);
        assertEquals(5, taken(bucket, 100 * SECOND, 100 * SECOND + 1));
    }

    /** As {@link #taken}, by one whose timer is late. */
    private static long takenLate(TokenBucket bucket, long until, long late) {
        long count = 0;
        for (long now = 0; now < until; ) {
            bucket.take(now);
            count++;
            long next = bucket.nextAt(now);
            now = next <= now ? now : next + late;
        }
        return count;
    }

    @Test void timersThatAreLateDoNotSlowTheRate() {
        assertEquals(2_000, takenLate(new TokenBucket(200, 1), 10 * SECOND, 400_000));
        assertEquals(2_000, takenLate(new TokenBucket(200, 3), 10 * SECOND, 3_000_000) - 2);
        assertEquals(100_000, takenLate(new TokenBucket(10_000, 1), 10 * SECOND, 450_000), 10);
    }

    @Test void whoComesAgainAfterAPauseFindsTheBurstAndNoMore() {
        TokenBucket bucket = new TokenBucket(1_000, 1);
        bucket.take(0); // Nobody waits for the next one.
        assertEquals(1, taken(bucket, SECOND / 100, SECOND / 100 + 1));
        bucket.nextAt(SECOND / 100); // Somebody does, and does not come.
        long later = SECOND / 100 + 2_000_000 + TokenBucket.LATE_NANOS_MAX;
        assertEquals(1, taken(bucket, later, later + 1));
    }

    @Test void aTokenThatIsNotThereCannotBeTaken() {
        TokenBucket bucket = new TokenBucket(1, 1);
        bucket.take(0);
        assertThrows(IllegalStateException.class, () -> bucket.take(SECOND - 1));
        assertTrue(bucket.nextAt(SECOND) <= SECOND);
        assertThrows(IllegalArgumentException.class, () -> new TokenBucket(0, 1));
        assertThrows(IllegalArgumentException.class, () -> new TokenBucket(1, 0));
    }
}
