package proxymcp.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * An origin that counts what comes, by path, and answers slowly. It can be told to hold what comes after so many requests, so that a fault meets requests
 * in flight. {@code /login} gives a token, a new one each time; {@code /chain/…} takes note of the one that comes; paths with {@code fail} are answered 500.
 */
final class ChaosOrigin implements AutoCloseable {
    private static final int LATENCY_MILLIS_MIN = 5;
    private static final int LATENCY_MILLIS_MAX = 40;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, AtomicInteger> counts = new ConcurrentHashMap<>();
    private final AtomicInteger logins = new AtomicInteger();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    /** Guarded by {@link #lock}, as all below. */
    private final List<String> chain = new ArrayList<>();
    private final SplittableRandom random;
    private int arrived;
    private int heldAfter = Integer.MAX_VALUE;

    ChaosOrigin(long seed) throws IOException {
        random = new SplittableRandom(seed);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 500);
        server.setExecutor(threads);
        server.createContext("/", this::serve);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Answers no more than the first {@code count} requests, until it is told otherwise. */
    void holdAfter(int count) {
        lock.lock();
        try {
            heldAfter = count;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until so many requests have come; whether they have. */
    boolean awaitArrivals(int count, long seconds) throws InterruptedException {
        long nanos = TimeUnit.SECONDS.toNanos(seconds);
        lock.lock();
        try {
            while (arrived < count && nanos > 0) {
                nanos = changed.awaitNanos(nanos);
            }
            return arrived >= count;
        } finally {
            lock.unlock();
        }
    }

    /** How often a path came. */
    int count(String path) {
        AtomicInteger count = counts.get(path);
        return count == null ? 0 : count.get();
    }

    /** What came of the chain, in order: path, a space, the field {@code Authorization}. */
    List<String> chain() {
        lock.lock();
        try {
            return List.copyOf(chain);
        } finally {
            lock.unlock();
        }
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            String path = exchange.getRequestURI().getPath();
            counts.computeIfAbsent(path, any -> new AtomicInteger()).incrementAndGet();
            arrive(path, exchange.getRequestHeaders().getFirst("Authorization"));
            String body = path.equals("/login") ? "{\"token\":\"t-" + logins.incrementAndGet() + "\"}" : "{\"path\":\"" + path + "\"}";
            byte[] octets = body.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(path.contains("fail") ? 500 : 200, octets.length);
            exchange.getResponseBody().write(octets);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // The test has ended.
        }
    }

    private void arrive(String path, String authorization) throws InterruptedException {
        int latencyMillis;
        lock.lock();
        try {
            int number = ++arrived;
            if (path.startsWith("/chain/")) {
                chain.add(path + " " + authorization);
            }
            latencyMillis = random.nextInt(LATENCY_MILLIS_MIN, LATENCY_MILLIS_MAX + 1);
            changed.signalAll();
            while (number > heldAfter) {
                changed.await();
            }
        } finally {
            lock.unlock();
        }
        Thread.sleep(latencyMillis); // What is tested are workers whose requests take time.
    }

    @Override
    public void close() {
        holdAfter(Integer.MAX_VALUE);
        server.stop(0);
        threads.close();
    }
}
