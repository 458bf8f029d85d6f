package proxymcp.proxy;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * A working proxy that keeps what it was asked: SOCKS 4, 4A and 5 without login, CONNECT, and plain requests without a body, told apart by
 * the first octet. Names that end in {@code .test} are 127.0.0.1 to it and to nobody else. Written on sockets alone, as {@link TestOrigin}.
 */
public final class RelayingProxy implements AutoCloseable {
    private static final Pattern ABSOLUTE = Pattern.compile("([A-Z]+) http://([^/ ]+)(/[^ ]*)? HTTP/1\\.1\r\n(.*)", Pattern.DOTALL);
    private static final Pattern LENGTH = Pattern.compile("(?i)\r\nContent-Length: ([0-9]+)\r\n");

    private final ServerSocket server;
    private final Optional<SSLContext> tls;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    /** Local and remote port of each connection: one local port serves several destinations. */
    private final Set<List<Integer>> outgoing = ConcurrentHashMap.newKeySet();

    private RelayingProxy(Optional<SSLContext> tls) throws IOException {
        this.server = new ServerSocket(0, 1_024, InetAddress.getByName("127.0.0.1"));
        this.tls = tls;
        Thread.ofVirtual().name("relaying-proxy").start(this::accept);
    }

    /** One without TLS, on a free port of 127.0.0.1. */
    public static RelayingProxy plain() throws IOException {
        return new RelayingProxy(Optional.empty());
    }

    static RelayingProxy secured(SSLContext context) throws IOException {
        return new RelayingProxy(Optional.of(context));
    }

    /** Where it listens. */
    public int port() {
        return server.getLocalPort();
    }

    /** What was asked, in order: {@code socks5 a.test:80}, or the head of a request, line ends included. */
    public List<String> asked() {
        return List.copyOf(asked);
    }

