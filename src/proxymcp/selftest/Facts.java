package proxymcp.selftest;

import java.util.Optional;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonBoolean;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonPath;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/**
 * What a call returned, read by JSONPath. What is not there, or of another kind, is not proved.
 *
 * @param source the tool or resource
 * @param json its result
 */
record Facts(String source, JsonObject json) {
    private static final int SHOWN_CHARS_MAX = 300;

    /** A string. */
    String text(String path) throws NotProved {
        if (at(path).orElse(null) instanceof JsonString(String value)) {
            return value;
        }
        throw missing(path, "text");
    }

    /** A whole number. */
    long number(String path) throws NotProved {
        if (at(path).orElse(null) instanceof JsonNumber number && number.exactLong().isPresent()) {
            return number.exactLong().getAsLong();
        }
        throw missing(path, "whole number");
    }

    /** The elements of an array. */
    JsonArray list(String path) throws NotProved {
        if (at(path).orElse(null) instanceof JsonArray array) {
            return array;
        }
        throw missing(path, "array");
    }

    /** Whether there is {@code true}. */
    boolean isTrue(String path) {
        return at(path).equals(Optional.of(JsonBoolean.TRUE));
    }

    /** Whether the value there, written as JSON, holds a piece of text. */
    boolean holds(String path, String piece) {
        return at(path).map(Json::text).filter(text -> text.contains(piece)).isPresent();
    }

    /** Refuses what is not as it has to be; {@code sentence} says what that is. */
    void require(boolean holds, String sentence) throws NotProved {
        if (!holds) {
            throw new NotProved(source + ": expected " + sentence + ", got " + shown(json));
        }
    }

    private Optional<JsonValue> at(String path) {
        return JsonPath.parse(path).first(json);
    }

    private NotProved missing(String path, String kind) {
        return new NotProved(source + " has no " + kind + " at " + path + ": " + shown(json));
    }

    private static String shown(JsonObject json) {
        String text = Json.text(json);
        return text.length() <= SHOWN_CHARS_MAX ? text : text.substring(0, SHOWN_CHARS_MAX) + "...";
    }
}
