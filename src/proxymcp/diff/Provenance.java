package proxymcp.diff;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Remembers values of the responses of one session, so that a request which sends one of them back is seen to. Only values that nobody would come
 * upon by chance: long ones, and ones that look made up. Bounded: values beyond the first {@link #VALUES_MAX} are not remembered. Not for several threads.
 */
final class Provenance {
    /** 16 octets each. */
    static final int VALUES_MAX = 1 << 19;
    private static final int LENGTH_MIN = 8;
    private static final int LENGTH_MAX = 8_192;
    private static final int TEXT_CHARS_MAX = 256 << 10;
    private static final int DIGITS_MIN = 12;
    private static final int WORD_CHARS_MIN = 16;
    private static final int WORD_CHARS_MAX = 512;
    private static final int SEQ_BITS = 40;
    private static final int LOCATIONS_MAX = 1 << 23;

    /**
     * Where a value came from.
     *
     * @param seq of the exchange
     * @param location in its response
     */
    record Origin(long seq, Location location) {}

    private final Map<Location, Integer> numbers = new HashMap<>();
    private final List<Location> locations = new ArrayList<>();
    private long[] hashes = new long[1 << 10];
    private long[] places = new long[1 << 10];
    private int size;

    /** Takes what a response holds. */
    void add(long seq, Leaf leaf, long hash) {
        if (leaf.location().side() != Side.RESPONSE) {
            return;
        }
        String value = leaf.value();
        if (leaf.location().part() == Part.BODY) {
            words(seq, leaf.location(), value);
        } else if (isTelling(value)) {
            put(hash, seq, leaf.location());
        }
    }

    /** Where a value of a request was before; its last word too, for credentials behind their scheme. */
    Optional<Origin> find(String value, long hash) {
        if (size == 0 || value.length() < LENGTH_MIN || value.length() > LENGTH_MAX) {
            return Optional.empty();
        }
        Optional<Origin> whole = find(hash);
        int space = value.lastIndexOf(' ');
        return whole.isPresent() || space < 0 || value.length() - space <= LENGTH_MIN ? whole : find(ValueHash.of(value, space + 1, value.length()));
    }

    private static boolean isTelling(String value) {
        int length = value.length();
        if (length < LENGTH_MIN || length > LENGTH_MAX) {
            return false;
        }
        ValueFormat format = ValueFormat.of(value);
        return format.isMadeUp() || format == ValueFormat.INTEGER && length >= DIGITS_MIN
                || length >= 2 * WORD_CHARS_MIN && value.indexOf(' ') < 0;
    }

    /** Hidden inputs, meta tags and scripts of a page: every word of it that looks made up. */
    private void words(long seq, Location location, String text) {
        int end = Math.min(text.length(), TEXT_CHARS_MAX);
        int start = 0;
        for (int i = 0; i <= end; i++) {
            if (i < end && isWord(text.charAt(i))) {
                continue;
            }
            if (i - start >= WORD_CHARS_MIN && i - start <= WORD_CHARS_MAX && ValueFormat.of(text.substring(start, i)).isMadeUp()) {
                put(ValueHash.of(text, start, i), seq, location);
            }
            start = i + 1;
        }
    }

    private static boolean isWord(char c) {
        return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '-' || c == '_' || c == '.' || c == '+' || c == '/' || c == '=';
    }

    private void put(long hash, long seq, Location location) {
        if (size >= VALUES_MAX || locations.size() >= LOCATIONS_MAX) {
            return;
        }
        int at = place(hash);
        if (places[at] != 0) {
            return;
        }
        int number = numbers.computeIfAbsent(location, added -> {
            locations.add(added);
            return locations.size();
        });
        hashes[at] = hash;
        places[at] = (long) number << SEQ_BITS | seq;
        if (++size * 4L > hashes.length * 3L) {
            grow();
        }
    }

    private Optional<Origin> find(long hash) {
        long found = places[place(hash)];
        return found == 0 ? Optional.empty() : Optional.of(new Origin(found & (1L << SEQ_BITS) - 1, locations.get((int) (found >>> SEQ_BITS) - 1)));
    }

    private int place(long hash) {
        int mask = hashes.length - 1;
        int at = (int) (hash ^ hash >>> 32) & mask;
        while (places[at] != 0 && hashes[at] != hash) {
            at = at + 1 & mask;
        }
        return at;
    }

    private void grow() {
        long[] before = hashes;
        long[] placesBefore = places;
        hashes = new long[before.length * 2];
        places = new long[before.length * 2];
        for (int i = 0; i < before.length; i++) {
            if (placesBefore[i] != 0) {
                int at = place(before[i]);
                hashes[at] = before[i];
                places[at] = placesBefore[i];
            }
        }
    }
}
