package proxymcp.store;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import proxymcp.Programs;
import proxymcp.exchange.BodyEnd;
import proxymcp.exchange.Direction;
import proxymcp.exchange.ExchangeEnd;
import proxymcp.exchange.ExchangeSink;
import proxymcp.exchange.ExchangeStart;
import proxymcp.exchange.Recording;
import proxymcp.exchange.Route;
import proxymcp.exchange.StreamEnd;
import proxymcp.exchange.StreamMessage;
import proxymcp.exchange.StreamOpen;
import proxymcp.http.ResponseHead;
import proxymcp.json.JsonObject;
import proxymcp.proxy.ProxyServer;
import proxymcp.proxy.ProxySettings;
import proxymcp.tls.CertificateAuthority;
import proxymcp.upstream.OwnPorts;

/**
 * A proxy in a Java process of its own that records a session, until it is killed. It says which exchanges have been handed over whole
 * ({@code E number}) and then through which seq everything is written ({@code W seq}): what was said before a W and is not beyond it must be
 * there after a kill.
 */
final class CrashChild implements Closeable {
    /** Small, so that segments roll, checkpoints are taken and bodies stream many times a second. */
    static final StoreLimits LIMITS = new StoreLimits(512 << 10, 1 << 20, 2_000, 4 << 10, 20, 512, 50, 96 << 10, 300, 64, 1 << 17);

    private final Process process;
    private final int port;
    private final SessionId session;
    private final Thread listener;
    private final Object lock = new Object();
    /** Guarded by {@link #lock}: numbers said since the last W, those said before it, and that W. */
    private final Set<Long> justEnded = new HashSet<>();
    private final Set<Long> ended = new HashSet<>();
    private long writtenThrough;

    private CrashChild(Process process, BufferedReader said) throws IOException {
        this.process = process;
        String[] first = String.valueOf(said.readLine()).split(" ");
        if (first.length != 2) {
            throw new AssertionError("the child said " + String.join(" ", first));
        }
        this.port = Integer.parseInt(first[0]);
        this.session = new SessionId(first[1]);
        this.listener = Thread.ofPlatform().name("crash-child-listener").start(() -> listen(said));
    }

    static CrashChild start(Path home) throws IOException {
        Process process = new ProcessBuilder(Programs.java().toString(), "-Xmx128m", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp",
                System.getProperty("java.class.path"), CrashChild.class.getName(), home.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        return new CrashChild(process, new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII)));
    }

    int port() {
        return port;
    }

    SessionId session() {
        return session;
    }

    /** Kills it as it stands. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            throw new AssertionError("the child does not die");
        }
        listener.join();
    }

    long writtenThrough() {
        synchronized (lock) {
            return writtenThrough;
        }
    }

    /** Exchanges that had ended when {@link #writtenThrough} was said. */
    Set<Long> ended() {
        synchronized (lock) {
            return Set.copyOf(ended);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    private void listen(BufferedReader said) {
        try {
            // A kill may cut the last line: each ends with a full stop.
            for (String line = said.readLine(); line != null && line.endsWith("."); line = said.readLine()) {
                long number = Long.parseLong(line.substring(2, line.length() - 1));
                synchronized (lock) {
                    if (line.charAt(0) == 'E') {
                        justEnded.add(number);
                    } else {
                        ended.addAll(justEnded);
                        justEnded.clear();
                        writtenThrough = number;
                    }
                }
            }
        } catch (IOException e) {
            return; // It was killed.
        }
    }

    /** The child's side. */
    public static void main(String[] args) throws Exception {
        Path home = Path.of(args[0]);
        SessionCatalog catalog = new SessionCatalog(home.resolve("sessions"), LIMITS, Clock.systemUTC());
        SessionWriter writer = catalog.create(Optional.empty(), CaptureProfile.FULL, 1_024, JsonObject.EMPTY);
        ConcurrentLinkedQueue<Long> ended = new ConcurrentLinkedQueue<>();
        ExchangeSink sink = start -> new Noting(writer.sink().open(start), start, ended);
        ProxyServer proxy = ProxyServer.start(ProxySettings.onLoopback(0), CertificateAuthority.open(home.resolve("ca"), Clock.systemUTC()), sink,
                new OwnPorts());
        System.out.println(proxy.address().getPort() + " " + writer.id());
        long last = -1;
        while (true) {
            StringBuilder report = new StringBuilder();
            List<Long> numbers = new ArrayList<>();
            for (Long number = ended.poll(); number != null; number = ended.poll()) {
                numbers.add(number);
            }
            numbers.forEach(number -> report.append("E ").append(number).append(".\n"));
            long through = writer.status().writtenThrough();
            if (through != last || !numbers.isEmpty()) {
                System.out.print(report.append("W ").append(through).append(".\n"));
                System.out.flush();
                last = through;
            }
            Thread.sleep(1); // A rhythm, not a wait.
        }
    }

    /** Notes the end of an exchange when the store has been told everything. */
    private record Noting(Recording recording, ExchangeStart start, ConcurrentLinkedQueue<Long> ended) implements Recording {
        @Override
        public void requestBody(byte[] bytes, int offset, int length) {
            recording.requestBody(bytes, offset, length);
        }

        @Override
        public void requestEnd(BodyEnd end) {
            recording.requestEnd(end);
        }

        @Override
        public void routed(Route route) {
            recording.routed(route);
        }

        @Override
        public void informational(ResponseHead head) {
            recording.informational(head);
        }

        @Override
        public void response(ResponseHead head) {
            recording.response(head);
        }

        @Override
        public void responseBody(byte[] bytes, int offset, int length) {
            recording.responseBody(bytes, offset, length);
        }

        @Override
        public void responseEnd(BodyEnd end) {
            recording.responseEnd(end);
        }

        @Override
        public void streamOpened(StreamOpen open) {
            recording.streamOpened(open);
        }

        @Override
        public void messagePart(Direction direction, byte[] bytes, int offset, int length) {
            recording.messagePart(direction, bytes, offset, length);
        }

        @Override
        public void message(StreamMessage message) {
            recording.message(message);
        }

        @Override
        public void streamClosed(StreamEnd end) {
            recording.streamClosed(end);
        }

        @Override
        public void end(ExchangeEnd end) {
            recording.end(end);
            String path = start.path();
            ended.add(Long.parseLong(path.substring(path.lastIndexOf('/') + 1)));
        }
    }
}
