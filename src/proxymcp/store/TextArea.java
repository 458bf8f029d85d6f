package proxymcp.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Texts of the index, one after another: two octets length, little-endian, then UTF-8. An entry never crosses an extent; what would is moved to
 * the next one. Entry 0 is the empty text. One thread appends; any may read entries that were published to it.
 */
final class TextArea implements Closeable {
    static final int TEXT_BYTES_MAX = 0xFFFF;

    private static final int LENGTH_BYTES = Short.BYTES;
    private static final int SETS = 1_024;
    private static final int WAYS = 4;

    private final Extents extents;
    private long used;
    /** Texts appended lately, so that equal ones are stored once as a rule: in sets by their hash, the newest of a set first. */
    private final byte[][] interned = new byte[SETS * WAYS][];
    private final long[] internedAt = new long[SETS * WAYS];

    TextArea(Extents extents) {
        this.extents = extents;
    }

    /** Octets in use; what lies behind is free. */
    long used() {
        return used;
    }

    /** Goes back to an earlier end; entries behind it are forgotten. */
    void reset(long newUsed) throws IOException {
        used = newUsed;
        Arrays.fill(interned, null);
        if (used == 0) {
            append(new byte[0], 0, 0);
        } else {
            extents.grow((int) (used / extents.extentBytes()));
        }
    }

    /** Appends a text, cut at {@value #TEXT_BYTES_MAX} octets; returns where it stands. */
    long append(byte[] text, int offset, int textLength) throws IOException {
        int length = Math.min(textLength, TEXT_BYTES_MAX);
        int size = extents.extentBytes();
        int index = (int) (used / size);
        int at = (int) (used % size);
        if (at + LENGTH_BYTES + length > size) {
            index++;
            at = 0;
        }
        extents.grow(index);
        extents.touch(index);
        ByteBuffer extent = extents.extent(index);
        extent.putShort(at, (short) length);
        extent.put(at + LENGTH_BYTES, text, offset, length);
        long entry = (long) index * size + at;
        used = entry + LENGTH_BYTES + length;
        return entry;
    }

    /** Where a text stands, appended unless it was lately. */
    long intern(byte[] bytes, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        int set = set(bytes, offset, length);
        for (int i = set; i < set + WAYS && interned[i] != null; i++) {
            if (Arrays.equals(interned[i], 0, interned[i].length, bytes, offset, offset + length)) {
                return internedAt[i];
            }
        }
        long entry = append(bytes, offset, length);
        System.arraycopy(interned, set, interned, set + 1, WAYS - 1);
        System.arraycopy(internedAt, set, internedAt, set + 1, WAYS - 1);
        interned[set] = Arrays.copyOfRange(bytes, offset, offset + length);
        internedAt[set] = entry;
        return entry;
    }

    private static int set(byte[] bytes, int offset, int length) {
        int hash = 0;
        for (int i = offset; i < offset + length; i++) {
            hash = 31 * hash + bytes[i];
        }
        return (hash * 0x9E37_79B9 >>> 16) % SETS * WAYS;
    }

    /** The text at {@code entry}. */
    String text(long entry) throws IOException {
        ByteBuffer extent = extents.extent((int) (entry / extents.extentBytes()));
        int at = (int) (entry % extents.extentBytes());
        byte[] utf8 = new byte[length(extent, at)];
        extent.get(at + LENGTH_BYTES, utf8);
        return new String(utf8, StandardCharsets.UTF_8);
    }

    /** Whether the text at {@code entry} contains {@code needle}, octets in lower case, ignoring ASCII case. */
    boolean contains(long entry, byte[] needle) throws IOException {
        ByteBuffer extent = extents.extent((int) (entry / extents.extentBytes()));
        int at = (int) (entry % extents.extentBytes());
        int from = at + LENGTH_BYTES;
        int last = from + length(extent, at) - needle.length;
        byte first = needle[0];
        for (int i = from; i <= last; i++) {
            if (lower(extent.get(i)) == first && matches(extent, i, needle)) {
                return true;
            }
        }
        return false;
    }

    /** Whether the text at {@code entry} begins with {@code needle} from {@code from} on, octets in lower case, ignoring ASCII case. */
    boolean startsWith(long entry, byte[] needle, int from) throws IOException {
        ByteBuffer extent = extents.extent((int) (entry / extents.extentBytes()));
        int at = (int) (entry % extents.extentBytes());
        if (length(extent, at) < needle.length - from) {
            return false;
        }
        for (int i = from; i < needle.length; i++) {
            if (lower(extent.get(at + LENGTH_BYTES + i - from)) != needle[i]) {
                return false;
            }
        }
        return true;
    }

    Extents extents() {
        return extents;
    }

    private static boolean matches(ByteBuffer extent, int at, byte[] needle) {
        for (int i = 1; i < needle.length; i++) {
            if (lower(extent.get(at + i)) != needle[i]) {
                return false;
            }
        }
        return true;
    }

    /** ASCII letters in lower case, other octets as they are. */
    static byte lower(byte octet) {
        return octet >= 'A' && octet <= 'Z' ? (byte) (octet + 32) : octet;
    }

    private int length(ByteBuffer extent, int at) throws IOException {
        int length = at + LENGTH_BYTES <= extent.capacity() ? extent.getShort(at) & 0xFFFF : -1;
        if (length < 0 || at + LENGTH_BYTES + length > extent.capacity()) {
            throw new IOException("index text at " + at + " does not fit its extent");
        }
        return length;
    }

    @Override
    public void close() throws IOException {
        extents.close();
    }
}
