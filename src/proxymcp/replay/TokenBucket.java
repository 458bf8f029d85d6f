package proxymcp.replay;

/**
 * How many requests may begin in a second. Time is measured in whole tokens from the last moment the bucket was full, so that no rounding adds up:
 * after any number of tokens the next one is due within a nanosecond of where the rate puts it.
 *
 * <p>Threads: guarded by its owner's lock. Times are nanoseconds since the run began.
 */
final class TokenBucket {
    private final double nanosPerToken;
    private final int burst;
    private long fullAt;
    private long taken;

    /**
     * A full bucket.
     *
     * @param ratePerSecond above 0
     * @param burst tokens of a full bucket, at least 1
     */
    TokenBucket(double ratePerSecond, int burst) {
        if (!(ratePerSecond > 0) || burst < 1) {
            throw new IllegalArgumentException("rate " + ratePerSecond + ", burst " + burst);
        }
        this.nanosPerToken = 1e9 / ratePerSecond;
        this.burst = burst;
    }

    /** When the next token is there; {@code now} or earlier if there is one. */
    long nextAt(long now) {
        refill(now);
        return taken < burst ? now : fullAt + (long) Math.ceil((taken - burst + 1) * nanosPerToken);
    }

    /** Takes a token, which must be there. */
    void take(long now) {
        if (nextAt(now) > now) {
            throw new IllegalStateException("no token before " + nextAt(now));
        }
        taken++;
    }

    private void refill(long now) {
        if (now >= fullAt + taken * nanosPerToken) {
            fullAt = now;
            taken = 0;
        }
    }
}
