package proxymcp.upstream;

import java.io.Closeable;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import proxymcp.exchange.Endpoint;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.TlsInfo;
import proxymcp.http.Deadlines;
import proxymcp.tls.ClientTls;
import proxymcp.tls.OriginTls;
import proxymcp.tls.TlsConnection;
import proxymcp.tls.TlsException;

/** Opens connections: name, TCP, TLS. Any thread may call. */
final class Dialler implements Closeable {
    private final OriginTls tls;
    private final UpstreamLimits limits;
    private final Resolver resolver;
    private final OwnPorts ownPorts;
    private final Deadlines deadlines;
    private final LongSupplier nanoTime;
    private final AtomicLong connections = new AtomicLong();
    /** Every socket from before it connects until it is closed, so that {@link #close} ends all waits. */
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /**
     * What carries octets to an origin.
     *
     * @param raw the TCP connection, to the origin or to a proxy
     * @param socket {@code raw}, or TLS over it to the proxy
     */
    private record Carrier(Socket raw, Socket socket, Deadlines.Deadline deadline) {}

    Dialler(OriginTls tls, UpstreamLimits limits, Resolver resolver, OwnPorts ownPorts, Deadlines deadlines, LongSupplier nanoTime) {
        this.tls = tls;
        this.limits = limits;
        this.resolver = resolver;
        this.ownPorts = ownPorts;
        this.deadlines = deadlines;
        this.nanoTime = nanoTime;
    }

    /**
     * @param tunnelled whether an HTTP proxy is asked for a tunnel even for plain HTTP
     * @param dialling closed by who does not want the connection any more
     */
    UpstreamConnection dial(Way way, boolean tunnelled, Dialling dialling) throws UpstreamException {
        Endpoint endpoint = way.endpoint();
        boolean forwarded = way.isForwarded() && !tunnelled;
        long start = nanoTime.getAsLong();
        Optional<ProxyDialler> proxy = way.proxy().map(found -> new ProxyDialler(found, tls, limits, resolver, ownPorts, dialling));
        InetAddress[] addresses = proxy.isPresent() ? proxy.get().resolve(endpoint)
                : resolver.resolve(endpoint.host(), limits.connectMillis(), dialling);
        long resolved = nanoTime.getAsLong();
        Carrier carrier = proxy.isPresent() ? throughProxy(proxy.get(), addresses, endpoint, forwarded, dialling)
                : direct(endpoint, addresses, dialling);
        Socket raw = carrier.raw;
        Deadlines.Deadline deadline = carrier.deadline;
        boolean done = false;
        ClientTls client = tls.client(endpoint.host());
        try {
            long connected = nanoTime.getAsLong();
            Optional<TlsConnection> secured =
                    endpoint.isTls() ? Optional.of(handshake(endpoint, client, carrier, dialling)) : Optional.empty();
            long ended = nanoTime.getAsLong();
            UpstreamConnection.Dialled dialled = new UpstreamConnection.Dialled(resolved - start, connected - resolved,
                    secured.isPresent() ? ended - connected : -1);
            Socket socket = secured.isPresent() ? secured.get().socket() : carrier.socket;
            Optional<TlsInfo> info = secured.map(TlsConnection::info);
            UpstreamConnection connection =
                    new UpstreamConnection(way, forwarded, raw, socket, info, connections.incrementAndGet(), dialled, deadline,
                            () -> open.remove(raw));
            connection.outdatedOnce(() -> secured.isPresent() && tls.client(endpoint.host()) != client
                    || proxy.isPresent() && proxy.get().isOutdated());
            done = true;
            return connection;
        } catch (IOException e) {
            dialling.check();
            throw e instanceof UpstreamException known ? known
                    : new UpstreamException(ErrorClass.CONNECT_FAILED, "connection to " + endpoint.hostAndPort() + " failed: "
                            + e.getMessage(), e);
        } finally {
            if (!done) {
                deadline.close();
                drop(raw);
            }
        }
    }

    private Carrier direct(Endpoint endpoint, InetAddress[] addresses, Dialling dialling) throws UpstreamException {
        Socket raw = connect(endpoint, addresses, dialling);
        return new Carrier(raw, raw, deadlines.watch(raw));
    }

    /** A proxy that cannot reach one address of the origin is asked for the next; each takes a connection of its own. */
    private Carrier throughProxy(ProxyDialler proxy, InetAddress[] addresses, Endpoint origin, boolean forwarded, Dialling dialling)
            throws UpstreamException {
        while (true) {
            Socket raw = connectProxy(proxy, addresses, dialling);
            Deadlines.Deadline deadline = deadlines.watch(raw);
            boolean done = false;
            try {
                dialling.begin("asking " + proxy.endpoint().hostAndPort() + ", the upstream proxy, for " + origin.hostAndPort(), raw);
                Socket socket = proxy.open(raw, origin, forwarded, deadline);
                done = true;
                return new Carrier(raw, socket, deadline);
            } catch (UpstreamException e) {
                checkOpen();
                dialling.check();
                if (!proxy.hasNextAddress()) {
                    throw e;
                }
            } finally {
                if (!done) {
                    deadline.close();
                    drop(raw);
                }
            }
        }
    }

