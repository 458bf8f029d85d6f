package proxymcp.chrome;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;

/**
 * What a peer sends, until a moment that all reads share: a peer that drips does not hold the reader longer than a silent one. Owner: the thread
 * that reads.
 */
final class TimedInput extends InputStream {
    private final Socket socket;
    private final InputStream in;
    private long untilNanos;

    TimedInput(Socket socket, long limitMillis) throws IOException {
        this.socket = socket;
        this.in = socket.getInputStream();
        allow(limitMillis);
    }

    /** Reads from now on have this long, all together. */
    void allow(long limitMillis) {
        untilNanos = System.nanoTime() + limitMillis * 1_000_000;
    }

    /** What is left, at least 1. */
    int leftMillis() throws SocketTimeoutException {
        long left = (untilNanos - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
            throw new SocketTimeoutException("the time is up");
        }
        return (int) Math.min(Integer.MAX_VALUE, left);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        socket.setSoTimeout(leftMillis());
        return in.read(bytes, offset, length);
    }
}
