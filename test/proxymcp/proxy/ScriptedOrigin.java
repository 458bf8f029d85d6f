package proxymcp.proxy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import proxymcp.http.BodyFraming;
import proxymcp.http.BodyReader;
import proxymcp.http.Fields;
import proxymcp.http.HeadLimits;
import proxymcp.http.HeadParser;
import proxymcp.http.PrematureEndException;
import proxymcp.http.ProtocolException;
import proxymcp.http.RequestHead;
import proxymcp.http.WireReader;

/**
 * A loopback server on port 0 that does exactly what a test says, and keeps the octets it received (the first 8 MiB of each connection).
 *
 * <pre>
 *   try (ScriptedOrigin origin = ScriptedOrigin.each(new ReadRequest(), send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"))) {
 *       ... // talk to origin.port() through the proxy
 *       assertEquals("GET / HTTP/1.1\r\nHost: a\r\n\r\n", origin.connection(0).receivedText());
 *   }
 * </pre>
 *
 * <p>A connection whose script is over is closed. A peer that closes or resets is no failure but an {@link End}, since many tests are
 * about just that; a malformed request, an unscripted connection or any other exception is, and {@link #close} throws it into the test.
 * Every wait fails after {@link #LIMIT}.
 */
public final class ScriptedOrigin implements AutoCloseable {
    /** How long any wait of a test lasts before it fails. */
    public static final Duration LIMIT = Duration.ofSeconds(20);

    /** What a connection does next. */
    public sealed interface Step {
        /** Reads one request head; {@link ReadBody} reads what follows it. */
        record ReadHead() implements Step {}

        /** Reads the body that belongs to the last head, by its framing. */
        record ReadBody() implements Step {}

        /** Reads one request, head and body. */
        record ReadRequest() implements Step {}

        /** Reads exactly {@code count} octets of whatever comes; also for long bodies, which are not kept by it. */
        record ReadBytes(long count) implements Step {}

        /** Reads until the peer closes: a stall that notices. */
        record ReadToEnd() implements Step {}

        /** Sends octets in one write. */
        record Send(byte[] bytes) implements Step {}

        /** Sends octets in separate writes of {@code piece} octets, a moment apart, so that they arrive in pieces. */
        record SendSlowly(byte[] bytes, int piece) implements Step {}

        /** Sends {@code block} {@code times} times: long bodies without their memory. */
        record SendRepeated(byte[] block, long times) implements Step {}

        /** Sends back whatever comes until the peer closes: the far end of a tunnel. */
        record Echo() implements Step {}

        /** Goes on when the test counts {@code gate} down. */
        record Await(CountDownLatch gate) implements Step {}

        /** Counts {@code reached} down, so that the test knows that the script came here. */
        record Signal(CountDownLatch reached) implements Step {}

        /** Neither reads nor writes until the origin is closed. */
        record Stall() implements Step {}

        /** Plays {@code steps} again and again until the peer closes in place of another request. */
        record Repeat(List<Step> steps) implements Step {}

        /** Ends our direction (FIN; close_notify under TLS), and goes on reading. */
        record HalfClose() implements Step {}

        /** Closes. Octets that came unread make the kernel send a reset instead of a FIN: read the request first. */
        record Close() implements Step {}

        /** Closes the TCP connection below TLS, without close_notify. */
        record Truncate() implements Step {}

        /** Resets the TCP connection (SO_LINGER 0). */
        record Reset() implements Step {}
    }

    /** How a connection ended. */
    public enum End {
        /** The script was played to its end, or to a step that closes. */
        PLAYED,
        /** The peer closed where the script wanted to read. */
        PEER_CLOSED,
        /** The peer reset the connection, or had closed it where the script wanted to write. */
        PEER_RESET,
        /** The handshake failed, or the peer sent an alert. */
        TLS_FAILED,
        /** The origin was closed first. */
        ORIGIN_CLOSED,
        /** A failure that {@link ScriptedOrigin#close} throws. */
        FAILED
    }

    /** One request as received; {@code body} has its transfer coding removed and is empty until it was read. */
    public record Received(RequestHead head, byte[] body, Fields trailers) {
        /** The body as Latin-1 text. */
        public String bodyText() {
            return new String(body, StandardCharsets.ISO_8859_1);
        }
    }

    private final ServerSocket server;
    private final Optional<SSLContext> tls;
    private volatile boolean asksForCertificate;
    private final IntFunction<List<Step>> scripts;
    private final List<Connection> connections = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final CountDownLatch closing = new CountDownLatch(1);

    /**
     * @param address loopback address to listen on
     * @param tls serves TLS with this context when present
     * @param scripts the script of the n-th connection, from 0; an exception of it fails the test
     */
    public ScriptedOrigin(InetAddress address, Optional<SSLContext> tls, IntFunction<List<Step>> scripts) throws IOException {
        this.server = new ServerSocket(0, 200, address);
        this.tls = tls;
        this.scripts = scripts;
        start(this::accept);
    }

    /** Every connection to 127.0.0.1 plays these steps. */
    public static ScriptedOrigin each(Step... steps) throws IOException {
        return new ScriptedOrigin(loopback(), Optional.empty(), index -> List.of(steps));
    }

