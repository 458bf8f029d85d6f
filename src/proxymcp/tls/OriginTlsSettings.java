package proxymcp.tls;

import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Which settings hold for TLS with which origins. They are kept by pattern: {@value #ALL} for every host, {@code *.example.com} for all
 * names below one, or a name or IP address.
 *
 * <p>Any thread may call. A change replaces the whole table at once: whoever dials sees all of it or nothing. The lock keeps two changes from
 * losing each other and is never held across I/O.
 */
public final class OriginTlsSettings {
    /** The pattern for every host. */
    public static final String ALL = "*";
    /** Most patterns kept. */
    public static final int PATTERNS_MAX = 1_000;
    private static final String BELOW = "*.";

    private final ReentrantLock lock = new ReentrantLock();
    private volatile SortedMap<String, OriginTlsSetting> table = new TreeMap<>();
    private volatile boolean captured = true;

    /** Nothing is set; what servers show is recorded. */
    public OriginTlsSettings() {}

    /** A pattern in the form that it is kept in; empty if {@code text} is none. */
    public static Optional<String> pattern(String text) {
        if (text.equals(ALL)) {
            return Optional.of(ALL);
        }
        return text.startsWith(BELOW)
                ? CertificateName.parse(text.substring(BELOW.length())).filter(CertificateName.Dns.class::isInstance).map(name -> BELOW + name.text())
                : CertificateName.parse(text).map(CertificateName::text);
    }

    /**
     * Replaces what is set for {@code pattern}.
     *
     * @param pattern from {@link #pattern}
     * @return whether there was room; nothing has changed if not
     */
    public boolean set(String pattern, OriginTlsSetting setting) {
        lock.lock();
        try {
            SortedMap<String, OriginTlsSetting> next = new TreeMap<>(table);
            next.put(pattern, setting);
            if (next.size() > PATTERNS_MAX) {
                return false;
            }
            table = next;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Forgets what is set for {@code pattern}, or everything.
     *
     * @return number of settings forgotten
     */
    public int clear(Optional<String> pattern) {
        lock.lock();
        try {
            SortedMap<String, OriginTlsSetting> next = new TreeMap<>(table);
            if (pattern.isPresent()) {
                next.remove(pattern.get());
            } else {
                next.clear();
            }
            int forgotten = table.size() - next.size();
            table = next;
            return forgotten;
        } finally {
            lock.unlock();
        }
    }

    /** What is set now, by pattern. */
    public Map<String, OriginTlsSetting> all() {
        return java.util.Collections.unmodifiableSortedMap(table);
    }

    /** What holds for one host: each member from the most exact pattern that gives it. */
    OriginTlsSetting of(String host) {
        SortedMap<String, OriginTlsSetting> now = table;
        if (now.isEmpty()) {
            return OriginTlsSetting.NONE;
        }
        String name = CertificateName.parse(host).map(CertificateName::text).orElse(host);
        OriginTlsSetting found = now.getOrDefault(name, OriginTlsSetting.NONE);
        for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
            found = found.or(now.getOrDefault("*" + name.substring(dot), OriginTlsSetting.NONE));
        }
        return found.or(now.getOrDefault(ALL, OriginTlsSetting.NONE));
    }

    /** Whether JA3S and certificates of servers are recorded. */
    public boolean isServerCaptured() {
        return captured;
    }

    /** Has JA3S and certificates of servers recorded, or not, on connections made from now on. */
    public void captureServer(boolean enabled) {
        captured = enabled;
    }
}
