package proxymcp.diff;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import proxymcp.decode.JsonPath;
import proxymcp.json.Check;
import proxymcp.json.JsonString;

/**
 * Fields that are not compared: {@code [METHOD host/path-glob[ #operation]: ]location-glob} each, such as {@code response.json.$.items[*].id},
 * {@code response.json.$..timestamp} or {@code GET api.example.com/v1/**: request.header.x-*}. A {@code *} stands for anything within one step,
 * {@code **} across steps; a method of {@code *} for any, a host without a path for all of its paths.
 */
public final class IgnorePatterns {
    /** Nothing is ignored. */
    public static final IgnorePatterns NONE = new IgnorePatterns(List.of());

    private static final int CHARS_MAX = 1_000;
    private static final String STEPS = ".[]";
    private static final Pattern FOR_ENDPOINT = Pattern.compile("([A-Za-z-]+|\\*) ([^ ]+?)(?: #(.+?))?: (.+)");

    private final List<One> patterns;

    /**
     * A pattern.
     *
     * @param method of the endpoint, {@code *} for any
     * @param place host, or host and template
     * @param hostOnly whether {@code place} has no path
     */
    private record One(String method, Glob place, boolean hostOnly, Glob operation, Glob location) {
        boolean isFor(Endpoint endpoint) {
            return (method.equals("*") || method.equals(endpoint.method()))
                    && place.matches(hostOnly ? endpoint.host() : endpoint.host() + endpoint.template()) && operation.matches(endpoint.operation());
        }
    }

    private IgnorePatterns(List<One> patterns) {
        this.patterns = List.copyOf(patterns);
    }

    /**
     * Reads patterns.
     *
     * @throws IllegalArgumentException if one is none; the message names it
     */
    public static IgnorePatterns parse(List<String> patterns) {
        List<One> parsed = new ArrayList<>();
        for (String pattern : patterns) {
            parsed.add(parse(pattern));
        }
        return new IgnorePatterns(parsed);
    }

    /**
     * Whether a field is ignored.
     *
     * @param at the very place, so that {@code $.items[0].id} can be ignored alone
     */
    public boolean matches(Endpoint endpoint, Location location, String at) {
        if (patterns.isEmpty()) {
            return false;
        }
        String field = location.toString();
        String place = location.textAt(at);
        for (One pattern : patterns) {
            if ((pattern.location().matches(field) || !place.equals(field) && pattern.location().matches(place)) && pattern.isFor(endpoint)) {
                return true;
            }
        }
        return false;
    }

    private static One parse(String pattern) {
        if (pattern.length() > CHARS_MAX) {
            throw refused(pattern.substring(0, 100) + "...", "at most " + CHARS_MAX + " characters");
        }
        Matcher endpoint = FOR_ENDPOINT.matcher(pattern);
        if (!endpoint.matches()) {
            return new One("*", new Glob("**", "/"), false, new Glob("**", ""), location(pattern, pattern));
        }
        String place = endpoint.group(2);
        boolean hostOnly = place.indexOf('/') < 0 && !place.endsWith("**");
        String operation = Optional.ofNullable(endpoint.group(3)).orElse("**");
        int slash = place.indexOf('/');
        String lower = slash < 0 ? place.toLowerCase(Locale.ROOT) : place.substring(0, slash).toLowerCase(Locale.ROOT) + place.substring(slash);
        return new One(endpoint.group(1), new Glob(lower, "/"), hostOnly, new Glob(operation, ""), location(endpoint.group(4), pattern));
    }

    private static Glob location(String text, String pattern) {
        String glob = text.strip();
        if (glob.startsWith("**")) {
            return new Glob(path(glob, pattern), STEPS);
        }
        int behindSide = glob.indexOf('.');
        String side = behindSide < 0 ? glob : glob.substring(0, behindSide);
        if (behindSide < 0 || !side.equals("*") && Side.of(side).isEmpty()) {
            throw refused(pattern, "a location such as request.header.date, that is request, response or *, a dot and a part");
        }
        int behindPart = glob.indexOf('.', behindSide + 1);
        String part = glob.substring(behindSide + 1, behindPart < 0 ? glob.length() : behindPart);
        if (part.indexOf('*') < 0 && Part.of(part).isEmpty()) {
            throw refused(pattern, "behind " + side + " one of " + parts());
        }
        boolean header = part.equals("header");
        String name = behindPart < 0 ? "" : glob.substring(behindPart);
        return new Glob(side + "." + part + (header ? name.toLowerCase(Locale.ROOT) : path(name, pattern)), STEPS);
    }

    private static String parts() {
        StringBuilder words = new StringBuilder();
        for (Part part : Part.values()) {
            words.append(words.isEmpty() ? "" : ", ").append(part.word());
        }
        return words.toString();
    }

    /**
     * A path as locations write it: names in brackets with a dot where they can have one, and {@code ..} as what it means, anything and a dot. In
     * {@code $..['a b']} too.
     */
    private static String path(String text, String pattern) {
        if (text.indexOf('$') < 0) {
            return text;
        }
        StringBuilder path = new StringBuilder();
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '.' && text.startsWith("..", at)) {
                path.append("**").append(text.startsWith("[", at + 2) ? "" : ".");
                at += 2;
            } else if (c == '[' && at + 1 < text.length() && "'\"".indexOf(text.charAt(at + 1)) >= 0) {
                int end = text.indexOf(text.charAt(at + 1) + "]", at + 2);
                if (end < 0) {
                    throw refused(pattern, "a closing quote and bracket");
                }
                path.append(JsonPath.member("", text.substring(at + 2, end)));
                at = end + 2;
            } else if (c == '[') {
                int end = text.indexOf(']', at);
                String index = end < 0 ? "" : text.substring(at + 1, end);
                if (!index.equals("*") && !index.equals("**") && !index.matches("[0-9]{1,9}")) {
                    throw refused(pattern, "a name in quotes, an index or * between brackets");
                }
                path.append(text, at, end + 1);
                at = end + 1;
            } else {
                path.append(c);
                at++;
            }
        }
        return path.toString();
    }

    private static IllegalArgumentException refused(String pattern, String expected) {
        return new IllegalArgumentException("expected " + expected + ", got " + Check.quoted(new JsonString(pattern)));
    }
}
