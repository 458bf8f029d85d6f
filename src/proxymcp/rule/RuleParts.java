package proxymcp.rule;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.PatternSyntaxException;
import proxymcp.http.Fields;
import proxymcp.http.RequestHead;
import proxymcp.json.Check;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;
import proxymcp.text.Regex;

/** Parts of rules from what callers write. Each refusal begins with the path that it is given. */
public final class RuleParts {
    static final int LINES_MAX = 200;
    private static final int REGEX_CHARS_MAX = 10_000;
    private static final int HOST_CHARS_MAX = 255;
    private static final int METHOD_CHARS_MAX = 100;
    private static final int VALUE_CHARS_MAX = 32_768;
    private static final int SHOWN_CHARS = 200;
    /** Fields that tell where a message or a connection ends. Both follow from what is sent, so that no rule may contradict it. */
    private static final List<String> FRAMING =
            List.of("content-length", "transfer-encoding", "connection", "keep-alive", "proxy-connection");

    private RuleParts() {}

    /**
     * A regular expression.
     *
     * @throws RuleException if it is none, with the place where it goes wrong
     */
    public static Regex regex(String path, String source) throws RuleException {
        if (source.isEmpty() || source.length() > REGEX_CHARS_MAX) {
            throw Members.bad(path, "expected a regular expression of 1.." + REGEX_CHARS_MAX + " characters, got " + source.length());
        }
        try {
            return Regex.of(source);
        } catch (PatternSyntaxException refused) {
            String at = refused.getIndex() < 0 ? "" : " at character " + refused.getIndex();
            throw Members.bad(path, "expected a Java regular expression, got " + Check.quoted(new JsonString(source)) + ": "
                    + shown(refused.getDescription()) + at);
        }
    }

    /**
     * A method.
     *
     * @throws RuleException if it is no token
     */
    public static String method(String path, String method) throws RuleException {
        try {
            if (method.length() <= METHOD_CHARS_MAX) {
                RequestHead.of(method, "/", Fields.EMPTY);
                return method;
            }
        } catch (IllegalArgumentException noToken) {
            // Said below.
        }
        throw Members.unexpected(path, "a method such as GET", new JsonString(method));
    }

    /**
     * The host that a matcher asks for.
     *
     * @throws RuleException if it is no bare name or address
     */
    public static String hostname(String path, String hostname) throws RuleException {
        int colon = hostname.indexOf(':');
        boolean port = colon >= 0 && hostname.indexOf(':', colon + 1) < 0;
        boolean odd = hostname.isEmpty() || hostname.length() > HOST_CHARS_MAX || hostname.contains("..");
        for (int i = 0; i < hostname.length(); i++) {
            char c = hostname.charAt(i);
            odd |= c <= ' ' || c >= 0x7f || "/[]*?@\"\\".indexOf(c) >= 0;
        }
        if (odd || port) {
            throw Members.unexpected(path, "a whole host name or address, without scheme, port, brackets and wildcard (urlPattern takes several hosts)",
                    new JsonString(hostname));
        }
        return hostname;
    }

    /**
     * Field lines: an object of strings, or, where a name comes more than once, an array of {@code [name, value]}.
     *
     * @throws RuleException if it is neither, or a line is not one that may be set
     */
    public static List<Fields.Line> lines(String path, JsonValue value) throws RuleException {
        List<Fields.Line> lines = new ArrayList<>();
        switch (value) {
            case JsonObject object -> {
                for (JsonObject.Member member : object.members()) {
                    lines.add(line(path, member.name(), member.value()));
                }
                requireDistinct(path, object);
            }
            case JsonArray array -> {
                for (int i = 0; i < array.size(); i++) {
                    List<JsonValue> pair = pair(path + "[" + i + "]", array.values().get(i), "[name, value]");
                    lines.add(line(path + "[" + i + "]", Members.text(path + "[" + i + "][0]", pair.get(0), 1, VALUE_CHARS_MAX), pair.get(1)));
                }
            }
            default -> throw Members.unexpected(path, "an object of strings, or an array of [name, value]", value);
        }
        requireFew(path, lines.size());
        return lines;
    }

