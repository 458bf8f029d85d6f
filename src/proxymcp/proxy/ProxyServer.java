package proxymcp.proxy;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.ExchangeSink;
import proxymcp.exchange.Source;
import proxymcp.http.Deadlines;
import proxymcp.rule.RuleEngine;
import proxymcp.rule.RuleThreads;
import proxymcp.tls.CertificateAuthority;
import proxymcp.tls.LeafCertificates;
import proxymcp.tls.TlsInterceptor;
import proxymcp.upstream.OwnPorts;
import proxymcp.upstream.UpstreamClient;
import proxymcp.upstream.UpstreamProxies;
import proxymcp.upstream.UpstreamSettings;

/**
 * An intercepting proxy on one port, if wanted on a second one for redirected traffic, and on one more for each browser or process that is
 * to be told apart ({@link #openTarget}).
 *
 * <p>A failing peer ends its connection, never the listener. {@link #close} ends everything it started: it returns when no thread and no
 * socket of it is left.
 */
public final class ProxyServer implements Closeable {
    private static final int REFUSED_MAX = 64;
    private static final long CLOSE_MILLIS_MAX = 5_000;

    private final ProxyServices services;
    private final ProxyAuthentication authentication;
    private final Deadlines deadlines;
    private final OwnPorts ownPorts;
    /** The main one first. */
    private final List<Listener> listeners = new ArrayList<>();
    /** Those of browsers and processes; they come and go while the proxy runs. */
    private final Set<Listener> targets = ConcurrentHashMap.newKeySet();
    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong transparentExchanges;
    private final ConcurrentMap<ClientConnection, Thread> connections = new ConcurrentHashMap<>();
    /** Connections beyond the limit, until their clients have read why. */
    private final ConcurrentMap<Socket, Thread> refused = new ConcurrentHashMap<>();
    private final Thread watcher;
    private final AtomicBoolean closed = new AtomicBoolean();

    private ProxyServer(ProxyServices services, Deadlines deadlines, OwnPorts ownPorts, AtomicLong transparentExchanges) {
        this.services = services;
        this.authentication = new ProxyAuthentication(services.settings().requireAuth());
        this.deadlines = deadlines;
        this.ownPorts = ownPorts;
        this.transparentExchanges = transparentExchanges;
        this.watcher = Thread.ofVirtual().name("proxy-watch").unstarted(this::watch);
    }

    /**
     * Starts a proxy.
     *
     * <p>{@link proxymcp.tls.TlsSetup#beforeFirstUse} must have run before TLS was first used in this JVM.
     *
     * @param settings address, limits, trust
     * @param authority signs the certificates that intercepted clients see
     * @param sink takes the exchanges
     * @param ownPorts ports of this process, which no request may reach; the new one is added while the proxy runs
     * @throws ProxyStartException if it cannot be started; nothing is left open then
     */
    public static ProxyServer start(ProxySettings settings, CertificateAuthority authority, ExchangeSink sink, OwnPorts ownPorts)
            throws ProxyStartException {
        return start(settings, authority, sink, ownPorts, ProxyPolicy.none());
    }

    /** As the other one, with {@code policy}: what may change while the proxy runs. */
    public static ProxyServer start(ProxySettings settings, CertificateAuthority authority, ExchangeSink sink, OwnPorts ownPorts,
            ProxyPolicy policy) throws ProxyStartException {
        InetAddress bind = bindAddress(settings);
        if (settings.upstreamCaFile().isPresent()) {
            checkReadable(settings.upstreamCaFile().get());
        }
        Deadlines deadlines = new Deadlines(System::nanoTime);
        UpstreamSettings upstream = new UpstreamSettings(settings.insecureUpstream(), settings.upstreamCaFile(), settings.limits().upstream(),
                policy.origins());
        TlsInterceptor tls = new TlsInterceptor(new LeafCertificates(authority, Clock.systemUTC()), List.of("http/1.1"));
        AtomicLong transparent = new AtomicLong();
        ProxyServices services = new ProxyServices(settings, new RuleEngine(policy.rules(), new RuleThreads()), counting(sink, transparent),
                new UpstreamClient(upstream, ownPorts, deadlines, System::nanoTime), tls, deadlines, Clock.systemUTC(), System::nanoTime,
                new ProxyProbes(), new AtomicBoolean());
        ProxyServer server = new ProxyServer(services, deadlines, ownPorts, transparent);
        services.upstream().use(policy.upstreams());
        try {
            server.listen(bind);
        } catch (ProxyStartException e) {
            server.close();
            throw e;
        }
        server.watcher.start();
        return server;
    }

