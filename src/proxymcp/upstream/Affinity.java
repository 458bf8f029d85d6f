package proxymcp.upstream;

import java.io.Closeable;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The upstream connection that one client connection used last. Requests of one client stay on one connection to the origin, as they
 * would without us: authentication schemes that belong to a connection (NTLM, Negotiate) then work, and no lock is taken per request.
 *
 * <p>Owner: the client connection's thread.
 */
public final class Affinity implements Closeable {
    private final UpstreamClient client;
    private Optional<UpstreamConnection> kept = Optional.empty();

    /** @param client where a connection comes from and goes to when it is not needed here */
    public Affinity(UpstreamClient client) {
        this.client = client;
    }

    UpstreamClient client() {
        return client;
    }

    /**
     * A connection made this way that an earlier exchange used, if one is open.
     *
     * @param safe whether the request may be sent again should the connection turn out to be closed; if not, it is looked at first
     */
    Optional<UpstreamConnection> reuse(Way way, boolean safe) {
        Optional<UpstreamConnection> candidate = takeKept(way).or(() -> client.takeIdle(way));
        while (candidate.isPresent() && !isUsable(candidate.get(), safe)) {
            candidate.get().close();
            candidate = client.takeIdle(way);
        }
        return candidate;
    }

    private boolean isUsable(UpstreamConnection connection, boolean safe) {
        long idleNanos = client.now() - connection.idleSinceNanos();
        if (idleNanos > TimeUnit.MILLISECONDS.toNanos(client.limits().idleMillis())) {
            return false;
        }
        // Looking costs a millisecond. It is not spared after a short idle time: origins that close right behind an answer without saying so are common.
        return safe ? !connection.isUnusable() : connection.isStillOpen();
    }

    private Optional<UpstreamConnection> takeKept(Way way) {
        Optional<UpstreamConnection> connection = kept;
        kept = Optional.empty();
        if (connection.isPresent() && !connection.get().way().equals(way)) {
            client.keepIdle(connection.get());
            return Optional.empty();
        }
        return connection;
    }

    /** Keeps {@code connection} for this client's next request. */
    void keep(UpstreamConnection connection) {
        kept.ifPresent(client::keepIdle);
        connection.idle(client.now());
        if (!client.isCurrent(connection.way())) {
            kept = Optional.empty();
            connection.close();
            return;
        }
        kept = Optional.of(connection);
    }

    /** The client left: its connection may serve others. */
    @Override
    public void close() {
        kept.ifPresent(client::keepIdle);
        kept = Optional.empty();
    }
}
