package proxymcp.tool;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;

/** Counts by name, where the names come from strangers and the most frequent ones are shown. */
final class Ranking {
    /** Names counted one by one; what comes later under a new name is not counted. */
    private static final int NAMES_MAX = 100_000;
    private static final int NAME_CHARS = 255;

    private final Map<String, Long> counts = new HashMap<>();

    /** Counts one. */
    void add(String name) {
        if (counts.size() < NAMES_MAX || counts.containsKey(name)) {
            counts.merge(name, 1L, Long::sum);
        }
    }

    /** The most frequent ones as {@code {name: text, count: n}}. */
    List<JsonValue> ranked(String name, String count, int max) {
        List<JsonValue> ranked = new ArrayList<>();
        for (Map.Entry<String, Long> entry : top(max)) {
            ranked.add(JsonObject.builder().put(name, Shortened.text(entry.getKey(), NAME_CHARS)).put(count, entry.getValue()).build());
        }
        return ranked;
    }

    /** The most frequent ones as {@code {text: n}}. */
    JsonObject object(int max) {
        JsonObject.Builder members = JsonObject.builder();
        for (Map.Entry<String, Long> entry : top(max)) {
            members.put(Shortened.text(entry.getKey(), NAME_CHARS), entry.getValue());
        }
        return members.build();
    }

    /** Most frequent first; of equally frequent ones in order of their names. */
    private List<Map.Entry<String, Long>> top(int max) {
        List<Map.Entry<String, Long>> entries = new ArrayList<>(counts.entrySet());
        entries.sort(Map.Entry.<String, Long>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()));
        return entries.subList(0, Math.min(max, entries.size()));
    }
}
