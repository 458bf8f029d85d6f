package proxymcp.har;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonBoolean;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/** Validates by the part of JSON Schema 2020-12 that the schemas under {@code fixtures} use; refuses a schema that uses more. */
public final class JsonSchema {
    private final JsonObject root;
    private final List<String> faults = new ArrayList<>();

    private JsonSchema(JsonObject root) {
        this.root = root;
    }

    /** What is wrong with {@code value}, a sentence each; empty if nothing is. */
    public static List<String> faults(JsonObject schema, JsonValue value) {
        JsonSchema run = new JsonSchema(schema);
        run.check(schema, value, "$");
        return run.faults;
    }

    private void check(JsonObject schema, JsonValue value, String where) {
        for (JsonObject.Member keyword : schema.members()) {
            switch (keyword.name()) {
                case "$schema", "title", "description", "$defs" -> { }
                case "$ref" -> check(definition(text(keyword.value())), value, where);
                case "type" -> require(hasType(keyword.value(), value), where, "is no " + keyword.value());
                case "enum" -> require(((JsonArray) keyword.value()).values().contains(value), where, "is none of " + keyword.value());
                case "minimum" -> require(!(value instanceof JsonNumber number)
                        || number.asDouble() >= ((JsonNumber) keyword.value()).asDouble(), where, "is less than " + keyword.value());
                case "pattern" -> require(!(value instanceof JsonString string)
                        || Pattern.compile(text(keyword.value())).matcher(string.value()).find(), where, "does not match " + keyword.value());
                case "required" -> required((JsonArray) keyword.value(), value, where);
                case "properties", "patternProperties" -> { } // With additionalProperties.
                case "additionalProperties" -> require(keyword.value().equals(JsonBoolean.of(false)), where, "has another schema than false");
                case "items" -> items((JsonObject) keyword.value(), value, where);
                case "anyOf" -> require(anyOf((JsonArray) keyword.value(), value), where, "fits none of " + keyword.value());
                default -> throw new IllegalArgumentException("keyword " + keyword.name() + " is not known");
            }
        }
        if (schema.has("properties") && value instanceof JsonObject object) {
            members(schema, object, where);
        }
    }

    private void require(boolean met, String where, String fault) {
        if (!met) {
            faults.add(where + " " + fault);
        }
    }

    private JsonObject definition(String reference) {
        String prefix = "#/$defs/";
        if (!reference.startsWith(prefix)) {
            throw new IllegalArgumentException("reference " + reference);
        }
        return root.object("$defs").flatMap(all -> all.object(reference.substring(prefix.length()))).orElseThrow();
    }

    private static boolean hasType(JsonValue type, JsonValue value) {
        if (type instanceof JsonArray several) {
            return several.values().stream().anyMatch(one -> hasType(one, value));
        }
        return switch (value) {
            case JsonObject object -> text(type).equals("object");
            case JsonArray array -> text(type).equals("array");
            case JsonString string -> text(type).equals("string");
            case JsonBoolean bool -> text(type).equals("boolean");
            case JsonNull none -> text(type).equals("null");
            case JsonNumber number -> text(type).equals("number") || text(type).equals("integer") && number.exactLong().isPresent();
        };
    }

    private void required(JsonArray names, JsonValue value, String where) {
        for (JsonValue name : names.values()) {
            require(!(value instanceof JsonObject object) || object.has(text(name)), where, "lacks " + name);
        }
    }

    private void members(JsonObject schema, JsonObject object, String where) {
        List<String> seen = new ArrayList<>();
        for (JsonObject.Member member : object.members()) {
            String place = where + "." + member.name();
            require(!seen.contains(member.name()), place, "stands twice");
            seen.add(member.name());
            Optional<JsonObject> named = schema.object("properties").orElseThrow().object(member.name());
            Optional<JsonObject.Member> matching = schema.object("patternProperties").orElse(JsonObject.EMPTY).members().stream()
                    .filter(pattern -> Pattern.compile(pattern.name()).matcher(member.name()).find()).findFirst();
            named.ifPresent(one -> check(one, member.value(), place));
            matching.ifPresent(one -> check((JsonObject) one.value(), member.value(), place));
            require(named.isPresent() || matching.isPresent() || !schema.has("additionalProperties"), place, "is not known");
        }
    }

    private void items(JsonObject schema, JsonValue value, String where) {
        if (value instanceof JsonArray array) {
            for (int i = 0; i < array.values().size(); i++) {
                check(schema, array.values().get(i), where + "[" + i + "]");
            }
        }
    }

    private boolean anyOf(JsonArray schemas, JsonValue value) {
        for (JsonValue schema : schemas.values()) {
            JsonSchema run = new JsonSchema(root);
            run.check((JsonObject) schema, value, "");
            if (run.faults.isEmpty()) {
                return true;
            }
        }
        return false;
    }

    private static String text(JsonValue value) {
        return ((JsonString) value).value();
    }
}
