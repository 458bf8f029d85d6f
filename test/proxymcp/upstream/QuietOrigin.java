package proxymcp.upstream;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import proxymcp.exchange.Endpoint;

/** A listener on 127.0.0.1 that accepts and says nothing; tests take the accepted sockets and do with them what they like. */
final class QuietOrigin implements AutoCloseable {
    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    private final LinkedBlockingQueue<Socket> accepted = new LinkedBlockingQueue<>();

    QuietOrigin() throws IOException {
        Thread.ofVirtual().start(() -> {
            while (!server.isClosed()) {
                try {
                    accepted.add(server.accept());
                } catch (IOException e) {
                    return; // Closed by the test.
                }
            }
        });
    }

    Endpoint endpoint() {
        return new Endpoint("http", "127.0.0.1", server.getLocalPort());
    }

    /** The far end of the oldest connection that was not taken yet. */
    Socket accepted() throws InterruptedException {
        Socket socket = accepted.poll(10, TimeUnit.SECONDS);
        if (socket == null) {
            throw new AssertionError("no connection came");
        }
        return socket;
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : accepted) {
            socket.close();
        }
    }
}
