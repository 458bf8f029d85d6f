package proxymcp.codec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** The output of a frame: what was not yet read of it, and as much before that as matches may refer to. It grows with what there is. */
final class ZstdWindow {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final int SLACK_BYTES = 1 << 20;
    private static final int COPIED_BYTES = 16;

    private final int windowBytes;
    private final int blockBytesMax;
    private byte[] octets;
    private int end;
    private int unread;
    private long total;

    /**
     * @param windowBytes how far back a match may refer
     * @param blockBytesMax octets that a block has at most
     */
    ZstdWindow(int windowBytes, int blockBytesMax) {
        this.windowBytes = windowBytes;
        this.blockBytesMax = blockBytesMax;
        this.octets = new byte[blockBytesMax];
    }

    /** Octets written so far. */
    long total() {
        return total;
    }

    /** Makes room for a block; all that was written has been read. */
    void reserve() {
        if (octets.length - end >= blockBytesMax) {
            return;
        }
        if (end <= windowBytes + SLACK_BYTES) {
            int most = windowBytes + SLACK_BYTES + 2 * blockBytesMax;
            octets = Arrays.copyOf(octets, Math.min(most, 2 * octets.length + blockBytesMax));
            return;
        }
        System.arraycopy(octets, end - windowBytes, octets, 0, windowBytes);
        end = windowBytes;
        unread = end;
    }

    void write(byte[] source, int offset, int length) throws ZstdFormatException {
        require(length);
        if (length <= COPIED_BYTES && offset + COPIED_BYTES <= source.length && end + COPIED_BYTES <= octets.length) {
            // Most runs are this short: two moves cost less than a call that looks at its arguments.
            LONGS.set(octets, end, (long) LONGS.get(source, offset));
            LONGS.set(octets, end + 8, (long) LONGS.get(source, offset + 8));
        } else {
            System.arraycopy(source, offset, octets, end, length);
        }
        wrote(length);
    }

    void fill(byte octet, int length) throws ZstdFormatException {
        require(length);
        Arrays.fill(octets, end, end + length, octet);
        wrote(length);
    }

    /** Repeats {@code length} octets from {@code distance} before the end; they may reach into themselves. */
    void repeat(long distance, int length) throws ZstdFormatException {
        require(length);
        if (distance > Math.min(total, windowBytes) || distance < 1) {
            throw new ZstdFormatException("a match " + distance + " bytes back, where there are " + Math.min(total, windowBytes));
        }
        int back = (int) distance;
        if (back >= 8 && length <= 8 * COPIED_BYTES && end + length + 8 <= octets.length) {
            for (int i = end; i < end + length; i += 8) {
                LONGS.set(octets, i, (long) LONGS.get(octets, i - back));
            }
        } else if (back >= length) {
            System.arraycopy(octets, end - back, octets, end, length);
        } else if (back == 1) {
            Arrays.fill(octets, end, end + length, octets[end - 1]);
        } else {
            for (int i = end; i < end + length; i++) {
                octets[i] = octets[i - back];
            }
        }
        wrote(length);
    }

    /** Octets that can be read. */
    int available() {
        return end - unread;
    }

    int read(byte[] target, int offset, int length) {
        int count = Math.min(length, available());
        System.arraycopy(octets, unread, target, offset, count);
        unread += count;
        return count;
    }

    /** Has {@code hash} take what the last block wrote. */
    void hash(XxHash64 hash, int blockBytes) {
        hash.update(octets, end - blockBytes, blockBytes);
    }

    private void wrote(int length) {
        end += length;
        total += length;
    }

    private void require(int length) throws ZstdFormatException {
        if (length > octets.length - end) {
            throw new ZstdFormatException("a block of more than " + blockBytesMax + " bytes");
        }
    }
}
