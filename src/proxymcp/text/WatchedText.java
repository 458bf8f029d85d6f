package proxymcp.text;

import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * The window of text that an expression is matched against. As a matcher reads a character for every step it takes, reading them is where the
 * deadline is seen, and that nobody waits any more. Not for several threads.
 */
public final class WatchedText implements CharSequence {
    private static final int READS_PER_LOOK = 1 << 14;

    private final BooleanSupplier cancelled;
    private final LongSupplier nanoTime;
    private char[] window = new char[0];
    private int length;
    private long deadlineNanos;
    private int readsLeft = READS_PER_LOOK;

    /**
     * A text of no characters yet.
     *
     * @param cancelled whether nobody waits any more
     * @param nanoTime a clock of nanoseconds, such as {@link System#nanoTime}
     */
    public WatchedText(BooleanSupplier cancelled, LongSupplier nanoTime) {
        this.cancelled = cancelled;
        this.nanoTime = nanoTime;
    }

    /** Begins another text, which may take {@code nanos}. */
    public void begin(long nanos) {
        endAt(nanoTime.getAsLong() + nanos);
    }

    /** Begins another text, which may take until the clock of nanoseconds shows this. */
    void endAt(long nanos) {
        deadlineNanos = nanos;
    }

    /** Allows so much more for the same text. */
    public void extend(long nanos) {
        deadlineNanos += nanos;
    }

    /** Shows the first characters of {@code newWindow}. */
    public void show(char[] newWindow, int newLength) {
        window = newWindow;
        length = newLength;
    }

    @Override
    public int length() {
        return length;
    }

    @Override
    public char charAt(int index) {
        step();
        return window[index];
    }

    /** Counts a step that reads no character. */
    void step() {
        if (--readsLeft == 0) {
            look();
        }
    }

    private void look() {
        readsLeft = READS_PER_LOOK;
        if (cancelled.getAsBoolean()) {
            throw new CancellationException("cancelled while a text was searched");
        }
        if (nanoTime.getAsLong() - deadlineNanos > 0) {
            throw new GivenUpException(GivenUpException.Reason.TOO_SLOW);
        }
    }

    @Override
    public CharSequence subSequence(int start, int end) {
        return new String(window, start, end - start);
    }

    @Override
    public String toString() {
        return new String(window, 0, length);
    }
}
