package proxymcp.tool;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import proxymcp.chrome.Interceptors;
import proxymcp.chrome.TargetProxy;
import proxymcp.exchange.ExchangeSink;
import proxymcp.exchange.LiveBuffer;
import proxymcp.json.JsonObject;
import proxymcp.proxy.ProxyPolicy;
import proxymcp.proxy.ProxyServer;
import proxymcp.proxy.ProxySettings;
import proxymcp.proxy.ProxyStartException;
import proxymcp.rule.RuleBook;
import proxymcp.tls.CaException;
import proxymcp.tls.CertificateAuthority;
import proxymcp.tls.OriginTlsSettings;
import proxymcp.upstream.OwnPorts;
import proxymcp.upstream.UpstreamProxies;

/**
 * Which proxy of this process runs. At most one does; the certificate authority and what was captured outlive it.
 *
 * <p>Any thread may call. The lock guards all members that are not final and is held while a listener is opened or closed.
 */
public final class ProxyControl implements Closeable {
    private final Path home;
    private final LiveBuffer live;
    private final ExchangeSink sink;
    private final RuleBook rules;
    private final Clock clock;
    private final OwnPorts ownPorts = new OwnPorts();
    private final OriginTlsSettings origins = new OriginTlsSettings();
    private final ReentrantLock lock = new ReentrantLock();
    /** Never taken while {@link #lock} is held; held while the follower writes. */
    private final ReentrantLock telling = new ReentrantLock();
    private volatile Consumer<JsonObject> follower = settings -> { };
    private UpstreamProxies upstreams = UpstreamProxies.NONE;
    private Optional<CertificateAuthority> authority = Optional.empty();
    private Optional<Run> run = Optional.empty();
    private Optional<Run> lastRun = Optional.empty();
    private Optional<Interceptors> targets = Optional.empty();

    /** A proxy, what it was started with, and what is set for TLS with single origins. */
    record Run(ProxyServer server, ProxySettings settings, OriginTlsSettings origins) {
        int port() {
            return server.address().getPort();
        }
    }

    /**
     * What is known of the proxy at one moment.
     *
     * @param running the proxy that runs
     * @param last the proxy that runs or ran last
     * @param authority the certificate authority, once it was used
     */
    record State(Optional<Run> running, Optional<Run> last, Optional<CertificateAuthority> authority) {}

    /**
     * Nothing runs yet, and nothing was opened.
     *
     * @param home its folder {@code ca} holds the certificate authority, made at its first use
     * @param live what tools list and search
     * @param sink where exchanges go; usually {@code live}
     * @param rules what every proxy that is started follows
     */
    public ProxyControl(Path home, LiveBuffer live, ExchangeSink sink, RuleBook rules, Clock clock) {
        this.home = home;
        this.live = live;
        this.sink = sink;
        this.rules = rules;
        this.clock = clock;
    }

    /** What tools list and search. */
    public LiveBuffer live() {
        return live;
    }

    /** The ports of this process, which no proxied request may reach. */
    public OwnPorts ownPorts() {
        return ownPorts;
    }

    /** The rules; they outlive the proxy. */
    public RuleBook rules() {
        return rules;
    }

    /** Wall clock. */
    Clock clock() {
        return clock;
    }

    /** What is set for TLS with single origins; it outlives the proxy. */
    OriginTlsSettings origins() {
        return origins;
    }

    /** The proxies that requests go out through; they outlive the proxy. */
    UpstreamProxies upstreams() {
        lock.lock();
        try {
            return upstreams;
        } finally {
            lock.unlock();
        }
    }

    /** Has requests that begin from now on go out through these, also those of proxies that are started later. */
    public void use(UpstreamProxies chosen) {
        change(before -> chosen);
    }

