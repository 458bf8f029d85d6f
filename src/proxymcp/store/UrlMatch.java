package proxymcp.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Looks for a text in URLs, ignoring ASCII case. The index keeps a URL in two parts: what an origin alone tells is found out once for all rows
 * that share it. Not for several threads.
 */
final class UrlMatch {
    private final IndexFiles index;
    private final byte[] needle;
    private final EntryMemo known = new EntryMemo();
    private final List<InOrigin> origins = new ArrayList<>();

    /**
     * What an origin tells.
     *
     * @param found the text is in it
     * @param begun how many octets of the text an origin ends with, each way it does; the path has to go on there
     */
    private record InOrigin(boolean found, int[] begun) {}

    /** @param needle octets in lower case, at least one */
    UrlMatch(IndexFiles index, byte[] needle) {
        this.index = index;
        this.needle = needle;
    }

    /** Whether the URL of the row at {@code at} contains the text. */
    boolean matches(ByteBuffer extent, int at) throws IOException {
        InOrigin origin = origin(extent.getInt(at + RowLayout.ORIGIN));
        long path = extent.getLong(at + RowLayout.PATH);
        if (origin.found() || index.paths().contains(path, needle)) {
            return true;
        }
        for (int count : origin.begun()) {
            if (index.paths().startsWith(path, needle, count)) {
                return true;
            }
        }
        return false;
    }

    private InOrigin origin(int entry) throws IOException {
        int number = known.find(entry);
        if (number == EntryMemo.UNKNOWN) {
            origins.add(inOrigin(entry & 0xFFFF_FFFFL));
            number = origins.size();
            known.put(entry, number);
        }
        return origins.get(number - 1);
    }

    private InOrigin inOrigin(long entry) throws IOException {
        byte[] origin = index.names().text(entry).getBytes(StandardCharsets.UTF_8);
        int[] begun = new int[needle.length];
        int used = 0;
        for (int count = Math.min(needle.length - 1, origin.length); count > 0; count--) {
            if (endsWith(origin, count)) {
                begun[used++] = count;
            }
        }
        return new InOrigin(index.names().contains(entry, needle), java.util.Arrays.copyOf(begun, used));
    }

    /** Whether the origin ends with the first {@code count} octets of the text. */
    private boolean endsWith(byte[] origin, int count) {
        for (int i = 0; i < count; i++) {
            if (TextArea.lower(origin[origin.length - count + i]) != needle[i]) {
                return false;
            }
        }
        return true;
    }
}
