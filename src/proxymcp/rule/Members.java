package proxymcp.rule;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import proxymcp.json.Check;
import proxymcp.json.JsonBoolean;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;
import proxymcp.json.NearestName;

/** The members of a JSON object, read one by one. What does not fit is refused with the member's path, what was expected and what was got. */
final class Members {
    private final String path;
    private final JsonObject object;

    /**
     * The members of {@code object}.
     *
     * @param path where it stands, such as {@code handler.delay}; empty for the outermost
     * @throws RuleException if it has a member that is not among {@code known}, or one twice
     */
    Members(String path, JsonObject object, List<String> known) throws RuleException {
        this.path = path;
        this.object = object;
        Set<String> seen = new HashSet<>();
        for (JsonObject.Member member : object.members()) {
            if (!known.contains(member.name())) {
                Optional<String> nearest = NearestName.of(member.name(), known);
                throw bad(pathOf(member.name()), "unknown member; " + (nearest.isPresent()
                        ? "did you mean " + Check.quoted(new JsonString(nearest.get())) + "?" : "known are " + Check.quotedList(known)));
            }
            if (!seen.add(member.name())) {
                throw bad(pathOf(member.name()), "given more than once");
            }
        }
    }

    static RuleException bad(String path, String complaint) {
        return new RuleException(RuleException.Code.INVALID_RULE, path + ": " + complaint);
    }

    static RuleException unexpected(String path, String expected, JsonValue got) {
        return bad(path, "expected " + expected + ", got " + Check.quoted(got));
    }

    /** Where the member stands; what is unknown may be long or odd, so that its name is shown in its beginning only. */
    String pathOf(String name) {
        String shown = name.length() > 60 ? name.substring(0, 60) + "..." : name;
        return path.isEmpty() ? shown : path + "." + shown;
    }

    RuleException bad(String name, String expected, Object got) {
        return bad(pathOf(name), "expected " + expected + ", got " + got);
    }

    boolean has(String name) {
        return object.has(name);
    }

    Optional<JsonValue> value(String name) {
        return object.get(name);
    }

    Optional<String> text(String name, int lengthMin, int lengthMax) throws RuleException {
        Optional<JsonValue> value = object.get(name);
        if (value.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(text(pathOf(name), value.get(), lengthMin, lengthMax));
    }

    static String text(String path, JsonValue value, int lengthMin, int lengthMax) throws RuleException {
        if (value instanceof JsonString string && string.value().length() >= lengthMin && string.value().length() <= lengthMax) {
            return string.value();
        }
        throw unexpected(path, "a string of " + lengthMin + ".." + lengthMax + " characters", value);
    }

    String required(String name, int lengthMax) throws RuleException {
        return text(name, 0, lengthMax).orElseThrow(() -> missing(name));
    }

    RuleException missing(String name) {
        return bad(pathOf(name), "required, but not given");
    }

    OptionalLong whole(String name, long min, long max) throws RuleException {
        Optional<JsonValue> value = object.get(name);
        if (value.isEmpty()) {
            return OptionalLong.empty();
        }
        OptionalLong whole = value.get() instanceof JsonNumber number ? number.exactLong() : OptionalLong.empty();
        if (whole.isEmpty() || whole.getAsLong() < min || whole.getAsLong() > max) {
            throw unexpected(pathOf(name), "an integer in " + min + ".." + max, value.get());
        }
        return whole;
    }

    long requiredWhole(String name, long min, long max) throws RuleException {
        return whole(name, min, max).orElseThrow(() -> missing(name));
    }

    OptionalDouble fraction(String name, double min, double max) throws RuleException {
        Optional<JsonValue> value = object.get(name);
        if (value.isEmpty()) {
            return OptionalDouble.empty();
        }
        if (value.get() instanceof JsonNumber number && number.asDouble() >= min && number.asDouble() <= max) {
            return OptionalDouble.of(number.asDouble());
        }
        throw unexpected(pathOf(name), "a number in " + min + ".." + max, value.get());
    }

    boolean requiredFlag(String name) throws RuleException {
        JsonValue value = object.get(name).orElseThrow(() -> missing(name));
        if (value instanceof JsonBoolean flag) {
            return flag.value();
        }
        throw unexpected(pathOf(name), "true or false", value);
    }

    /** One of {@code values}, whose names these are. */
    Optional<String> choice(String name, List<String> values) throws RuleException {
        Optional<JsonValue> value = object.get(name);
        if (value.isPresent() && !(value.get() instanceof JsonString string && values.contains(string.value()))) {
            throw unexpected(pathOf(name), "one of " + Check.quotedList(values), value.get());
        }
        return object.string(name);
    }

    Optional<JsonObject> object(String name) throws RuleException {
        Optional<JsonValue> value = object.get(name);
        if (value.isPresent() && !(value.get() instanceof JsonObject)) {
            throw unexpected(pathOf(name), "an object", value.get());
        }
        return object.object(name);
    }
}
