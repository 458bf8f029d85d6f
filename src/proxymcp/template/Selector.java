package proxymcp.template;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.PatternSyntaxException;
import proxymcp.decode.PercentCoding;
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
import proxymcp.text.Regex;
import proxymcp.text.TimeBudget;

/**
 * Where a value stands in a response: the language of a replay's captures ({@code json:$.token}, {@code header:location}, {@code cookie:sid},
 * {@code regex:EXPRESSION}), and {@code html:input[name=csrf]}, {@code html:TAG[ATTRIBUTE=VALUE]@ATTRIBUTE}, {@code sse:$.id} (the first event whose
 * data has that), {@code sse:2} and {@code sse:2:$.id} (the event of that number, from 0). Behind {@code " | "} stands what is done to it: {@code query:NAME}, {@code fragment:NAME} and {@code path:N} of a URL, {@code json:PATH},
 * {@code jwt:PATH}, {@code regex:EXPRESSION}, {@code url}, {@code html}, {@code js} and {@code base64}, which are undone. Immutable.
 */
public final class Selector {
    private static final String BAR = " | ";
    private static final List<String> SOURCES = List.of("json", "header", "cookie", "regex", "html", "sse");
    private static final List<String> INNER = List.of("query", "fragment", "path", "json", "jwt", "regex", "url", "html", "js", "base64");
    private static final List<String> BARE = List.of("url", "html", "js", "base64");

    private final String text;
    private final List<Stage> stages;

    private record Stage(String kind, String argument, Optional<JsonPath> path, Optional<Regex> regex) {}

    private Selector(String text, List<Stage> stages) {
        this.text = text;
        this.stages = List.copyOf(stages);
    }

    /**
     * Parses a selector.
     *
     * @throws IllegalArgumentException if it is none; the message says what was expected
     */
    public static Selector parse(String text) {
        List<Stage> stages = new ArrayList<>();
        int from = 0;
        while (from <= text.length()) {
            int bar = nextBar(text, from);
            stages.add(stage(text.substring(from, bar), stages.isEmpty()));
            from = bar == text.length() ? text.length() + 1 : bar + BAR.length();
        }
        return new Selector(text, stages);
    }

    /** The next bar with the name of a stage behind it: other bars belong to an expression. */
    private static int nextBar(String text, int from) {
        for (int bar = text.indexOf(BAR, from); bar >= 0; bar = text.indexOf(BAR, bar + 1)) {
            String rest = text.substring(bar + BAR.length());
            for (String kind : INNER) {
                boolean bare = BARE.contains(kind) && (rest.equals(kind) || rest.startsWith(kind + BAR));
                if (bare || rest.startsWith(kind + ":")) {
                    return bar;
                }
            }
        }
        return text.length();
    }

    private static Stage stage(String part, boolean first) {
        int colon = part.indexOf(':');
        String kind = colon < 0 ? part : part.substring(0, colon);
        String argument = colon < 0 ? "" : part.substring(colon + 1);
        boolean known = first ? SOURCES.contains(kind) && !argument.isEmpty()
                : INNER.contains(kind) && (BARE.contains(kind) && colon < 0 || !argument.isEmpty());
        if (!known) {
            throw new IllegalArgumentException(first ? "expected json:PATH, header:NAME, cookie:NAME, regex:EXPRESSION, html:TAG[NAME=VALUE]@NAME or sse:PATH"
                    : "expected one of " + String.join(", ", INNER) + " behind a bar");
        }
        try {
            return switch (kind) {
                case "sse" -> event(argument);
                case "json", "jwt" -> new Stage(kind, argument, Optional.of(JsonPath.parse(argument)), Optional.empty());
                case "regex" -> new Stage(kind, argument, Optional.empty(), Optional.of(Regex.of(argument)));
                default -> new Stage(kind, argument, Optional.empty(), Optional.empty());
            };
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException("expected a regular expression: " + e.getDescription());
        }
    }

    /**
     * The value in a response; empty if it is not there. Never throws at what a response holds.
     *
     * @throws proxymcp.text.GivenUpException if an expression took too long
     */
    public Optional<String> find(ResponseParts response, TimeBudget budget) {
        Optional<String> value = source(stages.get(0), response, budget);
        for (int i = 1; i < stages.size() && value.isPresent(); i++) {
            value = inner(stages.get(i), value.get(), budget);
        }
        return value;
    }

    private static Optional<String> source(Stage stage, ResponseParts response, TimeBudget budget) {
        return switch (stage.kind()) {
            case "json" -> response.json().flatMap(root -> stage.path().orElseThrow().first(root)).flatMap(Selector::shown);
            case "header" -> response.head().first(stage.argument());
            case "cookie" -> cookie(response.head().all("Set-Cookie"), stage.argument());
            case "regex" -> stage.regex().orElseThrow().firstMatch(response.text(), budget);
            case "html" -> HtmlTags.find(response.text(), stage.argument());
            default -> event(response.text(), stage);
        };
    }

