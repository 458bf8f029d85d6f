package proxymcp.decode;

import java.util.Optional;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonException;
import proxymcp.json.JsonLimits;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;

/** Tells JSON from text that begins like it. */
final class JsonLook {
    static final JsonLimits LIMITS = new JsonLimits(200, Integer.MAX_VALUE);

    private JsonLook() {}

    /** Whether a whole text is a JSON object or array. */
    static boolean isDocument(String text) {
        return beginsLikeOne(text) && document(text).isPresent();
    }

    /** The object or array that a whole text is. */
    static Optional<JsonValue> document(String text) {
        try {
            JsonValue value = Json.parse(text, LIMITS);
            return value instanceof JsonObject || value instanceof JsonArray ? Optional.of(value) : Optional.empty();
        } catch (JsonException notJson) {
            return Optional.empty();
        }
    }

    /** Whether a text, of which there may be more, begins as an object or array does. */
    static boolean beginsLikeOne(String text) {
        int at = skipSpace(text, 0);
        if (at >= text.length() || text.charAt(at) != '{' && text.charAt(at) != '[') {
            return false;
        }
        int next = skipSpace(text, at + 1);
        if (next >= text.length()) {
            return false;
        }
        char c = text.charAt(next);
        return text.charAt(at) == '{' ? c == '"' || c == '}' : "{[\"]-0123456789tfn".indexOf(c) >= 0;
    }

    private static int skipSpace(String text, int from) {
        int at = from;
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        return at;
    }
}