    /** All ports are taken before the first connection is accepted. */
    private void listen(InetAddress bind) throws ProxyStartException {
        ProxySettings settings = services.settings();
        listeners.add(Listener.open(bind, settings.port(), Source.EXPLICIT, this::serve));
        if (settings.listener().transparentPort().isPresent()) {
            listeners.add(Listener.open(bind, settings.listener().transparentPort().getAsInt(), Source.TRANSPARENT, this::serve));
        }
        listeners.forEach(listener -> ownPorts.add(listener.address().getPort()));
        listeners.forEach(listener -> listener.start(settings.targetId()));
    }

    /**
     * Takes a free loopback port for a browser or process of its own. Clients can connect at once, and are served when
     * {@link TargetListener#serve} says whose they are. No credentials are asked for there: it is for programs that were started with it.
     *
     * @return the port; it ends with the proxy at the latest
     * @throws ProxyStartException {@code bind_failed}; {@code proxy_stopped} if the proxy was stopped meanwhile
     */
    public TargetListener openTarget() throws ProxyStartException {
        return openTarget(0);
    }

    /**
     * The same on a port that a target knows from a proxy before.
     *
     * @param port 0..65535, 0 for any free one
     * @throws ProxyStartException {@code port_in_use} as well
     */
    public TargetListener openTarget(int port) throws ProxyStartException {
        Listener listener = Listener.open(loopback(), port, Source.EXPLICIT, this::serve);
        ownPorts.add(listener.address().getPort());
        targets.add(listener);
        if (closed.get()) {
            closeTarget(listener);
            throw new ProxyStartException("proxy_stopped", "the proxy was stopped");
        }
        return new TargetListener(this, listener);
    }

    /** Clients are told {@code 127.0.0.1}; the JDK's own loopback address may be the other one. */
    private static InetAddress loopback() {
        try {
            return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four octets are an address", e);
        }
    }

