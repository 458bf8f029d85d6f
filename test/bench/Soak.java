package bench;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * {@code make soak}: mixed traffic with clients that leave at random moments, for 30 minutes or as many as {@code ARGS} says. The proxy runs
 * in 96 MB of heap; its memory and file descriptors must be where they were once the load is over. Then the long versions of the store's
 * tests, and how long sessions of 1 and 10 GiB take to open after a kill: 1,000 kills, a body of 10 GiB, 1,000,000 exchanges, HAR files of 2 GiB, a replay of
 * 100,000 requests in 128 MB of heap, 200 replays by workers with faults; {@code ARGS="minutes kills"} sets the first of these too.
 */
final class Soak {
    private static final int CLIENTS = 24;

    private final int originPort;
    private final int proxyPort;
    private final AtomicLong answered = new AtomicLong();
    private final AtomicLong broken = new AtomicLong();

    private Soak(int originPort, int proxyPort) {
        this.originPort = originPort;
        this.proxyPort = proxyPort;
    }

    public static void main(String[] arguments) throws Exception {
        long minutes = arguments.length == 0 ? 30 : Long.parseLong(arguments[0]);
        Path scratch = Files.createTempDirectory("proxy-mcp-soak");
        try (Child origin = ProxyBench.origin(); Child proxy = Child.jar(scratch.resolve("home"), List.of("-Xmx96m"), "capture", "--port", "0",
                "--profile", "full")) {
            int originPort = ProxyBench.port(origin.awaitLine("port"));
            Soak soak = new Soak(originPort, ProxyBench.port(proxy.awaitLine("127.0.0.1:")));
            proxy.drain();
            soak.load(TimeUnit.SECONDS.toNanos(20));
            Thread.sleep(3_000);
            long filesBefore = openFiles(proxy);
            long memoryBefore = proxy.residentMegabytes();
            soak.load(TimeUnit.MINUTES.toNanos(minutes));
            Thread.sleep(5_000);
            long filesAfter = openFiles(proxy);
            System.out.println(soak.answered + " requests answered, " + soak.broken + " broken off on purpose; open files " + filesBefore + " -> "
                    + filesAfter + ", resident memory " + memoryBefore + " -> " + proxy.residentMegabytes() + " MB");
            if (!proxy.process().isAlive() || filesAfter > filesBefore + 40 || proxy.residentMegabytes() > memoryBefore + 100) {
                throw new IllegalStateException("the proxy did not come back to where it was");
            }
            StoreCrashBench.run(scratch, true).forEach(result -> System.out.println(result.line()));
        } finally {
            Main.delete(scratch);
        }
        long kills = arguments.length < 2 ? 1_000 : Long.parseLong(arguments[1]);
        System.exit(LongTests.run("CrashTest,SizeTest,HarSizeTest,ReplaySizeTest,ChaosTest", Map.of("proxymcp.crash.rounds", kills, "proxymcp.size.mebibytes", 10_240L,
                "proxymcp.size.exchanges", 1_000_000L, "proxymcp.har.mebibytes", 2_048L, "proxymcp.replay.requests", 100_000L,
                "proxymcp.chaos.runs", 200L)));
    }

    private static long openFiles(Child proxy) throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc/" + proxy.process().pid() + "/fd"))) {
            return files.count();
        }
    }

    private void load(long nanos) throws Exception {
        long until = System.nanoTime() + nanos;
        List<Callable<Void>> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            SplittableRandom random = new SplittableRandom(4711 + i);
            clients.add(() -> {
                while (System.nanoTime() < until) {
                    one(random);
                }
                return null;
            });
        }
        try (ExecutorService pool = Executors.newFixedThreadPool(CLIENTS)) {
            for (Future<Void> client : pool.invokeAll(clients)) {
                client.get();
            }
        }
    }

    private void one(SplittableRandom random) {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(60_000);
            socket.connect(new InetSocketAddress("127.0.0.1", proxyPort));
            int requests = random.nextInt(1, 20);
            for (int i = 0; i < requests; i++) {
                long bytes = random.nextInt(4) == 0 ? random.nextInt(4 << 20) : random.nextInt(4_000);
                socket.getOutputStream().write(("GET http://127.0.0.1:" + originPort + "/bytes/" + bytes + " HTTP/1.1\r\nHost: 127.0.0.1:"
                        + originPort + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
                if (random.nextInt(10) == 0) {
                    broken.incrementAndGet();
                    return; // Leaves in the middle, or before the answer.
                }
                skipAnswer(socket.getInputStream(), bytes);
                answered.incrementAndGet();
            }
        } catch (IOException e) {
            throw new IllegalStateException("a request that should have been answered was not", e);
        }
    }

    private static void skipAnswer(InputStream in, long bytes) throws IOException {
        int state = 0;
        while (state < 4) {
            int octet = in.read();
            if (octet < 0) {
                throw new IOException("connection closed within a head");
            }
            state = octet == (state % 2 == 0 ? '\r' : '\n') ? state + 1 : octet == '\r' ? 1 : 0;
        }
        in.skipNBytes(bytes);
    }
}
