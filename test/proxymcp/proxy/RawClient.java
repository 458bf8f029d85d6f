package proxymcp.proxy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import proxymcp.http.BodyFraming;
import proxymcp.http.BodyReader;
import proxymcp.http.Fields;
import proxymcp.http.HeadLimits;
import proxymcp.http.HeadParser;
import proxymcp.http.ProtocolException;
import proxymcp.http.ResponseHead;
import proxymcp.http.WireReader;

/**
 * A client that sends exactly the octets it is told and reads exactly what is due.
 *
 * <pre>
 *   try (RawClient client = RawClient.connect(proxyPort)) {
 *       client.sendLines("""
 *               GET http://127.0.0.1:%d/ HTTP/1.1
 *               Host: 127.0.0.1:%d
 *
 *               """.formatted(port, port));
 *       assertEquals("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", client.readResponse("GET").wire());
 *   }
 * </pre>
 *
 * <p>A read that waits longer than {@link ScriptedOrigin#LIMIT} fails the test and shows what had come. For one thread at a time.
 */
public final class RawClient implements AutoCloseable {
    private final Socket tcp;
    private Socket socket;
    private RecordingInput recorded;
    private WireReader in;
    private OutputStream out;

    /**
     * One response, informational ones included.
     *
     * @param head start line and fields
     * @param body transfer coding removed
     * @param trailers trailers of a chunked body
     * @param wire all its octets as they came, as Latin-1 text
     */
    public record Response(ResponseHead head, byte[] body, Fields trailers, String wire) {
        /** Status code. */
        public int status() {
            return head.status();
        }

        /** The body as Latin-1 text. */
        public String bodyText() {
            return new String(body, StandardCharsets.ISO_8859_1);
        }
    }

    private interface Read<T> {
        T read() throws IOException;
    }

    private RawClient(Socket tcp) throws IOException {
        this.tcp = tcp;
        use(tcp);
    }

