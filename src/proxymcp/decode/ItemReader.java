package proxymcp.decode;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/**
 * Reads items that say themselves what they are and may hold others: what MessagePack and CBOR have in common. The first failure ends the reading; the
 * containers around it keep what they have. Used by one thread, for one input.
 */
abstract class ItemReader {
    private static final int DEPTH_MAX = 100;
    /** An item of one octet becomes an object of dozens. */
    private static final int ITEMS_MAX = 2_000_000;

    /** Fewer letters in keys come out of random octets too often. */
    private static final int KEY_CHARS_MIN = 4;
    private static final double BY_KEYS = 0.9;

    /** The octets. */
    protected final OctetReader octets;
    private int items;
    private Optional<DecodeException> failure = Optional.empty();
    private int keyChars;
    private boolean plainKeys = true;

    ItemReader(OctetReader octets) {
        this.octets = octets;
    }

    /** One item, its containers cut short at a failure; throws if nothing of it could be read. */
    protected abstract JsonValue item(int depth) throws DecodeException;

    /** Whether an item of unknown length ends here; reads that end. Never where {@code count} is 0 or more. */
    protected boolean atBreak() throws DecodeException {
        return false;
    }

    /** An item inside containers, checked against the limits. */
    protected final JsonValue value(int depth) throws DecodeException {
        if (depth > DEPTH_MAX) {
            throw new DecodeException("more than " + DEPTH_MAX + " levels, the limit", octets.position());
        }
        if (++items > ITEMS_MAX) {
            throw new DecodeException("stopped after " + ITEMS_MAX + " items, the limit", octets.position());
        }
        return item(depth);
    }

    /** The items of an array; {@code count} below 0 stands for an array until a break. */
    protected final JsonValue array(long count, int depth) {
        List<JsonValue> values = new ArrayList<>();
        try {
            for (long i = 0; count < 0 ? !atBreak() : i < count; i++) {
                values.add(value(depth + 1));
                if (failure.isPresent()) {
                    break;
                }
            }
        } catch (DecodeException e) {
            failure = Optional.of(e);
        }
        return new JsonArray(values);
    }

    /** The pairs of a map; {@code count} below 0 stands for a map until a break. */
    protected final JsonValue map(long count, int depth) {
        List<JsonValue> keys = new ArrayList<>();
        List<JsonValue> values = new ArrayList<>();
        try {
            for (long i = 0; count < 0 ? !atBreak() : i < count; i++) {
                JsonValue key = value(depth + 1);
                if (failure.isPresent()) {
                    break;
                }
                JsonValue value = value(depth + 1);
                noteKey(key);
                keys.add(key);
                values.add(value);
                if (failure.isPresent()) {
                    break;
                }
            }
        } catch (DecodeException e) {
            failure = Optional.of(e);
        }
        return Marks.map(keys, values);
    }

    private void noteKey(JsonValue key) {
        boolean plain = key instanceof JsonString name && !name.value().isEmpty()
                && name.value().chars().allMatch(c -> c >= 0x20 && c < 0x7f);
        plainKeys &= plain;
        keyChars += plain ? ((JsonString) key).value().length() : 0;
    }

    /** All items to the end of the input: one is itself, several are {@code {"$sequence": [...]}}. */
    final DecodedLayer decode(DecodeInput in) throws DecodeException {
        List<JsonValue> values = new ArrayList<>();
        while (failure.isEmpty() && (octets.left() > 0 || values.isEmpty())) {
            try {
                values.add(value(0));
            } catch (DecodeException e) {
                if (values.isEmpty()) {
                    throw e;
                }
                failure = Optional.of(e);
            }
        }
        JsonValue value = values.size() == 1 ? values.get(0) : JsonObject.builder().put("$sequence", values).build();
        DecodedLayer layer = DecodedLayer.json(in, value);
        return failure.isEmpty() ? layer : layer.partial(failure.get().getMessage() + ", at byte " + failure.get().offset())
                .spanning(0, (int) Math.max(0, failure.get().offset()));
    }

    /** How likely it is that somebody wrote these octets in this format: one container with keys of plain letters, and nothing behind it. */
    final double confidence(boolean whole) {
        try {
            JsonValue value = value(0);
            boolean container = value instanceof JsonObject || value instanceof JsonArray;
            boolean cut = failure.isPresent() && !whole && octets.left() < DecodeInput.LOOK_BYTES / 2;
            boolean complete = failure.isEmpty() && octets.left() == 0;
            return container && plainKeys && keyChars >= KEY_CHARS_MIN && (complete || cut) ? BY_KEYS : 0;
        } catch (DecodeException notThisFormat) {
            return 0;
        }
    }
}
