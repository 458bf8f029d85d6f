package proxymcp.diff;

/** Hashes of values, of 64 bits: two of a million values share one with a chance of one in ten million. The same in every run. */
final class ValueHash {
    private static final long START = 0x9E37_79B9_7F4A_7C15L;
    private static final long STEP = 0xD6E8_FEB8_6659_FD93L;

    private ValueHash() {}

    static long of(String value) {
        return of(value, 0, value.length());
    }

    /** A number whose bits all depend on those of another one. */
    static long mixed(long value) {
        long hash = (value ^ value >>> 32) * STEP;
        hash = (hash ^ hash >>> 29) * START;
        return hash ^ hash >>> 32;
    }

    /** Of the characters from {@code start} up to {@code end}. */
    static long of(String value, int start, int end) {
        long hash = START;
        for (int i = start; i < end; i++) {
            hash = (hash ^ value.charAt(i)) * STEP;
            hash ^= hash >>> 32;
        }
        hash *= START;
        return hash ^ hash >>> 29;
    }
}
