package proxymcp.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonBoolean;
import proxymcp.json.JsonException;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/**
 * The arguments of a tool as they stand on a command line: one JSON object, or {@code key=value} as often as needed, where the tool's
 * schema says what a value is. A key that is repeated makes an array.
 */
final class CallArguments {
    private CallArguments() {}

    /**
     * Parses the words after the tool's name.
     *
     * @param inputSchema the tool's schema as published
     */
    static JsonObject parse(List<String> words, JsonObject inputSchema) throws BadCommandLine {
        if (words.size() == 1 && words.get(0).startsWith("{")) {
            return object(words.get(0));
        }
        JsonObject properties = inputSchema.object("properties").orElse(JsonObject.EMPTY);
        List<JsonObject.Member> members = new ArrayList<>();
        for (String word : words) {
            int equals = word.indexOf('=');
            if (equals <= 0) {
                throw new BadCommandLine("expected key=value or one JSON object, got \"" + Terminal.clean(word) + "\"");
            }
            String name = word.substring(0, equals);
            String type = properties.object(name).flatMap(property -> property.string("type")).orElse("string");
            add(members, name, value(name, type, word.substring(equals + 1)));
        }
        return new JsonObject(members);
    }

    private static JsonObject object(String text) throws BadCommandLine {
        try {
            if (Json.parse(text) instanceof JsonObject object) {
                return object;
            }
            throw new BadCommandLine("the arguments are JSON, but no object");
        } catch (JsonException e) {
            throw new BadCommandLine("the arguments are no JSON: " + Terminal.clean(e.getMessage()));
        }
    }

    private static void add(List<JsonObject.Member> members, String name, JsonValue value) {
        for (int i = 0; i < members.size(); i++) {
            if (members.get(i).name().equals(name) && members.get(i).value() instanceof JsonArray before && value instanceof JsonArray more) {
                List<JsonValue> all = new ArrayList<>(before.values());
                all.addAll(more.values());
                members.set(i, new JsonObject.Member(name, new JsonArray(all)));
                return;
            }
        }
        members.add(new JsonObject.Member(name, value));
    }

    /** What is not of the type the schema asks for stays a string, so that the tool's own answer says what it expected. */
    private static JsonValue value(String name, String type, String text) throws BadCommandLine {
        return switch (type) {
            case "integer", "number" -> number(text).orElse(new JsonString(text));
            case "boolean" -> text.equals("true") || text.equals("false") ? JsonBoolean.of(text.equals("true")) : new JsonString(text);
            case "array" -> text.startsWith("[") ? json(name, text) : JsonArray.of(new JsonString(text));
            case "object" -> json(name, text);
            default -> new JsonString(text);
        };
    }

    private static Optional<JsonValue> number(String text) {
        try {
            return Optional.of(new JsonNumber(text));
        } catch (IllegalArgumentException notANumber) {
            return Optional.empty();
        }
    }

    private static JsonValue json(String name, String text) throws BadCommandLine {
        try {
            return Json.parse(text);
        } catch (JsonException e) {
            throw new BadCommandLine(name + ": expected JSON: " + Terminal.clean(e.getMessage()));
        }
    }
}
