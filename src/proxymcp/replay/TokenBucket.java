package proxymcp.replay;

/**
 * How many requests may begin in a second. Time is measured in whole tokens from the last moment the bucket was full, so that no rounding adds up:
 * after any number of tokens the next one is due within a nanosecond of where the rate puts it.
 *
 * <p>Who waits for a token is woken a little late. That is made up for: the tokens after it are due where they would have been, and those that were missed
 * may be taken at once, even beyond the burst. Whoever comes later than {@link #LATE_NANOS_MAX} has paused, and finds a full bucket and no more.
 *
 * <p>Threads: guarded by its owner's lock. Times are nanoseconds since the run began.
 */
final class TokenBucket {
    /** Latest that who waited for a token may take it without having paused, 20 ms: more than the timers of any system are late. */
    static final long LATE_NANOS_MAX = 20_000_000;

    private final double nanosPerToken;
    private final int burst;
    private long fullAt;
    private long taken;
    /** Whether somebody was told to wait for the next token. */
    private boolean awaited;

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
        if (taken < burst) {
            return now;
        }
        awaited |= due() > now;
        return due();
    }

    private long due() {
        return fullAt + (long) Math.ceil((taken - burst + 1) * nanosPerToken);
    }

    /** Takes a token, which must be there. */
    void take(long now) {
        if (nextAt(now) > now) {
            throw new IllegalStateException("no token before " + nextAt(now));
        }
        taken++;
        awaited &= due() <= now; // The next one was missed too, and is waited for by the same.
    }

    private void refill(long now) {
        boolean late = awaited && now - due() <= LATE_NANOS_MAX;
        if (now >= fullAt + taken * nanosPerToken && !late) {
            fullAt = now;
            taken = 0;
            awaited = false;
        }
    }
}
