package proxymcp.proxy;

import java.io.Closeable;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import proxymcp.exchange.Endpoint;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.ExchangeSink;
import proxymcp.http.Deadlines;
import proxymcp.tls.CertificateAuthority;
import proxymcp.tls.LeafCertificates;
import proxymcp.tls.TlsInterceptor;
import proxymcp.upstream.OwnPorts;
import proxymcp.upstream.UpstreamClient;
import proxymcp.upstream.UpstreamProxies;
import proxymcp.upstream.UpstreamSettings;

/**
 * An intercepting proxy on one port.
 *
 * <p>A failing peer ends its connection, never the listener. {@link #close} ends everything it started: it returns when no thread and no
 * socket of it is left.
 */
public final class ProxyServer implements Closeable {
    private static final int BACKLOG = 1_024;
    private static final int REFUSED_MAX = 64;
    private static final long CLOSE_MILLIS_MAX = 5_000;

    private final ProxyServices services;
    private final ProxyAuthentication authentication;
    private final Deadlines deadlines;
    private final OwnPorts ownPorts;
    private final ServerSocket listener;
    private final InetSocketAddress address;
    private final ConcurrentMap<ClientConnection, Thread> connections = new ConcurrentHashMap<>();
    /** Connections beyond the limit, until their clients have read why. */
    private final ConcurrentMap<Socket, Thread> refused = new ConcurrentHashMap<>();
    private final Thread acceptor;
    private final Thread watcher;
    private final AtomicBoolean closed = new AtomicBoolean();

    private ProxyServer(ProxyServices services, Deadlines deadlines, OwnPorts ownPorts, ServerSocket listener) {
        this.services = services;
        this.authentication = new ProxyAuthentication(services.settings().requireAuth());
        this.deadlines = deadlines;
        this.ownPorts = ownPorts;
        this.listener = listener;
        this.address = (InetSocketAddress) listener.getLocalSocketAddress();
        this.acceptor = Thread.ofVirtual().name("proxy-accept").unstarted(this::accept);
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
        return start(settings, authority, sink, ownPorts, UpstreamProxies.NONE);
    }

    /** As {@link #start(ProxySettings, CertificateAuthority, ExchangeSink, OwnPorts)}, with other proxies on the way out from the first request. */
    public static ProxyServer start(ProxySettings settings, CertificateAuthority authority, ExchangeSink sink, OwnPorts ownPorts,
            UpstreamProxies proxies) throws ProxyStartException {
        InetAddress bind = bindAddress(settings);
        if (settings.upstreamCaFile().isPresent()) {
            checkReadable(settings.upstreamCaFile().get());
        }
        ServerSocket listener = listen(bind, settings.port());
        Deadlines deadlines = new Deadlines(System::nanoTime);
        UpstreamSettings upstream = new UpstreamSettings(settings.insecureUpstream(), settings.upstreamCaFile(), settings.limits().upstream());
        TlsInterceptor tls = new TlsInterceptor(new LeafCertificates(authority, Clock.systemUTC()), List.of("http/1.1"));
        ProxyServices services = new ProxyServices(settings, sink, new UpstreamClient(upstream, ownPorts, deadlines, System::nanoTime), tls,
                deadlines, Clock.systemUTC(), System::nanoTime, new AtomicBoolean());
        ProxyServer server = new ProxyServer(services, deadlines, ownPorts, listener);
        services.upstream().use(proxies);
        ownPorts.add(server.address.getPort());
        server.acceptor.start();
        server.watcher.start();
        return server;
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return address;
    }

    /** Requests that begin from now on go out through these; those in flight keep their way. */
    public void use(UpstreamProxies proxies) {
        services.upstream().use(proxies);
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
        ownPorts.remove(address.getPort());
        closeListener();
        watcher.interrupt();
        services.upstream().close();
        long waitUntil = System.nanoTime() + CLOSE_MILLIS_MAX * 1_000_000;
        try {
            // First the acceptor: what it accepted last is among the connections then.
            join(acceptor, waitUntil);
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
        deadlines.close();
    }

    private static void join(Thread thread, long untilNanos) throws InterruptedException {
        thread.join(Duration.ofNanos(Math.max(1, untilNanos - System.nanoTime())));
    }

    private void accept() {
        String shown = new Endpoint("http", address.getAddress().getHostAddress(), address.getPort()).hostAndPort();
        long accepted = 0;
        while (!closed.get()) {
            try {
                Socket socket = listener.accept();
                serve(socket, shown, ++accepted);
            } catch (IOException | RuntimeException | Error e) {
                if (!closed.get()) {
                    // Usually no file descriptor is free, or no memory; those in use come back, and the listener must be there then.
                    services.log().log(System.Logger.Level.WARNING, "cannot accept a connection: {0}", e.getMessage());
                    pause();
                }
            }
        }
    }

    private void serve(Socket socket, String shown, long id) {
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
        ClientConnection connection = new ClientConnection(services, authentication, socket, shown, id);
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

    private static boolean pause() {
        try {
            Thread.sleep(ClientWatch.PATIENCE_MILLIS / 2);
            return true;
        } catch (InterruptedException e) {
            return false; // close() is the only one to interrupt.
        }
    }

    private void closeListener() {
        try {
            listener.close();
        } catch (IOException e) {
            services.log().log(System.Logger.Level.WARNING, "listener did not close: {0}", e.getMessage());
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
        return address;
    }

    private static void checkReadable(Path caFile) throws ProxyStartException {
        if (!Files.isReadable(caFile)) {
            throw new ProxyStartException("bad_ca_file", "upstream CA file " + caFile + " cannot be read");
        }
    }

    private static ServerSocket listen(InetAddress bind, int port) throws ProxyStartException {
        ServerSocket socket = null;
        try {
            socket = new ServerSocket();
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(bind, port), BACKLOG);
            return socket;
        } catch (IOException e) {
            closeUnbound(socket);
            String where = bind.getHostAddress() + " port " + port;
            if (e instanceof BindException && port != 0 && String.valueOf(e.getMessage()).contains("in use")) {
                throw new ProxyStartException("port_in_use", where + " is in use; choose another port, or 0 for any free one", e);
            }
            if (e instanceof BindException && String.valueOf(e.getMessage()).contains("Cannot assign")) {
                throw new ProxyStartException("bad_address", bind.getHostAddress() + " is no address of this machine", e);
            }
            throw new ProxyStartException("bind_failed", "cannot listen on " + where + ": " + e.getMessage(), e);
        }
    }

    private static void closeUnbound(ServerSocket socket) {
        if (socket != null) {
            try {
                socket.close();
            } catch (IOException e) {
                return; // It never was bound; the failure to bind is told.
            }
        }
    }
}