    /** Every TLS connection to 127.0.0.1 plays these steps. */
    public static ScriptedOrigin each(SSLContext context, Step... steps) throws IOException {
        return new ScriptedOrigin(loopback(), Optional.of(context), index -> List.of(steps));
    }

    /** The n-th connection to 127.0.0.1 plays the n-th script; one more is a failure. */
    public static ScriptedOrigin inOrder(List<List<Step>> inOrder) throws IOException {
        List<List<Step>> all = List.copyOf(inOrder);
        return new ScriptedOrigin(loopback(), Optional.empty(), index -> {
            if (index >= all.size()) {
                throw new IllegalStateException("connection " + (index + 1) + " of " + all.size() + " scripted ones");
            }
            return all.get(index);
        });
    }

    /** Sends text whose characters are octets, line ends as they stand. */
    public static Step send(String latin1) {
        return new Step.Send(latin1.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Sends a 200 with this body and a Content-Length. */
    public static Step respond(String latin1Body) {
        return send("HTTP/1.1 200 OK\r\nContent-Length: " + latin1Body.length() + "\r\n\r\n" + latin1Body);
    }

    /** From now on clients are refused that show no certificate which the context believes. */
    public void askForCertificate() {
        asksForCertificate = true;
    }

    /** Port that it listens on. */
    public int port() {
        return server.getLocalPort();
    }

    /** Address and port as they stand in a URL. */
    public String authority() {
        String address = server.getInetAddress().getHostAddress();
        return (address.indexOf(':') >= 0 ? "[" + address + "]" : address) + ":" + port();
    }

    /** Connections accepted so far. */
    public int connectionCount() {
        synchronized (connections) {
            return connections.size();
        }
    }

    /** The n-th connection, from 0, waiting for it. */
    public Connection connection(int index) throws InterruptedException {
        long due = System.nanoTime() + LIMIT.toNanos();
        synchronized (connections) {
            while (connections.size() <= index) {
                long left = (due - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                    throw new AssertionError("expected connection " + index + ", there were " + connections.size());
                }
                connections.wait(left);
            }
            return connections.get(index);
        }
    }

    /** Closes everything, waits for the threads, and throws the first background failure. */
    @Override
    public void close() throws IOException {
        closing.countDown();
        server.close();
        synchronized (connections) {
            for (Connection connection : connections) {
                connection.tcp.close();
            }
        }
        for (Thread thread : startedThreads()) {
            join(thread);
        }
        Throwable thrown = failure.get();
        if (thrown != null) {
            throw new AssertionError("scripted origin: " + thrown, thrown);
        }
    }

    private static void join(Thread thread) {
        try {
            if (!thread.join(LIMIT)) {
                throw new AssertionError("thread of the scripted origin still runs: " + thread);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while the scripted origin was closed", e);
        }
    }

    private static InetAddress loopback() throws IOException {
        return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    }

    private List<Thread> startedThreads() {
        synchronized (threads) {
            return List.copyOf(threads);
        }
    }

    private void start(Runnable task) {
        synchronized (threads) {
            threads.add(Thread.ofVirtual().name("scripted-origin").start(task));
        }
    }

    private void accept() {
        while (true) {
            try {
                Socket socket = server.accept();
                Connection connection;
                synchronized (connections) {
                    connection = new Connection(socket, connections.size());
                    connections.add(connection);
                    connections.notifyAll();
                    if (closing.getCount() == 0) {
                        socket.close();
                    }
                }
                start(connection::run);
            } catch (IOException e) {
                if (closing.getCount() > 0) {
                    failure.compareAndSet(null, e);
                }
                return;
            }
        }
    }

    /** One accepted connection. Any thread may look at it while its script plays. */
    public final class Connection {
        private final Socket tcp;
        private final int index;
        private final List<Received> requests = new ArrayList<>();
        private final CountDownLatch opened = new CountDownLatch(1);
        private final CountDownLatch ended = new CountDownLatch(1);
        private volatile RecordingInput input = new RecordingInput(InputStream.nullInputStream());
        private volatile End end = End.FAILED;
        private Socket socket;
        private WireReader in;
        private OutputStream out;

        private Connection(Socket tcp, int index) {
            this.tcp = tcp;
            this.index = index;
            this.socket = tcp;
        }

        /** What was received so far (decrypted), also what no step has asked for yet but came along. */
        public byte[] received() {
            return input.bytes();
        }

        /** The same as Latin-1 text. */
        public String receivedText() {
            return input.text();
        }

        /** Waits until the octets received contain {@code text}. Octets arrive only while a step reads. */
        public void awaitReceived(String text) throws InterruptedException {
            ready();
            input.awaitText(text, LIMIT);
        }

        /** Requests read so far, in order; the last may still lack its body. */
        public List<Received> requests() {
            synchronized (requests) {
                return List.copyOf(requests);
            }
        }

        /** Waits until the connection has ended, and says how. */
        public End awaitEnd() throws InterruptedException {
            if (!ended.await(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("connection " + index + " still runs; received \"" + receivedText() + "\"");
            }
            return end;
        }

        private void ready() throws InterruptedException {
            if (!opened.await(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("connection " + index + " was not opened");
            }
        }

        private void run() {
            try (tcp) {
                open();
                play(scripts.apply(index));
                socket.close();
                end = End.PLAYED;
            } catch (PrematureEndException e) {
                end = unlessClosing(End.PEER_CLOSED);
            } catch (SSLException e) {
                end = unlessClosing(End.TLS_FAILED);
            } catch (ProtocolException | RuntimeException | Error | InterruptedException e) {
                end = End.FAILED;
                failure.compareAndSet(null, e);
            } catch (IOException e) {
                end = unlessClosing(End.PEER_RESET);
            } finally {
                opened.countDown();
                ended.countDown();
            }
        }

        private End unlessClosing(End otherwise) {
            return closing.getCount() == 0 ? End.ORIGIN_CLOSED : otherwise;
        }

        private void open() throws IOException {
            tcp.setTcpNoDelay(true);
            if (tls.isPresent()) {
                SSLSocket layered = (SSLSocket) tls.get().getSocketFactory().createSocket(tcp, "127.0.0.1", tcp.getPort(), true);
                layered.setUseClientMode(false);
                layered.setNeedClientAuth(asksForCertificate);
                layered.startHandshake();
                socket = layered;
            }
            input = new RecordingInput(socket.getInputStream());
            in = new WireReader(input);
            out = socket.getOutputStream();
            opened.countDown();
        }

        /** @return whether the script goes on: false after a step that closed */
        private boolean play(List<Step> steps) throws IOException, InterruptedException {
            for (Step step : steps) {
                if (!play(step)) {
                    return false;
                }
            }
            return true;
        }

        private boolean play(Step step) throws IOException, InterruptedException {
            switch (step) {
                case Step.ReadHead readHead -> readHead();
                case Step.ReadBody readBody -> readBody();
                case Step.ReadRequest readRequest -> {
                    readHead();
                    readBody();
                }
                case Step.ReadBytes(long count) -> readBytes(count);
                case Step.ReadToEnd readToEnd -> {
                    while (in.await()) {
                        in.consume(in.buffered());
                    }
                }
                case Step.Send(byte[] bytes) -> write(bytes, 0, bytes.length);
                case Step.SendSlowly(byte[] bytes, int piece) -> sendSlowly(bytes, piece);
                case Step.SendRepeated(byte[] block, long times) -> {
                    for (long i = 0; i < times; i++) {
                        write(block, 0, block.length);
                    }
                }
                case Step.Echo echo -> {
                    while (in.await()) {
                        write(in.array(), in.position(), in.buffered());
                        in.consume(in.buffered());
                    }
                }
                case Step.Await(CountDownLatch gate) -> awaitGate(gate);
                case Step.Signal(CountDownLatch reached) -> reached.countDown();
                case Step.Stall stall -> {
                    closing.await();
                    throw new SocketException("the origin was closed");
                }
                case Step.Repeat(List<Step> steps) -> {
                    while (in.await() && play(steps)) {
                        in.messageDone();
                    }
                }
                case Step.HalfClose halfClose -> socket.shutdownOutput();
                case Step.Close close -> {
                    socket.close();
                    return false;
                }
                case Step.Truncate truncate -> {
                    tcp.close();
                    return false;
                }
                case Step.Reset reset -> {
                    tcp.setSoLinger(true, 0);
                    tcp.close();
                    return false;
                }
            }
            return true;
        }

        private void readHead() throws IOException {
            RequestHead head = HeadParser.readRequest(in, HeadLimits.DEFAULT)
                    .orElseThrow(() -> new PrematureEndException("closed in place of a request"));
            synchronized (requests) {
                requests.add(new Received(head, new byte[0], Fields.EMPTY));
            }
        }

        private void readBody() throws IOException {
            int last = requests().size() - 1;
            RequestHead head = requests().get(last).head();
            BodyReader reader = new BodyReader(in, BodyFraming.ofRequest(head), ProtocolException.Side.CLIENT, HeadLimits.DEFAULT);
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            while (reader.next()) {
                body.write(reader.array(), reader.offset(), reader.length());
            }
            synchronized (requests) {
                requests.set(last, new Received(head, body.toByteArray(), reader.trailers()));
            }
        }

        private void readBytes(long count) throws IOException {
            for (long left = count; left > 0;) {
                if (!in.await()) {
                    throw new PrematureEndException("closed " + left + " bytes early");
                }
                int taken = (int) Math.min(left, in.buffered());
                in.consume(taken);
                left -= taken;
            }
        }

        private void sendSlowly(byte[] bytes, int piece) throws IOException, InterruptedException {
            for (int at = 0; at < bytes.length; at += piece) {
                write(bytes, at, Math.min(piece, bytes.length - at));
                Thread.sleep(1); // Not to wait for anything: it keeps the pieces apart on the wire.
            }
        }

        private void awaitGate(CountDownLatch gate) throws InterruptedException {
            if (!gate.await(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("the gate was not opened within " + LIMIT);
            }
        }

        private void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
            out.flush();
        }
    }
}
