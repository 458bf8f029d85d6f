package proxymcp.replay;

import java.util.HexFormat;
import proxymcp.json.Json;
import proxymcp.json.JsonException;

/**
 * Replaces a literal in a JSON text, so that it stays one. Within a string the literal is found however it is spelt ({@code "}, {@code /} and
 * {@code é} may be escaped, or not), and what stands in its place is escaped; elsewhere, and where it reaches out of a string, both are taken as they
 * stand.
 */
final class JsonLiterals {
    private static final int ESCAPED_UNIT_CHARS = 6;

    private final String text;
    private final Literals.Pair pair;
    /** Whether what comes next is within a string. */
    private boolean within;

    private JsonLiterals(String text, Literals.Pair pair) {
        this.text = text;
        this.pair = pair;
    }

    /** Whether a text is a JSON array, object or string; a number or word alone is taken for any text. */
    static boolean isJson(String text) {
        int at = 0;
        while (at < text.length() && text.charAt(at) <= ' ') {
            at++;
        }
        return at < text.length() && "[{\"".indexOf(text.charAt(at)) >= 0 && parses(text);
    }

    private static boolean parses(String text) {
        try {
            Json.parse(text);
            return true;
        } catch (JsonException e) {
            return false;
        }
    }

    /**
     * Replaces, in one pass: what was put in is not looked at again.
     *
     * @param text JSON
     * @param ascii whether only ASCII can stand in it; else the replacement is spelt as the text is
     * @throws ChangeException if the text grows too long, or would be no JSON any more
     */
    static Literals.Replaced in(String text, Literals.Pair pair, boolean ascii) throws ChangeException {
        boolean escapesAll = ascii || text.contains("\\u") && text.chars().allMatch(c -> c < 0x80);
        Literals.Replaced replaced = new JsonLiterals(text, pair).replaced(escaped(pair.with(), escapesAll, text.contains("\\/")));
        if (replaced.places() > 0 && !parses(replaced.text())) {
            throw new ChangeException("request.body: with " + ShortValue.of(pair.with()) + " in place of " + ShortValue.of(pair.find())
                    + " it would be no JSON any more");
        }
        return replaced;
    }

    private Literals.Replaced replaced(String escaped) throws ChangeException {
        StringBuilder out = new StringBuilder(text.length());
        int places = 0;
        int at = 0;
        while (at < text.length()) {
            int inString = within ? endInString(at) : -1;
            int end = inString >= 0 ? inString : endAsItStands(at);
            if (end < 0) {
                int next = at + width(at, within);
                out.append(text, at, next);
                pass(at, next);
                at = next;
                continue;
            }
            out.append(inString >= 0 ? escaped : pair.with());
            Literals.checkLength(out);
            pass(at, end);
            at = end;
            places++;
        }
        return new Literals.Replaced(places == 0 ? text : out.toString(), places);
    }

    /** Where the literal ends that begins at {@code from}, within one string and its escapes undone; -1 if none does. */
    private int endInString(int from) {
        String find = pair.find();
        int at = from;
        for (int i = 0; i < find.length(); i++) {
            if (at >= text.length() || text.charAt(at) == '"' || unit(at) != find.charAt(i)) {
                return -1;
            }
            at += width(at, true);
        }
        return at;
    }

    /** Where the literal ends that stands at {@code from}; -1 if none does, or it ends within an escape. */
    private int endAsItStands(int from) {
        if (!text.startsWith(pair.find(), from)) {
            return -1;
        }
        int end = from + pair.find().length();
        boolean before = within;
        int at = from;
        while (at < end) {
            int next = at + width(at, within);
            pass(at, next);
            at = next;
        }
        within = before;
        return at == end ? end : -1;
    }

    /** Goes over characters of the text, each spelling in whole. */
    private void pass(int from, int to) {
        int at = from;
        while (at < to) {
            int width = width(at, within);
            within ^= width == 1 && text.charAt(at) == '"';
            at += width;
        }
    }

    /** How many characters spell the one at {@code at}. */
    private int width(int at, boolean inString) {
        if (!inString || text.charAt(at) != '\\') {
            return 1;
        }
        return text.charAt(at + 1) == 'u' ? ESCAPED_UNIT_CHARS : 2;
    }

    /** The UTF-16 unit that is spelt at {@code at} of a string. */
    private char unit(int at) {
        char c = text.charAt(at);
        if (c != '\\') {
            return c;
        }
        char escape = text.charAt(at + 1);
        return switch (escape) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> (char) Integer.parseInt(text, at + 2, at + ESCAPED_UNIT_CHARS, 16);
            default -> escape;
        };
    }

    private static String escaped(String value, boolean ascii, boolean slashes) {
        StringBuilder escaped = new StringBuilder(value.length() + 16);
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"', '\\' -> escaped.append('\\').append(c);
                case '/' -> escaped.append(slashes ? "\\/" : "/");
                case '\n' -> escaped.append("\\n");
                case '\r' -> escaped.append("\\r");
                case '\t' -> escaped.append("\\t");
                default -> {
                    if (c < ' ' || ascii && c >= 0x7f) {
                        escaped.append("\\u").append(HexFormat.of().toHexDigits(c));
                    } else {
                        escaped.append(c);
                    }
                }
            }
        }
        return escaped.toString();
    }
}
