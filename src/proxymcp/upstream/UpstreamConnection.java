package proxymcp.upstream;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import proxymcp.exchange.Endpoint;
import proxymcp.exchange.Route;
import proxymcp.exchange.TlsInfo;
import proxymcp.http.Deadlines;
import proxymcp.http.Fields;
import proxymcp.http.RequestHead;
import proxymcp.http.WireReader;
import proxymcp.http.WireWriter;

/**
 * One connection to an origin. Owner: the thread that runs an exchange on it; while a request body is sent by a second thread, that one
 * owns {@link #out}.
 */
public final class UpstreamConnection implements Closeable {
    /**
     * How long the steps of dialling took, in nanoseconds; -1 for a step that did not happen.
     *
     * @param dns name resolution
     * @param connect TCP
     * @param tls handshake
     */
    public record Dialled(long dns, long connect, long tls) {}

    private final Way way;
    private final Endpoint endpoint;
    private final boolean forwarded;
    private final Socket raw;
    /** The socket that carries HTTP: {@link #raw}, or TLS over it. */
    private final Socket socket;
    private final Optional<TlsInfo> tls;
    private final long id;
    private final Dialled dialled;
    private final Deadlines.Deadline deadline;
    private final Runnable onClose;
    private final WireReader in;
    private final WireWriter out;
    /** The connection as its first exchange records it, and as all others do. */
    private final Route first;
    private final Route again;
    private int exchanges;
    private boolean poolable = true;
    private BooleanSupplier outdated = () -> false;
    private long idleSinceNanos;
    private volatile boolean closed;

    UpstreamConnection(Way way, boolean forwarded, Socket raw, Socket socket, Optional<TlsInfo> tls, long id, Dialled dialled,
            Deadlines.Deadline deadline, Runnable onClose) throws IOException {
        this.way = way;
        this.endpoint = way.endpoint();
        this.forwarded = forwarded;
        this.raw = raw;
        this.socket = socket;
        this.tls = tls;
        this.id = id;
        this.dialled = dialled;
        this.deadline = deadline;
        this.onClose = onClose;
        this.in = new WireReader(socket.getInputStream());
        this.out = new WireWriter(socket.getOutputStream());
        this.first = describe(false);
        this.again = describe(true);
    }

    /** What it is connected to. */
    public Endpoint endpoint() {
        return endpoint;
    }

    /** How it was made. */
    Way way() {
        return way;
    }

    /** Whether a proxy reads the requests on it and sends them on, instead of passing octets. */
    boolean isForwarded() {
        return forwarded;
    }

    /** The request head as this connection needs it: in absolute form, with what the proxy is told about who asks. */
    RequestHead onWire(RequestHead head) {
        if (!forwarded) {
            return head;
        }
        RequestHead absolute = head.withTarget(endpoint.url(head.target()));
        Optional<UpstreamProxy.Login> login = way.proxy().flatMap(UpstreamProxy::login);
        if (login.isEmpty()) {
            return absolute;
        }
        Fields fields = head.fields();
        Fields.Builder kept = new Fields.Builder();
        for (int i = 0; i < fields.size(); i++) {
            if (!fields.isNamed(i, "Proxy-Authorization")) {
                kept.addLine(fields, i);
            }
        }
        kept.add("Proxy-Authorization", login.get().basic());
        return absolute.withFields(kept.build());
    }

    /** Octets from the origin. */
    public WireReader in() {
        return in;
    }

    /** Octets to the origin. */
    public WireWriter out() {
        return out;
    }

    /** Octets to the origin, unbuffered: for tunnels. */
    public OutputStream tunnel() throws IOException {
        return socket.getOutputStream();
    }

    /** What ends a wait that lasts too long. */
    public Deadlines.Deadline deadline() {
        return deadline;
    }

    /** Whether an earlier exchange ran on it. */
    public boolean isReused() {
        return exchanges > 1;
    }

    /** How long dialling took. */
    public Dialled dialled() {
        return dialled;
    }

    /** The connection as exchanges record it. */
    public Route route() {
        return isReused() ? again : first;
    }

    private Route describe(boolean reused) {
        InetSocketAddress address = (InetSocketAddress) raw.getRemoteSocketAddress();
        String shown = address == null ? endpoint.hostAndPort()
                : new Endpoint("http", address.getAddress().getHostAddress(), address.getPort()).hostAndPort();
        return new Route(way.proxy().map(UpstreamProxy::url), shown, id, reused, tls);
    }

    /**
     * The connection belongs to its client from now on, as NTLM and Negotiate authenticate connections: it is never given to another
     * one.
     */
    public void keepPrivate() {
        poolable = false;
    }

    /** From when {@code condition} holds, no further exchange begins on it; the one that runs goes on. */
    void outdatedOnce(BooleanSupplier condition) {
        outdated = condition;
    }

    boolean isPoolable() {
        return poolable && !closed;
    }

    /** An exchange begins. */
    void begin() {
        exchanges++;
    }

    /** The exchange ended cleanly; the origin may close from now on. */
    void idle(long nowNanos) {
        in.messageDone();
        deadline.disarm();
        idleSinceNanos = nowNanos;
    }

    long idleSinceNanos() {
        return idleSinceNanos;
    }

    /** Whether the connection is known to be of no use: closed here, made under other settings, or octets came that belong to no response. */
    boolean isUnusable() {
        return closed || deadline.expired() || in.buffered() > 0 || outdated.getAsBoolean();
    }

    /**
     * Looks whether the origin has closed meanwhile, at the price of a millisecond.
     *
     * @return false also for octets that came unasked, which could be taken for the next response
     */
    boolean isStillOpen() {
        if (isUnusable()) {
            return false;
        }
        try {
            socket.setSoTimeout(1);
            try {
                in.await();
                return false;
            } catch (SocketTimeoutException e) {
                return true; // Silence is what an open, idle connection gives.
            } finally {
                socket.setSoTimeout(0);
            }
        } catch (IOException e) {
            return false; // Reset: not open.
        }
    }

    /** Whether the deadline closed it. */
    public boolean timedOut() {
        return deadline.expired();
    }

    /** No more octets will be sent; the origin sees the end of the stream. */
    public void endOutput() throws IOException {
        socket.shutdownOutput();
    }

    /** Closes without waiting for the peer: TLS sends no alert, as that could block. */
    @Override
    public void close() {
        closed = true;
        deadline.close();
        onClose.run();
        try {
            raw.close();
        } catch (IOException e) {
            // Nothing is left to be done with a socket that does not close.
            closed = true;
        }
    }
}
