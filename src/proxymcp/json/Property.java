package proxymcp.json;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * One parameter of a tool: what is published about it and what is accepted for it. Optional unless
 * {@link #required()} was called; {@link #defaultTo} names the value that an absent one has.
 *
 * <pre>
 *   Property.integer("limit", "How many to return", 1, 5000).defaultTo(50)
 *   Property.text("exchange_id", "Id from proxy_list_traffic").required()
 *   Property.choice("body", "Which body", "none", "request", "response", "both").defaultTo("none")
 * </pre>
 *
 * @param name snake_case
 * @param description a sentence for the agent; empty where the name says enough, or another tool says it
 * @param kind what values are accepted
 * @param presence whether it must be given
 * @param elsewhere another tool tells what values are accepted: only the type is told here
 */
public record Property(String name, String description, Kind kind, Presence presence, boolean elsewhere) {

    /** What values a property accepts. */
    sealed interface Kind {
        /** A string of {@code lengthMin..lengthMax} code points. */
        record Text(int lengthMin, int lengthMax) implements Kind {}

        /** A whole number in {@code min..max}, both included. */
        record Whole(long min, long max) implements Kind {}

        /** A number in {@code min..max}, both included. */
        record Fraction(double min, double max) implements Kind {}

        /** {@code true} or {@code false}. */
        record Flag() implements Kind {}

        /** One of these strings. */
        record Choice(List<String> values) implements Kind {}

        /** An array of at most {@code itemsMax} strings. */
        record Texts(int itemsMax) implements Kind {}

        /** An array of at most {@code itemsMax} whole numbers in {@code min..max}, both included. */
        record Wholes(long min, long max, int itemsMax) implements Kind {}

        /** An array of at most {@code itemsMax} arrays of two strings each. */
        record Pairs(int itemsMax) implements Kind {}

        /** An object whose members are all strings. */
        record TextMap() implements Kind {}

        /** An object with properties of its own; {@code told} says whether their schema is published, or the description says it. */
        record Nested(Schema schema, boolean told) implements Kind {}

        /** An array of at most {@code itemsMax} such objects. */
        record NestedList(Schema schema, int itemsMax, boolean told) implements Kind {}

        /** An object that whoever asked for it reads; clients are told {@code shape}. */
        record Form(JsonObject shape) implements Kind {}
    }

    /** Whether a property must be given. */
    sealed interface Presence {
        /** It must be given. */
        record Required() implements Presence {}

        /** It may be left out, which is a case of its own. */
        record Optional() implements Presence {}

        /** It may be left out and then has this value. */
        record Defaulted(JsonValue value) implements Presence {}
    }

    /** Checks that a default would itself be accepted. */
    public Property {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(description, "description");
        if (presence instanceof Presence.Defaulted defaulted) {
            Optional<String> complaint = Check.complaint(kind, defaulted.value());
            if (complaint.isPresent()) {
                throw new IllegalArgumentException(name + ": default " + complaint.get());
            }
        }
    }

    private static Property optional(String name, String description, Kind kind) {
        return new Property(name, description, kind, new Presence.Optional(), false);
    }

    /** A string. */
    public static Property text(String name, String description) {
        return optional(name, description, new Kind.Text(0, Integer.MAX_VALUE));
    }

    /** A string of {@code lengthMin..lengthMax} code points. */
    public static Property text(String name, String description, int lengthMin, int lengthMax) {
        return optional(name, description, new Kind.Text(lengthMin, lengthMax));
    }

    /** A whole number in {@code min..max}, both included. */
    public static Property integer(String name, String description, long min, long max) {
        return optional(name, description, new Kind.Whole(min, max));
    }

    /** A number in {@code min..max}, both included. */
    public static Property number(String name, String description, double min, double max) {
        return optional(name, description, new Kind.Fraction(min, max));
    }

    /** {@code true} or {@code false}. */
    public static Property flag(String name, String description) {
        return optional(name, description, new Kind.Flag());
    }

    /** One of {@code values}. */
    public static Property choice(String name, String description, String... values) {
        return optional(name, description, new Kind.Choice(List.of(values)));
    }

    /** An array of at most {@code itemsMax} strings. */
    public static Property texts(String name, String description, int itemsMax) {
        return optional(name, description, new Kind.Texts(itemsMax));
    }

    /** An array of at most {@code itemsMax} whole numbers in {@code min..max}, both included. */
    public static Property integers(String name, String description, long min, long max, int itemsMax) {
        return optional(name, description, new Kind.Wholes(min, max, itemsMax));
    }

    /** An array of at most {@code itemsMax} arrays of two strings each, such as a text and what stands in its place. */
    public static Property pairs(String name, String description, int itemsMax) {
        return optional(name, description, new Kind.Pairs(itemsMax));
    }

    /** An object whose members are all strings, such as header fields to set. */
    public static Property textMap(String name, String description) {
        return optional(name, description, new Kind.TextMap());
    }

    /** An object with properties of its own. */
    public static Property object(String name, String description, Schema schema) {
        return optional(name, description, new Kind.Nested(schema, true));
    }

    /** The same, where {@code description} says what the object may hold: shorter in the list of tools than its schema. */
    public static Property objectInWords(String name, String description, Schema schema) {
        return optional(name, description, new Kind.Nested(schema, false));
    }

    /** An array of at most {@code itemsMax} objects with properties of their own. */
    public static Property objects(String name, String description, Schema schema, int itemsMax) {
        return optional(name, description, new Kind.NestedList(schema, itemsMax, true));
    }

    /** The same, where {@code description} says what the objects may hold: shorter in the list of tools than their schema. */
    public static Property objectsInWords(String name, String description, Schema schema, int itemsMax) {
        return optional(name, description, new Kind.NestedList(schema, itemsMax, false));
    }

    /**
     * An object that the tool reads itself, as properties cannot say what it may hold: any object passes the check, and the tool refuses those
     * that do not fit.
     *
     * @param shape its JSON Schema, for clients
     */
    public static Property form(String name, String description, JsonObject shape) {
        return optional(name, description, new Kind.Form(shape));
    }

    /** The same, for a tool whose description refers to one where this property is explained: the list of tools has to be short. */
    public Property toldElsewhere() {
        return new Property(name, "", kind, presence, true);
    }

    /** The same in other words. */
    public Property describedAs(String other) {
        return new Property(name, other, kind, presence, elsewhere);
    }

    /** The same, but it must be given. */
    public Property required() {
        return new Property(name, description, kind, new Presence.Required(), elsewhere);
    }

    /** The same, with a value for when it is left out. */
    public Property defaultTo(String value) {
        return defaultTo(new JsonString(value));
    }

    /** The same, with a value for when it is left out. */
    public Property defaultTo(long value) {
        return defaultTo(JsonNumber.of(value));
    }

    /** The same, with a value for when it is left out. */
    public Property defaultTo(double value) {
        return defaultTo(JsonNumber.of(value));
    }

    /** The same, with a value for when it is left out. */
    public Property defaultTo(boolean value) {
        return defaultTo(JsonBoolean.of(value));
    }

    private Property defaultTo(JsonValue value) {
        return new Property(name, description, kind, new Presence.Defaulted(value), elsewhere);
    }

    boolean isRequired() {
        return presence instanceof Presence.Required;
    }
}
