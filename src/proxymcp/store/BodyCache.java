package proxymcp.store;

/**
 * Where bodies of given digests stand in the log, for as many as fit a fixed table: a newer body replaces an older one in its slot. Owner: the
 * writer thread.
 */
final class BodyCache {
    private static final int SLOTS = 1 << 15;

    private final long[] low = new long[SLOTS];
    private final long[] high = new long[SLOTS];
    private final long[] positions = new long[SLOTS];

    /** Position of the body whose digest begins at {@code at}, {@link Position#NONE} if it is not known. */
    long find(byte[] bytes, int at) {
        int slot = slot(bytes, at);
        boolean same = low[slot] == RecordLayout.getLong(bytes, at) && high[slot] == RecordLayout.getLong(bytes, at + Long.BYTES);
        return same ? positions[slot] : Position.NONE;
    }

    void put(byte[] bytes, int at, long position) {
        int slot = slot(bytes, at);
        low[slot] = RecordLayout.getLong(bytes, at);
        high[slot] = RecordLayout.getLong(bytes, at + Long.BYTES);
        positions[slot] = position;
    }

    void clear() {
        java.util.Arrays.fill(positions, Position.NONE);
    }

    private static int slot(byte[] bytes, int at) {
        return (int) RecordLayout.getLong(bytes, at + 16) & SLOTS - 1;
    }
}
