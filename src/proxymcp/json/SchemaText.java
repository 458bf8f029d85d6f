package proxymcp.json;

import java.util.ArrayList;
import java.util.List;

/** Renders a {@link Schema} as JSON Schema 2020-12. */
final class SchemaText {
    private SchemaText() {
    }

    static JsonObject of(Schema schema) {
        JsonObject.Builder object = JsonObject.builder().put("type", "object");
        List<Property> told = schema.properties().stream().filter(schema::tells).toList();
        if (!told.isEmpty()) {
            putProperties(object, told);
        }
        return schema.tellsAll() ? object.put("additionalProperties", false).build() : object.build();
    }

    private static void putProperties(JsonObject.Builder object, List<Property> properties) {
        JsonObject.Builder members = JsonObject.builder();
        List<String> required = new ArrayList<>();
        for (Property property : properties) {
            members.put(property.name(), of(property));
            if (property.isRequired()) {
                required.add(property.name());
            }
        }
        object.put("properties", members.build());
        if (!required.isEmpty()) {
            object.putStrings("required", required);
        }
    }

    private static JsonObject of(Property property) {
        JsonObject.Builder members = JsonObject.builder();
        putKind(members, property.kind());
        if (property.elsewhere()) {
            return withoutChoices(members.build());
        }
        if (!property.description().isEmpty()) {
            members.put("description", property.description());
        }
        if (property.presence() instanceof Property.Presence.Defaulted defaulted && !goesWithoutSaying(defaulted.value())) {
            members.put("default", defaulted.value());
        }
        return members.build();
    }

    /** Its type and bounds: which words are accepted stands where it is described. */
    private static JsonObject withoutChoices(JsonObject told) {
        JsonObject.Builder type = JsonObject.builder();
        for (String name : List.of("type", "items", "minimum", "maximum")) {
            told.get(name).ifPresent(value -> type.put(name, value));
        }
        return type.build();
    }

    /** A flag is off and nothing is skipped unless asked for: said at each tool it would make the list of tools longer and nobody wiser. */
    private static boolean goesWithoutSaying(JsonValue value) {
        return value.equals(JsonBoolean.of(false)) || value.equals(JsonNumber.of(0));
    }

    private static void putKind(JsonObject.Builder members, Property.Kind kind) {
        switch (kind) {
            // Lengths, of arrays too, are checked and not told: they guard this program, help nobody to choose a value, and the list of tools has to be short.
            case Property.Kind.Text text -> members.put("type", "string");
            case Property.Kind.Whole whole -> putWhole(members, whole.min(), whole.max());
            case Property.Kind.Fraction fraction ->
                    members.put("type", "number").put("minimum", fraction.min()).put("maximum", fraction.max());
            case Property.Kind.Flag flag -> members.put("type", "boolean");
            case Property.Kind.Choice choice -> members.put("type", "string").putStrings("enum", choice.values());
            case Property.Kind.Texts texts -> putArray(members, typeOnly("string"));
            case Property.Kind.Wholes wholes -> {
                JsonObject.Builder items = JsonObject.builder();
                putWhole(items, wholes.min(), wholes.max());
                putArray(members, items.build());
            }
            case Property.Kind.Pairs pairs -> putArray(members, JsonObject.builder().put("type", "array").put("items", typeOnly("string"))
                    .put("minItems", 2).put("maxItems", 2).build());
            case Property.Kind.TextMap map -> members.put("type", "object").put("additionalProperties", typeOnly("string"));
            case Property.Kind.Nested nested -> members.putAll(nested.told() ? of(nested.schema()) : typeOnly("object"));
            case Property.Kind.NestedList list -> putArray(members, list.told() ? of(list.schema()) : typeOnly("object"));
            case Property.Kind.Form form -> members.putAll(form.shape());
        }
    }

    /** A bound that only keeps a number within what this program can count is checked, and not told, as lengths are. */
    private static void putWhole(JsonObject.Builder members, long min, long max) {
        members.put("type", "integer").put("minimum", min);
        if (max < Integer.MAX_VALUE) {
            members.put("maximum", max);
        }
    }

    private static void putArray(JsonObject.Builder members, JsonObject items) {
        members.put("type", "array").put("items", items);
    }

    private static JsonObject typeOnly(String type) {
        return JsonObject.builder().put("type", type).build();
    }
}