    private static Optional<String> cookie(List<String> lines, String name) {
        Optional<String> newest = Optional.empty();
        for (String line : lines) {
            Optional<SetCookie> cookie = SetCookie.parse(line);
            if (cookie.isPresent() && cookie.get().name().equals(name)) {
                newest = Optional.of(cookie.get().value());
            }
        }
        return newest;
    }

    /** {@code $.id}, {@code 2} or {@code 2:$.id}; the number becomes the argument. */
    private static Stage event(String argument) {
        int end = 0;
        while (end < argument.length() && end < 5 && argument.charAt(end) >= '0' && argument.charAt(end) <= '9') {
            end++;
        }
        String rest = end > 0 && argument.startsWith(":", end) ? argument.substring(end + 1) : argument.substring(end);
        boolean whole = end > 0 && end == argument.length();
        return new Stage("sse", argument.substring(0, end), whole ? Optional.empty() : Optional.of(JsonPath.parse(rest)), Optional.empty());
    }

    private static Optional<String> event(String text, Stage stage) {
        List<String> events = EventData.of(text);
        if (!stage.argument().isEmpty()) {
            int number = Integer.parseInt(stage.argument());
            events = number < events.size() ? List.of(events.get(number)) : List.of();
        }
        for (String data : events) {
            Optional<String> found = stage.path().isEmpty() ? Optional.of(data)
                    : EventData.json(data).flatMap(root -> stage.path().get().first(root)).flatMap(Selector::shown);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private static Optional<String> inner(Stage stage, String value, TimeBudget budget) {
        return switch (stage.kind()) {
            case "query" -> UrlParts.of(value).flatMap(url -> url.query(stage.argument()));
            case "fragment" -> UrlParts.of(value).flatMap(url -> url.fragment(stage.argument()));
            case "path" -> UrlParts.of(value).flatMap(url -> url.segment(stage.argument()));
            case "json" -> parsed(value).flatMap(root -> stage.path().orElseThrow().first(root)).flatMap(Selector::shown);
            case "jwt" -> claims(value).flatMap(root -> stage.path().orElseThrow().first(root)).flatMap(Selector::shown);
            case "regex" -> stage.regex().orElseThrow().firstMatch(value, budget);
            case "url" -> Optional.of(PercentCoding.text(value, false));
            case "html" -> Optional.of(HtmlTags.unescaped(value));
            case "js" -> Optional.of(unescaped(value));
            default -> base64(value);
        };
    }

    /** A string as it is, anything else as JSON; {@code null} is no value. */
    static Optional<String> shown(JsonValue value) {
        return switch (value) {
            case JsonString string -> Optional.of(string.value());
            case JsonNumber number -> Optional.of(number.text());
            case JsonBoolean bool -> Optional.of(bool.toString());
            case JsonArray array -> Optional.of(array.toString());
            case JsonObject object -> Optional.of(object.toString());
            case JsonNull none -> Optional.empty();
        };
    }

    private static Optional<JsonValue> parsed(String text) {
        try {
            return Optional.of(Json.parse(text));
        } catch (JsonException e) {
            return Optional.empty(); // What is no JSON holds no value.
        }
    }

    /** Claims of a token, and its header as {@code header}. */
    private static Optional<JsonValue> claims(String value) {
        String[] parts = value.substring(value.lastIndexOf(' ') + 1).split("\\.", -1);
        if (parts.length < 2) {
            return Optional.empty();
        }
        Optional<JsonValue> claims = base64(parts[1]).flatMap(Selector::parsed);
        Optional<JsonValue> header = base64(parts[0]).flatMap(Selector::parsed);
        if (!(claims.orElse(JsonNull.NULL) instanceof JsonObject object) || header.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(JsonObject.builder().putAll(object).put("header", header.get()).build());
    }

    /** The text that Base64 or Base64url of any padding stands for. */
    static Optional<String> base64(String value) {
        int end = value.length();
        while (end > 0 && value.charAt(end - 1) == '=') {
            end--;
        }
        try {
            byte[] octets = Base64.getUrlDecoder().decode(value.substring(0, end).replace('+', '-').replace('/', '_'));
            return Optional.of(new String(octets, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** A text of a JSON or JavaScript string. */
    static String unescaped(String value) {
        if (value.indexOf('\\') < 0) {
            return value;
        }
        try {
            return Json.parse("\"" + value.replace("\\'", "'").replace("\\x", "\\u00").replace("\t", "\\t") + "\"") instanceof JsonString string
                    ? string.value() : value;
        } catch (JsonException e) {
            return value;
        }
    }

    /** The selector as it was written. */
    @Override
    public String toString() {
        return text;
    }
}
