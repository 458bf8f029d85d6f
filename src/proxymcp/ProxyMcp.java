package proxymcp;

import java.io.Closeable;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.ExchangeSink;
import proxymcp.exchange.LiveBuffer;
import proxymcp.exchange.TeeSink;
import proxymcp.proxy.ProxyServer;
import proxymcp.proxy.ProxySettings;
import proxymcp.proxy.ProxyStartException;
import proxymcp.tls.CaException;
import proxymcp.tls.CertificateAuthority;
import proxymcp.tls.TlsSetup;
import proxymcp.upstream.OwnPorts;
import proxymcp.upstream.UpstreamProxies;

/**
 * An intercepting proxy inside a Java program or a test.
 *
 * <pre>
 *   try (ProxyMcp proxy = ProxyMcp.start(Path.of("proxy-home"))) {
 *       // Send requests through proxy.address(), trusting proxy.certificateFile().
 *       for (Exchange exchange : proxy.exchanges()) {
 *           check(exchange.start().url());
 *       }
 *   }
 * </pre>
 *
 * <p>JSSE refuses a server name that is an IP address or has a port, which some clients send. To accept them, the JVM-wide property
 * {@code jdk.tls.server.disableExtensions} must be {@code server_name} before TLS is first used in the JVM: call {@link #prepareJvm}
 * early, or set it on the command line. It is read once; later calls change nothing.
 *
 * <p>Any thread may call.
 */
public final class ProxyMcp implements Closeable {
    private final ProxyServer server;
    private final CertificateAuthority authority;
    private final LiveBuffer live;

    private ProxyMcp(ProxyServer server, CertificateAuthority authority, LiveBuffer live) {
        this.server = server;
        this.authority = authority;
        this.live = live;
    }

    /** Sets the JVM-wide property that lets clients send an IP address as their server name; see the class comment. */
    public static void prepareJvm() {
        TlsSetup.beforeFirstUse();
    }

    /**
     * Starts a proxy on 127.0.0.1 and a free port, which keeps the newest 1,000 exchanges.
     *
     * @param home its folder {@code ca} holds the certificate authority, made if there is none
     * @throws CaException if the authority can neither be read nor made
     * @throws ProxyStartException if no port can be opened
     */
    public static ProxyMcp start(Path home) throws CaException, ProxyStartException {
        return start(home, ProxySettings.onLoopback(0), LiveBuffer.Limits.DEFAULT, List.of());
    }

    /**
     * Starts a proxy.
     *
     * @param home its folder {@code ca} holds the certificate authority, made if there is none
     * @param settings where it listens, whom it trusts, and its limits
     * @param kept how many exchanges, and how much of their bodies, {@link #exchanges} keeps
     * @param sinks take every exchange too, while it happens
     * @throws CaException if the authority can neither be read nor made
     * @throws ProxyStartException if the address cannot be opened
     */
    public static ProxyMcp start(Path home, ProxySettings settings, LiveBuffer.Limits kept, List<ExchangeSink> sinks)
            throws CaException, ProxyStartException {
        prepareJvm();
        CertificateAuthority authority = CertificateAuthority.open(home.resolve("ca"), Clock.systemUTC());
        LiveBuffer live = new LiveBuffer(kept);
        List<ExchangeSink> all = new ArrayList<>();
        all.add(live);
        all.addAll(sinks);
        return new ProxyMcp(ProxyServer.start(settings, authority, new TeeSink(all), new OwnPorts()), authority, live);
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return server.address();
    }

    /** The certificate, in PEM, that clients must trust. */
    public Path certificateFile() {
        return authority.certificateFile();
    }

    /** The authority behind {@link #certificateFile}. */
    public CertificateAuthority authority() {
        return authority;
    }

    /** Requests that begin from now on go out through these; those in flight keep their way. */
    public void use(UpstreamProxies proxies) {
        server.use(proxies);
    }

    /** What was captured and is still kept, oldest first; also exchanges that still run. */
    public List<Exchange> exchanges() {
        return live.snapshot();
    }

    /** The exchange with this id, as it is now; empty if it is not kept. */
    public Optional<Exchange> exchange(UUID id) {
        return live.find(id);
    }

    /**
     * Forgets what was captured.
     *
     * @return number of exchanges forgotten
     */
    public int clear() {
        return live.clear();
    }

    /** Stops the proxy and ends what is in flight; what was captured can still be read. */
    @Override
    public void close() {
        server.close();
    }
}
