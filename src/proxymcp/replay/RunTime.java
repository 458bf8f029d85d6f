package proxymcp.replay;

import java.time.Clock;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;

/** Time as a run sees it, and all waiting that it does; tests put one in its place that they step. */
public interface RunTime {
    /** Nanoseconds since some moment, never going back. */
    long nanoTime();

    /** Epoch milliseconds. */
    long epochMillis();

    /**
     * Waits until {@code changed} is signalled or the time has passed; may return early. The caller holds the lock of the condition.
     *
     * @param nanos {@link Long#MAX_VALUE} for as long as it takes
     */
    void await(Condition changed, long nanos) throws InterruptedException;

    /** The time of this machine. */
    static RunTime of(Clock clock) {
        return new RunTime() {
            @Override
            public long nanoTime() {
                return System.nanoTime();
            }

            @Override
            public long epochMillis() {
                return clock.millis();
            }

            @Override
            public void await(Condition changed, long nanos) throws InterruptedException {
                if (nanos == Long.MAX_VALUE) {
                    changed.await();
                } else if (changed.awaitNanos(nanos) > 0) {
                    return; // Signalled; the caller looks again either way.
                }
            }
        };
    }

    /** Milliseconds as nanoseconds, at most {@link Long#MAX_VALUE}. */
    static long nanos(long millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }
}
