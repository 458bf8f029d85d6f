package proxymcp.proxy;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * A server of streams for real clients, written on sockets alone: {@code /ws} sends frames back, {@code /events} sends three events and stays open,
 * {@code /done?text} hands a text to the test, {@code /} is the page that is given.
 */
public final class StreamOrigin implements AutoCloseable {
    private final ServerSocket server;
    private final Optional<SSLContext> tls;
    private final String page;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final LinkedBlockingQueue<String> done = new LinkedBlockingQueue<>();

    /** Listens on a free port of 127.0.0.1. */
    public StreamOrigin(Optional<SSLContext> tls, String page) throws IOException {
        this.server = new ServerSocket(0, 1_024, InetAddress.getByName("127.0.0.1"));
        this.tls = tls;
        this.page = page;
        Thread.ofVirtual().name("stream-origin").start(this::accept);
    }

    /** Its port. */
    public int port() {
        return server.getLocalPort();
    }

    /** What the next client told. */
    String done() throws InterruptedException {
        return done.poll(40, TimeUnit.SECONDS);
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
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                return; // It was closed.
            }
        }
    }

    private void serve(Socket tcp) {
        try (Socket plain = tcp; Socket socket = layered(plain)) {
            socket.setTcpNoDelay(true);
            DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
            OutputStream out = new BufferedOutputStream(socket.getOutputStream());
            boolean again = true;
            while (again) {
                again = answer(in, out);
                out.flush();
            }
        } catch (IOException e) {
            open.remove(tcp); // The client left, which is its right.
        }
    }

    private Socket layered(Socket plain) throws IOException {
        if (tls.isEmpty()) {
            return plain;
        }
        SSLSocket socket = (SSLSocket) tls.get().getSocketFactory().createSocket(plain, null, plain.getPort(), true);
        socket.setUseClientMode(false);
        return socket;
    }

    private boolean answer(DataInputStream in, OutputStream out) throws IOException {
        String target = line(in).split(" ")[1];
        String key = "";
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            key = line.regionMatches(true, 0, "Sec-WebSocket-Key:", 0, 18) ? line.substring(18).strip() : key;
        }
        if (target.startsWith("/ws")) {
            send(out, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + accept(key) + "\r\n\r\n");
            boolean more = true;
            while (more) {
                more = echo(in, out);
            }
            return false;
        }
        if (target.startsWith("/events")) {
            send(out, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nAccess-Control-Allow-Origin: *\r\n\r\n");
            for (int i = 1; i <= 3; i++) {
                send(out, "event: tick\nid: " + i + "\ndata: {\"n\":" + i + "}\n\n");
            }
            return in.read() >= 0; // Until the client leaves.
        }
        if (target.startsWith("/done?")) {
            done.add(URLDecoder.decode(target.substring(6), StandardCharsets.UTF_8));
        }
        String body = target.equals("/") ? page : "";
        send(out, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
        return true;
    }

    /** Sends a frame back; returns whether more may come. */
    private static boolean echo(DataInputStream in, OutputStream out) throws IOException {
        int first = in.readUnsignedByte();
        int second = in.readUnsignedByte();
        int length = second & 0x7F;
        length = length == 126 ? in.readUnsignedShort() : length == 127 ? (int) in.readLong() : length;
        byte[] mask = new byte[(second & 0x80) > 0 ? 4 : 0];
        in.readFully(mask);
        byte[] payload = new byte[length];
        in.readFully(payload);
        for (int i = 0; mask.length > 0 && i < length; i++) {
            payload[i] ^= mask[i & 3];
        }
        out.write((first & 0x0F) == 9 ? 0x8A : first & 0x8F);
        if (length < 126) {
            out.write(length);
        } else if (length < 65_536) {
            out.write(new byte[] {126, (byte) (length >> 8), (byte) length});
        } else {
            out.write(new byte[] {127, 0, 0, 0, 0, (byte) (length >> 24), (byte) (length >> 16), (byte) (length >> 8), (byte) length});
        }
        out.write(payload);
        if (in.available() == 0 || (first & 0x0F) == 8) {
            out.flush();
        }
        return (first & 0x0F) != 8;
    }

    private static String accept(String key) {
        try {
            return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-1")
                    .digest((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void send(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private static String line(DataInputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int octet = in.readUnsignedByte(); octet != '\n'; octet = in.readUnsignedByte()) {
            line.append((char) octet);
        }
        return line.toString().strip();
    }
}
