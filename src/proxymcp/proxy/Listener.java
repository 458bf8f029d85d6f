package proxymcp.proxy;

import java.io.Closeable;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import proxymcp.exchange.Endpoint;
import proxymcp.exchange.Source;

/**
 * One port, and the thread that takes connections from it until {@link #close}.
 */
final class Listener implements Closeable {
    private static final int BACKLOG = 1_024;
    private static final System.Logger LOG = System.getLogger("proxymcp.proxy");

    /** Takes accepted connections; called by the listener's thread, and must return soon. */
    interface Accepted {
        void serve(Socket socket, Listener from);
    }

    private final ServerSocket socket;
    private final InetSocketAddress address;
    private final Source source;
    private final Thread acceptor;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile Optional<String> targetId = Optional.empty();

    private Listener(ServerSocket socket, Source source, Accepted accepted) {
        this.socket = socket;
        this.address = (InetSocketAddress) socket.getLocalSocketAddress();
        this.source = source;
        this.acceptor = Thread.ofVirtual().name("proxy-accept").unstarted(() -> accept(accepted));
    }

    /**
     * Takes a port; {@link #start} begins to accept.
     *
     * @param source how what comes through it came
     * @throws ProxyStartException if the port cannot be had
     */
    static Listener open(InetAddress bind, int port, Source source, Accepted accepted) throws ProxyStartException {
        return new Listener(listen(bind, port), source, accepted);
    }

    /** Begins to accept; who connected before has waited. What comes through it is {@code target}'s. */
    void start(Optional<String> target) {
        targetId = target;
        acceptor.start();
    }

    /** The browser or process that what comes through it belongs to. */
    Optional<String> targetId() {
        return targetId;
    }

    InetSocketAddress address() {
        return address;
    }

    /** How exchanges show it: {@code 127.0.0.1:8080}. */
    String shown() {
        return new Endpoint("http", address.getAddress().getHostAddress(), address.getPort()).hostAndPort();
    }

    Source source() {
        return source;
    }

    /** The thread that accepts; ends soon after {@link #close}. */
    Thread acceptor() {
        return acceptor;
    }

    /** Accepts nothing any more. */
    @Override
    public void close() {
        closed.set(true);
        try {
            socket.close();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "listener did not close: {0}", e.getMessage());
        }
    }

    private void accept(Accepted accepted) {
        while (!closed.get()) {
            try {
                accepted.serve(socket.accept(), this);
            } catch (IOException | RuntimeException | Error e) {
                if (!closed.get()) {
                    // Usually no file descriptor is free, or no memory; those in use come back, and the listener must be there then.
                    LOG.log(System.Logger.Level.WARNING, "cannot accept a connection: {0}", e.getMessage());
                    ProxyServer.pause();
                }
            }
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
