package bench;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.BufferedInputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** Keep-alive clients that ask for {@code /1k} as fast as they are answered, directly or through a proxy. */
final class Load {
    /**
     * What came out.
     *
     * @param requestsPerSecond over all clients
     * @param p50Micros median time of one request
     */
    record Measured(double requestsPerSecond, double p50Micros) {}

    private final int originPort;
    private final int proxyPort;
    private final boolean tls;

    /** @param proxyPort 0 to go directly */
    Load(int originPort, int proxyPort, boolean tls) {
        this.originPort = originPort;
        this.proxyPort = proxyPort;
        this.tls = tls;
    }

    Measured run(int clients, int requestsEach) throws Exception {
        long[][] nanos = new long[clients][];
        try (ExecutorService pool = Executors.newFixedThreadPool(clients)) {
            List<Callable<long[]>> jobs = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                jobs.add(() -> client(requestsEach));
            }
            long start = System.nanoTime();
            int at = 0;
            for (Future<long[]> job : pool.invokeAll(jobs)) {
                nanos[at++] = job.get();
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            long[] all = Arrays.stream(nanos).flatMapToLong(Arrays::stream).sorted().toArray();
            return new Measured(all.length / seconds, all[all.length / 2] / 1e3);
        }
    }

    private long[] client(int requests) throws Exception {
        try (Socket socket = connect()) {
            OutputStream out = socket.getOutputStream();
            DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 16 * 1024));
            String target = proxyPort != 0 && !tls ? "http://127.0.0.1:" + originPort + "/1k" : "/1k";
            byte[] request = ("GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1:" + originPort + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
            long[] nanos = new long[requests];
            for (int i = 0; i < requests; i++) {
                long start = System.nanoTime();
                out.write(request);
                int length = head(in);
                in.skipNBytes(length);
                nanos[i] = System.nanoTime() - start;
            }
            return nanos;
        }
    }

    private Socket connect() throws Exception {
        Socket socket = new Socket();
        socket.setTcpNoDelay(true);
        socket.connect(new InetSocketAddress("127.0.0.1", proxyPort == 0 ? originPort : proxyPort));
        if (!tls) {
            return socket;
        }
        if (proxyPort != 0) {
            socket.getOutputStream().write(("CONNECT 127.0.0.1:" + originPort + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            head(new DataInputStream(socket.getInputStream()));
        }
        return trustAll().getSocketFactory().createSocket(socket, "127.0.0.1", originPort, true);
    }

    /** Reads a head and returns its Content-Length, 0 without one. */
    private static int head(DataInputStream in) throws IOException {
        StringBuilder head = new StringBuilder(256);
        while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
            head.append((char) in.readUnsignedByte());
        }
        String text = head.toString();
        if (!text.startsWith("HTTP/1.1 200")) {
            throw new IOException("not answered 200: " + text);
        }
        int at = text.indexOf("Content-Length: ");
        return at < 0 ? 0 : Integer.parseInt(text.substring(at + 16, text.indexOf('\r', at)));
    }

    private static SSLContext trustAll() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new X509TrustManager() {
            @Override
            public void checkClientTrusted(X509Certificate[] chain, String type) {}

            @Override
            public void checkServerTrusted(X509Certificate[] chain, String type) {}

            @Override
            public X509Certificate[] getAcceptedIssuers() {
                return new X509Certificate[0];
            }
        }}, new SecureRandom());
        return context;
    }
}
