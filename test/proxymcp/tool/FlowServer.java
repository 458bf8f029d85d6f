package proxymcp.tool;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A server of one host of an application, written on sockets alone. The application is replaced where a real one would be restarted. */
final class FlowServer implements AutoCloseable {
    private final ServerSocket server;
    private final String host;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile FlowApp app;

    /** @param host how clients call it: {@code localhost} or {@code 127.0.0.1} */
    FlowServer(String host) throws IOException {
        this.host = host;
        this.server = new ServerSocket(0, 200, InetAddress.getByName("127.0.0.1"));
        Thread.ofVirtual().name("flow-server").start(this::accept);
    }

    /** Serves this application from now on. */
    void start(FlowApp fresh) {
        app = fresh;
    }

    String url() {
        return "http://" + host + ":" + server.getLocalPort();
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

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            OutputStream out = socket.getOutputStream();
            for (List<String> head = head(in); !head.isEmpty(); head = head(in)) {
                String[] line = head.get(0).split(" ");
                List<String> fields = head.subList(1, head.size());
                FlowApp.Call probe = new FlowApp.Call(line[0], line[1], fields, "");
                String length = probe.field("Content-Length");
                String body = new String(in.readNBytes(length.isEmpty() ? 0 : Integer.parseInt(length)), StandardCharsets.UTF_8);
                FlowApp.Reply reply = app.answer(new FlowApp.Call(line[0], line[1], fields, body));
                if (reply.status() == 101) {
                    webSocket(probe, in, out);
                    return;
                }
                write(reply, out);
            }
        } catch (IOException e) {
            return; // The connection has ended: the client tells if that is wrong.
        } finally {
            open.remove(socket);
        }
    }

    /** Request line and field lines; empty at the end of the connection. */
    private static List<String> head(InputStream in) throws IOException {
        List<String> lines = new ArrayList<>();
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int octet = in.read(); octet >= 0; octet = in.read()) {
            if (octet != '\n') {
                line.write(octet);
                continue;
            }
            String text = line.toString(StandardCharsets.ISO_8859_1).strip();
            line.reset();
            if (text.isEmpty()) {
                return lines;
            }
            lines.add(text);
        }
        return List.of();
    }

    private static void write(FlowApp.Reply reply, OutputStream out) throws IOException {
        byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
        StringBuilder head = new StringBuilder("HTTP/1.1 " + reply.status() + " Said\r\nContent-Type: " + reply.type() + "\r\nContent-Length: " + body.length + "\r\n");
        reply.fields().forEach(field -> head.append(field).append("\r\n"));
        out.write((head + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        out.write(body);
        out.flush();
    }

    /** Agrees (RFC 6455 section 4.2.2), says one word, and closes when the client does. */
    private static void webSocket(FlowApp.Call call, InputStream in, OutputStream out) throws IOException {
        out.write(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
                + accept(call.field("Sec-WebSocket-Key")) + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
        out.write(new byte[] {(byte) 0x81, 5, 'h', 'e', 'l', 'l', 'o'});
        out.flush();
        int opcode = in.read();
        while (opcode >= 0) {
            int length = in.read() & 0x7F;
            in.readNBytes(4 + length);
            if ((opcode & 15) == 8) {
                out.write(new byte[] {(byte) 0x88, 2, 0x03, (byte) 0xE8});
                out.flush();
                return;
            }
            opcode = in.read();
        }
    }

    static String accept(String key) {
        try {
            return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-1")
                    .digest((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : open) {
            socket.close();
        }
    }

    @Override
    public String toString() {
        return url().toLowerCase(Locale.ROOT);
    }
}
