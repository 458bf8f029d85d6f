package proxymcp.store;

/**
 * Where a record stands: segment number in the upper 32 bits, offset of its header in the lower ones. 0 is no record, since a segment begins
 * with its own header.
 */
final class Position {
    /** No record. */
    static final long NONE = 0;

    private Position() {}

    static long of(int segment, int offset) {
        return (long) segment << 32 | offset & 0xFFFF_FFFFL;
    }

    static int segment(long position) {
        return (int) (position >>> 32);
    }

    static int offset(long position) {
        return (int) position;
    }
}
