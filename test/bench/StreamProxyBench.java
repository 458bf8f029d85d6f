package bench;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import proxymcp.http.FrameOctets;

/** Streams through a capturing proxy, beside the same without it: frames there and back, and how late an event is. */
final class StreamProxyBench {
    private static final int ROUNDS = 5;
    private static final int FRAMES = 100_000;
    private static final int BATCH = 50;
    private static final int SOCKETS = 32;
    private static final int FRAMES_EACH = 1_500;
    private static final int PINGS = 3_000;
    private static final int EVENTS = 2_000;
    private static final String TEXT = "{\"type\":\"tick\",\"price\":\"12345.67\",\"volume\":\"0.0042\",\"side\":\"buy\"}";

    private final int originPort;
    private final int proxyPort;

    private StreamProxyBench(int originPort, int proxyPort) {
        this.originPort = originPort;
        this.proxyPort = proxyPort;
    }

    static List<Result> run(Path scratch) throws Exception {
        List<Result> results = new ArrayList<>();
        try (Child origin = Child.start(false, Child.java(), "-cp", System.getProperty("java.class.path"), "bench.StreamProxyBench");
                Child proxy = Child.jar(scratch.resolve("home-streams"), List.of(), "capture", "--port", "0", "--profile", "full")) {
            int proxyPort = ProxyBench.port(proxy.awaitLine("127.0.0.1:"));
            proxy.drain();
            StreamProxyBench bench = new StreamProxyBench(ProxyBench.port(origin.awaitLine("port")), proxyPort);
            bench.events(results);
            bench.frames(results);
        }
        return results;
    }

    /** The origin's process. */
    public static void main(String[] arguments) throws Exception {
        try (EventOrigin origin = new EventOrigin()) {
            System.out.println("port " + origin.port());
            while (System.in.read() >= 0) {
                continue;
            }
        }
    }

    private Socket connect(boolean proxied) throws IOException {
        Socket socket = new Socket("127.0.0.1", proxied ? proxyPort : originPort);
        socket.setTcpNoDelay(true);
        return socket;
    }

