package proxymcp.upstream;

import java.io.Closeable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import proxymcp.exchange.Endpoint;
import proxymcp.exchange.ErrorClass;
import proxymcp.http.Deadlines;
import proxymcp.tls.OriginTls;
import proxymcp.tls.UpstreamTrust;

/**
 * Connections to origins: dialled when needed, kept while unused. Any thread may call.
 *
 * <p>The lock guards the idle connections and is never held across I/O.
 */
public final class UpstreamClient implements Closeable {
    private final UpstreamLimits limits;
    private final LongSupplier nanoTime;
    private final Resolver resolver;
    private final Dialler dialler;
    private final ReentrantLock lock = new ReentrantLock();
    /** Newest last, so that the warmest is used first. Guarded by {@link #lock}. */
    private final Map<Way, ArrayDeque<UpstreamConnection>> idle = new HashMap<>();
    private int idleCount;
    private boolean closed;
    /** Read once per request, which keeps what it began with. */
    private volatile UpstreamProxies proxies = UpstreamProxies.NONE;

    /**
     * @param settings how origins are reached
     * @param ownPorts ports that must not be reached
     * @param deadlines ends waits that last too long; closed by whoever made it, after this
     * @param nanoTime monotonic clock, {@code System::nanoTime} but in tests
     */
    public UpstreamClient(UpstreamSettings settings, OwnPorts ownPorts, Deadlines deadlines, LongSupplier nanoTime) {
        this.limits = settings.limits();
        this.nanoTime = nanoTime;
        this.resolver = new Resolver(nanoTime);
        UpstreamTrust trust = settings.insecure() ? new UpstreamTrust.AcceptAny()
                : new UpstreamTrust.Verify(settings.caFile().map(List::of).orElse(List.of()));
        OriginTls tls = new OriginTls(trust, List.of("http/1.1"), settings.origins());
        this.dialler = new Dialler(tls, limits, resolver, ownPorts, deadlines, nanoTime);
    }

    /** Bounds of the way out. */
    public UpstreamLimits limits() {
        return limits;
    }

    /** Requests that begin from now on go through these; unused connections that were made another way are closed. */
    public void use(UpstreamProxies chosen) {
        List<UpstreamConnection> stale = new ArrayList<>();
        lock.lock();
        try {
            proxies = chosen;
            Iterator<Map.Entry<Way, ArrayDeque<UpstreamConnection>>> queues = idle.entrySet().iterator();
            while (queues.hasNext()) {
                Map.Entry<Way, ArrayDeque<UpstreamConnection>> queue = queues.next();
                if (!isCurrent(queue.getKey())) {
                    stale.addAll(queue.getValue());
                    idleCount -= queue.getValue().size();
                    queues.remove();
                }
            }
        } finally {
            lock.unlock();
            stale.forEach(UpstreamConnection::close);
        }
    }

    /** What requests that begin now go through. */
    public UpstreamProxies proxies() {
        return proxies;
    }

    /** How {@code endpoint} is reached now. */
    Way way(Endpoint endpoint) {
        return new Way(endpoint, proxies.via(endpoint.host()));
    }

    /** Whether a request that begins now would go this way. */
    boolean isCurrent(Way way) {
        return way(way.endpoint()).equals(way);
    }

    /**
     * Tries a proxy, whether or not it is in use.
     *
     * @param target what it is asked to connect to; without one it is reached and greeted alone
     * @return one sentence: how it answered
     * @throws UpstreamException if it cannot be reached or refuses
     */
    public String check(UpstreamProxy proxy, Optional<Endpoint> target) throws UpstreamException {
        if (target.isEmpty()) {
            return dialler.probe(proxy);
        }
        dial(new Way(target.get(), Optional.of(proxy)), true, new Dialling()).close();
        return "connected to " + target.get().hostAndPort();
    }

    /** Opens a new connection. */
    public UpstreamConnection dial(Endpoint endpoint) throws UpstreamException {
        return dial(way(endpoint), false, new Dialling());
    }

    /**
     * Opens a new connection.
     *
     * @param tunnelled whether an HTTP proxy is asked for a tunnel even for plain HTTP
     * @param dialling closed by who does not want the connection any more
     */
    UpstreamConnection dial(Way way, boolean tunnelled, Dialling dialling) throws UpstreamException {
        UpstreamConnection connection = dialler.dial(way, tunnelled, dialling);
        lock.lock();
        try {
            if (closed) {
                connection.close();
                throw new UpstreamException(ErrorClass.PROXY_STOPPED, "the proxy was stopped");
            }
        } finally {
            lock.unlock();
        }
        return connection;
    }

    /** Number of unused connections kept. */
    public int idleConnections() {
        lock.lock();
        try {
            return idleCount;
        } finally {
            lock.unlock();
        }
    }

    long now() {
        return nanoTime.getAsLong();
    }

    /** Takes a kept connection, made this way, that is not known to be closed. */
    Optional<UpstreamConnection> takeIdle(Way way) {
        List<UpstreamConnection> stale = new ArrayList<>(0);
        lock.lock();
        try {
            removeExpired(stale);
            ArrayDeque<UpstreamConnection> queue = idle.get(way);
            while (queue != null && !queue.isEmpty()) {
                UpstreamConnection connection = queue.removeLast();
                idleCount--;
                if (!connection.isUnusable()) {
                    return Optional.of(connection);
                }
                stale.add(connection);
            }
            return Optional.empty();
        } finally {
            lock.unlock();
            stale.forEach(UpstreamConnection::close);
        }
    }

    /** Keeps an unused connection for whoever needs it next, or closes it. */
    void keepIdle(UpstreamConnection connection) {
        List<UpstreamConnection> stale = new ArrayList<>(0);
        lock.lock();
        try {
            removeExpired(stale);
            if (closed || !connection.isPoolable() || connection.isUnusable() || idleCount >= limits.idleConnectionsMax()
                    || !isCurrent(connection.way())) {
                stale.add(connection);
            } else {
                idle.computeIfAbsent(connection.way(), key -> new ArrayDeque<>()).addLast(connection);
                idleCount++;
            }
        } finally {
            lock.unlock();
            stale.forEach(UpstreamConnection::close);
        }
    }

    private void removeExpired(List<UpstreamConnection> stale) {
        long oldest = nanoTime.getAsLong() - TimeUnit.MILLISECONDS.toNanos(limits.idleMillis());
        Iterator<ArrayDeque<UpstreamConnection>> queues = idle.values().iterator();
        while (queues.hasNext()) {
            ArrayDeque<UpstreamConnection> queue = queues.next();
            while (!queue.isEmpty() && queue.peekFirst().idleSinceNanos() - oldest < 0) {
                stale.add(queue.removeFirst());
                idleCount--;
            }
            if (queue.isEmpty()) {
                queues.remove();
            }
        }
    }

    /** Closes all connections, which ends the exchanges that use them, and refuses new ones. */
    @Override
    public void close() {
        List<UpstreamConnection> unused = new ArrayList<>();
        lock.lock();
        try {
            closed = true;
            idle.values().forEach(unused::addAll);
            idle.clear();
            idleCount = 0;
        } finally {
            lock.unlock();
        }
        unused.forEach(UpstreamConnection::close);
        dialler.close();
        resolver.close();
    }
}
