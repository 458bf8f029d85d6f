package proxymcp.replay;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.PatternSyntaxException;
import proxymcp.codec.Charsets;
import proxymcp.codec.Codings;
import proxymcp.http.SetCookie;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonBoolean;
import proxymcp.json.JsonException;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonPath;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;
import proxymcp.text.GivenUpException;
import proxymcp.text.Regex;
import proxymcp.text.TimeLimit;

/** Where in a response a value is: {@code json:$.token}, {@code header:name}, {@code cookie:name}, {@code regex:…}. */
sealed interface CaptureSource {
    /** Decoded octets of a response that are looked at. */
    int DECODED_BYTES_MAX = 4 << 20;

    /** The first value that a path means: a string as it is, anything else as JSON; {@code null} is no value. */
    record OfJson(JsonPath path) implements CaptureSource {}

    /** The first field line of a name. */
    record OfHeader(String name) implements CaptureSource {}

    /** The value of the last cookie of a name that is set, quotes included. */
    record OfCookie(String name) implements CaptureSource {}

    /** The first group of the first match in the body's text, or all of it. */
    record OfText(Regex regex) implements CaptureSource {}

    /**
     * Parses a selector.
     *
     * @throws IllegalArgumentException if it is none; the message says what was expected
     */
    static CaptureSource parse(String text) {
        int colon = text.indexOf(':');
        String kind = colon < 0 ? "" : text.substring(0, colon);
        String rest = text.substring(colon + 1);
        if (rest.isEmpty()) {
            kind = "";
        }
        return switch (kind) {
            case "json" -> new OfJson(JsonPath.parse(rest));
            case "header" -> new OfHeader(rest);
            case "cookie" -> new OfCookie(rest);
            case "regex" -> new OfText(regex(rest));
            default -> throw new IllegalArgumentException("expected json:PATH, header:NAME, cookie:NAME or regex:EXPRESSION");
        };
    }

    private static Regex regex(String source) {
        try {
            return Regex.of(source);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException("expected a regular expression: " + e.getDescription());
        }
    }

    /**
     * The value in a response; empty if it is not there, or the body is not what it has to be for that. CPU-bound, an expression for as long as
     * {@code limit} lets it.
     *
     * @throws GivenUpException if that was too long
     */
    default Optional<String> find(Answer answer, TimeLimit limit) {
        return switch (this) {
            case OfHeader header -> answer.head().fields().first(header.name());
            case OfCookie cookie -> cookie(answer.head().fields().all("Set-Cookie"), cookie.name());
            case OfJson json -> json(answer, json.path());
            case OfText text -> text.regex().firstMatch(text(answer), limit.begin());
        };
    }

    private static Optional<String> cookie(List<String> fieldValues, String name) {
        Optional<String> found = Optional.empty();
        for (String value : fieldValues) {
            found = SetCookie.parse(value).filter(cookie -> cookie.name().equals(name)).map(SetCookie::value).or(last(found));
        }
        return found;
    }

    private static Supplier<Optional<String>> last(Optional<String> before) {
        return () -> before;
    }

    private static Optional<String> json(Answer answer, JsonPath path) {
        try {
            return path.first(Json.parse(text(answer))).flatMap(CaptureSource::shown);
        } catch (JsonException e) {
            return Optional.empty(); // A body that is no JSON, or not all of it, holds no value.
        }
    }

    private static Optional<String> shown(JsonValue value) {
        return switch (value) {
            case JsonString string -> Optional.of(string.value());
            case JsonNumber number -> Optional.of(number.text());
            case JsonBoolean bool -> Optional.of(bool.toString());
            case JsonArray array -> Optional.of(array.toString());
            case JsonObject object -> Optional.of(object.toString());
            case JsonNull none -> Optional.empty();
        };
    }

    private static String text(Answer answer) {
        byte[] decoded = Codings.decodePreview(answer.body(), answer.head().fields().all("Content-Encoding"), DECODED_BYTES_MAX).bytes();
        return Charsets.text(answer.head().fields().first("Content-Type").orElse(""), decoded);
    }
}