    private void request(Socket socket, boolean proxied, String path) throws IOException {
        String authority = "127.0.0.1:" + originPort;
        socket.getOutputStream().write(("GET " + (proxied ? "http://" + authority : "") + path + " HTTP/1.1\r\nHost: " + authority
                + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
    }

    private static void skipHead(DataInputStream in) throws IOException {
        int matched = 0;
        while (matched < 4) {
            int octet = in.readUnsignedByte();
            matched = octet == "\r\n\r\n".charAt(matched) ? matched + 1 : octet == '\r' ? 1 : 0;
        }
    }

    private void frames(List<Result> results) throws Exception {
        double[] direct = new double[ROUNDS];
        double[] through = new double[ROUNDS];
        double[] added = new double[ROUNDS];
        double[] burst = new double[ROUNDS];
        double[] burstDirect = new double[ROUNDS];
        many(false);
        many(true);
        for (int i = 0; i < ROUNDS; i++) {
            direct[i] = many(false);
            through[i] = many(true);
            burstDirect[i] = rate(false);
            burst[i] = rate(true);
            added[i] = (latency(true) - latency(false)) / 1e6;
        }
        double ratio = ProxyBench.median(through) / ProxyBench.median(direct);
        results.add(Result.of("WebSocket frames there and back, 32 sockets", ">= 0.4x of direct", String.format(Locale.ROOT, "%.0f/s, direct %.0f/s: %.2fx",
                ProxyBench.median(through), ProxyBench.median(direct), ratio), ratio >= 0.4));
        results.add(Result.of("  one socket, " + BATCH + " frames a write", ">= 50,000/s", String.format(Locale.ROOT, "%.0f/s, direct %.0f/s: %.2fx",
                ProxyBench.median(burst), ProxyBench.median(burstDirect), ProxyBench.median(burst) / ProxyBench.median(burstDirect)),
                ProxyBench.median(burst) >= 50_000));
        results.add(Result.of("  added latency of a frame there and back, p50", "<= 0.3 ms", String.format(Locale.ROOT, "%.3f ms",
                ProxyBench.median(added)), ProxyBench.median(added) <= 0.3));
    }

    /** Frames a second that came back, sent {@link #BATCH} a write while others read. */
    private double rate(boolean proxied) throws Exception {
        FrameOctets batch = new FrameOctets(true);
        for (int i = 0; i < BATCH; i++) {
            batch.text(TEXT);
        }
        byte[] octets = batch.octets();
        try (Socket socket = connect(proxied)) {
            request(socket, proxied, "/ws");
            DataInputStream in = new DataInputStream(socket.getInputStream());
            skipHead(in);
            long start = System.nanoTime();
            Thread writer = Thread.ofPlatform().start(() -> {
                try {
                    OutputStream out = socket.getOutputStream();
                    for (int i = 0; i < FRAMES / BATCH; i++) {
                        out.write(octets);
                    }
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            long left = (long) FRAMES * (octets.length / BATCH - 4);
            byte[] buffer = new byte[64 << 10];
            while (left > 0) {
                int count = in.read(buffer);
                if (count < 0) {
                    throw new IOException("the stream ended with " + left + " octets to come");
                }
                left -= count;
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            writer.join();
            return FRAMES / seconds;
        }
    }

    /** Frames a second of {@link #SOCKETS} clients that each wait for their frame to come back. */
    private double many(boolean proxied) throws Exception {
        byte[] frame = new FrameOctets(true).text(TEXT).octets();
        List<Socket> sockets = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        AtomicLong done = new AtomicLong();
        long start;
        try {
            for (int i = 0; i < SOCKETS; i++) {
                Socket socket = connect(proxied);
                sockets.add(socket);
                request(socket, proxied, "/ws");
                skipHead(new DataInputStream(socket.getInputStream()));
            }
            start = System.nanoTime();
            for (Socket socket : sockets) {
                threads.add(Thread.ofVirtual().start(() -> {
                    byte[] back = new byte[frame.length - 4];
                    try {
                        DataInputStream in = new DataInputStream(socket.getInputStream());
                        for (int i = 0; i < FRAMES_EACH; i++) {
                            socket.getOutputStream().write(frame);
                            in.readFully(back);
                            done.incrementAndGet();
                        }
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
        if (done.get() != (long) SOCKETS * FRAMES_EACH) {
            throw new IOException("only " + done.get() + " frames came back");
        }
        return done.get() / ((System.nanoTime() - start) / 1e9);
    }

    /** Nanoseconds of one frame there and back, in the middle. */
    private double latency(boolean proxied) throws Exception {
        byte[] frame = new FrameOctets(true).text(TEXT).octets();
        byte[] back = new byte[frame.length - 4];
        double[] nanos = new double[PINGS];
        try (Socket socket = connect(proxied)) {
            request(socket, proxied, "/ws");
            DataInputStream in = new DataInputStream(socket.getInputStream());
            skipHead(in);
            for (int i = 0; i < PINGS; i++) {
                long start = System.nanoTime();
                socket.getOutputStream().write(frame);
                in.readFully(back);
                nanos[i] = System.nanoTime() - start;
            }
        }
        return ProxyBench.median(nanos);
    }

    private void events(List<Result> results) throws Exception {
        lateness(true);
        double[] p99 = new double[ROUNDS];
        double[] p99Direct = new double[ROUNDS];
        double[] p50 = new double[ROUNDS];
        double[] p50Direct = new double[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            double[] direct = lateness(false);
            double[] through = lateness(true);
            p99[i] = through[EVENTS * 99 / 100];
            p99Direct[i] = direct[EVENTS * 99 / 100];
            p50[i] = through[EVENTS / 2];
            p50Direct[i] = direct[EVENTS / 2];
        }
        results.add(Result.of("event from origin to client, p99", "<= 5 ms", String.format(Locale.ROOT, "%.3f ms, direct %.3f ms; p50 %.3f, direct %.3f",
                ProxyBench.median(p99), ProxyBench.median(p99Direct), ProxyBench.median(p50), ProxyBench.median(p50Direct)),
                ProxyBench.median(p99) <= 5));
    }

    /** How late events are, ascending, in ms. Each tells when it was sent, on the machine's monotonic clock, which all processes share. */
    private double[] lateness(boolean proxied) throws Exception {
        double[] late = new double[EVENTS];
        try (Socket socket = connect(proxied)) {
            request(socket, proxied, "/paced/" + EVENTS);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            skipHead(in);
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < EVENTS; ) {
                char octet = (char) in.readUnsignedByte();
                if (octet != '\n') {
                    line.append(octet);
                    continue;
                }
                if (line.length() > 0) {
                    late[i++] = (System.nanoTime() - Long.parseLong(line.substring("data: ".length()))) / 1e6;
                }
                line.setLength(0);
            }
        }
        Arrays.sort(late);
        return late;
    }
}
