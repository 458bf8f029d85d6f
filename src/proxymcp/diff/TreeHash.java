package proxymcp.diff;

import java.util.IdentityHashMap;
import java.util.Map;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonBoolean;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/**
 * Hashes of trees in which the order of an object's members does not count, but numbers as they are written do. 64 bits: two trees of the same hash
 * are taken for equal.
 */
final class TreeHash {
    /** Hashes of larger trees are kept: each level above would walk through them again. */
    private static final int REMEMBERED_NODES = 32;
    private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;

    private final boolean ordered;
    private final Map<JsonValue, Long> remembered = new IdentityHashMap<>();
    /** Values below the one that was hashed last. */
    private int nodes;

    /**
     * @param ordered whether the order of an array's elements counts
     */
    TreeHash(boolean ordered) {
        this.ordered = ordered;
    }

    /** The hash of a tree. */
    long of(JsonValue value) {
        return switch (value) {
            case JsonObject object -> remembered(object);
            case JsonArray array -> remembered(array);
            case JsonString string -> text(1, string.value());
            case JsonNumber number -> text(2, number.text());
            case JsonBoolean truth -> mixed(3, truth.value() ? 1 : 0);
            case JsonNull nothing -> mixed(4, 0);
        };
    }

    /** The hashes of an array's elements. */
    long[] ofEach(JsonArray array) {
        long[] hashes = new long[array.size()];
        for (int i = 0; i < hashes.length; i++) {
            hashes[i] = of(array.values().get(i));
        }
        return hashes;
    }

    /** The hash of a text. */
    static long ofText(String text) {
        return text(1, text);
    }

    private long remembered(JsonValue container) {
        Long known = remembered.get(container);
        if (known != null) {
            nodes += REMEMBERED_NODES;
            return known;
        }
        int before = nodes;
        long hash = container instanceof JsonObject object ? members(object) : elements((JsonArray) container);
        nodes++;
        if (nodes - before >= REMEMBERED_NODES) {
            remembered.put(container, hash);
        }
        return hash;
    }

    private long members(JsonObject object) {
        long sum = object.members().size();
        for (JsonObject.Member member : object.members()) {
            nodes++;
            // A sum has no order; mixed first, so that exchanged values do not cancel out.
            sum += mixed(text(5, member.name()), of(member.value()));
        }
        return mixed(6, sum);
    }

    private long elements(JsonArray array) {
        long hash = mixed(7, array.size());
        for (JsonValue value : array) {
            nodes++;
            hash = ordered ? mixed(hash, of(value)) : hash + mixed(8, of(value));
        }
        return mixed(9, hash);
    }

    private static long text(int kind, String text) {
        long hash = mixed(kind, text.length());
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * MULTIPLIER;
            hash ^= hash >>> 29;
        }
        return hash;
    }

    private static long mixed(long a, long b) {
        long hash = (a * MULTIPLIER ^ b) * MULTIPLIER;
        hash ^= hash >>> 32;
        hash *= MULTIPLIER;
        return hash ^ hash >>> 29;
    }
}
