package proxymcp.har;

import java.io.IOException;
import java.io.InputStream;
import java.util.function.Consumer;

/**
 * Octets that end where they cannot be read further, and tell why: what stands before damage, or before a mistake in coded data, is worth
 * having. Reading throws nothing. Not for several threads.
 */
final class EndingStream extends InputStream {
    private final InputStream in;
    private final Consumer<IOException> onFailure;
    private long count;
    private boolean ended;

    /** @param onFailure told, once, what ended the octets before their time */
    EndingStream(InputStream in, Consumer<IOException> onFailure) {
        this.in = in;
        this.onFailure = onFailure;
    }

    /** Octets read so far. */
    long count() {
        return count;
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
        if (ended) {
            return -1;
        }
        try {
            int read = in.read(target, offset, length);
            count += Math.max(0, read);
            return read;
        } catch (IOException e) {
            ended = true;
            onFailure.accept(e);
            return -1;
        }
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            return; // It was only read.
        }
    }
}
