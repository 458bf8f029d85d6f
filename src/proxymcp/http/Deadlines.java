package proxymcp.http;

import java.io.Closeable;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Ends blocking reads and writes that take too long, by closing what they block on.
 *
 * <p>A timeout on each read would cost a timer entry a read; here arming is a look at the clock and one volatile write, and one thread
 * looks at all connections every {@value #TICK_MILLIS} ms. Limits therefore end up to a tick late, never early.
 *
 * <p>Owner: the ticking thread, which lives while this is open. {@link Deadline}s belong to their connections' threads.
 */
public final class Deadlines implements Closeable {
    /** How exactly limits are kept, in milliseconds. */
    public static final long TICK_MILLIS = 100;

    private static final long NEVER = Long.MAX_VALUE;

    private final LongSupplier nanoTime;
    private final Set<Deadline> watched = ConcurrentHashMap.newKeySet();
    private final Thread ticker;
    private volatile boolean closed;

    /** @param nanoTime monotonic clock in nanoseconds, {@code System::nanoTime} but in tests */
    public Deadlines(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.ticker = Thread.ofVirtual().name("deadlines").start(this::tick);
    }

    /**
     * Watches {@code resource}, unarmed, until the deadline is closed.
     *
     * @param resource must close without waiting, since every other deadline waits for that: the TCP socket, never TLS over it
     */
    public Deadline watch(Closeable resource) {
        Deadline deadline = new Deadline(resource);
        watched.add(deadline);
        return deadline;
    }

    /** Number of resources that are watched. */
    public int watchedCount() {
        return watched.size();
    }

    /** Stops watching; nothing is closed by it. */
    @Override
    public void close() {
        closed = true;
        ticker.interrupt();
    }

    private void tick() {
        while (!closed) {
            try {
                Thread.sleep(TICK_MILLIS);
            } catch (InterruptedException e) {
                return; // close() is the only one to interrupt.
            }
            long now = nanoTime.getAsLong();
            for (Deadline deadline : watched) {
                deadline.check(now);
            }
        }
    }

    /** The time by which something has to happen on one resource. */
    public final class Deadline implements Closeable {
        private final Closeable resource;
        private volatile long due = NEVER;
        private volatile boolean expired;

        private Deadline(Closeable resource) {
            this.resource = resource;
        }

        /** The resource is closed unless {@link #disarm} or another {@code arm} comes within {@code millis}. */
        public void arm(long millis) {
            due = nanoTime.getAsLong() + millis * 1_000_000;
        }

        /** Nothing is awaited now. */
        public void disarm() {
            due = NEVER;
        }

        /** Whether the resource was closed because it was late. */
        public boolean expired() {
            return expired;
        }

        /** Stops watching the resource. */
        @Override
        public void close() {
            watched.remove(this);
        }

        private void check(long nowNanos) {
            long limit = due;
            if (limit == NEVER || nowNanos - limit < 0) {
                return;
            }
            expired = true;
            close();
            try {
                resource.close();
            } catch (IOException | RuntimeException e) {
                // Closing was the point; the thread that blocks on the resource reports the timeout.
                due = NEVER;
            }
        }
    }
}