    /** Field lines in the shorter form that has them all. */
    static JsonValue json(List<Fields.Line> lines) {
        Set<String> names = new HashSet<>();
        JsonObject.Builder object = JsonObject.builder();
        List<JsonValue> pairs = new ArrayList<>();
        for (Fields.Line line : lines) {
            names.add(line.name().toLowerCase(Locale.ROOT));
            object.put(line.name(), line.value());
            pairs.add(JsonArray.ofStrings(List.of(line.name(), line.value())));
        }
        return names.size() == lines.size() ? object.build() : new JsonArray(pairs);
    }

    /**
     * Fields to set, or to remove where the value is null.
     *
     * @throws RuleException if a name or value is not one that may be set, or a name comes twice
     */
    public static List<HeadEdits.Edit> updates(String path, JsonObject headers) throws RuleException {
        List<HeadEdits.Edit> edits = new ArrayList<>();
        for (JsonObject.Member member : headers.members()) {
            if (member.value() instanceof JsonNull) {
                requireSettable(path, member.name());
                edits.add(new HeadEdits.Edit.Remove(line(path, member.name(), new JsonString("")).name()));
            } else {
                Fields.Line line = settable(path, member.name(), member.value());
                edits.add(new HeadEdits.Edit.Set(line.name(), line.value()));
            }
        }
        requireDistinct(path, headers);
        requireFew(path, edits.size());
        return edits;
    }

    /** A line that a rule may set. */
    static Fields.Line settable(String path, String name, JsonValue value) throws RuleException {
        requireSettable(path, name);
        return line(path, name, value);
    }

    /**
     * Refuses a field that no rule may set.
     *
     * @throws RuleException if the field tells where a message or a connection ends
     */
    static void requireSettable(String path, String name) throws RuleException {
        if (FRAMING.contains(name.toLowerCase(Locale.ROOT))) {
            throw Members.bad(path + "." + name, "cannot be set or removed: it says where a message or connection ends, which follows from what is sent");
        }
    }

    static List<JsonValue> pair(String path, JsonValue value, String form) throws RuleException {
        if (value instanceof JsonArray pair && pair.size() == 2) {
            return pair.values();
        }
        throw Members.unexpected(path, "a pair " + form, value);
    }

    static void requireFew(String path, int count) throws RuleException {
        if (count > LINES_MAX) {
            throw Members.bad(path, "expected at most " + LINES_MAX + ", got " + count);
        }
    }

    private static Fields.Line line(String path, String name, JsonValue value) throws RuleException {
        String member = path + "." + shown(name);
        String text = Members.text(member, value, 0, VALUE_CHARS_MAX);
        try {
            Fields.of(List.of(new Fields.Line(name, "")));
        } catch (IllegalArgumentException noToken) {
            throw Members.bad(path, "expected the name of a field such as X-Name, got " + Check.quoted(new JsonString(name)));
        }
        try {
            Fields.of(List.of(new Fields.Line(name, text)));
            return new Fields.Line(name, text);
        } catch (IllegalArgumentException odd) {
            throw Members.bad(member, "expected Latin-1 text without CR, LF and NUL; the " + shown(odd.getMessage()));
        }
    }

    /** Names that differ in case alone are one field, and an object has no order to say which value counts. */
    private static void requireDistinct(String path, JsonObject object) throws RuleException {
        Set<String> names = new HashSet<>();
        for (JsonObject.Member member : object.members()) {
            if (!names.add(member.name().toLowerCase(Locale.ROOT))) {
                throw Members.bad(path + "." + shown(member.name()), "given more than once; an array of [name, value] may repeat a name");
            }
        }
    }

    private static String shown(String text) {
        return text.length() <= SHOWN_CHARS ? text : text.substring(0, SHOWN_CHARS) + "...";
    }

    /** An expression and its replacement, which may name groups of it. */
    static <T> T replacing(String path, Supplier<T> made) throws RuleException {
        try {
            return made.get();
        } catch (IllegalArgumentException refused) {
            throw Members.bad(path, refused.getMessage());
        }
    }
}
