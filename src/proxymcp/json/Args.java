package proxymcp.json;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.OptionalDouble;

/**
 * The typed view of arguments that a {@link Schema} has checked; the only code that casts. Types, bounds and defaults
 * come from the schema, so they are stated once:
 *
 * <pre>
 *   static final Schema INPUT = Schema.of(
 *           Property.text("host", "Only this host"),
 *           Property.integer("limit", "How many", 1, 5000).defaultTo(50));
 *
 *   Args args = INPUT.check(arguments);
 *   Optional&lt;String&gt; host = args.optString("host");
 *   int limit = args.integer("limit");
 * </pre>
 *
 * <p>Asking for a name that the schema does not declare, for another type than it declares, or for the value of an
 * optional property without a default is a bug of the caller: {@link IllegalArgumentException}, whatever the
 * arguments are.
 */
public final class Args {
    private final Schema schema;
    private final JsonObject arguments;

    Args(Schema schema, JsonObject arguments) {
        this.schema = schema;
        this.arguments = arguments;
    }

    /** Turns a string into a value, or throws {@link IllegalArgumentException} with a message that says what it expected. */
    @FunctionalInterface
    public interface Parser<T> {
        /** Parses {@code text}. */
        T parse(String text);
    }

    /** Whether the caller gave it (a default does not count). */
    public boolean given(String name) {
        declared(name);
        return arguments.has(name);
    }

    /** The arguments as they came. */
    public JsonObject json() {
        return arguments;
    }

    /** A string or choice that is required or has a default. */
    public String string(String name) {
        return optString(name).orElseThrow(() -> noValue(name));
    }

    /** A string or choice. */
    public Optional<String> optString(String name) {
        Property property = declared(name);
        if (!(property.kind() instanceof Property.Kind.Text || property.kind() instanceof Property.Kind.Choice)) {
            throw otherKind(name, "a string");
        }
        return value(property).map(value -> ((JsonString) value).value());
    }

    /** A whole number that is required or has a default, and whose bounds fit an int. */
    public int integer(String name) {
        return optInteger(name).orElseThrow(() -> noValue(name));
    }

    /** A whole number whose bounds fit an int. */
    public OptionalInt optInteger(String name) {
        if (declared(name).kind() instanceof Property.Kind.Whole whole
                && (whole.min() < Integer.MIN_VALUE || whole.max() > Integer.MAX_VALUE)) {
            throw otherKind(name, "an int");
        }
        OptionalLong value = optLong(name);
        return value.isPresent() ? OptionalInt.of((int) value.getAsLong()) : OptionalInt.empty();
    }

    /** A whole number that is required or has a default. */
    public long longInteger(String name) {
        return optLong(name).orElseThrow(() -> noValue(name));
    }

    /** A whole number. */
    public OptionalLong optLong(String name) {
        Property property = declared(name);
        if (!(property.kind() instanceof Property.Kind.Whole)) {
            throw otherKind(name, "an integer");
        }
        Optional<JsonValue> value = value(property);
        return value.isPresent() ? ((JsonNumber) value.get()).exactLong() : OptionalLong.empty();
    }

    /** A number that is required or has a default. */
    public double number(String name) {
        return optNumber(name).orElseThrow(() -> noValue(name));
    }

    /** A number. */
    public OptionalDouble optNumber(String name) {
        Property property = declared(name);
        if (!(property.kind() instanceof Property.Kind.Fraction)) {
            throw otherKind(name, "a number");
        }
        Optional<JsonValue> value = value(property);
        return value.isPresent() ? OptionalDouble.of(((JsonNumber) value.get()).asDouble()) : OptionalDouble.empty();
    }

    /** A flag that is required or has a default. */
    public boolean flag(String name) {
        return optFlag(name).orElseThrow(() -> noValue(name));
    }

    /** A flag. */
    public Optional<Boolean> optFlag(String name) {
        Property property = declared(name);
        if (!(property.kind() instanceof Property.Kind.Flag)) {
            throw otherKind(name, "a flag");
        }
        return value(property).map(value -> ((JsonBoolean) value).value());
    }

    /** A choice that is required or has a default, as the constant whose lower-case name it is. */
    public <E extends Enum<E>> E choice(String name, Class<E> type) {
        return optChoice(name, type).orElseThrow(() -> noValue(name));
    }

    /** A choice, as the constant whose lower-case name it is. */
    public <E extends Enum<E>> Optional<E> optChoice(String name, Class<E> type) {
        if (!(declared(name).kind() instanceof Property.Kind.Choice)) {
            throw otherKind(name, "a choice");
        }
        return optString(name).map(value -> Enum.valueOf(type, value.toUpperCase(Locale.ROOT)));
    }

