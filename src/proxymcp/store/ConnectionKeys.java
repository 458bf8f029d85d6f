package proxymcp.store;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Numbers for connections, so that each is written once and referred to after. A connection that was forgotten is written again. Any thread may
 * call.
 */
final class ConnectionKeys {
    static final int KEPT_MAX = 4_096;

    /**
     * A connection's number.
     *
     * @param key not 0
     * @param isNew whether the connection has not been written under it
     */
    record Key(long key, boolean isNew) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Object, Long> keys = new LinkedHashMap<>(256, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Object, Long> eldest) {
            return size() > KEPT_MAX;
        }
    };
    private long last;

    Key of(Object connection) {
        lock.lock();
        try {
            Long known = keys.get(connection);
            if (known != null) {
                return new Key(known, false);
            }
            keys.put(connection, ++last);
            return new Key(last, true);
        } finally {
            lock.unlock();
        }
    }

    /** The records of {@code connection} did not reach the log. */
    void forget(Object connection) {
        lock.lock();
        try {
            keys.remove(connection);
        } finally {
            lock.unlock();
        }
    }

    /** Nothing that was written can be referred to any more. */
    void forgetAll() {
        lock.lock();
        try {
            keys.clear();
        } finally {
            lock.unlock();
        }
    }
}