    /** Whether a connection that the origin on {@code originPort} sees come from {@code port} is one of this proxy's. */
    boolean made(int port, int originPort) {
        return outgoing.contains(List.of(port, originPort));
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : open) {
            socket.close();
        }
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                open.add(socket);
                Thread.ofVirtual().name("relaying-proxy-connection").start(() -> serve(socket));
            } catch (IOException e) {
                return; // Closed by the test.
            }
        }
    }

    private void serve(Socket accepted) {
        try (accepted; Socket client = secured(accepted)) {
            accepted.setTcpNoDelay(true);
            InputStream in = client.getInputStream();
            int first = octet(in);
            switch (first) {
                case 4 -> socks4(client, in);
                case 5 -> socks5(client, in);
                default -> http(client, in, first);
            }
        } catch (IOException e) {
            return; // A peer left, which its test knows about.
        } finally {
            open.remove(accepted);
        }
    }

    private Socket secured(Socket accepted) throws IOException {
        if (tls.isEmpty()) {
            return accepted;
        }
        SSLSocket socket = (SSLSocket) tls.get().getSocketFactory().createSocket(accepted, null, true);
        socket.setUseClientMode(false);
        return socket;
    }

    private void socks4(Socket client, InputStream in) throws IOException {
        octet(in);
        int port = octet(in) << 8 | octet(in);
        byte[] address = in.readNBytes(4);
        untilZero(in);
        boolean named = address[0] == 0 && address[1] == 0 && address[2] == 0;
        String host = named ? untilZero(in) : InetAddress.getByAddress(address).getHostAddress();
        asked.add((named ? "socks4a " : "socks4 ") + host + ":" + port);
        try (Socket origin = connect(host, port)) {
            client.getOutputStream().write(new byte[] {0, 90, 0, 0, 0, 0, 0, 0});
            relay(client, origin);
        }
    }

    private void socks5(Socket client, InputStream in) throws IOException {
        in.readNBytes(octet(in));
        client.getOutputStream().write(new byte[] {5, 0});
        in.readNBytes(3);
        int type = octet(in);
        String host = type == 3 ? new String(in.readNBytes(octet(in)), StandardCharsets.US_ASCII)
                : InetAddress.getByAddress(in.readNBytes(type == 1 ? 4 : 16)).getHostAddress();
        int port = octet(in) << 8 | octet(in);
        asked.add((type == 3 ? "socks5h " : "socks5 ") + host + ":" + port);
        try (Socket origin = connect(host, port)) {
            client.getOutputStream().write(new byte[] {5, 0, 0, 1, 0, 0, 0, 0, 0, 0});
            relay(client, origin);
        }
    }

    private void http(Socket client, InputStream in, int first) throws IOException {
        String head = head(in, first);
        asked.add(head);
        if (head.startsWith("CONNECT ")) {
            String[] target = head.split(" ")[1].split(":");
            try (Socket origin = connect(target[0], Integer.parseInt(target[1]))) {
                client.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                relay(client, origin);
            }
            return;
        }
        forward(client, in, head);
    }

    private void forward(Socket client, InputStream in, String firstHead) throws IOException {
        String head = firstHead;
        while (true) {
            Matcher request = ABSOLUTE.matcher(head);
            if (!request.matches()) {
                throw new IOException("not in absolute form: " + head);
            }
            String[] authority = request.group(2).split(":");
            try (Socket origin = connect(authority[0], authority.length > 1 ? Integer.parseInt(authority[1]) : 80)) {
                String path = request.group(3) == null ? "/" : request.group(3);
                String fields = request.group(4).replaceAll("(?i)(?m)^Proxy-[a-z-]+:.*\r\n", "");
                origin.getOutputStream().write((request.group(1) + " " + path + " HTTP/1.1\r\n" + fields).getBytes(StandardCharsets.ISO_8859_1));
                String answer = head(origin.getInputStream(), octet(origin.getInputStream()));
                Matcher length = LENGTH.matcher(answer);
                byte[] body = length.find() ? origin.getInputStream().readNBytes(Integer.parseInt(length.group(1))) : new byte[0];
                ByteArrayOutputStream whole = new ByteArrayOutputStream();
                whole.writeBytes(answer.getBytes(StandardCharsets.ISO_8859_1));
                whole.writeBytes(body);
                client.getOutputStream().write(whole.toByteArray());
            }
            head = head(in, octet(in));
            asked.add(head);
        }
    }

    private Socket connect(String host, int port) throws IOException {
        Socket origin = new Socket(InetAddress.getByName(host.endsWith(".test") ? "127.0.0.1" : host), port) {
            @Override
            public void close() throws IOException {
                outgoing.remove(List.of(getLocalPort(), port)); // Before anybody else can get it.
                super.close();
            }
        };
        origin.setTcpNoDelay(true);
        open.add(origin);
        outgoing.add(List.of(origin.getLocalPort(), port));
        return origin;
    }

    /** Passes octets both ways until both sides have ended. */
    private static void relay(Socket client, Socket origin) throws IOException {
        Thread back = Thread.ofVirtual().start(() -> {
            try {
                pass(origin, client);
            } catch (IOException e) {
                return; // The other direction ends for the same reason.
            }
        });
        try {
            pass(client, origin);
            back.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void pass(Socket from, Socket to) throws IOException {
        from.getInputStream().transferTo(to.getOutputStream());
        to.shutdownOutput();
    }

    private static String head(InputStream in, int first) throws IOException {
        StringBuilder head = new StringBuilder().append((char) first);
        while (head.length() < 4 || head.lastIndexOf("\r\n\r\n") != head.length() - 4) {
            head.append((char) octet(in));
        }
        return head.toString();
    }

    private static String untilZero(InputStream in) throws IOException {
        StringBuilder text = new StringBuilder();
        for (int octet = octet(in); octet != 0; octet = octet(in)) {
            text.append((char) octet);
        }
        return text.toString();
    }

    private static int octet(InputStream in) throws IOException {
        int octet = in.read();
        if (octet < 0) {
            throw new EOFException();
        }
        return octet;
    }
}
