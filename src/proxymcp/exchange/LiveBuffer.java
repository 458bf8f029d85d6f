package proxymcp.exchange;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * The newest exchanges of a process, in memory: a ring of fixed length whose bodies together stay below a bound. When they pass it, the
 * oldest exchanges lose their bodies, not their heads. Heads have a bound of their own, a quarter of the heap, which ordinary ones never
 * reach; beyond it the oldest exchanges go. Messages of streams have bounds too; beyond them the oldest messages go, and their streams say so.
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

    /** Messages of streams that are kept, and what they may take. */
    private static final int MESSAGES_MAX = 10_000;
    private static final long MESSAGE_BYTES_MAX = 16L << 20;

    private final Limits limits;
    private final AtomicReferenceArray<LiveExchange> ring;
    /** Seq of the newest exchange; its slot is {@code (seq - 1) % ring.length()}. */
    private final AtomicLong newest = new AtomicLong();
    private final Account bodies;
    private final Account heads;
    private final LiveMessages messages;

    /**
     * Makes an empty buffer.
     *
     * @param limits bounds of what is kept; of the bodies' bound no more than a quarter of the heap is used, since a process that is out of
     *     memory captures nothing
     */
    public LiveBuffer(Limits limits) {
        this(limits, Runtime.getRuntime().maxMemory() / 4);
    }

    LiveBuffer(Limits limits, long headBytesMax) {
        this(limits, headBytesMax, MESSAGES_MAX, Math.min(MESSAGE_BYTES_MAX, Runtime.getRuntime().maxMemory() / 8));
    }

    LiveBuffer(Limits limits, long headBytesMax, int messagesMax, long messageBytesMax) {
        this.messages = new LiveMessages(messagesMax, messageBytesMax);
        long bodyBytesTotalMax = Math.min(limits.bodyBytesTotalMax(), Runtime.getRuntime().maxMemory() / 4);
        this.limits = new Limits(limits.exchangesMax(), bodyBytesTotalMax, limits.bodyBytesMax());
        this.ring = new AtomicReferenceArray<>(limits.exchangesMax());
        this.bodies = new Account(bodyBytesTotalMax, LiveExchange::evictBodies);
        this.heads = new Account(headBytesMax, this::drop);
    }

    @Override
    public Recording open(ExchangeStart start) {
        long seq = newest.incrementAndGet();
        LiveExchange exchange = new LiveExchange(this, seq, start);
        LiveExchange other = ring.getAndAccumulate(slot(seq), exchange, LiveBuffer::newer);
        if (other != null) {
            // Ours, when this thread was held up for a whole round of the ring.
            (other.seq() < seq ? other : exchange).leave();
        }
        exchange.opened();
        // Eviction that passed its slot before it stood there will not come back.
        if (seq <= bodies.evictedThrough) {
            exchange.evictBodies();
        }
        if (seq <= heads.evictedThrough) {
            drop(exchange);
        }
        return exchange;
    }

    private void drop(LiveExchange exchange) {
        ring.compareAndSet(slot(exchange.seq()), exchange, null);
        exchange.leave();
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
        return bodies.kept.get();
    }

    /** About how much the heads kept now take, in octets. */
    long headBytesKept() {
        return heads.kept.get();
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

    /** The streams among them, and the newest of their messages: 10,000 at most, of 16 MiB together. */
    public Streams streams() {
        return new LiveStreams(this, messages);
    }

    LiveMessages messages() {
        return messages;
    }

    /** Exchanges that are streams, oldest first. */
    List<LiveExchange> streaming() {
        List<LiveExchange> streaming = new ArrayList<>();
        long last = newest.get();
        for (long seq = Math.max(1, last - ring.length() + 1); seq <= last; seq++) {
            at(seq).filter(exchange -> exchange.stream().isPresent()).ifPresent(streaming::add);
        }
        return streaming;
    }

    /** The exchange with this seq; empty if it is not kept, or never was. */
    Optional<LiveExchange> at(long seq) {
        LiveExchange exchange = seq < 1 ? null : ring.get(slot(seq));
        return exchange != null && exchange.seq() == seq ? Optional.of(exchange) : Optional.empty();
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
                exchange.leave();
                count++;
            }
        }
        return count;
    }

    int bodyBytesMax() {
        return limits.bodyBytesMax();
    }

    /** Accounts for {@code delta} octets of bodies; the caller may hold a body's lock. */
    void bytesKept(int delta) {
        bodies.add(delta);
    }

    /** Accounts for {@code delta} octets of heads; the caller holds no lock. */
    void headBytesKept(long delta) {
        heads.add(delta);
    }

    private int slot(long seq) {
        return (int) ((seq - 1) % ring.length());
    }

    /** Octets of one kind that are kept. When they pass their bound, the oldest exchanges give theirs up. */
    private final class Account {
        private final long bytesMax;
        private final Consumer<LiveExchange> giveUp;
        private final AtomicLong kept = new AtomicLong();
        private final ReentrantLock evicting = new ReentrantLock();
        /** Exchanges up to this seq have given theirs up. Written under {@link #evicting}. */
        private volatile long evictedThrough;

        Account(long bytesMax, Consumer<LiveExchange> giveUp) {
            this.bytesMax = bytesMax;
            this.giveUp = giveUp;
        }

        void add(long delta) {
            long total = kept.addAndGet(delta);
            if (delta > 0 && total > bytesMax) {
                evictOldest();
            }
        }

        private void evictOldest() {
            // Whoever finds the lock taken goes on: the holder looks at the total again after it has let go.
            while (kept.get() > bytesMax && evictedThrough < newest.get() && evicting.tryLock()) {
                try {
                    evictThrough(newest.get());
                } finally {
                    evicting.unlock();
                }
            }
        }

        private void evictThrough(long last) {
            long seq = Math.max(evictedThrough, last - ring.length());
            while (kept.get() > bytesMax && seq < last) {
                evictedThrough = ++seq; // Before the look at its slot: open() looks the other way round.
                LiveExchange exchange = ring.get(slot(seq));
                if (exchange != null && exchange.seq() <= seq) {
                    giveUp.accept(exchange);
                }
            }
        }
    }
}
