package proxymcp.diff;

import java.util.HashMap;
import java.util.Map;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/** How much two values of an array are alike: objects by their members, strings by how they begin and end, anything else by its type. */
final class ItemLikeness {
    private static final double SAME_TYPE = 0.3;
    private static final int CHARS_MAX = 1_000;
    private static final int MEMBERS_MAX = 200;

    private final TreeHash hash;

    ItemLikeness(TreeHash hash) {
        this.hash = hash;
    }

    /** 0 for values of different types to 1 for equal ones. */
    double of(JsonValue a, JsonValue b) {
        if (a instanceof JsonObject one && b instanceof JsonObject other) {
            return objects(one, other);
        }
        if (a instanceof JsonString one && b instanceof JsonString other) {
            return SAME_TYPE + (1 - SAME_TYPE) * strings(one.value(), other.value());
        }
        if (a instanceof JsonArray one && b instanceof JsonArray other) {
            return one.size() == other.size() ? 2 * SAME_TYPE : SAME_TYPE;
        }
        return TreeLeaves.type(a) == TreeLeaves.type(b) ? SAME_TYPE : 0;
    }

    /** Half for the names that both have, half for those whose values are equal too. */
    private double objects(JsonObject a, JsonObject b) {
        int most = Math.max(a.members().size(), b.members().size());
        if (most == 0) {
            return 1;
        }
        Map<String, JsonValue> ofB = new HashMap<>();
        for (JsonObject.Member member : b.members().subList(0, Math.min(MEMBERS_MAX, b.members().size()))) {
            ofB.put(member.name(), member.value());
        }
        int points = 0;
        for (JsonObject.Member member : a.members().subList(0, Math.min(MEMBERS_MAX, a.members().size()))) {
            JsonValue other = ofB.get(member.name());
            points += other == null ? 0 : hash.of(member.value()) == hash.of(other) ? 2 : 1;
        }
        return points / (2.0 * Math.min(most, MEMBERS_MAX));
    }

    private static double strings(String a, String b) {
        int most = Math.min(CHARS_MAX, Math.min(a.length(), b.length()));
        int begin = 0;
        while (begin < most && a.charAt(begin) == b.charAt(begin)) {
            begin++;
        }
        int end = 0;
        while (end < most - begin && a.charAt(a.length() - 1 - end) == b.charAt(b.length() - 1 - end)) {
            end++;
        }
        int longer = Math.max(1, Math.min(CHARS_MAX, Math.max(a.length(), b.length())));
        return Math.min(1, (begin + end) / (double) longer);
    }
}
