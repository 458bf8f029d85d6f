package proxymcp.proxy;

import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;

/** Keeps what was read through it, up to {@value #KEPT_MAX} octets. One thread reads; any thread may look. */
final class RecordingInput extends FilterInputStream {
    /** Octets kept, so that a test may move long bodies. */
    static final int KEPT_MAX = 8 << 20;

    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private long count;

    RecordingInput(InputStream in) {
        super(in);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int read = super.read(bytes, offset, length);
        if (read > 0) {
            synchronized (received) {
                received.write(bytes, offset, Math.min(read, KEPT_MAX - received.size()));
                count += read;
                received.notifyAll();
            }
        }
        return read;
    }

    byte[] bytes() {
        synchronized (received) {
            return received.toByteArray();
        }
    }

    String text() {
        synchronized (received) {
            return received.toString(StandardCharsets.ISO_8859_1);
        }
    }

    /** Octets {@code from} (inclusive) to {@code to} (exclusive) of all received, which must be among the kept ones. */
    byte[] slice(long from, long to) {
        byte[] kept = bytes();
        if (to > kept.length) {
            throw new AssertionError("octets " + from + " to " + to + " wanted, only " + kept.length + " are kept");
        }
        return Arrays.copyOfRange(kept, (int) from, (int) to);
    }

    long count() {
        synchronized (received) {
            return count;
        }
    }

    /** Waits until the octets received contain {@code text}; fails the test after {@code limit}. */
    void awaitText(String text, Duration limit) throws InterruptedException {
        long due = System.nanoTime() + limit.toNanos();
        synchronized (received) {
            while (!text().contains(text)) {
                long left = (due - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                    throw new AssertionError("expected to receive \"" + text + "\" within " + limit + ", received \"" + text() + "\"");
                }
                received.wait(left);
            }
        }
    }
}
