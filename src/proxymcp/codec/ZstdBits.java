package proxymcp.codec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Bits of a zstd bitstream that is read from its end (RFC 8878 section 4). Before its beginning there are zeros; how far it was read tells whether
 * that happened.
 *
 * <p>The array must hold eight octets more than the stream's end, whatever they are.
 */
final class ZstdBits {
    /** Octets that an array has behind what is read. */
    static final int PADDING_BYTES = 8;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final byte[] bytes;
    private final int start;
    /** Bits between the start and what was read last. Negative once more was read than there is. */
    private long left;

    /**
     * A stream in {@code bytes} from {@code start} to {@code end}, exclusive.
     *
     * @throws ZstdFormatException if it is empty, or its last octet holds no end mark
     */
    ZstdBits(byte[] bytes, int start, int end) throws ZstdFormatException {
        if (end <= start || bytes[end - 1] == 0) {
            throw new ZstdFormatException("a bitstream without its end mark");
        }
        this.bytes = bytes;
        this.start = start;
        this.left = 8L * (end - start) - (Integer.numberOfLeadingZeros(bytes[end - 1] & 0xff) - 24) - 1;
    }

    /** The next {@code count} bits, 0..32, as a number. */
    long read(int count) {
        left -= count;
        return bits(left, count);
    }

    /** The same without going on. */
    int peek(int count) {
        return (int) bits(left - count, count);
    }

    /** Goes on by {@code count} bits. */
    void skip(int count) {
        left -= count;
    }

    /** Bits that are left; negative if more were read than there are. */
    long left() {
        return left;
    }

    private long bits(long at, int count) {
        if (at >= 0) {
            return (long) LONGS.get(bytes, start + (int) (at >>> 3)) >>> (at & 7) & (1L << count) - 1;
        }
        int there = (int) Math.max(0, count + at);
        return there == 0 ? 0 : bits(0, there) << count - there;
    }
}