    /** An array of strings; empty when it was not given. */
    public List<String> strings(String name) {
        Property property = declared(name);
        if (!(property.kind() instanceof Property.Kind.Texts)) {
            throw otherKind(name, "an array of strings");
        }
        List<String> strings = new ArrayList<>();
        value(property).ifPresent(array -> ((JsonArray) array).values().forEach(item -> strings.add(((JsonString) item).value())));
        return List.copyOf(strings);
    }

    /** An array of whole numbers; empty when it was not given. */
    public List<Long> integers(String name) {
        Property property = declared(name);
        if (!(property.kind() instanceof Property.Kind.Wholes)) {
            throw otherKind(name, "an array of integers");
        }
        List<Long> numbers = new ArrayList<>();
        value(property).ifPresent(array -> ((JsonArray) array).values().forEach(item -> numbers.add(((JsonNumber) item).exactLong().orElseThrow())));
        return List.copyOf(numbers);
    }

    /** An array of pairs of strings, each a list of two; empty when it was not given. */
    public List<List<String>> pairs(String name) {
        Property property = declared(name);
        if (!(property.kind() instanceof Property.Kind.Pairs)) {
            throw otherKind(name, "an array of pairs");
        }
        List<List<String>> pairs = new ArrayList<>();
        value(property).ifPresent(array -> ((JsonArray) array).values().forEach(item -> pairs.add(List.of(
                ((JsonString) ((JsonArray) item).values().get(0)).value(), ((JsonString) ((JsonArray) item).values().get(1)).value()))));
        return List.copyOf(pairs);
    }

    /** An object of strings, in the order given; empty when it was not given. Of equal names the last one counts. */
    public Map<String, String> stringMap(String name) {
        Property property = declared(name);
        if (!(property.kind() instanceof Property.Kind.TextMap)) {
            throw otherKind(name, "an object of strings");
        }
        Map<String, String> map = new LinkedHashMap<>();
        value(property).ifPresent(object -> ((JsonObject) object).members()
                .forEach(member -> map.put(member.name(), ((JsonString) member.value()).value())));
        return map;
    }

    /** An object with properties of its own. */
    public Optional<Args> object(String name) {
        Property property = declared(name);
        if (!(property.kind() instanceof Property.Kind.Nested nested)) {
            throw otherKind(name, "an object");
        }
        return value(property).map(value -> new Args(nested.schema(), (JsonObject) value));
    }

    /** An object that the tool reads itself. */
    public Optional<JsonObject> form(String name) {
        Property property = declared(name);
        if (!(property.kind() instanceof Property.Kind.Form)) {
            throw otherKind(name, "an object that the tool reads");
        }
        return value(property).map(value -> (JsonObject) value);
    }

    /** An array of objects with properties of their own; empty when it was not given. */
    public List<Args> objects(String name) {
        Property property = declared(name);
        if (!(property.kind() instanceof Property.Kind.NestedList list)) {
            throw otherKind(name, "an array of objects");
        }
        List<Args> objects = new ArrayList<>();
        value(property).ifPresent(array -> ((JsonArray) array).values()
                .forEach(item -> objects.add(new Args(list.schema(), (JsonObject) item))));
        return List.copyOf(objects);
    }

    /**
     * A string in a form of its own, such as a range of status codes; {@code fallback} when it was not given.
     *
     * @throws BadArgument if {@code parser} refuses it
     */
    public <T> T opt(String name, Parser<T> parser, T fallback) throws BadArgument {
        Optional<T> parsed = opt(name, parser);
        return parsed.isPresent() ? parsed.get() : fallback;
    }

    /**
     * A string in a form of its own.
     *
     * @throws BadArgument if {@code parser} refuses it
     */
    public <T> Optional<T> opt(String name, Parser<T> parser) throws BadArgument {
        Optional<String> text = optString(name);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(parser.parse(text.get()));
        } catch (IllegalArgumentException refused) {
            throw new BadArgument(name, refused.getMessage() + ", got " + Check.quoted(new JsonString(text.get())));
        }
    }

    private Optional<JsonValue> value(Property property) {
        Optional<JsonValue> given = arguments.get(property.name());
        if (given.isEmpty() && property.presence() instanceof Property.Presence.Defaulted defaulted) {
            return Optional.of(defaulted.value());
        }
        return given;
    }

    private Property declared(String name) {
        return schema.property(name).orElseThrow(() -> new IllegalArgumentException("no property is named " + name));
    }

    private static IllegalArgumentException otherKind(String name, String asked) {
        return new IllegalArgumentException(name + " is not declared as " + asked);
    }

    private static IllegalArgumentException noValue(String name) {
        return new IllegalArgumentException(name + " is optional and has no default");
    }
}
