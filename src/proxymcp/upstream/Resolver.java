package proxymcp.upstream;

import java.io.Closeable;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import proxymcp.exchange.ErrorClass;

/**
 * Names to addresses. The JDK's look-up blocks its carrier thread, so two slow names would stop every virtual thread on two cores: it runs
 * on platform threads here, and answers are kept for {@value #KEPT_SECONDS} s.
 */
final class Resolver implements Closeable {
    private static final int KEPT_SECONDS = 30;
    private static final int KEPT_MAX = 1_000;

    private final LongSupplier nanoTime;
    private final Lookup lookup;
    private final Map<String, Answer> kept = new ConcurrentHashMap<>();
    private final Set<Future<InetAddress[]>> pending = ConcurrentHashMap.newKeySet();
    private final ExecutorService lookups =
            Executors.newCachedThreadPool(Thread.ofPlatform().daemon().name("resolver-", 0).factory());

    /** Who is asked for a host's addresses: the system, but in tests. */
    interface Lookup {
        InetAddress[] addresses(String host) throws UnknownHostException;
    }

    private record Answer(InetAddress[] addresses, long validUntilNanos) {}

    Resolver(LongSupplier nanoTime) {
        this(nanoTime, host -> InetAddress.getAllByName(systemName(host)));
    }

    Resolver(LongSupplier nanoTime, Lookup lookup) {
        this.nanoTime = nanoTime;
        this.lookup = lookup;
    }

    /**
     * Addresses of {@code host} in the system's order, at least one.
     *
     * @param dialling what they are for: giving that up ends the wait
     * @throws UpstreamException of class DNS if there is none, or no answer within {@code timeoutMillis}
     */
    InetAddress[] resolve(String host, long timeoutMillis, Dialling dialling) throws UpstreamException {
        Answer answer = kept.get(host);
        if (answer != null && nanoTime.getAsLong() - answer.validUntilNanos < 0) {
            return answer.addresses;
        }
        Future<InetAddress[]> started = start(host);
        try {
            dialling.begin("looking up " + host, () -> started.cancel(false));
            InetAddress[] addresses = started.get(timeoutMillis, TimeUnit.MILLISECONDS);
            if (kept.size() >= KEPT_MAX) {
                kept.clear();
            }
            kept.put(host, new Answer(addresses, nanoTime.getAsLong() + TimeUnit.SECONDS.toNanos(KEPT_SECONDS)));
            return addresses;
        } catch (ExecutionException e) {
            String why = e.getCause() instanceof UnknownHostException ? "does not resolve" : "could not be looked up";
            throw new UpstreamException(ErrorClass.DNS, "host name " + host + " " + why, e.getCause());
        } catch (CancellationException e) {
            dialling.check();
            throw stopped(e);
        } catch (TimeoutException e) {
            throw new UpstreamException(ErrorClass.DNS, "host name " + host + " was not resolved within " + timeoutMillis + " ms", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw stopped(e);
        } finally {
            pending.remove(started);
        }
    }

    private Future<InetAddress[]> start(String host) throws UpstreamException {
        try {
            Future<InetAddress[]> started = lookups.submit(() -> lookup.addresses(host));
            pending.add(started);
            if (lookups.isShutdown()) {
                started.cancel(true); // close() may have looked before it stood there.
            }
            return started;
        } catch (RejectedExecutionException e) {
            throw stopped(e);
        }
    }

    private static UpstreamException stopped(Exception e) {
        return new UpstreamException(ErrorClass.PROXY_STOPPED, "the proxy was stopped while a name was resolved", e);
    }

    /** A zone id stands in URLs behind "%25" (RFC 6874); the system wants "%". */
    private static String systemName(String host) {
        return host.indexOf(':') >= 0 ? host.replace("%25", "%") : host;
    }

    /** Ends all waits. The system's look-ups themselves cannot be ended; their threads go when they return. */
    @Override
    public void close() {
        lookups.shutdownNow();
        pending.forEach(lookup -> lookup.cancel(true));
    }
}
