package proxymcp.store;

import java.util.LinkedHashMap;
import java.util.Map;

/** Positions of the connections written lately, by their keys. Owner: the writer thread. */
final class RecentPositions {
    /** More than a recorder remembers, so that what it refers to is still known here. */
    static final int KEPT_MAX = 4 * ConnectionKeys.KEPT_MAX;

    private final Map<Long, Long> positions = new LinkedHashMap<>(256, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Long> eldest) {
            return size() > KEPT_MAX;
        }
    };

    void put(long key, long position) {
        positions.put(key, position);
    }

    long find(long key) {
        Long position = key == 0 ? null : positions.get(key);
        return position == null ? Position.NONE : position;
    }

    void clear() {
        positions.clear();
    }
}
