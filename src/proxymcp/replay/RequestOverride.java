package proxymcp.replay;

import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import proxymcp.http.Fields;
import proxymcp.http.RequestHead;
import proxymcp.json.Args;
import proxymcp.json.BadArgument;
import proxymcp.json.Check;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonPath;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;
import proxymcp.json.Property;
import proxymcp.json.Schema;

/**
 * One entry of {@code overrides}: which requests it changes, and how. Within it the order is fixed: method, query, fields, cookies, body, and the
 * literals last.
 *
 * @param match which requests
 * @param json replacement values by path; strings in them may hold placeholders
 * @param literals a text and what stands in every place of it in target, fields and body
 * @param body a whole body
 */
record RequestOverride(Match match, Optional<String> method, Map<String, ValueText> query, List<String> removedQuery, Map<String, ValueText> headers,
        List<String> removedHeaders, Map<String, ValueText> cookies, Map<String, ValueText> form, List<JsonSetting> json, List<Literal> literals,
        Optional<NewBody> body) {
    private static final int LIST_MAX = 200;
    private static final int URL_CHARS_MAX = 4096;
    private static final Set<String> FRAMING = Set.of("content-length", "transfer-encoding");
    private static final String BASE64 = "body_base64";

    static final Schema MATCH = Schema.of(
            Property.integers("seqs", "Only these", 1, Long.MAX_VALUE, 5_000),
            Property.text("method", "Only this method", 1, 40),
            Property.text("url_contains", "Only URLs with this in them", 1, URL_CHARS_MAX));

    /** What an entry may hold. */
    static final Schema SCHEMA = Schema.of(
            Property.object("match", "Which requests; without it all", MATCH),
            Property.text("method", "Sent instead", 1, 40),
            Property.textMap("set_query", "Query parameters, unencoded"),
            Property.texts("remove_query", "Query parameters", LIST_MAX),
            Property.textMap("set_headers", "One line in place of all of that name"),
            Property.texts("remove_headers", "Names", LIST_MAX),
            Property.textMap("set_cookies", "Cookies by name"),
            Property.textMap("set_form", "Fields of an urlencoded or multipart form, unencoded"),
            Property.form("set_json", "Values by JSONPath", JsonObject.builder().put("type", "object").build()),
            Property.pairs("replace", "[literal, with]: everywhere in URL, headers and body", LIST_MAX),
            Property.text("body_text", "The whole body"),
            Property.text(BASE64, "The whole body, before content coding"));

    /**
     * Which requests an override changes: those that fit all that is given.
     *
     * @param seqs empty for all
     * @param method in any case
     */
    record Match(Set<Long> seqs, Optional<String> method, Optional<String> urlContains) {
        boolean fits(PlanItem item) {
            return (seqs.isEmpty() || seqs.contains(item.seq())) && (method.isEmpty() || method.get().equalsIgnoreCase(item.method()))
                    && (urlContains.isEmpty() || item.originalUrl().contains(urlContains.get()));
        }
    }

    /** A value for each place that a path means. */
    record JsonSetting(JsonPath path, JsonValue value) {}

    /** A text that is looked for as it stands, and what stands in its place. */
    record Literal(String match, ValueText replacement) {}

    /** A body in place of the recorded one, before content coding. */
    sealed interface NewBody {
        /** Text, in the charset that the request names, else UTF-8. */
        record OfText(ValueText text) implements NewBody {}

        /** Octets. */
        record OfOctets(byte[] octets) implements NewBody {}
    }

    /**
     * Reads an entry.
     *
     * @param name where it stands, such as {@code overrides[0]}
     * @throws BadArgument if it is none
     */
    static RequestOverride parse(String name, JsonObject object) throws BadArgument {
        Args args;
        try {
            args = SCHEMA.check(object);
        } catch (BadArgument refused) {
            throw new BadArgument(name, refused.getMessage());
        }
        return new RequestOverride(match(name, args.object("match")), method(name, args.optString("method")),
                texts(args, "set_query"), args.strings("remove_query"), headers(name, args), removedHeaders(name, args), cookies(name, args),
                texts(args, "set_form"), settings(name, args.form("set_json").orElse(JsonObject.EMPTY)), literals(name, args), body(name, args));
    }

    /** All texts that may hold placeholders. */
    List<ValueText> texts() {
        List<ValueText> texts = new ArrayList<>();
        for (Map<String, ValueText> map : List.of(query, headers, cookies, form)) {
            texts.addAll(map.values());
        }
        json.forEach(setting -> collect(setting.value(), texts));
        literals.forEach(literal -> texts.add(literal.replacement()));
        if (body.isPresent() && body.get() instanceof NewBody.OfText text) {
            texts.add(text.text());
        }
        return texts;
    }

    private static void collect(JsonValue value, List<ValueText> texts) {
        if (value instanceof JsonString string) {
            texts.add(ValueText.parse(string.value()));
        } else if (value instanceof JsonArray array) {
            array.forEach(item -> collect(item, texts));
        } else if (value instanceof JsonObject object) {
            object.members().forEach(member -> collect(member.value(), texts));
        }
    }

    private static Match match(String name, Optional<Args> args) throws BadArgument {
        if (args.isPresent() && args.get().given("seqs") && args.get().integers("seqs").isEmpty()) {
            throw new BadArgument(name + ".match.seqs", "expected at least one; without match all requests are changed");
        }
        return args.isEmpty() ? new Match(Set.of(), Optional.empty(), Optional.empty())
                : new Match(new HashSet<>(args.get().integers("seqs")), args.get().optString("method"), args.get().optString("url_contains"));
    }

    private static Optional<String> method(String name, Optional<String> method) throws BadArgument {
        if (method.isPresent() && (!isToken(method.get()) || method.get().equals("CONNECT"))) {
            throw new BadArgument(name + ".method", "expected a method other than CONNECT, got " + shown(method.get()));
        }
        return method;
    }

    private static boolean isToken(String text) {
        try {
            RequestHead.of(text, "/", Fields.EMPTY);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static Map<String, ValueText> texts(Args args, String property) {
        Map<String, ValueText> texts = new LinkedHashMap<>();
        args.stringMap(property).forEach((key, value) -> texts.put(key, ValueText.parse(value)));
        return texts;
    }

    private static Map<String, ValueText> headers(String name, Args args) throws BadArgument {
        Map<String, ValueText> headers = texts(args, "set_headers");
        for (String header : headers.keySet()) {
            requireField(name + ".set_headers", header);
        }
        return headers;
    }

    private static List<String> removedHeaders(String name, Args args) throws BadArgument {
        for (String header : args.strings("remove_headers")) {
            requireField(name + ".remove_headers", header);
        }
        return args.strings("remove_headers");
    }

    private static void requireField(String name, String header) throws BadArgument {
        if (!isToken(header)) {
            throw new BadArgument(name, "expected names of header fields, got " + shown(header));
        }
        if (FRAMING.contains(header.toLowerCase(Locale.ROOT))) {
            throw new BadArgument(name, header + " follows from the body and cannot be changed");
        }
    }

    private static Map<String, ValueText> cookies(String name, Args args) throws BadArgument {
        Map<String, ValueText> cookies = texts(args, "set_cookies");
        for (String cookie : cookies.keySet()) {
            if (cookie.isEmpty() || cookie.chars().anyMatch(c -> c <= ' ' || c >= 0x7f || c == '=' || c == ';' || c == ',')) {
                throw new BadArgument(name + ".set_cookies", "expected names of cookies, got " + shown(cookie));
            }
        }
        return cookies;
    }

    private static List<JsonSetting> settings(String name, JsonObject object) throws BadArgument {
        List<JsonSetting> settings = new ArrayList<>();
        for (JsonObject.Member member : object.members()) {
            try {
                settings.add(new JsonSetting(JsonPath.parse(member.name()), member.value()));
            } catch (IllegalArgumentException refused) {
                throw new BadArgument(name + ".set_json", refused.getMessage() + ", in " + shown(member.name()));
            }
        }
        return settings;
    }

    private static List<Literal> literals(String name, Args args) throws BadArgument {
        List<Literal> literals = new ArrayList<>();
        for (List<String> pair : args.pairs("replace")) {
            if (pair.get(0).isEmpty()) {
                throw new BadArgument(name + ".replace", "expected a text to look for, got \"\"");
            }
            literals.add(new Literal(pair.get(0), ValueText.parse(pair.get(1))));
        }
        return literals;
    }

    private static Optional<NewBody> body(String name, Args args) throws BadArgument {
        Optional<String> text = args.optString("body_text");
        Optional<String> base64 = args.optString(BASE64);
        if (text.isPresent() && base64.isPresent()) {
            throw new BadArgument(name + "." + BASE64, "expected either it or body_text");
        }
        if (text.isPresent()) {
            return Optional.of(new NewBody.OfText(ValueText.parse(text.get())));
        }
        try {
            return base64.map(coded -> new NewBody.OfOctets(Base64.getDecoder().decode(coded)));
        } catch (IllegalArgumentException e) {
            throw new BadArgument(name + "." + BASE64, "expected base64, got " + shown(base64.orElse("")));
        }
    }

    private static String shown(String text) {
        return Check.quoted(new JsonString(text));
    }
}
