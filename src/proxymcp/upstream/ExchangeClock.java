package proxymcp.upstream;

import java.util.Optional;
import java.util.function.LongSupplier;
import proxymcp.exchange.Timings;

/** When the phases of one exchange happened. Owner: the exchange's thread. */
public final class ExchangeClock {
    private final LongSupplier nanoTime;
    private final long start;

    /** An exchange begins now. */
    public ExchangeClock(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.start = nanoTime.getAsLong();
    }

    /** Phases of an exchange that ends now. */
    public Timings end(Optional<UpstreamCall> call) {
        long now = nanoTime.getAsLong();
        if (call.isEmpty() || call.get().connectedNanos().isEmpty()) {
            return new Timings(now - start, -1, -1, -1, -1, -1, -1, now - start);
        }
        UpstreamCall used = call.get();
        UpstreamConnection connection = used.connection();
        boolean reused = connection.isReused();
        long dns = reused ? -1 : connection.dialled().dns();
        long connect = reused ? -1 : connection.dialled().connect();
        long tls = reused ? -1 : connection.dialled().tls();
        long connected = used.connectedNanos().get();
        long blocked = Math.max(0, connected - start - positive(dns) - positive(connect) - positive(tls));
        long answered = used.answeredNanos().orElse(now);
        // An early answer comes before the request has ended: nothing was awaited then.
        long sent = Math.min(used.sentNanos().orElse(answered), answered);
        return new Timings(blocked, dns, connect, tls, sent - connected, answered - sent,
                used.answeredNanos().isPresent() ? now - answered : -1, now - start);
    }

    private static long positive(long nanos) {
        return Math.max(0, nanos);
    }
}
