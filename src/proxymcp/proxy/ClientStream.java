package proxymcp.proxy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.function.BooleanSupplier;
import proxymcp.codec.BlockInput;
import proxymcp.http.Deadlines;
import proxymcp.http.WireReader;
import proxymcp.http.WireWriter;

/**
 * A client's octets, plain or after TLS. Failures of the client's side are {@link ClientGoneException}s, so that they are told apart from
 * those of the origin where one thread talks to both.
 *
 * <p>Owner: the connection's thread; while a request body is sent by a second thread, that one reads.
 */
final class ClientStream {
    private static final long LINGER_MILLIS = 2_000;
    private static final int LINGER_BYTES_MAX = 1 << 20;
    /** How often a thread that reads ahead looks whether another wants to read, when that has something to read. */
    private static final int LOOK_MILLIS = 50;

    private final Socket accepted;
    private final Socket socket;
    private final Deadlines.Deadline deadline;
    private final ProxyLimits limits;
    private final WireReader in;
    private final WireWriter out;

    /**
     * @param accepted the accepted socket
     * @param socket carries the octets: the accepted socket, or TLS over it
     * @param deadline closes the accepted socket
     */
    ClientStream(Socket accepted, Socket socket, Deadlines.Deadline deadline, ProxyLimits limits) throws IOException {
        this.accepted = accepted;
        this.socket = socket;
        this.deadline = deadline;
        this.limits = limits;
        this.in = new WireReader(new Input(socket.getInputStream()));
        this.out = new WireWriter(new Output(socket.getOutputStream()));
    }

    WireReader in() {
        return in;
    }

    WireWriter out() {
        return out;
    }

    Deadlines.Deadline deadline() {
        return deadline;
    }

    /** The client sees the end of the stream; it may go on sending. */
    void endOutput() throws IOException {
        socket.shutdownOutput();
    }

    /**
     * Ends the response so that the client can read it although it is still sending: closing at once would reset the connection and take
     * the response with it (RFC 9112 section 9.6). What comes is read and dropped by {@link #drain}, or by the thread that still reads the
     * request body.
     */
    void linger() {
        deadline.arm(LINGER_MILLIS);
        try {
            endOutput();
        } catch (IOException e) {
            abort(); // The client is gone: nothing is left to be polite about.
        }
    }

    /** Reads and drops what the client still sends, until it closes or the time of {@link #linger} is over. */
    void drain() {
        try {
            for (int bytes = 0; bytes < LINGER_BYTES_MAX && in.await(); ) {
                bytes += in.buffered();
                in.consume(in.buffered());
            }
        } catch (IOException e) {
            abort(); // The end of the connection is what was waited for.
        }
    }

    /**
     * Waits for the end of what the client sends. Octets that come before it stay in the buffer.
     *
     * @param wanted says that another thread wants to read; asked once there are octets for it
     * @return false if the client may go on: another wants to read, or the buffer is full
     */
    boolean awaitEnd(BooleanSupplier wanted) throws IOException {
        boolean open = in.await();
        if (!open) {
            return true;
        }
        socket.setSoTimeout(LOOK_MILLIS); // A read cannot be called off, and who wants these octets must not wait for more of them.
        while (open && !in.isFull() && !wanted.getAsBoolean()) {
            try {
                open = in.awaitMore();
            } catch (SocketTimeoutException e) {
                open = true; // Nothing came in that time.
            }
        }
        socket.setSoTimeout(0);
        return !open;
    }

    /** Closes the connection at once, so that the client is told of a reset. */
    void reset() {
        try {
            accepted.setSoLinger(true, 0);
        } catch (IOException e) {
            deadline.arm(0); // It is closed, or will be.
        }
        abort();
    }

    /** Closes the connection at once, whoever reads or writes it. */
    void abort() {
        try {
            accepted.close();
        } catch (IOException e) {
            deadline.arm(0); // It is tried once more.
        }
    }

    private ClientGoneException gone(String doing, IOException e) {
        String message = deadline.expired() ? "client was silent for too long while " + doing
                : "client broke the connection while " + doing + ": " + e.getMessage();
        return new ClientGoneException(message, e);
    }

    private final class Input extends BlockInput {
        private final InputStream source;

        Input(InputStream source) {
            this.source = source;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            try {
                return source.read(bytes, offset, length);
            } catch (SocketTimeoutException e) {
                throw e; // Of a look ahead: the connection is as good as before.
            } catch (IOException e) {
                throw gone("sending", e);
            }
        }
    }

    private final class Output extends OutputStream {
        private final OutputStream target;

        Output(OutputStream target) {
            this.target = target;
        }

        @Override
        public void write(int octet) throws IOException {
            write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            deadline.arm(limits.bodyMillis());
            try {
                target.write(bytes, offset, length);
            } catch (IOException e) {
                throw gone("receiving", e);
            }
            deadline.disarm();
        }
    }
}
