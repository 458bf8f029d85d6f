package proxymcp.codec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** XXH64 with seed 0, the checksum of zstd frames (RFC 8878 section 3.1.1). Octets may come in any pieces. */
final class XxHash64 {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long P1 = 0x9E3779B185EBCA87L;
    private static final long P2 = 0xC2B2AE3D27D4EB4FL;
    private static final long P3 = 0x165667B19E3779F9L;
    private static final long P4 = 0x85EBCA77C2B2AE63L;
    private static final long P5 = 0x27D4EB2F165667C5L;
    private static final int STRIPE_BYTES = 32;

    private final byte[] pending = new byte[STRIPE_BYTES];
    private int pendingBytes;
    private long total;
    private long lane1 = P1 + P2;
    private long lane2 = P2;
    private long lane3;
    private long lane4 = -P1;

    void update(byte[] bytes, int offset, int length) {
        total += length;
        int at = offset;
        int end = offset + length;
        if (pendingBytes > 0) {
            int taken = Math.min(STRIPE_BYTES - pendingBytes, length);
            System.arraycopy(bytes, at, pending, pendingBytes, taken);
            pendingBytes += taken;
            at += taken;
            if (pendingBytes < STRIPE_BYTES) {
                return;
            }
            stripe(pending, 0);
            pendingBytes = 0;
        }
        for (; end - at >= STRIPE_BYTES; at += STRIPE_BYTES) {
            stripe(bytes, at);
        }
        System.arraycopy(bytes, at, pending, 0, end - at);
        pendingBytes = end - at;
    }

    private void stripe(byte[] bytes, int at) {
        lane1 = round(lane1, (long) LONGS.get(bytes, at));
        lane2 = round(lane2, (long) LONGS.get(bytes, at + 8));
        lane3 = round(lane3, (long) LONGS.get(bytes, at + 16));
        lane4 = round(lane4, (long) LONGS.get(bytes, at + 24));
    }

    private static long round(long lane, long input) {
        return Long.rotateLeft(lane + input * P2, 31) * P1;
    }

    private static long merge(long hash, long lane) {
        return (hash ^ round(0, lane)) * P1 + P4;
    }

    /** The hash of all octets so far. */
    long value() {
        long hash = P5;
        if (total >= STRIPE_BYTES) {
            hash = Long.rotateLeft(lane1, 1) + Long.rotateLeft(lane2, 7) + Long.rotateLeft(lane3, 12) + Long.rotateLeft(lane4, 18);
            hash = merge(merge(merge(merge(hash, lane1), lane2), lane3), lane4);
        }
        hash += total;
        int at = 0;
        for (; pendingBytes - at >= 8; at += 8) {
            hash = Long.rotateLeft(hash ^ round(0, (long) LONGS.get(pending, at)), 27) * P1 + P4;
        }
        if (pendingBytes - at >= 4) {
            hash = Long.rotateLeft(hash ^ ((int) INTS.get(pending, at) & 0xffffffffL) * P1, 23) * P2 + P3;
            at += 4;
        }
        for (; at < pendingBytes; at++) {
            hash = Long.rotateLeft(hash ^ (pending[at] & 0xffL) * P5, 11) * P1;
        }
        hash = (hash ^ hash >>> 33) * P2;
        hash = (hash ^ hash >>> 29) * P3;
        return hash ^ hash >>> 32;
    }
}
