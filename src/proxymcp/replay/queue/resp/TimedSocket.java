package proxymcp.replay.queue.resp;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import proxymcp.codec.BlockInput;

/**
 * A socket whose reads share one moment until which they may last: a server that drips does not hold the reader longer than a silent one. Owner:
 * the thread that reads; any other may close it.
 */
final class TimedSocket extends BlockInput implements Closeable {
    private final LongSupplier nanoTime;
    private Socket socket;
    private InputStream in;
    private long untilNanos;

    TimedSocket(Socket socket, LongSupplier nanoTime, int limitMillis) throws IOException {
        this.nanoTime = nanoTime;
        allow(limitMillis);
        use(socket);
    }

    /** From now on {@code layered} is read, which reads the socket before. */
    void use(Socket layered) throws IOException {
        socket = layered;
        // A socket that was not connected yet has no stream.
        in = layered.isConnected() ? layered.getInputStream() : InputStream.nullInputStream();
    }

    Socket socket() {
        return socket;
    }

    /** Reads from now on have this long, all together. */
    void allow(int limitMillis) {
        untilNanos = nanoTime.getAsLong() + TimeUnit.MILLISECONDS.toNanos(limitMillis);
    }

    /** What is left, at least 1. */
    int leftMillis() throws SocketTimeoutException {
        long left = TimeUnit.NANOSECONDS.toMillis(untilNanos - nanoTime.getAsLong());
        if (left <= 0) {
            throw new SocketTimeoutException("the time is up");
        }
        return (int) Math.min(Integer.MAX_VALUE, left);
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        socket.setSoTimeout(leftMillis());
        return in.read(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
