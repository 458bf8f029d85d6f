package proxymcp.text;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How long expressions may take.
 *
 * @param eachNanos one evaluation, from its beginning
 * @param allNanos all evaluations of one piece of work together, what lies between them included
 * @param nanoTime a clock of nanoseconds, such as {@link System#nanoTime}
 */
public record TimeLimit(long eachNanos, long allNanos, LongSupplier nanoTime) {
    /** So many milliseconds by the system's clock. */
    public static TimeLimit ofMillis(long eachMillis, long allMillis) {
        return new TimeLimit(TimeUnit.MILLISECONDS.toNanos(eachMillis), TimeUnit.MILLISECONDS.toNanos(allMillis), System::nanoTime);
    }

    /** So many times as long. */
    public TimeLimit times(int factor) {
        return new TimeLimit(eachNanos * factor, allNanos * factor, nanoTime);
    }

    /** A part of it: half as long for 2. */
    public TimeLimit part(int divisor) {
        return new TimeLimit(eachNanos / divisor, allNanos / divisor, nanoTime);
    }

    /** Begins a piece of work: its time runs from now. */
    public TimeBudget begin() {
        return new TimeBudget(this);
    }
}
