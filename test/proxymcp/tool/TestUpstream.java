package proxymcp.tool;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/**
 * An HTTP proxy that is the whole world behind it: it answers requests in absolute form with its name, and tunnels with 200, or 403 to
 * {@code blocked.example}. Paths that begin with {@code /held} are answered after {@link #release}.
 */
final class TestUpstream implements AutoCloseable {
    final CountDownLatch held = new CountDownLatch(1);
    /** Request lines, in the order read. */
    final List<String> seen = new CopyOnWriteArrayList<>();
    private final String name;
    private final Optional<String> authorization;
    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final CountDownLatch released = new CountDownLatch(1);

    /** @param authorization the Proxy-Authorization without which requests are answered 407 */
    TestUpstream(String name, Optional<String> authorization) throws IOException {
        this.name = name;
        this.authorization = authorization;
        Thread.ofVirtual().start(this::accept);
    }

    TestUpstream(String name) throws IOException {
        this(name, Optional.empty());
    }

    int port() {
        return listener.getLocalPort();
    }

    String url() {
        return "http://127.0.0.1:" + port();
    }

    /** Answers what is held, now and later. */
    void release() {
        released.countDown();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                sockets.add(socket);
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException closed) {
                return; // close() is what ends it.
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            OutputStream out = socket.getOutputStream();
            for (String head = head(socket.getInputStream()); !head.isEmpty(); head = head(socket.getInputStream())) {
                out.write(answer(head).getBytes(StandardCharsets.ISO_8859_1));
            }
        } catch (IOException | InterruptedException gone) {
            // The test sees what its client gets.
        }
    }

    private String answer(String head) throws InterruptedException {
        String line = head.substring(0, head.indexOf("\r\n"));
        seen.add(line);
        if (authorization.isPresent() && !head.contains("\r\nProxy-Authorization: " + authorization.get() + "\r\n")) {
            return "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n";
        }
        if (line.startsWith("CONNECT ")) {
            return line.contains("blocked.example") ? "HTTP/1.1 403 Not Allowed\r\nContent-Length: 0\r\n\r\n" : "HTTP/1.1 200 OK\r\n\r\n";
        }
        if (line.contains("/held")) {
            held.countDown();
            released.await();
        }
        return "HTTP/1.1 200 OK\r\nContent-Length: " + name.length() + "\r\n\r\n" + name;
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int last = 0;
        for (int octet = in.read(); octet >= 0; octet = in.read()) {
            head.write(octet);
            last = last << 8 | octet;
            if (last == 0x0D0A0D0A) {
                return head.toString(StandardCharsets.ISO_8859_1);
            }
        }
        return "";
    }

    @Override
    public void close() throws IOException {
        released.countDown();
        listener.close();
        for (Closeable socket : sockets) {
            socket.close();
        }
    }
}
