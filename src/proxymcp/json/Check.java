package proxymcp.json;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Whether a value is one of those that a property accepts, and the sentence that says why it is not. */
public final class Check {
    /** A refused value is quoted up to this many characters. */
    private static final int QUOTED_CHARS_MAX = 60;

    private Check() {
    }

    /**
     * Complains about a value of a property other than an object with properties of its own, whose members are
     * checked one by one by {@link Schema}.
     */
    static Optional<String> complaint(Property.Kind kind, JsonValue value) {
        if (kind instanceof Property.Kind.TextMap && value instanceof JsonObject object) {
            for (JsonObject.Member member : object.members()) {
                if (!(member.value() instanceof JsonString)) {
                    return Optional.of("expected an object whose values are strings, got " + quoted(new JsonString(member.name())) + ": "
                            + quoted(member.value()));
                }
            }
        }
        return accepts(kind, value) ? Optional.empty() : Optional.of("expected " + expected(kind) + ", got " + quoted(value));
    }

    private static boolean accepts(Property.Kind kind, JsonValue value) {
        return switch (kind) {
            case Property.Kind.Text text -> value instanceof JsonString string && acceptsLength(text, string.value());
            case Property.Kind.Whole whole -> value instanceof JsonNumber number && acceptsWhole(whole, number.exactLong());
            case Property.Kind.Fraction fraction -> value instanceof JsonNumber number
                    && number.asDouble() >= fraction.min() && number.asDouble() <= fraction.max();
            case Property.Kind.Flag flag -> value instanceof JsonBoolean;
            case Property.Kind.Choice choice -> value instanceof JsonString string && choice.values().contains(string.value());
            case Property.Kind.Texts texts -> value instanceof JsonArray array
                    && array.size() <= texts.itemsMax() && allStrings(array.values());
            case Property.Kind.Wholes wholes -> value instanceof JsonArray array
                    && array.size() <= wholes.itemsMax() && allWhole(array.values(), wholes);
            case Property.Kind.Pairs pairs -> value instanceof JsonArray array && array.size() <= pairs.itemsMax() && allPairs(array.values());
            case Property.Kind.TextMap map -> value instanceof JsonObject object && allStringMembers(object);
            case Property.Kind.Nested nested -> value instanceof JsonObject;
            case Property.Kind.NestedList list -> value instanceof JsonArray array
                    && array.size() <= list.itemsMax() && allObjects(array.values());
            case Property.Kind.Form form -> value instanceof JsonObject;
        };
    }

    private static boolean acceptsLength(Property.Kind.Text text, String value) {
        int length = value.codePointCount(0, value.length());
        return length >= text.lengthMin() && length <= text.lengthMax();
    }

    private static boolean acceptsWhole(Property.Kind.Whole whole, OptionalLong value) {
        return value.isPresent() && value.getAsLong() >= whole.min() && value.getAsLong() <= whole.max();
    }

    private static boolean allWhole(List<JsonValue> values, Property.Kind.Wholes wholes) {
        Property.Kind.Whole each = new Property.Kind.Whole(wholes.min(), wholes.max());
        for (JsonValue value : values) {
            if (!(value instanceof JsonNumber number) || !acceptsWhole(each, number.exactLong())) {
                return false;
            }
        }
        return true;
    }

    private static boolean allPairs(List<JsonValue> values) {
        for (JsonValue value : values) {
            if (!(value instanceof JsonArray pair) || pair.size() != 2 || !allStrings(pair.values())) {
                return false;
            }
        }
        return true;
    }

    private static boolean allStrings(List<JsonValue> values) {
        for (JsonValue value : values) {
            if (!(value instanceof JsonString)) {
                return false;
            }
        }
        return true;
    }

    private static boolean allObjects(List<JsonValue> values) {
        for (JsonValue value : values) {
            if (!(value instanceof JsonObject)) {
                return false;
            }
        }
        return true;
    }

    private static boolean allStringMembers(JsonObject object) {
        for (JsonObject.Member member : object.members()) {
            if (!(member.value() instanceof JsonString)) {
                return false;
            }
        }
        return true;
    }

    private static String expected(Property.Kind kind) {
        return switch (kind) {
            case Property.Kind.Text text -> "a string" + lengths(text);
            case Property.Kind.Whole whole -> "an integer in " + whole.min() + ".." + whole.max();
            case Property.Kind.Fraction fraction -> "a number in " + fraction.min() + ".." + fraction.max();
            case Property.Kind.Flag flag -> "true or false";
            case Property.Kind.Choice choice -> "one of " + quotedList(choice.values());
            case Property.Kind.Texts texts -> "an array of at most " + texts.itemsMax() + " strings";
            case Property.Kind.Wholes wholes -> "an array of at most " + wholes.itemsMax() + " integers in " + wholes.min() + ".." + wholes.max();
            case Property.Kind.Pairs pairs -> "an array of at most " + pairs.itemsMax() + " pairs of strings, as [\"text\", \"other\"]";
            case Property.Kind.TextMap map -> "an object whose values are strings";
            case Property.Kind.Nested nested -> "an object";
            case Property.Kind.NestedList list -> "an array of at most " + list.itemsMax() + " objects";
            case Property.Kind.Form form -> "an object";
        };
    }

    private static String lengths(Property.Kind.Text text) {
        if (text.lengthMax() < Integer.MAX_VALUE) {
            return " of " + text.lengthMin() + ".." + text.lengthMax() + " characters";
        }
        return text.lengthMin() > 0 ? " of at least " + text.lengthMin() + " characters" : "";
    }

    /** The names, each in quotes, with commas between. */
    public static String quotedList(Iterable<String> names) {
        StringBuilder list = new StringBuilder();
        for (String name : names) {
            list.append(list.isEmpty() ? "" : ", ").append(quoted(new JsonString(name)));
        }
        return list.toString();
    }

    /** The value as JSON, or a word for it where that would be long. */
    public static String quoted(JsonValue value) {
        return switch (value) {
            case JsonArray array -> "an array of " + array.size();
            case JsonObject object -> "an object";
            case JsonString string -> quotedString(string.value());
            case JsonNumber number -> shortened(number.text());
            case JsonBoolean bool -> bool.toString();
            case JsonNull none -> "null";
        };
    }

    private static String quotedString(String value) {
        if (value.length() <= QUOTED_CHARS_MAX) {
            return Json.text(new JsonString(value));
        }
        return Json.text(new JsonString(value.substring(0, QUOTED_CHARS_MAX))) + "... (" + value.length() + " characters)";
    }

    private static String shortened(String text) {
        return text.length() <= QUOTED_CHARS_MAX ? text : text.substring(0, QUOTED_CHARS_MAX) + "...";
    }
}
