package proxymcp.store;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** An origin that serves {@link Numbered} exchanges, and a client of it. From {@link #STALLING} on, a response stops in its middle for good. */
final class NumberedOrigin implements Closeable {
    /** First number whose response never ends. */
    static final long STALLING = 1_000_000_000L;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch closing = new CountDownLatch(1);

    NumberedOrigin() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_000);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    private void answer(HttpExchange exchange) throws IOException {
        long n = Long.parseLong(exchange.getRequestURI().getPath().substring("/n/".length()));
        byte[] request = exchange.getRequestBody().readAllBytes();
        byte[] body = Numbered.responseBody(n);
        boolean right = Arrays.equals(request, Numbered.requestBody(n));
        exchange.sendResponseHeaders(right ? Numbered.status(n) : 400, body.length == 0 ? -1 : n % 2 == 0 ? 0 : body.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(body, 0, body.length / 2);
            out.flush();
            if (n >= STALLING) {
                closing.await();
            }
            out.write(body, body.length / 2, body.length - body.length / 2);
        } catch (InterruptedException e) {
            throw new IOException("interrupted", e);
        }
    }

    /**
     * Fetches exchange {@code n} through the proxy on {@code proxyPort}.
     *
     * @throws IOException if the proxy dies meanwhile
     */
    void fetch(int proxyPort, long n) throws IOException {
        Proxy proxy = new Proxy(Proxy.Type.HTTP, new InetSocketAddress(InetAddress.getLoopbackAddress(), proxyPort));
        HttpURLConnection connection = (HttpURLConnection) URI.create("http://127.0.0.1:" + server.getAddress().getPort() + Numbered.path(n)).toURL()
                .openConnection(proxy);
        byte[] request = Numbered.requestBody(n);
        if (request.length > 0) {
            connection.setDoOutput(true);
            connection.setFixedLengthStreamingMode(request.length);
            try (OutputStream out = connection.getOutputStream()) {
                out.write(request);
            }
        }
        int status = connection.getResponseCode();
        try (InputStream in = connection.getInputStream()) {
            byte[] body = in.readAllBytes();
            if (status != Numbered.status(n) || !Arrays.equals(body, Numbered.responseBody(n))) {
                throw new AssertionError("exchange " + n + " came back as " + status + " with " + body.length + " octets");
            }
        }
    }

    @Override
    public void close() {
        closing.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
