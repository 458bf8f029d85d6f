package bench;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * The server that benchmarks and demo talk to, in a process of its own: {@code Origin [KEYSTORE]} prints its port, plain or, with a PKCS#12
 * file of password {@code changeit}, TLS. {@code /1k} is 900 bytes of JSON, {@code /bytes/N} is N octets, {@code /wait/N} what
 * {@code /1k} is, after N ms.
 */
final class Origin {
    private static final byte[] SMALL = smallAnswer();

    private Origin() {}

    public static void main(String[] arguments) throws Exception {
        InetAddress loopback = InetAddress.getByName("127.0.0.1");
        try (ServerSocket server = arguments.length == 0 ? new ServerSocket(0, 1024, loopback)
                : context(Path.of(arguments[0])).getServerSocketFactory().createServerSocket(0, 1024, loopback)) {
            System.out.println("port " + server.getLocalPort());
            while (true) {
                Socket socket = server.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            }
        }
    }

    private static SSLContext context(Path keyStore) throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(keyStore)) {
            keys.load(in, "changeit".toCharArray());
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, "changeit".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }

    private static void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            OutputStream out = socket.getOutputStream();
            for (String line = requestLine(in); !line.isEmpty(); line = requestLine(in)) {
                String path = line.split(" ")[1];
                if (path.startsWith("/bytes/")) {
                    bytes(out, Long.parseLong(path.substring(7)));
                } else if (path.startsWith("/wait/")) {
                    Thread.sleep(Long.parseLong(path.substring(6)));
                    out.write(SMALL);
                } else {
                    out.write(SMALL);
                }
            }
        } catch (IOException | InterruptedException e) {
            return; // The client left; nobody interrupts it.
        }
    }

    private static String requestLine(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder(256);
        for (int c = in.read(); c >= 0; c = in.read()) {
            head.append((char) c);
            int length = head.length();
            if (c == '\n' && length >= 4 && head.charAt(length - 3) == '\n') {
                return head.substring(0, head.indexOf("\r"));
            }
        }
        return "";
    }

    private static void bytes(OutputStream out, long count) throws IOException {
        out.write(("HTTP/1.1 200 OK\r\nContent-Length: " + count + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        byte[] block = new byte[128 * 1024];
        for (long left = count; left > 0; left -= block.length) {
            out.write(block, 0, (int) Math.min(left, block.length));
        }
    }

    private static byte[] smallAnswer() {
        String body = "{\"value\":\"" + "x".repeat(888) + "\"}";
        return ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.US_ASCII);
    }
}
