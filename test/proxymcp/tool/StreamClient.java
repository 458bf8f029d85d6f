package proxymcp.tool;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import proxymcp.http.FrameOctets;
import proxymcp.proxy.StreamOrigin;

/** A client of streams that goes through a proxy of a test, one step after another. */
final class StreamClient implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;

    private StreamClient(Socket socket) throws IOException {
        this.socket = socket;
        this.in = socket.getInputStream();
    }

    private static StreamClient open(int proxyPort, StreamOrigin origin, String path, String fields, String lastOfHead) throws IOException {
        StreamClient client = new StreamClient(new Socket(InetAddress.getByName("127.0.0.1"), proxyPort));
        client.socket.setSoTimeout(40_000);
        String authority = "127.0.0.1:" + origin.port();
        client.socket.getOutputStream().write(("GET http://" + authority + path + " HTTP/1.1\r\nHost: " + authority + "\r\n" + fields + "\r\n")
                .getBytes(StandardCharsets.ISO_8859_1));
        client.readThrough(lastOfHead);
        return client;
    }

    /** A WebSocket that {@link StreamOrigin} echoes. */
    static StreamClient webSocket(int proxyPort, StreamOrigin origin, String path) throws IOException {
        return open(proxyPort, origin, path, "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", "\r\n\r\n");
    }

    /** An event stream, of which all three events have come. */
    static StreamClient events(int proxyPort, StreamOrigin origin, String fields) throws IOException {
        return open(proxyPort, origin, "/events", "Accept: text/event-stream\r\n" + fields, "data: {\"n\":3}\n\n");
    }

    /** Sends a frame and awaits the one that comes back for it. */
    StreamClient echo(int opcode, boolean fin, byte[] payload) throws IOException {
        return exchange(new FrameOctets(true).frame(opcode, fin, 0, payload),
                new FrameOctets(false).frame(opcode == 9 ? 10 : opcode, opcode == 9 || fin, 0, payload));
    }

    /** Sends frames and awaits those that come back for them. */
    StreamClient exchange(FrameOctets sent, FrameOctets back) throws IOException {
        socket.getOutputStream().write(sent.octets());
        assertArrayEquals(back.octets(), in.readNBytes(back.octets().length));
        return this;
    }

    StreamClient echo(int opcode, boolean fin, String payload) throws IOException {
        return echo(opcode, fin, payload.getBytes(StandardCharsets.UTF_8));
    }

    /** Closes with a code, and awaits the end of the connection. */
    void finish(int code, String reason) throws IOException {
        echo(8, true, FrameOctets.closing(code, reason));
        assertTrue(in.read() < 0);
        socket.close();
    }

    private void readThrough(String end) throws IOException {
        StringBuilder read = new StringBuilder();
        while (read.indexOf(end) < 0) {
            int octet = in.read();
            assertTrue(octet >= 0, "the connection ended behind " + read);
            read.append((char) octet);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
