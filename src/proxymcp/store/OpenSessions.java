package proxymcp.store;

import java.io.Closeable;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/** Sessions that are open, at most so many. Any thread may call; the lock guards the map and is never held while something is opened. */
final class OpenSessions implements Closeable {
    private final int most;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<SessionId, Session> sessions = new LinkedHashMap<>();

    OpenSessions(int most) {
        this.most = most;
    }

    /** The session, if it is open and can be read. */
    Optional<Session> find(SessionId id) {
        lock.lock();
        try {
            return Optional.ofNullable(sessions.get(id)).filter(Session::isUsable);
        } finally {
            lock.unlock();
        }
    }

    /** Keeps a session; the one that was opened first is closed where there are too many. */
    void keep(SessionId id, Session session) throws IOException {
        lock.lock();
        try {
            forget(id);
            if (sessions.size() >= most) {
                // Mappings outlive their channel, so that whoever reads a session that is closed here can finish.
                forget(sessions.keySet().iterator().next());
            }
            sessions.put(id, session);
        } finally {
            lock.unlock();
        }
    }

    /** Closes a session, if it is open. */
    void forget(SessionId id) throws IOException {
        lock.lock();
        try {
            Session session = sessions.remove(id);
            if (session != null) {
                session.close();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() throws IOException {
        lock.lock();
        try {
            for (SessionId id : List.copyOf(sessions.keySet())) {
                forget(id);
            }
        } finally {
            lock.unlock();
        }
    }
}
