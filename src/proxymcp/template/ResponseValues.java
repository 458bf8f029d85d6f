package proxymcp.template;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import proxymcp.decode.PercentCoding;
import proxymcp.diff.Document;
import proxymcp.diff.ExchangeFields;
import proxymcp.diff.Leaf;
import proxymcp.diff.Part;
import proxymcp.diff.Side;
import proxymcp.exchange.StreamKind;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonException;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;

/** Lists the values that a response holds, each with the selector that finds it there. What cannot be found again by its selector is left out. */
final class ResponseValues {
    /** Takes a value. */
    interface Taker {
        /**
         * Takes one.
         *
         * @param key its name
         * @param around the name of what it is in
         */
        void take(String value, String selector, String key, String around);

        /** Takes one that is there, but that no selector is known for. */
        default void unplaced(String value) {}
    }

    private static final int TEXT_CHARS_MAX = 1 << 20;
    private static final int LITERALS_MAX = 1_000;
    private static final int TAKEN_MAX = 50_000;
    /** Tags that are looked at while selectors are tried: pages of many tags have many values. */
    private static final long VISITED_MAX = 50_000_000;
    private static final Set<String> PLAIN_HEADERS = Set.of("date", "server", "etag", "last-modified", "expires", "cache-control", "age", "vary", "via",
            "connection", "keep-alive", "alt-svc", "strict-transport-security", "content-security-policy", "content-security-policy-report-only",
            "x-frame-options", "x-content-type-options", "x-xss-protection", "referrer-policy", "permissions-policy", "transfer-encoding", "nel",
            "report-to", "server-timing", "timing-allow-origin", "x-powered-by", "pragma", "accept-ranges", "trailer", "sec-websocket-accept");
    /** {@code name: "value"} and {@code name = 'value'} of scripts and of JSON inside of them; {@code name="value"} of anything else. Nothing is gone back on: a
     * page may be made of beginnings. */
    private static final Pattern LITERAL = Pattern.compile(
            "(?<![\\w$-])([A-Za-z_$][\\w$-]{0,60}+)[\"']?\\s{0,3}+[:=]\\s{0,3}+([\"'])((?:\\\\.|[^\"'\\\\\\n]){4,4096}+)\\2");
    private static final Pattern LINE = Pattern.compile("(?m)^([A-Za-z_][\\w-]{0,60})\\s{0,3}[:=]\\s{0,3}(\\S+)");
    private static final int LINES_CHARS_MAX = 16 << 10;
    private static final Pattern MARKS = Pattern.compile("[^A-Za-z0-9_-]");

    private final Taker taker;
    /** Of strings that hold documents: which by their places. */
    private final Map<String, String> holders = new HashMap<>();
    /** Paths that an earlier event has: of a path alone the first event is found. */
    private final Set<String> eventPaths = new HashSet<>();
    private final Set<String> taken = new HashSet<>();
    private long visited;
    /** Whether members of the body have names that somebody made up: no path is known before them. */
    private boolean namesAreValues;

    ResponseValues(Taker taker) {
        this.taker = taker;
    }

    private void take(String value, String selector, String key, String around) {
        if (taken.size() < TAKEN_MAX) {
            taken.add(value);
        }
        taker.take(value, selector, key, around);
    }

    /** Values that stand anywhere in a text, but those that were found by what it is. */
    private void tokens(String text, String selector) {
        if (text.length() >= TextTokens.CHARS_MIN && text.length() <= TEXT_CHARS_MAX) {
            new TextTokens(text, (value, expression, key) -> {
                if (taken.add(value)) {
                    expression.ifPresentOrElse(found -> taker.take(value, selector + "regex:" + found, key, ""), () -> taker.unplaced(value));
                }
            }).find();
        }
    }

