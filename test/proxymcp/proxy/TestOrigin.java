package proxymcp.proxy;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * An HTTP/1.1 server for real clients: it reads any request by its framing, keeps what it saw, and answers by path. Written on sockets
 * alone, so that it shares no line with the code under test and decides itself about order and case of its fields.
 *
 * <p>One virtual thread a connection. Connections that break are the tests' business, not a failure.
 */
public final class TestOrigin implements AutoCloseable {
    /**
     * One request as it came.
     *
     * @param line request line
     * @param fields field lines, in order
     * @param bodyBytes octets of the body, transfer coding removed
     * @param bodySha256 digest of them in hex
     * @param trailers trailer lines
     */
    public record Seen(String line, List<String> fields, long bodyBytes, String bodySha256, List<String> trailers) {}

    /** Answers one request. */
    public interface Answer {
        /**
         * Writes the response.
         *
         * @return whether the connection is kept
         */
        boolean write(Seen request, OutputStream out) throws IOException, InterruptedException;
    }

    private final ServerSocket server;
    private final Optional<SSLContext> tls;
    private final Answer answer;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final List<Seen> seen = new CopyOnWriteArrayList<>();

    private TestOrigin(String address, Optional<SSLContext> tls, Answer answer) throws IOException {
        this.server = new ServerSocket(0, 1_024, InetAddress.getByName(address));
        this.tls = tls;
        this.answer = answer;
        Thread.ofVirtual().name("test-origin").start(this::accept);
    }

    /** Plain HTTP on a free port of {@code address}. */
    public static TestOrigin http(String address, Answer answer) throws IOException {
        return new TestOrigin(address, Optional.empty(), answer);
    }

    /** HTTP over TLS on a free port of {@code address}. */
    public static TestOrigin https(String address, SSLContext context, Answer answer) throws IOException {
        return new TestOrigin(address, Optional.of(context), answer);
    }

    /** Where it listens. */
    public int port() {
        return server.getLocalPort();
    }

    /** URL of {@code path} at {@code host}, IPv6 addresses in brackets. */
    public String url(String host, String path) {
        return (tls.isPresent() ? "https://" : "http://") + host + ":" + port() + path;
    }

    /** Requests so far, in the order in which they were read whole. */
    public List<Seen> seen() {
        return List.copyOf(seen);
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
                Thread.ofVirtual().name("test-origin-connection").start(() -> serve(socket));
            } catch (IOException e) {
                return; // Closed by the test.
            }
        }
    }

    private void serve(Socket accepted) {
        try (accepted; Socket socket = secured(accepted)) {
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
            OutputStream out = new BufferedOutputStream(socket.getOutputStream(), 64 * 1024);
            boolean more = true;
            while (more) {
                Optional<Seen> request = read(in, out);
                more = request.isPresent() && answer(request.get(), out);
            }
        } catch (IOException | InterruptedException e) {
            return; // The peer left, which its test knows about.
        } finally {
            open.remove(accepted);
        }
    }

    private boolean answer(Seen request, OutputStream out) throws IOException, InterruptedException {
        seen.add(request);
        boolean keep = answer.write(request, out);
        out.flush();
        return keep;
    }

    private Socket secured(Socket accepted) throws IOException {
        if (tls.isEmpty()) {
            return accepted;
        }
        SSLSocket socket = (SSLSocket) tls.get().getSocketFactory().createSocket(accepted, null, true);
        socket.setUseClientMode(false);
        return socket;
    }

    private static Optional<Seen> read(InputStream in, OutputStream out) throws IOException {
        Optional<String> line = line(in);
        if (line.isEmpty()) {
            return Optional.empty();
        }
        List<String> fields = lines(in);
        if (field(fields, "Expect").filter("100-continue"::equalsIgnoreCase).isPresent()) {
            out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            out.flush();
        }
        MessageDigest digest = sha256();
        long bytes = 0;
        List<String> trailers = List.of();
        if (field(fields, "Transfer-Encoding").isPresent()) {
            for (long size = chunkSize(in); size > 0; size = chunkSize(in)) {
                copy(in, size, digest);
                bytes += size;
                line(in);
            }
            trailers = lines(in);
        } else {
            bytes = Long.parseLong(field(fields, "Content-Length").orElse("0"));
            copy(in, bytes, digest);
        }
        return Optional.of(new Seen(line.get(), fields, bytes, HexFormat.of().formatHex(digest.digest()), trailers));
    }

    private static void copy(InputStream in, long count, MessageDigest digest) throws IOException {
        byte[] block = new byte[64 * 1024];
        for (long left = count; left > 0; ) {
            int read = in.read(block, 0, (int) Math.min(left, block.length));
            if (read < 0) {
                throw new IOException("request body ended " + left + " bytes early");
            }
            digest.update(block, 0, read);
            left -= read;
        }
    }

    private static long chunkSize(InputStream in) throws IOException {
        String line = line(in).orElseThrow(() -> new IOException("request ended within a chunk"));
        int end = line.indexOf(';');
        return Long.parseLong((end < 0 ? line : line.substring(0, end)).strip(), 16);
    }

    private static List<String> lines(InputStream in) throws IOException {
        List<String> lines = new ArrayList<>();
        while (true) {
            String line = line(in).orElseThrow(() -> new IOException("request ended within its head"));
            if (line.isEmpty()) {
                return lines;
            }
            lines.add(line);
        }
    }

    /** A line without its CRLF; empty at the end of the stream. */
    private static Optional<String> line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int octet = in.read(); octet >= 0; octet = in.read()) {
            if (octet == '\n') {
                return Optional.of(line.substring(0, Math.max(0, line.length() - 1)));
            }
            line.append((char) octet);
        }
        return Optional.empty();
    }

    /** Value of the first line with this name. */
    static Optional<String> field(List<String> lines, String name) {
        return lines.stream().filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                .map(line -> line.substring(name.length() + 1).strip()).findFirst();
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