    /** Connects to {@code port} of 127.0.0.1. */
    public static RawClient connect(int port) throws IOException {
        return connect(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port));
    }

    /** Connects to {@code address}. */
    public static RawClient connect(InetSocketAddress address) throws IOException {
        Socket socket = new Socket();
        try {
            socket.connect(address, (int) ScriptedOrigin.LIMIT.toMillis());
            socket.setTcpNoDelay(true);
            socket.setSoTimeout((int) ScriptedOrigin.LIMIT.toMillis());
            return new RawClient(socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /**
     * Goes on under TLS, on the same connection: after the answer to a CONNECT, or from the start.
     *
     * @param name server name to ask for and to check the certificate against
     * @return the socket, for what the handshake agreed on
     */
    public SSLSocket startTls(SSLContext context, String name) throws IOException {
        if (in.buffered() > 0) {
            throw new AssertionError("octets came before TLS began: \"" + drained() + "\"");
        }
        SSLSocket layered = (SSLSocket) context.getSocketFactory().createSocket(socket, name, tcp.getPort(), true);
        layered.startHandshake();
        use(layered);
        return layered;
    }

    /** The same, asking for a server name that JSSE leaves out by itself: one without a dot. */
    public SSLSocket startTlsAskingFor(SSLContext context, String name) throws IOException {
        SSLSocket layered = (SSLSocket) context.getSocketFactory().createSocket(socket, name, tcp.getPort(), true);
        SSLParameters parameters = layered.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(name)));
        layered.setSSLParameters(parameters);
        layered.startHandshake();
        use(layered);
        return layered;
    }

    /** Sends octets in one write. */
    public void send(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    /** Sends text whose characters are octets, line ends as they stand. */
    public void send(String latin1) throws IOException {
        send(latin1.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Sends a text block with each line feed as CRLF. */
    public void sendLines(String textBlock) throws IOException {
        send(textBlock.replace("\n", "\r\n"));
    }

    /**
     * Reads one response by its framing; octets behind it stay for the next read.
     *
     * @param method method of the request that it answers
     */
    public Response readResponse(String method) {
        return within("a response to " + method, () -> {
            long from = position();
            ResponseHead head = HeadParser.readResponse(in, HeadLimits.DEFAULT)
                    .orElseThrow(() -> new AssertionError("connection closed in place of a response to " + method));
            BodyReader reader =
                    new BodyReader(in, BodyFraming.ofResponse(head, method), ProtocolException.Side.SERVER, HeadLimits.DEFAULT);
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            while (reader.next()) {
                body.write(reader.array(), reader.offset(), reader.length());
            }
            String wire = new String(recorded.slice(from, position()), StandardCharsets.ISO_8859_1);
            return new Response(head, body.toByteArray(), reader.trailers(), wire);
        });
    }

    /** Reads a head alone, up to and with its empty line, as Latin-1 text. */
    public String readHead() {
        return within("a head", () -> text(in.readHead(ProtocolException.Side.SERVER, HeadLimits.DEFAULT.headBytesMax())
                .orElseThrow(() -> new AssertionError("connection closed in place of a head"))));
    }

    /** Reads exactly {@code count} octets. */
    public byte[] readBytes(int count) {
        return within(count + " octets", () -> {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            while (bytes.size() < count) {
                if (!in.await()) {
                    throw new AssertionError("connection closed after " + bytes.size() + " of " + count + " octets: \"" + bytes + "\"");
                }
                take(bytes, count - bytes.size());
            }
            return bytes.toByteArray();
        });
    }

    /** Reads over exactly {@code count} octets, which may be more than memory holds. */
    public void skipBytes(long count) {
        within(count + " octets", () -> {
            for (long left = count; left > 0;) {
                if (!in.await()) {
                    throw new AssertionError("connection closed " + left + " octets before " + count);
                }
                int skipped = (int) Math.min(left, in.buffered());
                in.consume(skipped);
                left -= skipped;
            }
            return count;
        });
    }

    /** Reads exactly {@code count} octets as Latin-1 text. */
    public String readText(int count) {
        return text(readBytes(count));
    }

    /** Reads until the peer closes, as Latin-1 text; a reset fails the test. */
    public String readToEnd() {
        return within("the end of the connection", () -> {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            while (in.await()) {
                take(bytes, in.buffered());
            }
            return text(bytes.toByteArray());
        });
    }

    /** Reads over whatever comes until the connection is gone, by a close or a reset. For peers that may do either. */
    public void awaitGone() {
        within("the end of the connection", () -> {
            try {
                while (in.await()) {
                    in.consume(in.buffered());
                }
            } catch (SocketException e) {
                return true; // A reset is an end as well.
            }
            return true;
        });
    }

    /** The first 8 MiB received on this layer (decrypted after {@link #startTls}), as Latin-1 text. */
    public String receivedText() {
        return recorded.text();
    }

    /** The local port: what the proxy knows this client by. */
    public int localPort() {
        return tcp.getLocalPort();
    }

    /** Ends our direction and goes on reading. */
    public void halfClose() throws IOException {
        socket.shutdownOutput();
    }

    /** Resets the connection (SO_LINGER 0). */
    public void reset() throws IOException {
        tcp.setSoLinger(true, 0);
        tcp.close();
    }

    @Override
    public void close() throws IOException {
        // Below TLS: a close_notify could block on a peer that does not read.
        tcp.close();
    }

    private void use(Socket layer) throws IOException {
        socket = layer;
        recorded = new RecordingInput(layer.getInputStream());
        in = new WireReader(recorded);
        out = layer.getOutputStream();
    }

    /** Octets consumed so far. */
    private long position() {
        return recorded.count() - in.buffered();
    }

    private void take(ByteArrayOutputStream bytes, int max) {
        int count = Math.min(max, in.buffered());
        bytes.write(in.array(), in.position(), count);
        in.consume(count);
    }

    private String drained() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        take(bytes, in.buffered());
        return text(bytes.toByteArray());
    }

    private <T> T within(String what, Read<T> read) {
        try {
            return read.read();
        } catch (SocketTimeoutException e) {
            throw new AssertionError("expected " + what + " within " + ScriptedOrigin.LIMIT + ", received \"" + receivedText() + "\"", e);
        } catch (IOException e) {
            throw new AssertionError("expected " + what + ", got " + e + " after \"" + receivedText() + "\"", e);
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