    /** Lists the values; {@code text} is the body's, for what is read of texts alone, {@code whole} that of any body. */
    void list(ExchangeFields fields, String mediaType, String text, Supplier<String> whole) {
        for (Leaf leaf : fields.flat()) {
            if (leaf.location().side() == Side.RESPONSE) {
                flat(leaf);
            }
        }
        boolean tree = false;
        for (Document document : fields.documents()) {
            if (document.side() == Side.RESPONSE) {
                tree |= document.part() == Part.JSON;
                document(document);
            }
        }
        if (namesAreValues) {
            tokens(whole.get(), "");
        }
        if (tree || text.isEmpty()) {
            return;
        }
        String looked = text.substring(0, Math.min(TEXT_CHARS_MAX, text.length()));
        if (mediaType.equals("text/event-stream")) {
            events(looked);
        } else if (mediaType.contains("html") || mediaType.isEmpty() && looked.startsWith("<")) {
            page(looked);
        } else {
            literals(looked);
        }
        tokens(looked, "");
    }

    private void flat(Leaf leaf) {
        String name = leaf.location().name();
        if (leaf.location().part() == Part.COOKIE && name.indexOf(';') < 0) {
            holders.put("cookie." + leaf.at(), leaf.value());
            coded(leaf.value(), "cookie:" + name, name, "");
        } else if (leaf.location().part() == Part.HEADER && !isPlain(name) && leaf.at().equals(name)) {
            holders.put(name, leaf.value());
            coded(leaf.value(), "header:" + name, name, "");
        }
    }

    private static boolean isPlain(String name) {
        return PLAIN_HEADERS.contains(name) || name.startsWith("content-") || name.startsWith("access-control-") || name.startsWith("cross-origin-");
    }

    private void document(Document document) {
        if (document.part() == Part.BODY) {
            return;
        }
        String selector;
        if (document.holderAt().isEmpty()) {
            if (document.part() != Part.JSON) {
                return; // What decoders made of octets is found by no selector.
            }
            selector = "json:";
        } else {
            String held = holders.getOrDefault(document.holderAt(), "");
            selector = holder(document.holderAt()) + " | " + (document.part() == Part.JWT ? "jwt:" : form(held));
        }
        int holderChars = document.holderAt().length();
        for (Leaf leaf : document.leaves()) {
            String path = holderChars == 0 ? leaf.at() : "$" + leaf.at().substring(Math.min(holderChars, leaf.at().length()));
            if (holderChars == 0) {
                keepHolder(leaf);
                namesAreValues |= isMadeUp(RequestUses.lastName(path)) || isMadeUp(RequestUses.nameAround(path));
            }
            coded(leaf.value(), selector + path, RequestUses.lastName(path), RequestUses.nameAround(path));
            if (leaf.value().length() > TextTokens.CHARS_MIN && !TextTokens.isValue(leaf.value())) {
                tokens(leaf.value(), selector + path + " | ");
            }
        }
    }

    private static boolean isMadeUp(String name) {
        return name.length() >= TextTokens.CHARS_MIN && TextTokens.isValue(name);
    }

    private void keepHolder(Leaf leaf) {
        String value = leaf.value();
        if (value.length() > 1 && "{[eWH% ".indexOf(value.charAt(0)) >= 0) {
            holders.put(leaf.at(), value);
        }
    }

    private static String form(String held) {
        return held.startsWith("{") || held.startsWith("[") ? "json:" : held.startsWith("%") ? "url | json:" : "base64 | json:";
    }

    private static String holder(String at) {
        return at.startsWith("$") ? "json:" + at : at.startsWith("cookie.") ? "cookie:" + at.substring("cookie.".length()) : "header:" + at;
    }

    /** A value, what it is percent-decoded or in Base64, and the parts of a URL. */
    private void coded(String value, String selector, String key, String around) {
        if (value.length() < Strength.CHARS_MIN || value.length() > Strength.CHARS_MAX) {
            return;
        }
        take(value, selector, key, around);
        if (value.indexOf('%') >= 0) {
            String once = PercentCoding.text(value, false);
            if (!once.equals(value)) {
                take(once, selector + " | url", key, around);
            }
        }
        if (value.indexOf('/') >= 0 || value.indexOf('?') >= 0 || value.indexOf('#') >= 0) {
            UrlParts.of(value).ifPresent(url -> parts(url, selector));
        }
        printable(value).ifPresent(plain -> take(plain, selector + " | base64", key, around));
    }

