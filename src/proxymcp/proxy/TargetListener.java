package proxymcp.proxy;

import java.io.Closeable;
import java.util.Optional;

/** A loopback port that one browser or process is pointed at, so that its exchanges can be told from others'. Any thread may call. */
public final class TargetListener implements Closeable {
    private final ProxyServer server;
    private final Listener listener;

    TargetListener(ProxyServer server, Listener listener) {
        this.server = server;
        this.listener = listener;
    }

    /** Where it listens on 127.0.0.1, 1..65535. */
    public int port() {
        return listener.address().getPort();
    }

    /**
     * Begins to serve. Called once, as soon as the target has its name, which usually holds the id of its process.
     *
     * @param targetId what exchanges that come through it say
     */
    public void serve(String targetId) {
        listener.start(Optional.of(targetId));
    }

    /** Ends the port, and the connections that came through it. */
    @Override
    public void close() {
        server.closeTarget(listener);
    }
}
