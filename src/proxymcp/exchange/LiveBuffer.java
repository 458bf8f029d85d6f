package proxymcp.exchange;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The newest exchanges of a process, in memory: a ring of fixed length whose bodies together stay below a bound. When they pass it, the
 * oldest exchanges lose their bodies, never their heads.
 *
 * <p>Any thread may call anything. Adding takes no lock; evicting takes one, so that one thread does it.
 */
public final class LiveBuffer implements ExchangeSink {
    /**
     * Bounds of a buffer.
     *
     * @param exchangesMax exchanges kept, at least 1
     * @param bodyBytesTotalMax octets of bodies kept over all exchanges
     * @param bodyBytesMax octets kept of one body
     */
    public record Limits(int exchangesMax, long bodyBytesTotalMax, int bodyBytesMax) {
        /** 1,000 exchanges, 64 MiB of bodies, 256 KiB of each. */
        public static final Limits DEFAULT = new Limits(1_000, 64L << 20, 256 << 10);

        /** @throws IllegalArgumentException if a bound is below its minimum */
        public Limits {
            if (exchangesMax < 1 || bodyBytesTotalMax < 0 || bodyBytesMax < 0) {
                throw new IllegalArgumentException("exchangesMax " + exchangesMax + ", bodyBytesTotalMax " + bodyBytesTotalMax
                        + ", bodyBytesMax " + bodyBytesMax);
            }
        }
    }

    private final Limits limits;
    private final AtomicReferenceArray<LiveExchange> ring;
    /** Seq of the newest exchange; its slot is {@code (seq - 1) % ring.length()}. */
    private final AtomicLong newest = new AtomicLong();
    private final AtomicLong bytesKept = new AtomicLong();
    private final ReentrantLock evicting = new ReentrantLock();
    /** Exchanges up to this seq have given their bodies up. Written under {@link #evicting}. */
    private volatile long evictedThrough;

    /**
     * Makes an empty buffer.
     *
     * @param limits bounds of what is kept; of the bodies' bound no more than a quarter of the heap is used, since a process that is out of
     *     memory captures nothing
     */
    public LiveBuffer(Limits limits) {
        long bodyBytesTotalMax = Math.min(limits.bodyBytesTotalMax(), Runtime.getRuntime().maxMemory() / 4);
        this.limits = new Limits(limits.exchangesMax(), bodyBytesTotalMax, limits.bodyBytesMax());
        this.ring = new AtomicReferenceArray<>(limits.exchangesMax());
    }

    @Override
    public Recording open(ExchangeStart start) {
        long seq = newest.incrementAndGet();
        LiveExchange exchange = new LiveExchange(this, seq, start);
        LiveExchange other = ring.getAndAccumulate(slot(seq), exchange, LiveBuffer::newer);
        if (other != null) {
            // Ours, when this thread was held up for a whole round of the ring.
            (other.seq() < seq ? other : exchange).evictBodies();
        }
        if (seq <= evictedThrough) {
            // Eviction passed its slot before it stood there, and will not come back.
            exchange.evictBodies();
        }
        return exchange;
    }

    private static LiveExchange newer(LiveExchange one, LiveExchange other) {
        return one != null && one.seq() > other.seq() ? one : other;
    }

    /** Number of exchanges kept. */
    public int size() {
        int count = 0;
        for (int i = 0; i < ring.length(); i++) {
            count += ring.get(i) != null ? 1 : 0;
        }
        return count;
    }

    /** Bounds of what is kept. */
    public Limits limits() {
        return limits;
    }

    /** Octets of bodies kept now, up to one growth step above the bound. */
    public long bytesKept() {
        return bytesKept.get();
    }

    /** What is kept, oldest first. */
    public List<Exchange> snapshot() {
        List<Exchange> exchanges = new ArrayList<>();
        long last = newest.get();
        for (long seq = Math.max(1, last - ring.length() + 1); seq <= last; seq++) {
            LiveExchange exchange = ring.get(slot(seq));
            // Another seq: this one was replaced while we looked, or is not there yet.
            if (exchange != null && exchange.seq() == seq) {
                exchanges.add(exchange.snapshot());
            }
        }
        return exchanges;
    }

    /** The exchange with this id; empty if it is not kept, or never was. */
    public Optional<Exchange> find(UUID id) {
        for (int i = 0; i < ring.length(); i++) {
            LiveExchange exchange = ring.get(i);
            if (exchange != null && exchange.start().id().equals(id)) {
                return Optional.of(exchange.snapshot());
            }
        }
        return Optional.empty();
    }

    /**
     * Forgets everything kept; exchanges in flight go on unseen.
     *
     * @return number of exchanges forgotten
     */
    public int clear() {
        int count = 0;
        for (int i = 0; i < ring.length(); i++) {
            LiveExchange exchange = ring.getAndSet(i, null);
            if (exchange != null) {
                exchange.evictBodies();
                count++;
            }
        }
        return count;
    }

    int bodyBytesMax() {
        return limits.bodyBytesMax();
    }

    /** Accounts for {@code delta} octets; the caller may hold a body's lock. */
    void bytesKept(int delta) {
        long total = bytesKept.addAndGet(delta);
        if (delta > 0 && total > limits.bodyBytesTotalMax()) {
            evictOldest();
        }
    }

    private void evictOldest() {
        // Whoever finds the lock taken goes on: the holder looks at the total again after it has let go.
        while (bytesKept.get() > limits.bodyBytesTotalMax() && evictedThrough < newest.get() && evicting.tryLock()) {
            try {
                evictThrough(newest.get());
            } finally {
                evicting.unlock();
            }
        }
    }

    private void evictThrough(long last) {
        long seq = Math.max(evictedThrough, last - ring.length());
        while (bytesKept.get() > limits.bodyBytesTotalMax() && seq < last) {
            evictedThrough = ++seq; // Before the look at its slot: open() looks the other way round.
            LiveExchange exchange = ring.get(slot(seq));
            if (exchange != null && exchange.seq() <= seq) {
                exchange.evictBodies();
            }
        }
    }

    private int slot(long seq) {
        return (int) ((seq - 1) % ring.length());
    }
}
