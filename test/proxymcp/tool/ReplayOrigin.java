package proxymcp.tool;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An origin that counts: what came, and how much of it at a time. {@code /login} gives a token, {@code /secret} takes the newest one for so many times,
 * {@code /limited} says 429 at first, {@code /hold} waits until {@link #release}, {@code /moved?LOCATION} redirects there, or nowhere.
 */
final class ReplayOrigin implements AutoCloseable {
    final AtomicInteger requests = new AtomicInteger();
    final AtomicInteger mostInFlight = new AtomicInteger();
    /** Requests to {@code /limited} that are still refused. */
    final AtomicInteger refusals = new AtomicInteger();
    /** How often a token is good. */
    volatile int tokenUses = Integer.MAX_VALUE;
    /** Request lines with the header {@code X-Test}, in the order in which they came. */
    final List<String> seen = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger logins = new AtomicInteger();
    private final AtomicInteger uses = new AtomicInteger();
    private volatile CountDownLatch gathering = new CountDownLatch(0);
    private final CountDownLatch released = new CountDownLatch(1);
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    ReplayOrigin() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 500);
        server.setExecutor(threads);
        server.createContext("/", this::serve);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Has {@code /hold} answered. */
    void release() {
        released.countDown();
    }

    /** Has requests wait from now on until so many are here at once, at most 20 s; then all are answered. */
    void gather(int count) {
        gathering = new CountDownLatch(count);
    }

    /** Sends requests through a proxy, one after the other: a method and a path each. */
    void record(int proxyPort, String... methodsAndPaths) throws Exception {
        try (HttpClient client = HttpClient.newBuilder().proxy(ProxySelector.of(new InetSocketAddress("127.0.0.1", proxyPort))).build()) {
            for (String wanted : methodsAndPaths) {
                int space = wanted.indexOf(' ');
                HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url() + wanted.substring(space + 1)));
                request.method(wanted.substring(0, space), wanted.startsWith("GET") ? HttpRequest.BodyPublishers.noBody()
                        : HttpRequest.BodyPublishers.ofString("{\"name\":\"recorded\"}"));
                client.send(request.header("Authorization", "Bearer recorded").build(), HttpResponse.BodyHandlers.discarding());
            }
        }
        requests.set(0);
        seen.clear();
        mostInFlight.set(0);
    }

    /** Id of a session, ended, that a proxy of {@code tools} recorded of these requests to this origin. */
    String session(Tools tools, String... methodsAndPaths) throws Exception {
        int port = (int) Tools.number(tools.call("proxy_start", "{}"), "port");
        String id = Tools.text(tools.call("proxy_session_start", "{\"capture_profile\":\"full\"}"), "session.id");
        record(port, methodsAndPaths);
        tools.call("proxy_stop", "{}");
        tools.call("proxy_session_stop", "{}");
        return id;
    }

    private void serve(HttpExchange exchange) throws IOException {
        requests.incrementAndGet();
        int now = inFlight.incrementAndGet();
        mostInFlight.accumulateAndGet(now, Math::max);
        gathering.countDown();
        try (exchange) {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            String path = exchange.getRequestURI().toString();
            seen.add(exchange.getRequestMethod() + " " + path + " " + exchange.getRequestHeaders().getFirst("X-Test") + " " + body);
            await(gathering, 20);
            answer(exchange, path);
        }
    }

    private void answer(HttpExchange exchange, String path) throws IOException {
        if (path.startsWith("/login")) {
            uses.set(0);
            send(exchange, 200, "{\"token\":\"token-" + logins.incrementAndGet() + "\"}");
        } else if (path.startsWith("/secret")) {
            boolean good = ("Bearer token-" + logins.get()).equals(exchange.getRequestHeaders().getFirst("Authorization"))
                    && uses.incrementAndGet() <= tokenUses;
            send(exchange, good ? 200 : 401, "{}");
        } else if (path.startsWith("/limited") && refusals.getAndDecrement() > 0) {
            exchange.getResponseHeaders().set("Retry-After", "0");
            send(exchange, 429, "slow down");
        } else if (path.startsWith("/hold")) {
            await(released, 30);
            send(exchange, 200, "held");
        } else if (path.startsWith("/moved")) {
            if (path.contains("?")) {
                exchange.getResponseHeaders().set("Location", path.substring(path.indexOf('?') + 1));
            }
            send(exchange, 302, "moved");
        } else if (path.startsWith("/fail")) {
            send(exchange, 500, "failed");
        } else {
            send(exchange, 200, "{\"path\":\"" + path + "\"}");
        }
    }

    private static void await(CountDownLatch latch, int seconds) {
        try {
            latch.await(seconds, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void send(HttpExchange exchange, int status, String body) throws IOException {
        inFlight.decrementAndGet(); // Before the answer: who has it may send the next request at once.
        byte[] octets = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, octets.length);
        exchange.getResponseBody().write(octets);
    }

    @Override
    public void close() {
        release();
        server.stop(0);
        threads.close();
    }
}