    /** Closes all connections, in use or not, and those being made; dialling fails from now on. */
    @Override
    public void close() {
        closed = true;
        open.forEach(this::drop);
    }

    /** Connects to the proxy and says how it answers, for a check; the connection is closed again. */
    String probe(UpstreamProxy proxy) throws UpstreamException {
        Dialling dialling = new Dialling();
        ProxyDialler dialler = new ProxyDialler(proxy, tls, limits, resolver, ownPorts, dialling);
        Socket raw = connectProxy(dialler, dialler.resolveProxy(), dialling);
        try (Deadlines.Deadline deadline = deadlines.watch(raw)) {
            return dialler.greet(raw, deadline);
        } finally {
            drop(raw);
        }
    }

    private Socket connectProxy(ProxyDialler proxy, InetAddress[] addresses, Dialling dialling) throws UpstreamException {
        try {
            return connect(proxy.endpoint(), addresses, dialling);
        } catch (UpstreamException e) {
            dialling.check();
            throw proxy.failure(e);
        }
    }

    private Socket connect(Endpoint endpoint, InetAddress[] addresses, Dialling dialling) throws UpstreamException {
        UpstreamException failure = null;
        for (InetAddress address : addresses) {
            if (ownPorts.reaches(address, endpoint.port())) {
                throw new UpstreamException(ErrorClass.LOOP,
                        endpoint.hostAndPort() + " is a port of this proxy itself; requests to it are refused");
            }
            Socket socket = new Socket();
            open.add(socket);
            try {
                checkOpen();
                dialling.begin("connecting to " + endpoint.hostAndPort(), socket);
                socket.setTcpNoDelay(true);
                socket.connect(new InetSocketAddress(address, endpoint.port()), (int) limits.connectMillis());
                return socket;
            } catch (IOException e) {
                drop(socket);
                checkOpen();
                dialling.check();
                failure = connectFailure(endpoint, address, e);
            }
        }
        throw failure == null ? new UpstreamException(ErrorClass.DNS, "host name " + endpoint.host() + " has no address") : failure;
    }

    private void checkOpen() throws UpstreamException {
        if (closed) {
            throw new UpstreamException(ErrorClass.PROXY_STOPPED, "the proxy was stopped");
        }
    }

    private UpstreamException connectFailure(Endpoint endpoint, InetAddress address, IOException e) {
        String where = endpoint.hostAndPort() + " (" + address.getHostAddress() + ")";
        return switch (e) {
            case SocketTimeoutException timeout -> new UpstreamException(ErrorClass.CONNECT_TIMEOUT,
                    where + " did not answer within " + limits.connectMillis() + " ms", e);
            case ConnectException refused when isRefusal(refused) -> new UpstreamException(ErrorClass.CONNECT_REFUSED,
                    where + " refused the connection: nothing listens there", e);
            default -> new UpstreamException(ErrorClass.CONNECT_FAILED, where + " cannot be reached: " + e.getMessage(), e);
        };
    }

    private static boolean isRefusal(ConnectException e) {
        return e.getMessage() != null && e.getMessage().contains("refused");
    }

    private TlsConnection handshake(Endpoint endpoint, ClientTls client, Carrier carrier, Dialling dialling) throws UpstreamException {
        dialling.begin("shaking hands with " + endpoint.hostAndPort(), carrier.raw);
        Deadlines.Deadline deadline = carrier.deadline;
        deadline.arm(limits.handshakeMillis());
        try {
            TlsConnection secured = tls.connect(client, carrier.socket, endpoint.host(), endpoint.port());
            deadline.disarm();
            return secured;
        } catch (TlsException e) {
            throw new UpstreamException(ErrorClass.TLS, "TLS with " + endpoint.hostAndPort() + " failed: " + e.getMessage(), e);
        } catch (IOException e) {
            if (deadline.expired()) {
                throw UpstreamException.late(ErrorClass.TLS, "TLS handshake with " + endpoint.hostAndPort() + " did not end within "
                        + limits.handshakeMillis() + " ms", e);
            }
            throw new UpstreamException(ErrorClass.TLS, "TLS handshake with " + endpoint.hostAndPort() + " broke off: "
                    + e.getMessage(), e);
        }
    }

    private void drop(Socket socket) {
        open.remove(socket);
        try {
            socket.close();
        } catch (IOException e) {
            // The connection has failed or is not wanted any more: nobody waits to hear this.
            return;
        }
    }
}
