package proxymcp.json;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A JSON object: its members in the order they were written, duplicate names included. Two objects are equal when
 * their members are equal in the same order.
 */
public final class JsonObject implements JsonValue {
    /** The object without members. */
    public static final JsonObject EMPTY = new JsonObject(List.of());

    /** Above this many members a lookup goes through a map, so that large objects stay linear to read. */
    private static final int SCAN_MAX = 16;

    private final List<Member> members;
    /** Name to its last value; null until the first lookup in a large object. Written at most once per thread. */
    private volatile Map<String, JsonValue> lastByName;

    /**
     * One name and its value.
     *
     * @param name any string
     * @param value the value
     */
    public record Member(String name, JsonValue value) {
        /** Refuses null. */
        public Member {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(value, "value");
        }
    }

    /** Makes an object of these members; the list is copied. */
    public JsonObject(List<Member> members) {
        this.members = List.copyOf(members);
    }

    /** Starts an object. */
    public static Builder builder() {
        return new Builder();
    }

    /** All members in order, duplicates included; unmodifiable. */
    public List<Member> members() {
        return members;
    }

    /** The value of {@code name}; of several members with this name the last one, as JavaScript and Python read it. */
    public Optional<JsonValue> get(String name) {
        if (members.size() > SCAN_MAX) {
            return Optional.ofNullable(index().get(name));
        }
        for (int i = members.size() - 1; i >= 0; i--) {
            if (members.get(i).name().equals(name)) {
                return Optional.of(members.get(i).value());
            }
        }
        return Optional.empty();
    }

    /** Whether there is a member {@code name}. */
    public boolean has(String name) {
        return get(name).isPresent();
    }

    /** The value of {@code name} if it is a string. */
    public Optional<String> string(String name) {
        return get(name).orElse(JsonNull.NULL) instanceof JsonString string ? Optional.of(string.value()) : Optional.empty();
    }

    /** The value of {@code name} if it is an object. */
    public Optional<JsonObject> object(String name) {
        return get(name).orElse(JsonNull.NULL) instanceof JsonObject object ? Optional.of(object) : Optional.empty();
    }

    /** The value of {@code name} if it is an array. */
    public Optional<JsonArray> array(String name) {
        return get(name).orElse(JsonNull.NULL) instanceof JsonArray array ? Optional.of(array) : Optional.empty();
    }

    private Map<String, JsonValue> index() {
        Map<String, JsonValue> index = lastByName;
        if (index == null) {
            index = new HashMap<>();
            for (Member member : members) {
                index.put(member.name(), member.value());
            }
            lastByName = index;
        }
        return index;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof JsonObject object && members.equals(object.members);
    }

    @Override
    public int hashCode() {
        return members.hashCode();
    }

    @Override
    public String toString() {
        return Json.text(this);
    }

    /** Collects members in order. A name put twice stands twice. */
    public static final class Builder {
        private final List<Member> members = new ArrayList<>();

        private Builder() {
        }

        /** Adds a member. */
        public Builder put(String name, JsonValue value) {
            members.add(new Member(name, value));
            return this;
        }

        /** Adds a string. */
        public Builder put(String name, String value) {
            return put(name, new JsonString(value));
        }

        /** Adds an integer. */
        public Builder put(String name, long value) {
            return put(name, JsonNumber.of(value));
        }

        /**
         * Adds a number.
         *
         * @throws IllegalArgumentException if {@code value} is infinite or not a number
         */
        public Builder put(String name, double value) {
            return put(name, JsonNumber.of(value));
        }

        /** Adds {@code true} or {@code false}. */
        public Builder put(String name, boolean value) {
            return put(name, JsonBoolean.of(value));
        }

        /** Adds an array of values. */
        public Builder put(String name, List<? extends JsonValue> values) {
            return put(name, new JsonArray(List.copyOf(values)));
        }

        /** Adds an array of strings. */
        public Builder putStrings(String name, Iterable<String> values) {
            return put(name, JsonArray.ofStrings(values));
        }

        /** Adds a string when there is one; adds nothing otherwise. */
        public Builder putIf(String name, Optional<String> value) {
            return value.isPresent() ? put(name, value.get()) : this;
        }

        /** Adds a value, or {@code null} where there is none: for members that are always there. */
        public Builder putOrNull(String name, Optional<? extends JsonValue> value) {
            return put(name, value.isPresent() ? value.get() : JsonNull.NULL);
        }

        /** Adds all members of {@code object}. */
        public Builder putAll(JsonObject object) {
            members.addAll(object.members);
            return this;
        }

        /** Returns the object; the builder may go on. */
        public JsonObject build() {
            return new JsonObject(members);
        }
    }
}
