package proxymcp.proxy;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * Has a client wait because a rule says so, as long as it is there and the proxy runs.
 *
 * <p>Owner: the exchange's thread.
 */
final class ClientWait {
    /** How long a wait goes on before the proxy and the client are looked at again. */
    private static final long SLICE_MILLIS = 50;

    private final ProxyServices services;
    private final ClientWatch watch;

    ClientWait(ProxyServices services, ClientWatch watch) {
        this.services = services;
        this.watch = watch;
    }

    /** Whether the client left while nobody read from it. */
    boolean clientLeft() {
        return watch.clientLeft();
    }

    /**
     * Waits so long.
     *
     * @throws ClientGoneException if the client left meanwhile, or the proxy is being stopped
     */
    void millis(long millis) throws ClientGoneException {
        until(services.nanoTime().getAsLong() + TimeUnit.MILLISECONDS.toNanos(millis));
    }

    /**
     * Waits until the proxy's monotonic clock shows {@code nanos}.
     *
     * @throws ClientGoneException if the client left meanwhile, or the proxy is being stopped
     */
    void until(long nanos) throws ClientGoneException {
        for (long left = nanos - services.nanoTime().getAsLong(); left > 0; left = nanos - services.nanoTime().getAsLong()) {
            if (services.isStopping() || watch.clientLeft()) {
                throw new ClientGoneException(services.isStopping() ? "the proxy was stopped" : "client left while a rule had it wait",
                        new IOException("nobody waits any more"));
            }
            try {
                TimeUnit.NANOSECONDS.sleep(Math.min(left, TimeUnit.MILLISECONDS.toNanos(SLICE_MILLIS)));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ClientGoneException("stopped", new IOException(e));
            }
        }
    }
}
