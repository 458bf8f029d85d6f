package proxymcp.json;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The parameters of a tool, declared once: {@link #published} is the JSON Schema (2020-12) that clients see and
 * {@link #check} accepts exactly what that schema accepts. Unknown members are refused by both, but for a schema that
 * has properties which are told at another tool ({@link #andUntold}): it publishes that there are more.
 *
 * <p>The published form keeps to what every host passes on to a model: an object of described properties, one type
 * each, no composition keywords, no references.
 */
public final class Schema {
    /** No parameters. */
    public static final Schema EMPTY = of();

    private final List<Property> properties;
    /** Names of those that are told at another tool. */
    private final Set<String> untold;

    private Schema(List<Property> properties, Set<String> untold) {
        this.properties = properties;
        this.untold = untold;
    }

    /**
     * Returns a schema of these properties.
     *
     * @throws IllegalArgumentException if two have the same name
     */
    public static Schema of(Property... properties) {
        return of(List.of(properties));
    }

    /**
     * Returns a schema of these properties: blocks that several tools share are lists.
     *
     * @throws IllegalArgumentException if two have the same name
     */
    public static Schema of(List<Property> properties) {
        Set<String> names = new HashSet<>();
        for (Property property : properties) {
            if (!names.add(property.name())) {
                throw new IllegalArgumentException("two properties are named " + property.name());
            }
        }
        return new Schema(List.copyOf(properties), Set.of());
    }

    /** Returns a schema with these properties after the ones of this. */
    public Schema and(List<Property> more) {
        List<Property> all = new ArrayList<>(properties);
        all.addAll(more);
        return new Schema(of(all).properties, untold);
    }

    /**
     * Returns a schema that takes these properties too, and leaves it to a description to say where they are told: another tool publishes them.
     */
    public Schema andUntold(List<Property> more) {
        Set<String> names = new HashSet<>(untold);
        more.forEach(property -> names.add(property.name()));
        return new Schema(and(more).properties, Set.copyOf(names));
    }

    /** The same, with all properties told. */
    public Schema whole() {
        return of(properties);
    }

    /** Whether clients see this property. */
    boolean tells(Property property) {
        return !untold.contains(property.name());
    }

    /** Whether clients see all properties. */
    boolean tellsAll() {
        return untold.isEmpty();
    }

    /** The properties in the order they were declared. */
    public List<Property> properties() {
        return properties;
    }

    Optional<Property> property(String name) {
        for (Property property : properties) {
            if (property.name().equals(name)) {
                return Optional.of(property);
            }
        }
        return Optional.empty();
    }

    /** The JSON Schema that clients see. */
    public JsonObject published() {
        return SchemaText.of(this);
    }

    /**
     * Checks arguments and returns the typed view of them.
     *
     * @throws BadArgument naming every violation, not only the first
     */
    public Args check(JsonObject arguments) throws BadArgument {
        List<String> violations = new ArrayList<>();
        collectViolations(arguments, "", violations);
        if (!violations.isEmpty()) {
            throw new BadArgument(violations);
        }
        return new Args(this, arguments);
    }

    private void collectViolations(JsonObject arguments, String path, List<String> violations) {
        Set<String> seen = new HashSet<>();
        for (JsonObject.Member member : arguments.members()) {
            String name = member.name();
            if (!seen.add(name)) {
                violations.add(path + name + ": given more than once");
                continue;
            }
            Optional<Property> property = property(name);
            if (property.isEmpty()) {
                violations.add(unknown(name, path));
            } else {
                collectViolations(property.get().kind(), member.value(), path + name, violations);
            }
        }
        for (Property property : properties) {
            if (property.isRequired() && !seen.contains(property.name())) {
                violations.add(path + property.name() + ": required, but not given");
            }
        }
    }

    private static void collectViolations(Property.Kind kind, JsonValue value, String path, List<String> violations) {
        Optional<String> complaint = Check.complaint(kind, value);
        if (complaint.isPresent()) {
            violations.add(path + ": " + complaint.get());
        } else if (kind instanceof Property.Kind.Nested nested && value instanceof JsonObject object) {
            nested.schema().collectViolations(object, path + ".", violations);
        } else if (kind instanceof Property.Kind.NestedList list && value instanceof JsonArray array) {
            for (int i = 0; i < array.size(); i++) {
                if (array.values().get(i) instanceof JsonObject object) {
                    list.schema().collectViolations(object, path + "[" + i + "].", violations);
                }
            }
        }
    }

    private String unknown(String name, String path) {
        List<String> names = new ArrayList<>();
        for (Property property : properties) {
            names.add(property.name());
        }
        String complaint = "unknown argument " + Check.quoted(new JsonString(path + name));
        Optional<String> nearest = NearestName.of(name, names);
        if (nearest.isPresent()) {
            return complaint + "; did you mean " + Check.quoted(new JsonString(path + nearest.get())) + "?";
        }
        return complaint + (names.isEmpty() ? "; none are taken" : "; known are " + Check.quotedList(names));
    }
}
