package proxymcp.store;

import java.util.Arrays;

/**
 * Where bodies of given digests stand in the log, for as many as fit a fixed table: a newer body replaces an older one in its slot. Owner: the
 * writer thread.
 */
final class BodyCache {
    private static final int SLOTS = 1 << 15;
    /** The first half of a digest, and a position: side by side, as each look-up touches other memory than the one before. */
    private static final int SLOT_LONGS = 4;
    private static final int POSITION = 2;

    private final long[] slots = new long[SLOTS * SLOT_LONGS];

    /** Position of the body whose digest begins at {@code at}, {@link Position#NONE} if it is not known. */
    long find(byte[] bytes, int at) {
        int slot = slot(bytes, at);
        boolean same = slots[slot] == RecordLayout.getLong(bytes, at) && slots[slot + 1] == RecordLayout.getLong(bytes, at + Long.BYTES);
        return same ? slots[slot + POSITION] : Position.NONE;
    }

    void put(byte[] bytes, int at, long position) {
        int slot = slot(bytes, at);
        slots[slot] = RecordLayout.getLong(bytes, at);
        slots[slot + 1] = RecordLayout.getLong(bytes, at + Long.BYTES);
        slots[slot + POSITION] = position;
    }

    void clear() {
        Arrays.fill(slots, Position.NONE);
    }

    private static int slot(byte[] bytes, int at) {
        return ((int) RecordLayout.getLong(bytes, at + 16) & SLOTS - 1) * SLOT_LONGS;
    }
}
