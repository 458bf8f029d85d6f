package proxymcp.proxy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import proxymcp.exchange.BodyEnd;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.ExchangeEnd;
import proxymcp.exchange.ExchangeSink;
import proxymcp.exchange.ExchangeStart;
import proxymcp.exchange.LiveBuffer;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.Recording;
import proxymcp.exchange.Route;
import proxymcp.exchange.StreamEnd;
import proxymcp.exchange.StreamMessage;
import proxymcp.exchange.StreamOpen;
import proxymcp.exchange.Streams;
import proxymcp.exchange.TeeSink;
import proxymcp.http.ResponseHead;
import proxymcp.tls.CertificateAuthority;
import proxymcp.tls.TlsSetup;
import proxymcp.upstream.OwnPorts;

/**
 * A proxy on a free port of 127.0.0.1, raw clients of it, and what it recorded. All of one JVM share an authority and an origin's
 * certificate, which the proxies trust.
 */
final class RunningProxy implements AutoCloseable {
    /** Made once: keys and certificates take longer than most tests. */
    private static final class Shared {
        static final CertificateAuthority AUTHORITY;
        static final TestCertificate ORIGIN;

        static {
            TlsSetup.beforeFirstUse();
            try {
                Path folder = Files.createTempDirectory("proxy-tests");
                AUTHORITY = CertificateAuthority.open(folder.resolve("ca"), Clock.systemUTC());
                ORIGIN = TestCertificate.forLoopback(folder);
                Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }

        private static void delete(Path folder) {
            try (var paths = Files.walk(folder)) {
                paths.sorted((a, b) -> b.compareTo(a)).forEach(path -> path.toFile().delete());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private final LiveBuffer buffer = new LiveBuffer(new LiveBuffer.Limits(10_000, 64L << 20, 1 << 20));
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ProxyServer server;

    private RunningProxy(ProxySettings settings, ProxyPolicy policy, List<ExchangeSink> more) throws IOException {
        ExchangeSink signals = new SignallingSink(this::signal);
        List<ExchangeSink> sinks = new ArrayList<>(List.of(buffer, signals));
        sinks.addAll(more);
        server = ProxyServer.start(settings, Shared.AUTHORITY, new TeeSink(sinks), new OwnPorts(), policy);
    }

    /** A proxy with default bounds. */
    static RunningProxy start() throws IOException {
        return start(settings -> settings);
    }

    /** A proxy whose settings are changed by {@code change}; {@code more} take the exchanges as well. */
    static RunningProxy start(UnaryOperator<ProxySettings> change, ExchangeSink... more) throws IOException {
        return start(change, ProxyPolicy.none(), more);
    }

    /** The same with rules and what else may change while it runs. */
    static RunningProxy start(UnaryOperator<ProxySettings> change, ProxyPolicy policy, ExchangeSink... more) throws IOException {
        Path trusted = Shared.ORIGIN.certificateFile();
        ProxySettings settings = new ProxySettings("127.0.0.1", 0, Optional.empty(), Optional.empty(), false, Optional.of(trusted),
                ProxyLimits.DEFAULT);
        return new RunningProxy(change.apply(settings), policy, List.of(more));
    }

    static CertificateAuthority authority() {
        return Shared.AUTHORITY;
    }

    /** A port of 127.0.0.1 where nobody listens. */
    static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }

    /** What an origin for 127.0.0.1 and localhost serves TLS with. */
    static SSLContext originTls() throws GeneralSecurityException, IOException {
        return Shared.ORIGIN.context();
    }

    /** A client's context that trusts the proxy's authority alone. */
    static SSLContext clientTls() throws GeneralSecurityException, IOException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("proxy", Shared.AUTHORITY.certificate());
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return context;
    }

    ProxyServer server() {
        return server;
    }

    int port() {
        return server.address().getPort();
    }

    /** A client connected to the proxy. */
    RawClient client() throws IOException {
        return RawClient.connect(port());
    }

    /** A client that has asked for a tunnel to {@code authority} and was told that it stands. */
    RawClient tunnelTo(String authority) throws IOException {
        RawClient client = client();
        client.send("CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n");
        String answer = client.readHead();
        if (!answer.equals("HTTP/1.1 200 Connection established\r\n\r\n")) {
            client.close();
            throw new AssertionError("CONNECT was answered " + answer);
        }
        return client;
    }

    /** A client inside an intercepted TLS connection to {@code authority}. */
    RawClient tlsTo(String authority) throws IOException, GeneralSecurityException {
        RawClient client = tunnelTo(authority);
        client.startTls(clientTls(), "127.0.0.1");
        return client;
    }

    /** What was recorded so far, oldest first. */
    List<Exchange> exchanges() {
        return buffer.snapshot();
    }

    /** The streams recorded so far, and their messages. */
    Streams streams() {
        return buffer.streams();
    }

    /** The exchange with this number, from 0, waiting for its end. */
    Exchange exchange(int index) throws InterruptedException {
        return await(all -> all.size() > index && !(all.get(index).outcome() instanceof Outcome.InFlight)).get(index);
    }

    /** Waits until what is recorded satisfies {@code enough}; asked again whenever an exchange opens, is answered or ends, and at each message. */
    List<Exchange> await(Predicate<List<Exchange>> enough) throws InterruptedException {
        long nanos = ScriptedOrigin.LIMIT.toNanos();
        lock.lock();
        try {
            while (!enough.test(exchanges())) {
                if (nanos <= 0) {
                    throw new AssertionError("recorded within " + ScriptedOrigin.LIMIT + ": " + exchanges());
                }
                nanos = changed.awaitNanos(nanos);
            }
            return exchanges();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        server.close();
    }

    private void signal() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Tells that something has changed; stands behind the buffer, so that the change is seen there. */
    private record SignallingSink(Runnable signal) implements ExchangeSink {
        @Override
        public Recording open(ExchangeStart start) {
            signal.run();
            return new Signals(start.id(), signal);
        }
    }

    private record Signals(UUID id, Runnable signal) implements Recording {
        @Override
        public void requestBody(byte[] bytes, int offset, int length) {
            signal.run();
        }

        @Override
        public void requestEnd(BodyEnd end) {
            signal.run();
        }

        @Override
        public void routed(Route route) {
            signal.run();
        }

        @Override
        public void informational(ResponseHead head) {
            signal.run();
        }

        @Override
        public void response(ResponseHead head) {
            signal.run();
        }

        @Override
        public void responseBody(byte[] bytes, int offset, int length) {
            signal.run();
        }

        @Override
        public void responseEnd(BodyEnd end) {
            signal.run();
        }

        @Override
        public void streamOpened(StreamOpen open) {
            signal.run();
        }

        @Override
        public void message(StreamMessage message) {
            signal.run();
        }

        @Override
        public void streamClosed(StreamEnd end) {
            signal.run();
        }

        @Override
        public void end(ExchangeEnd end) {
            signal.run();
        }
    }
}
