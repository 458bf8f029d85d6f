package bench;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** Streams without cost of their own: {@code /ws} unmasks frames and sends them back, {@code /paced/N} sends N events, one a millisecond. */
final class EventOrigin implements Closeable {
    private final ServerSocket server = new ServerSocket(0, 64, InetAddress.getByName("127.0.0.1"));

    EventOrigin() throws IOException {
        Thread.ofPlatform().daemon().start(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                Thread.ofPlatform().daemon().start(() -> serve(socket));
            } catch (IOException e) {
                return; // It was closed.
            }
        }
    }

    private static void serve(Socket accepted) {
        try (Socket socket = accepted) {
            socket.setTcpNoDelay(true);
            DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 64 << 10));
            String target = "";
            for (String line = line(in); !line.isEmpty(); line = line(in)) {
                target = target.isEmpty() ? line.split(" ")[1] : target;
            }
            OutputStream out = socket.getOutputStream();
            if (target.startsWith("/paced/")) {
                pace(out, Integer.parseInt(target.substring(7)));
                return;
            }
            out.write(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            echo(in, out);
        } catch (IOException e) {
            return; // The client left.
        }
    }

    private static void pace(OutputStream out, int events) throws IOException {
        out.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < events; i++) {
            try {
                TimeUnit.MILLISECONDS.sleep(1);
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            out.write(("data: " + System.nanoTime() + "\n\n").getBytes(StandardCharsets.US_ASCII));
        }
    }

    /** Frames of up to 125 octets; what has come is sent back in one write. */
    private static void echo(DataInputStream in, OutputStream out) throws IOException {
        byte[] gathered = new byte[64 << 10];
        int bytes = 0;
        byte[] mask = new byte[4];
        while (true) {
            int first = in.read();
            if (first < 0) {
                return;
            }
            int length = in.readUnsignedByte() & 0x7F;
            in.readFully(mask);
            gathered[bytes++] = (byte) first;
            gathered[bytes++] = (byte) length;
            in.readFully(gathered, bytes, length);
            for (int i = 0; i < length; i++) {
                gathered[bytes + i] ^= mask[i & 3];
            }
            bytes += length;
            if (in.available() == 0 || bytes > gathered.length - 200) {
                out.write(gathered, 0, bytes);
                bytes = 0;
            }
        }
    }

    private static String line(DataInputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int octet = in.readUnsignedByte(); octet != '\n'; octet = in.readUnsignedByte()) {
            line.append((char) octet);
        }
        return line.toString().strip();
    }
}
