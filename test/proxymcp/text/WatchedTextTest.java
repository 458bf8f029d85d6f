package proxymcp.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class WatchedTextTest {
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
    private final AtomicBoolean cancelled = new AtomicBoolean();
    private final WatchedText text = new WatchedText(cancelled::get, nanos::get);

    @Test void itShowsTheBeginningOfItsWindow() {
        text.show("abcdef".toCharArray(), 4);
        assertEquals(4, text.length());
        assertEquals('b', text.charAt(1));
        assertEquals("bc", text.subSequence(1, 3).toString());
        assertEquals("abcd", text.toString());
    }

    /** The clock's numbers overflow between the beginning and the deadline. */
    @Test void readingEndsBehindTheDeadline() {
        text.show(new char[] {'a'}, 1);
        text.begin(10);
        nanos.addAndGet(10);
        read(20_000);
        nanos.addAndGet(1);
        assertEquals("took too long", assertThrows(GivenUpException.class, () -> read(20_000)).getMessage());
    }

    @Test void moreTimeMayBeAllowed() {
        text.show(new char[] {'a'}, 1);
        text.begin(10);
        text.extend(5);
        nanos.addAndGet(15);
        read(20_000);
        nanos.addAndGet(1);
        assertThrows(GivenUpException.class, () -> read(20_000));
        text.begin(10);
        read(20_000);
    }

    @Test void readingEndsWhenNobodyWaits() {
        text.show(new char[] {'a'}, 1);
        text.begin(1_000);
        read(20_000);
        cancelled.set(true);
        assertThrows(CancellationException.class, () -> read(20_000));
    }

    @Test void stepsThatReadNothingCount() {
        text.begin(10);
        nanos.addAndGet(11);
        assertThrows(GivenUpException.class, () -> {
            for (int i = 0; i < 20_000; i++) {
                text.step();
            }
        });
    }

    private void read(int times) {
        for (int i = 0; i < times; i++) {
            text.charAt(0);
        }
    }
}
