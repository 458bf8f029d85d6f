package proxymcp.json;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** What changes in one value: another one in its place, or changes below it and members behind its own. Not for several threads. */
final class JsonEdits {
    private final TreeMap<Integer, JsonEdits> below = new TreeMap<>();
    private final List<JsonObject.Member> added = new ArrayList<>();
    private Optional<JsonValue> replacement = Optional.empty();

    /** The changes at a place below, by positions among members and elements. */
    JsonEdits at(List<Integer> positions) {
        JsonEdits edits = this;
        for (int position : positions) {
            edits = edits.below.computeIfAbsent(position, key -> new JsonEdits());
        }
        return edits;
    }

    void replace(JsonValue value) {
        replacement = Optional.of(value);
    }

    void add(String name, JsonValue value) {
        added.add(new JsonObject.Member(name, value));
    }

    Optional<JsonValue> replacement() {
        return replacement;
    }

    List<JsonObject.Member> added() {
        return added;
    }

    /** The changes of one member or element. */
    Optional<JsonEdits> below(int position) {
        return Optional.ofNullable(below.get(position));
    }

    /** The value with all changes made. */
    JsonValue apply(JsonValue value) {
        if (replacement.isPresent()) {
            return replacement.get();
        }
        return switch (value) {
            case JsonObject object -> {
                List<JsonObject.Member> members = new ArrayList<>(object.members());
                below.forEach((position, edits) -> members.set(position, new JsonObject.Member(members.get(position).name(),
                        edits.apply(members.get(position).value()))));
                members.addAll(added);
                yield new JsonObject(members);
            }
            case JsonArray array -> {
                List<JsonValue> values = new ArrayList<>(array.values());
                below.forEach((position, edits) -> values.set(position, edits.apply(values.get(position))));
                yield new JsonArray(values);
            }
            case JsonString string -> string;
            case JsonNumber number -> number;
            case JsonBoolean bool -> bool;
            case JsonNull none -> none;
        };
    }
}