    /** Ends a target's port, and what is connected through it. */
    void closeTarget(Listener listener) {
        if (!targets.remove(listener)) {
            return;
        }
        ownPorts.remove(listener.address().getPort());
        listener.close();
        try {
            // What it accepted last is among the connections then.
            join(listener.acceptor(), System.nanoTime() + CLOSE_MILLIS_MAX * 1_000_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (ClientConnection connection : connections.keySet()) {
            if (connection.listener() == listener) {
                connection.close();
            }
        }
    }

    /** Number of browsers and processes that have a port of their own. */
    public int openTargets() {
        return targets.size();
    }

    private static ExchangeSink counting(ExchangeSink sink, AtomicLong transparent) {
        return start -> {
            if (start.client().source() == Source.TRANSPARENT) {
                transparent.incrementAndGet();
            }
            return sink.open(start);
        };
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return listeners.get(0).address();
    }

    /** Where redirected traffic is taken; empty if none is. */
    public Optional<InetSocketAddress> transparentAddress() {
        return listeners.size() > 1 ? Optional.of(listeners.get(1).address()) : Optional.empty();
    }

    /** Number of exchanges that came as redirected traffic. */
    public long transparentExchanges() {
        return transparentExchanges.get();
    }

    /** Requests that begin from now on go out through these; those in flight keep their way. */
    public void use(UpstreamProxies proxies) {
        services.upstream().use(proxies);
    }

    /** What requests that begin now go out through. */
    public UpstreamProxies upstreams() {
        return services.upstream().proxies();
    }

    /** Makes a name that nobody else answers for, to find out whether a client goes through this proxy. It is not recorded. */
    public ProxyProbe probe() {
        return services.probes().expect();
    }

    /** How it was started. */
    public ProxySettings settings() {
        return services.settings();
    }

    /** Number of client connections open now. */
    public int openConnections() {
        return connections.size();
    }

    /** Number of unused connections to origins kept now. */
    public int idleUpstreamConnections() {
        return services.upstream().idleConnections();
    }

    /** Number of sockets that have a deadline: those of clients, and those to origins. */
    int watchedSockets() {
        return deadlines.watchedCount();
    }

    /** Stops listening, ends all exchanges as {@code proxy_stopped}, and waits until they are recorded, at most 5 s. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        services.stopping().set(true);
        for (Listener listener : listeners) {
            ownPorts.remove(listener.address().getPort());
            listener.close();
        }
        targets.forEach(this::closeTarget);
        watcher.interrupt();
        services.upstream().close();
        long waitUntil = System.nanoTime() + CLOSE_MILLIS_MAX * 1_000_000;
        try {
            // First the acceptors: what they accepted last is among the connections then.
            for (Listener listener : listeners) {
                join(listener.acceptor(), waitUntil);
            }
            connections.keySet().forEach(ClientConnection::close);
            refused.keySet().forEach(this::drop);
            for (Thread thread : connections.values()) {
                join(thread, waitUntil);
            }
            for (Thread thread : refused.values()) {
                join(thread, waitUntil);
            }
            join(watcher, waitUntil);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        services.rules().threads().close();
        deadlines.close();
    }

    private static void join(Thread thread, long untilNanos) throws InterruptedException {
        if (thread.getState() != Thread.State.NEW) { // It is where the proxy could not be started whole.
            thread.join(Duration.ofNanos(Math.max(1, untilNanos - System.nanoTime())));
        }
    }

    private void serve(Socket socket, Listener from) {
        try {
            socket.setTcpNoDelay(true);
        } catch (IOException e) {
            drop(socket); // It was reset before it was served.
            return;
        }
        if (connections.size() >= services.limits().connectionsMax()) {
            refuse(socket);
            return;
        }
        long id = accepted.incrementAndGet();
        ClientConnection connection = new ClientConnection(services, targets.contains(from) ? ProxyAuthentication.NONE : authentication,
                socket, from, id);
        Thread thread = Thread.ofVirtual().name("client-" + id).unstarted(() -> {
            try {
                connection.run();
            } finally {
                connections.remove(connection);
            }
        });
        connections.put(connection, thread);
        thread.start();
        if (closed.get()) {
            connection.close();
        }
    }

    private void refuse(Socket socket) {
        if (refused.size() >= REFUSED_MAX) {
            drop(socket);
            return;
        }
        Thread thread = Thread.ofVirtual().name("proxy-refuse").unstarted(() -> tellLimit(socket));
        refused.put(socket, thread);
        thread.start();
    }

    private void tellLimit(Socket socket) {
        try (socket; Deadlines.Deadline deadline = deadlines.watch(socket)) {
            ClientStream client = new ClientStream(socket, socket, deadline, services.limits());
            ProxyAnswer.write(client.out(), 503, ErrorClass.INTERNAL, "more than " + services.limits().connectionsMax() + " connections",
                    true, true);
            client.linger();
            client.drain();
        } catch (IOException e) {
            services.log().log(System.Logger.Level.DEBUG, "a refused client was gone: {0}", e.getMessage());
        } finally {
            refused.remove(socket);
        }
    }

    private void drop(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            services.log().log(System.Logger.Level.DEBUG, "client socket did not close: {0}", e.getMessage());
        }
    }

    private void watch() {
        while (!closed.get() && pause()) {
            connections.keySet().forEach(ClientConnection::look);
        }
    }

    /** Waits a moment; false if the proxy is being stopped. */
    static boolean pause() {
        try {
            Thread.sleep(ClientWatch.PATIENCE_MILLIS / 2);
            return true;
        } catch (InterruptedException e) {
            return false; // close() is the only one to interrupt.
        }
    }

    private static InetAddress bindAddress(ProxySettings settings) throws ProxyStartException {
        InetAddress address;
        try {
            address = InetAddress.getByName(settings.bindAddress());
        } catch (UnknownHostException e) {
            throw new ProxyStartException("bad_address", "\"" + settings.bindAddress() + "\" is no address of this machine and no name of one", e);
        }
        if (!address.isLoopbackAddress() && settings.requireAuth().isEmpty()) {
            throw new ProxyStartException("auth_required", "listening on " + settings.bindAddress()
                    + " lets other machines use the proxy: set require_auth to \"user:password\", or bind 127.0.0.1");
        }
        if (!address.isLoopbackAddress() && settings.listener().transparentPort().isPresent()) {
            throw new ProxyStartException("auth_required", "a transparent port on " + settings.bindAddress() + " lets other machines use the"
                    + " proxy, and redirected clients cannot present credentials: bind 127.0.0.1, and redirect to that");
        }
        return address;
    }

    private static void checkReadable(Path caFile) throws ProxyStartException {
        if (!Files.isReadable(caFile)) {
            throw new ProxyStartException("bad_ca_file", "upstream CA file " + caFile + " cannot be read");
        }
    }
}