    private void parts(UrlParts url, String selector) {
        url.query().forEach((name, value) -> take(value, selector + " | query:" + name, name, ""));
        url.fragment().forEach((name, value) -> take(value, selector + " | fragment:" + name, name, ""));
        for (int i = 0; i < url.segments().size(); i++) {
            String before = i == 0 ? "" : url.segments().get(i - 1);
            take(url.segments().get(i), selector + " | path:" + (i + 1), "id", before);
        }
    }

    /** What Base64 of at least 8 characters stands for, if that is text. */
    static Optional<String> printable(String value) {
        if (value.length() < 8 || value.length() > 8_192) {
            return Optional.empty();
        }
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            boolean letter = c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
            if (!letter && "+/-_=".indexOf(c) < 0) {
                return Optional.empty();
            }
        }
        Optional<String> plain = Selector.base64(value);
        for (int i = 0; plain.isPresent() && i < plain.get().length(); i++) {
            char c = plain.get().charAt(i);
            if (c < ' ' || c > '~') {
                return Optional.empty();
            }
        }
        return plain;
    }

    private void events(String text) {
        int number = 0;
        for (String data : EventData.of(text)) {
            message(StreamKind.SSE, number++, data);
        }
    }

    /** Lists what the message of that number, from 0, of a stream holds. */
    void message(StreamKind kind, long number, String text) {
        String whole = (kind == StreamKind.SSE ? "sse:" : StreamValues.SOCKET) + number;
        Optional<JsonValue> json = EventData.json(text);
        if (json.isEmpty()) {
            if (kind != StreamKind.NDJSON) {
                words(text.strip(), whole);
            }
            return;
        }
        UnaryOperator<String> selector = switch (kind) {
            case NDJSON -> path -> "json:$[" + number + "]" + path.substring(1);
            case SSE -> path -> eventPaths.add(path) ? "sse:" + path : whole + ":" + path;
            case WEBSOCKET, TUNNEL -> path -> whole + " | json:" + path;
        };
        new Nested(selector).leaves(json.get(), "$");
    }

    /** A message that is one word, or lines of names and values. */
    private void words(String text, String selector) {
        if (text.indexOf('\n') < 0) {
            coded(text, selector, "", "");
        }
        Matcher line = LINE.matcher(text.substring(0, Math.min(LINES_CHARS_MAX, text.length())));
        while (line.find()) {
            coded(line.group(2), selector + " | regex:(?m)^" + line.group(1) + "\\s{0,3}[:=]\\s{0,3}(\\S+)", line.group(1), "");
        }
        if (!TextTokens.isValue(text)) {
            tokens(text.substring(0, Math.min(LINES_CHARS_MAX, text.length())), selector + " | ");
        }
    }

    private void page(String html) {
        List<HtmlTags.Tag> tags = HtmlTags.of(html);
        for (HtmlTags.Tag tag : tags) {
            String named = tag.attributes().getOrDefault("name", tag.attributes().getOrDefault("property", ""));
            String id = tag.attributes().getOrDefault("id", "");
            for (Map.Entry<String, String> attribute : tag.attributes().entrySet()) {
                if (attribute.getValue().length() >= Strength.CHARS_MIN && !Set.of("class", "style", "id", "name", "type").contains(attribute.getKey())) {
                    attribute(tags, tag, attribute.getKey(), attribute.getValue(), named.isEmpty() ? id : named);
                }
            }
            if (!tag.text().isEmpty()) {
                script(tag, id);
            }
        }
        literals(html);
    }

    private void attribute(List<HtmlTags.Tag> tags, HtmlTags.Tag tag, String attribute, String value, String key) {
        boolean usual = tag.wanted("").equals(Optional.of(value)) && (attribute.equals("value") || attribute.equals("content"));
        List<String> expressions = new ArrayList<>();
        for (String by : List.of("name", "property", "id")) {
            String own = tag.attributes().getOrDefault(by, "");
            if (!own.isEmpty() && own.indexOf(']') < 0 && own.indexOf('|') < 0) {
                expressions.add(tag.name() + "[" + by + "=" + own + "]" + (usual ? "" : "@" + attribute));
            }
        }
        int question = value.indexOf('?');
        if (question > 0 && value.indexOf(']') < 0) {
            expressions.add(tag.name() + "[" + attribute + "*=" + value.substring(0, question + 1) + "]@" + attribute);
        }
        expressions.add(tag.name() + "@" + attribute);
        for (String expression : expressions) {
            visited += tags.size();
            if (visited > VISITED_MAX) {
                return;
            }
            if (HtmlTags.find(tags, expression).equals(Optional.of(value))) {
                coded(value, "html:" + expression, attribute.startsWith("data-") ? attribute.substring(5) : key, "");
                return;
            }
        }
    }

    /** JSON that a script of its own kind holds. */
    private void script(HtmlTags.Tag tag, String id) {
        if (id.isEmpty() || !tag.attributes().getOrDefault("type", "").contains("json")) {
            return;
        }
        try {
            new Nested(path -> "html:script[id=" + id + "] | json:" + path).leaves(Json.parse(tag.text()), "$");
        } catch (JsonException e) {
            return; // Its literals are found as in any script.
        }
    }

    /** Walks a tree inside of a page or an event. */
    private final class Nested {
        private final UnaryOperator<String> selector;

        Nested(UnaryOperator<String> selector) {
            this.selector = selector;
        }

        void leaves(JsonValue value, String path) {
            switch (value) {
                case JsonObject object -> {
                    for (JsonObject.Member member : object.members()) {
                        if (!member.name().isEmpty() && !MARKS.matcher(member.name()).find() && path.length() < 500) {
                            leaves(member.value(), path + "." + member.name());
                        }
                    }
                }
                case JsonArray array -> {
                    for (int i = 0; i < array.size() && path.length() < 500; i++) {
                        leaves(array.values().get(i), path + "[" + i + "]");
                    }
                }
                default -> Selector.shown(value).ifPresent(text -> coded(text, selector.apply(path), RequestUses.lastName(path), RequestUses.nameAround(path)));
            }
        }
    }

    /** Names and strings of scripts; the first of a name alone, as an expression finds that. */
    private void literals(String text) {
        Map<String, Boolean> seen = new HashMap<>();
        Matcher literal = LITERAL.matcher(text);
        int found = 0;
        while (literal.find() && found++ < LITERALS_MAX) {
            String name = literal.group(1);
            if (seen.putIfAbsent(name, true) == null && Strength.of(literal.group(3)) >= 0.3) {
                boolean escaped = literal.group(3).indexOf('\\') >= 0;
                String expression = "(?<![\\w$-])" + name.replace("$", "\\$") + "[\"']?\\s{0,3}[:=]\\s{0,3}[\"']("
                        + (escaped ? "(?:\\\\.|[^\"'\\\\\\n]){4,4096}+)" : "[^\"'\\n]{4,4096})");
                String plain = escaped ? Selector.unescaped(literal.group(3)) : HtmlTags.unescaped(literal.group(3));
                boolean html = !escaped && !plain.equals(literal.group(3));
                String selector = "regex:" + expression + (escaped ? " | js" : html ? " | html" : "");
                coded(plain, selector, name, "");
                EventData.json(plain).filter(json -> plain.startsWith("{") || plain.startsWith("["))
                        .ifPresent(json -> new Nested(path -> selector + " | json:" + path).leaves(json, "$"));
            }
        }
    }
}
