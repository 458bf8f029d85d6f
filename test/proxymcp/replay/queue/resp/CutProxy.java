package proxymcp.replay.queue.resp;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Passes octets on to a port of 127.0.0.1, until it is told to cut: between two octets of what the server answers, or at once. */
public final class CutProxy implements AutoCloseable {
    private final ServerSocket listener;
    private final int target;
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicInteger cuts = new AtomicInteger();
    /** Octets that the server's side may still say before all connections are cut; negative for no bound. */
    private final AtomicLong answerBytesLeft = new AtomicLong(-1);

    /** Listens on a free port. */
    public CutProxy(int target) throws IOException {
        this.target = target;
        this.listener = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        Thread.ofVirtual().start(this::accept);
    }

    /** Where it listens. */
    public int port() {
        return listener.getLocalPort();
    }

    /** Connections that came. */
    public int accepted() {
        return accepted.get();
    }

    /** How often it cut. */
    public int cuts() {
        return cuts.get();
    }

    /** Lets {@code count} more octets of answers through, then cuts all connections once: the commands arrived, their answers do not. */
    public void cutAfterAnswerBytes(long count) {
        answerBytesLeft.set(count);
    }

    /** Cuts all connections. */
    public void cut() {
        cuts.incrementAndGet();
        for (Socket socket : open) {
            closeQuietly(socket);
        }
        open.clear();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                accepted.incrementAndGet();
                Socket server = new Socket(InetAddress.getByName("127.0.0.1"), target);
                open.add(client);
                open.add(server);
                Thread.ofVirtual().start(() -> pass(client, server, false));
                Thread.ofVirtual().start(() -> pass(server, client, true));
            } catch (IOException e) {
                // Closed, or nobody listens behind it: the client sees that its connection ends.
                cut();
            }
        }
    }

    private void pass(Socket from, Socket to, boolean answers) {
        byte[] octets = new byte[8_192];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int count = in.read(octets); count >= 0; count = in.read(octets)) {
                long left = answers ? answerBytesLeft.get() : -1;
                if (left >= 0 && count >= left) {
                    out.write(octets, 0, (int) left);
                    answerBytesLeft.set(-1);
                    cut();
                    return;
                }
                if (left >= 0) {
                    answerBytesLeft.addAndGet(-count);
                }
                out.write(octets, 0, count);
            }
        } catch (IOException e) {
            // Cut, or one side left.
        } finally {
            closeQuietly(from);
            closeQuietly(to);
        }
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is gone, as it should be.
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        cut();
    }
}
