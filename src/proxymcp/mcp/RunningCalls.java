package proxymcp.mcp;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The calls of a transport that have not been answered, by a key that the transport chooses.
 *
 * <p>Threads: any. The lock guards the map; callbacks run outside it.
 */
final class RunningCalls {
    private final Map<Object, CallContext> running = new HashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition none = lock.newCondition();
    private boolean closed;

    /** Adds a call; refuses a key that is taken, and everything once {@link #cancelAll} was called. */
    boolean add(Object key, CallContext context) {
        lock.lock();
        try {
            return !closed && running.putIfAbsent(key, context) == null;
        } finally {
            lock.unlock();
        }
    }

    /** Forgets a call: it has been answered. */
    void remove(Object key) {
        lock.lock();
        try {
            running.remove(key);
            if (running.isEmpty()) {
                none.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    Optional<CallContext> find(Object key) {
        lock.lock();
        try {
            return Optional.ofNullable(running.get(key));
        } finally {
            lock.unlock();
        }
    }

    /** Cancels what runs and lets nothing more begin. */
    void cancelAll() {
        List<CallContext> contexts;
        lock.lock();
        try {
            closed = true;
            contexts = List.copyOf(running.values());
        } finally {
            lock.unlock();
        }
        for (CallContext context : contexts) {
            context.cancel();
        }
    }

    /** Waits until none is left, at most so long. */
    void awaitNone(long millis) throws InterruptedException {
        long left = TimeUnit.MILLISECONDS.toNanos(millis);
        lock.lock();
        try {
            while (!running.isEmpty() && left > 0) {
                left = none.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }
}
