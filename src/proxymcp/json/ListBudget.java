package proxymcp.json;

import java.util.ArrayList;
import java.util.List;

/**
 * The items of a list, up to the characters that a result may have. A tool adds one item after the other and stops
 * when it is told that the list is full; what it then says about the page is always true and always JSON.
 *
 * <pre>
 *   ListBudget list = new ListBudget(args.integer("max_chars"));
 *   for (int i = offset; i &lt; end &amp;&amp; list.add(row(i)); i++) { }
 *   result.putAll(list.page("exchanges", offset, total));
 * </pre>
 *
 * <p>The first item is always taken, shortened if it must be, so that a caller who follows {@code nextOffset} always
 * gets on.
 */
public final class ListBudget {
    /** The parameter that every listing tool has; what it means is said once, where the server introduces itself. */
    public static final Property MAX_CHARS = Property.integer("max_chars", "", 2_000, 200_000).defaultTo(24_000).toldElsewhere();

    /** Kept free for the members around the list. */
    private static final int ENVELOPE_CHARS = 1_000;
    /** Strings of an oversized item are cut to this first, then to ever less. */
    private static final int STRING_CHARS_FIRST = 4_096;
    private static final int STRING_CHARS_LEAST = 16;

    private final List<JsonValue> items = new ArrayList<>();
    private final int charsMax;
    private int chars;
    private boolean full;

    /**
     * An empty list.
     *
     * @param charsMax characters of the whole result, at least 2,000; 1,000 are kept for the members around the list
     */
    public ListBudget(int charsMax) {
        if (charsMax < 2 * ENVELOPE_CHARS) {
            throw new IllegalArgumentException("charsMax: expected at least " + 2 * ENVELOPE_CHARS + ", got " + charsMax);
        }
        this.charsMax = charsMax - ENVELOPE_CHARS;
    }

    /**
     * Adds an item if there is room.
     *
     * @return whether it was added; after {@code false} the list stays as it is
     */
    public boolean add(JsonObject item) {
        int length = Json.text(item).length() + 1;
        if (full || !items.isEmpty() && chars + length > charsMax) {
            full = true;
            return false;
        }
        JsonObject fitting = length > charsMax ? shortened(item) : item;
        items.add(fitting);
        chars += Json.text(fitting).length() + 1;
        return true;
    }

    /** Whether an item was refused for want of room. */
    public boolean isFull() {
        return full;
    }

    /** How many items were added. */
    public int size() {
        return items.size();
    }

    /** What was added so far. */
    public JsonArray items() {
        return new JsonArray(items);
    }

    /**
     * The members that tell what a page holds: {@code total}, {@code offset}, {@code showing}, {@code complete},
     * {@code reason} when not complete, {@code nextOffset} when more follow, and the items.
     *
     * @param name of the array
     * @param offset of the first item within the whole list, from 0
     * @param total items that the whole list has
     */
    public JsonObject page(String name, long offset, long total) {
        long next = offset + items.size();
        boolean more = next < total;
        JsonObject.Builder page = JsonObject.builder().put("total", total).put("offset", offset)
                .put("showing", items.size()).put("complete", !more && offset == 0);
        if (more) {
            page.put("reason", full ? "max_chars reached; continue at nextOffset" : "limit reached; continue at nextOffset")
                    .put("nextOffset", next);
        } else if (offset > 0) {
            page.put("reason", "items before offset are not shown");
        }
        return page.put(name, items()).build();
    }

    /** What {@link #page} adds to a result, for the tool's output schema. */
    public static ResultSchema pageMembers(String name) {
        return ResultSchema.of(ResultSchema.integer("total"), ResultSchema.integer("offset"), ResultSchema.integer("showing"),
                ResultSchema.flag("complete"), ResultSchema.text("reason").optional(), ResultSchema.integer("nextOffset").optional(),
                ResultSchema.array(name));
    }

    private JsonObject shortened(JsonObject item) {
        for (int stringChars = STRING_CHARS_FIRST; stringChars >= STRING_CHARS_LEAST; stringChars /= 2) {
            JsonObject candidate = JsonObject.builder().putAll((JsonObject) shortened(item, stringChars)).put("truncated", true).build();
            if (Json.text(candidate).length() < charsMax) {
                return candidate;
            }
        }
        return JsonObject.builder().put("truncated", true)
                .put("reason", "this item does not fit max_chars; ask for it alone").build();
    }

    private static JsonValue shortened(JsonValue value, int stringChars) {
        return switch (value) {
            case JsonString string -> new JsonString(shortened(string.value(), stringChars));
            case JsonArray array -> {
                List<JsonValue> values = new ArrayList<>();
                for (JsonValue element : array) {
                    values.add(shortened(element, stringChars));
                }
                yield new JsonArray(values);
            }
            case JsonObject object -> {
                JsonObject.Builder members = JsonObject.builder();
                for (JsonObject.Member member : object.members()) {
                    members.put(member.name(), shortened(member.value(), stringChars));
                }
                yield members.build();
            }
            case JsonNumber number -> number;
            case JsonBoolean bool -> bool;
            case JsonNull none -> none;
        };
    }

    private static String shortened(String text, int chars) {
        if (text.length() <= chars) {
            return text;
        }
        // A surrogate pair is not split.
        int end = Character.isHighSurrogate(text.charAt(chars - 1)) ? chars - 1 : chars;
        return text.substring(0, end) + "... (" + text.length() + " characters)";
    }
}
