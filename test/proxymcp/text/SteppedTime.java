package proxymcp.text;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** A clock that goes on by so many milliseconds whenever it is read, so that looking at it is what takes time. */
public final class SteppedTime implements LongSupplier {
    private final long stepNanos;
    private long nanos = Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(1);

    /** A clock that begins shortly before its numbers overflow, as {@link System#nanoTime} may. */
    public SteppedTime(long stepMillis) {
        this.stepNanos = TimeUnit.MILLISECONDS.toNanos(stepMillis);
    }

    @Override
    public long getAsLong() {
        nanos += stepNanos;
        return nanos;
    }

    /** Milliseconds since the beginning. */
    public long passedMillis() {
        return TimeUnit.NANOSECONDS.toMillis(nanos - (Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(1)));
    }

    /** One expression 100 ms, all together 500 ms, by this clock. */
    public TimeLimit limit() {
        return new TimeLimit(TimeUnit.MILLISECONDS.toNanos(100), TimeUnit.MILLISECONDS.toNanos(500), this);
    }
}
