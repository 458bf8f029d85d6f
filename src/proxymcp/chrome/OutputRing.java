package proxymcp.chrome;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The newest octets of what a process printed, read by cursor: the number of octets before. Any thread may call; the monitor guards all members.
 */
public final class OutputRing {
    private final byte[] ring;
    private final CountDownLatch over = new CountDownLatch(1);
    /** Octets ever written. */
    private long end;

    /**
     * What is there from a cursor on.
     *
     * @param text UTF-8, malformed octets replaced
     * @param nextCursor where to read on
     * @param lostBytes octets that are no longer kept, between the cursor and the text
     * @param ended whether nothing follows, now or later
     */
    public record Slice(String text, long nextCursor, long lostBytes, boolean ended) {}

    OutputRing(int bytesMax) {
        this.ring = new byte[bytesMax];
    }

    synchronized void write(byte[] bytes, int offset, int length) {
        for (int i = 0; i < length; i++) {
            ring[(int) ((end + i) % ring.length)] = bytes[offset + i];
        }
        end += length;
    }

    /** Nothing will be written any more. */
    void end() {
        over.countDown();
    }

    private boolean isOver() {
        return over.getCount() == 0;
    }

    /** Waits until nothing will be written any more; false if that takes longer than {@code millis}. */
    boolean awaitEnd(long millis) throws InterruptedException {
        return over.await(millis, TimeUnit.MILLISECONDS);
    }

    /** Octets printed so far: a cursor behind them. */
    public synchronized long cursor() {
        return end;
    }

    /**
     * Reads from {@code cursor} on.
     *
     * @param cursor 0 or a {@link Slice#nextCursor}; one behind the end counts as the end
     * @param bytesMax at least 4, so that any character fits
     */
    public synchronized Slice read(long cursor, int bytesMax) {
        boolean ended = isOver(); // What it wrote before is here then.
        long oldest = Math.max(0, end - ring.length);
        long from = Math.min(Math.max(cursor, oldest), end);
        long lost = Math.max(0, from - Math.max(0, cursor));
        while (lost > 0 && from < end && isContinuation(at(from)) && from - oldest < 3) {
            from++; // The begin of the character is lost.
            lost++;
        }
        long to = Math.min(end, from + bytesMax);
        if (to < end || !ended) {
            to = wholeCharacters(from, to);
        }
        return new Slice(text(from, to), to, lost, ended && to == end);
    }

    /** The last octets, at most {@code bytesMax} of them. */
    public synchronized String tail(int bytesMax) {
        long from = Math.max(Math.max(0, end - ring.length), end - bytesMax);
        while (from > 0 && from < end && isContinuation(at(from))) {
            from++;
        }
        return text(from, end);
    }

    /** Where the last whole character at or before {@code to} ends. */
    private long wholeCharacters(long from, long to) {
        for (int back = 1; back <= 3 && to - back >= from; back++) {
            byte octet = at(to - back);
            if (!isContinuation(octet)) {
                int length = octet >= 0 ? 1 : octet >= (byte) 0xf0 ? 4 : octet >= (byte) 0xe0 ? 3 : 2;
                return length > back ? to - back : to;
            }
        }
        return to;
    }

    private byte at(long position) {
        return ring[(int) (position % ring.length)];
    }

    private static boolean isContinuation(byte octet) {
        return (octet & 0xc0) == 0x80;
    }

    private String text(long from, long to) {
        byte[] bytes = new byte[(int) (to - from)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = at(from + i);
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
