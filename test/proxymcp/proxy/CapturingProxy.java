package proxymcp.proxy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import proxymcp.exchange.BodyEnd;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.ExchangeEnd;
import proxymcp.exchange.ExchangeSink;
import proxymcp.exchange.LiveBuffer;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.Recording;
import proxymcp.exchange.Route;
import proxymcp.exchange.TeeSink;
import proxymcp.http.ResponseHead;
import proxymcp.tls.CertificateAuthority;
import proxymcp.tls.TlsSetup;
import proxymcp.upstream.OwnPorts;

/** A proxy with an authority of its own, that keeps what passes and lets a test wait until exchanges have ended. */
public final class CapturingProxy implements AutoCloseable {
    private final CertificateAuthority authority;
    private final LiveBuffer buffer = new LiveBuffer(new LiveBuffer.Limits(20_000, 32L << 20, 1 << 20));
    private final Semaphore ended = new Semaphore(0);
    private final ProxyServer server;

    private CapturingProxy(Path home, UnaryOperator<ProxySettings> change) throws IOException {
        TlsSetup.beforeFirstUse();
        authority = CertificateAuthority.open(home.resolve("ca"), Clock.systemUTC());
        // The counter comes last: what it has counted is in the buffer.
        ExchangeSink counter = start -> new EndCounter(ended);
        server = ProxyServer.start(change.apply(ProxySettings.onLoopback(0)), authority, new TeeSink(List.of(buffer, counter)),
                new OwnPorts());
    }

    /** Starts a proxy whose settings are those for loopback, changed by {@code change}. */
    static CapturingProxy start(Path home, UnaryOperator<ProxySettings> change) throws IOException {
        return new CapturingProxy(home, change);
    }

    /** A proxy that trusts what {@code certificate} signed, beside the JDK's store. */
    public static CapturingProxy trusting(Path home, TestCertificate certificate) throws IOException {
        return start(home, settings -> trusting(settings, certificate.certificateFile()));
    }

    static ProxySettings trusting(ProxySettings settings, Path caFile) {
        return new ProxySettings(settings.bindAddress(), settings.port(), settings.requireAuth(), settings.targetId(),
                settings.insecureUpstream(), Optional.of(caFile), settings.limits());
    }

    /** The proxy itself. */
    public ProxyServer server() {
        return server;
    }

    /** What signs for it. */
    public CertificateAuthority authority() {
        return authority;
    }

    int port() {
        return server.address().getPort();
    }

    String url() {
        return "http://127.0.0.1:" + port();
    }

    /** Waits until {@code count} more exchanges have ended, and returns all that are kept, oldest first. */
    List<Exchange> awaitEnded(int count) throws InterruptedException {
        if (!ended.tryAcquire(count, 30, TimeUnit.SECONDS)) {
            throw new AssertionError("expected " + count + " more exchanges to end, " + ended.availablePermits() + " did; kept: "
                    + buffer.snapshot().stream().map(exchange -> exchange.start().url() + " " + exchange.outcome()).toList());
        }
        return buffer.snapshot();
    }

    /** Waits until {@code count} exchanges that {@code wanted} takes have ended since the start, and returns those. */
    public List<Exchange> awaitEnded(int count, Predicate<Exchange> wanted) throws InterruptedException {
        Predicate<Exchange> both = wanted.and(exchange -> !(exchange.outcome() instanceof Outcome.InFlight));
        List<Exchange> found = buffer.snapshot().stream().filter(both).toList();
        while (found.size() < count) {
            found = awaitEnded(1).stream().filter(both).toList();
        }
        return found;
    }

    /** Waits until one more exchange has ended, and returns the newest. */
    Exchange awaitNewest() throws InterruptedException {
        List<Exchange> all = awaitEnded(1);
        return all.get(all.size() - 1);
    }

    /** What is kept now, oldest first. */
    public List<Exchange> exchanges() {
        return buffer.snapshot();
    }

    @Override
    public void close() {
        server.close();
    }

    private record EndCounter(Semaphore ended) implements Recording {
        @Override
        public void requestBody(byte[] bytes, int offset, int length) {}

        @Override
        public void requestEnd(BodyEnd end) {}

        @Override
        public void routed(Route route) {}

        @Override
        public void informational(ResponseHead head) {}

        @Override
        public void response(ResponseHead head) {}

        @Override
        public void responseBody(byte[] bytes, int offset, int length) {}

        @Override
        public void responseEnd(BodyEnd end) {}

        @Override
        public void end(ExchangeEnd end) {
            ended.release();
        }
    }
}
