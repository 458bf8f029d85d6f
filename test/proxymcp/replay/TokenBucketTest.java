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

    @Test void aTokenThatIsNotThereCannotBeTaken() {
        TokenBucket bucket = new TokenBucket(1, 1);
        bucket.take(0);
        assertThrows(IllegalStateException.class, () -> bucket.take(SECOND - 1));
        assertTrue(bucket.nextAt(SECOND) <= SECOND);
        assertThrows(IllegalArgumentException.class, () -> new TokenBucket(0, 1));
        assertThrows(IllegalArgumentException.class, () -> new TokenBucket(1, 0));
    }
}
