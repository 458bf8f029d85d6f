package proxymcp.text;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How long one evaluation of an expression may take.
 *
 * @param nanos from its beginning
 * @param nanoTime a clock of nanoseconds, such as {@link System#nanoTime}
 */
public record TimeLimit(long nanos, LongSupplier nanoTime) {
    /** So many milliseconds by the system's clock. */
    public static TimeLimit ofMillis(long millis) {
        return new TimeLimit(TimeUnit.MILLISECONDS.toNanos(millis), System::nanoTime);
    }
}