    /** Has these browsers and processes go through every proxy that is started. */
    public void serve(Interceptors interceptors) {
        lock.lock();
        try {
            targets = Optional.of(interceptors);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Has requests that begin from now on go out through what {@code change} makes of {@link #upstreams}.
     *
     * @return what they went through before
     */
    UpstreamProxies change(UnaryOperator<UpstreamProxies> change) {
        lock.lock();
        try {
            UpstreamProxies before = upstreams;
            upstreams = change.apply(before);
            run.ifPresent(running -> running.server().use(upstreams));
            return before;
        } finally {
            lock.unlock();
            tellSettings();
        }
    }

    /** Has {@code follower} told of {@link #settings} whenever they change while the proxy runs, one call at a time. */
    void follow(Consumer<JsonObject> follower) {
        this.follower = follower;
    }

    /** Tells the follower how the proxy is set now. To be called after a change of {@link #origins}; other changes are told here. */
    void tellSettings() {
        telling.lock(); // Read under it too: what is told last is the newest.
        try {
            if (state().running().isPresent()) {
                follower.accept(settings());
            }
        } finally {
            telling.unlock();
        }
    }

    /**
     * The certificate authority of this home, made if there is none.
     *
     * @throws CaException if its files cannot be used or made
     */
    public CertificateAuthority authority() throws CaException {
        lock.lock();
        try {
            if (authority.isEmpty()) {
                authority = Optional.of(CertificateAuthority.open(home.resolve("ca"), clock));
            }
            return authority.get();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Starts the proxy.
     *
     * @return the proxy; ended by {@link #stop} or {@link #close}
     * @throws ToolFailure {@code already_running}, {@code bad_ca_file}
     * @throws CaException if there is no certificate authority to start with
     * @throws ProxyStartException if the listener cannot be opened
     */
    public ProxyServer start(ProxySettings settings) throws ToolFailure, CaException, ProxyStartException {
        lock.lock();
        try {
            if (run.isPresent()) {
                throw new ToolFailure("already_running", "The proxy already runs on port " + run.get().port(),
                        "use it, or call proxy_stop first");
            }
            if (settings.upstreamCaFile().isPresent()) {
                requireCertificates(settings.upstreamCaFile().get());
            }
            ProxyPolicy policy = new ProxyPolicy(rules, upstreams, origins);
            ProxyServer server = ProxyServer.start(settings, authority(), sink, ownPorts, policy);
            run = Optional.of(new Run(server, settings, origins));
            lastRun = run;
            if (targets.isPresent()) {
                targets.get().reconnect(new TargetProxy(server, authority()));
            }
            return server;
        } finally {
            lock.unlock();
            tellSettings();
        }
    }

    /** Said now: otherwise the first request over TLS would be the one to find out. */
    private static void requireCertificates(Path file) throws ToolFailure {
        try (InputStream in = Files.newInputStream(file)) {
            if (!CertificateFactory.getInstance("X.509").generateCertificates(in).isEmpty()) {
                return;
            }
        } catch (IOException e) {
            throw new ToolFailure("bad_ca_file", "The upstream CA file " + file
                    + (Files.exists(file) ? " cannot be read" : " does not exist"), "give a PEM file with one or more certificates");
        } catch (CertificateException e) {
            // The same answer as for an empty file.
        }
        throw new ToolFailure("bad_ca_file", "The upstream CA file " + file + " holds no certificate that can be read",
                "give a PEM file with one or more certificates");
    }

    /**
     * Stops the proxy; requests in flight end.
     *
     * @return the port it listened on
     * @throws ToolFailure {@code not_running}
     */
    public int stop() throws ToolFailure {
        lock.lock();
        try {
            if (run.isEmpty()) {
                throw new ToolFailure("not_running", "The proxy does not run", "proxy_start starts it");
            }
            int port = run.get().port();
            close();
            return port;
        } finally {
            lock.unlock();
        }
    }

    /**
     * What browsers and processes are pointed at.
     *
     * @throws ToolFailure {@code proxy_not_running}
     * @throws CaException if the certificate authority cannot be used
     */
    TargetProxy forTargets() throws ToolFailure, CaException {
        lock.lock();
        try {
            if (run.isEmpty()) {
                throw new ToolFailure("proxy_not_running", "The proxy does not run, so nothing could be captured", "call proxy_start first");
            }
            return new TargetProxy(run.get().server(), authority());
        } finally {
            lock.unlock();
        }
    }

    /** How the proxy that runs is set, for the manifest of what is recorded with it; no members if none runs. */
    public JsonObject settings() {
        Optional<Run> running = state().running();
        return running.isPresent() ? ProxyView.settings(running.get(), rules) : JsonObject.EMPTY;
    }

    /** What is known now. */
    State state() {
        lock.lock();
        try {
            return new State(run, lastRun, authority);
        } finally {
            lock.unlock();
        }
    }

    /** Stops the proxy if it runs. */
    @Override
    public void close() {
        lock.lock();
        try {
            if (run.isPresent()) {
                ProxyServer server = run.get().server();
                run = Optional.empty();
                server.close();
            }
        } finally {
            lock.unlock();
        }
    }
}
