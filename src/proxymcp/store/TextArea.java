package proxymcp.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Texts of the index, one after another: two octets length, little-endian, then UTF-8. An entry never crosses an extent; what would is moved to
 * the next one. Entry 0 is the empty text. One thread appends; any may read entries that were published to it.
 */
final class TextArea implements Closeable {
    static final int TEXT_BYTES_MAX = 0xFFFF;

    private static final int LENGTH_BYTES = Short.BYTES;
    private static final int INTERNED_MAX = 4_096;

    private final Extents extents;
    private long used;
    /** Texts appended lately, so that equal ones are stored once as a rule. */
    private final Map<Key, Long> interned = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Long> eldest) {
            return size() > INTERNED_MAX;
        }
    };

    private record Key(byte[] text) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Key key && Arrays.equals(text, key.text);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(text);
        }
    }

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
        interned.clear();
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
        ByteBuffer extent = extents.extent(index);
        extent.putShort(at, (short) length);
        extent.put(at + LENGTH_BYTES, text, offset, length);
        long entry = (long) index * size + at;
        used = entry + LENGTH_BYTES + length;
        return entry;
    }

    /** Where {@code text} stands, appended unless it was lately. */
    long intern(byte[] text) throws IOException {
        if (text.length == 0) {
            return 0;
        }
        Key key = new Key(text);
        Long known = interned.get(key);
        if (known != null) {
            return known;
        }
        long entry = append(text, 0, text.length);
        interned.put(key, entry);
        return entry;
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

    private static byte lower(byte octet) {
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
