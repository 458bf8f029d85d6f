package proxymcp.json;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** Reads a {@link JsonPath} by the grammar of RFC 9535 appendix A. */
final class JsonPathParser {
    private static final int CHARS_MAX = 4096;
    /** Numbers of I-JSON are exact up to here (RFC 9535 section 2.1). */
    private static final long NUMBER_MAX = (1L << 53) - 1;

    private final String text;
    private int at;

    JsonPathParser(String text) {
        this.text = text;
    }

    JsonPath parse() {
        if (text.length() > CHARS_MAX) {
            throw new IllegalArgumentException("expected a path of at most " + CHARS_MAX + " characters");
        }
        if (!take('$')) {
            throw unexpected("'$'");
        }
        List<JsonPath.Segment> segments = new ArrayList<>();
        while (at < text.length()) {
            int before = at;
            skipBlanks();
            if (at >= text.length()) {
                at = before;
                throw unexpected("the end of the path");
            }
            segments.add(segment());
        }
        return new JsonPath(text, segments);
    }

    private JsonPath.Segment segment() {
        if (text.startsWith("..", at)) {
            at += 2;
            return new JsonPath.Segment(true, take('[') ? bracketed() : List.of(dotted()));
        }
        if (take('.')) {
            return new JsonPath.Segment(false, List.of(dotted()));
        }
        if (take('[')) {
            return new JsonPath.Segment(false, bracketed());
        }
        throw unexpected("'.', '..' or '['");
    }

    private JsonPath.Selector dotted() {
        if (take('*')) {
            return new JsonPath.Selector.Wildcard();
        }
        int start = at;
        while (at < text.length() && isNameCharacter(text.codePointAt(at), at == start)) {
            at += Character.charCount(text.codePointAt(at));
        }
        if (at == start) {
            throw unexpected("a name or '*'; names with other characters stand in brackets and quotes: ['a-b']");
        }
        return new JsonPath.Selector.Name(text.substring(start, at));
    }

    private static boolean isNameCharacter(int c, boolean first) {
        boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= 0x80 && (c < 0xD800 || c > 0xDFFF);
        return letter || !first && c >= '0' && c <= '9';
    }

    private List<JsonPath.Selector> bracketed() {
        List<JsonPath.Selector> selectors = new ArrayList<>();
        do {
            skipBlanks();
            selectors.add(selector());
            skipBlanks();
        } while (take(','));
        if (!take(']')) {
            throw unexpected("',' or ']'");
        }
        return List.copyOf(selectors);
    }

    private JsonPath.Selector selector() {
        if (at >= text.length()) {
            throw unexpected("a selector");
        }
        char c = text.charAt(at);
        if (c == '?') {
            throw new IllegalArgumentException("filter expressions are not supported, got one at character " + at);
        }
        if (c == '\'' || c == '"') {
            at++;
            return new JsonPath.Selector.Name(quoted(c));
        }
        if (take('*')) {
            return new JsonPath.Selector.Wildcard();
        }
        OptionalLong number = c == ':' ? OptionalLong.empty() : OptionalLong.of(number("a name in quotes, a number, a slice or '*'"));
        int end = at;
        skipBlanks();
        if (take(':')) {
            return slice(number);
        }
        at = end;
        return new JsonPath.Selector.Index(number.getAsLong());
    }

    /** The rest of a slice, behind its first colon. */
    private JsonPath.Selector slice(OptionalLong start) {
        skipBlanks();
        OptionalLong end = startsNumber() ? OptionalLong.of(number("a number")) : OptionalLong.empty();
        int after = at;
        skipBlanks();
        long step = 1;
        if (take(':')) {
            after = at;
            skipBlanks();
            if (startsNumber()) {
                step = number("a number");
                after = at;
            }
        }
        at = after;
        return new JsonPath.Selector.Slice(start, end, step);
    }

    private boolean startsNumber() {
        return at < text.length() && (text.charAt(at) == '-' || isDigit(text.charAt(at)));
    }

    /** A whole number without leading zeros; there is no {@code -0}. */
    private long number(String expected) {
        int start = at;
        boolean negative = take('-');
        int digits = at;
        while (at < text.length() && isDigit(text.charAt(at))) {
            at++;
        }
        int count = at - digits;
        boolean plain = count > 0 && !(text.charAt(digits) == '0' && (count > 1 || negative));
        if (!plain) {
            at = count > 0 ? start : at;
            throw unexpected(count > 0 ? "a number without leading zeros" : expected);
        }
        long number = count > 16 ? Long.MAX_VALUE : Long.parseLong(text.substring(digits, at));
        if (number > NUMBER_MAX) {
            throw new IllegalArgumentException("expected a number in -" + NUMBER_MAX + ".." + NUMBER_MAX + " at character " + start);
        }
        return negative ? -number : number;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    /** The rest of a string, behind its first quote. */
    private String quoted(char quote) {
        StringBuilder name = new StringBuilder();
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == quote) {
                at++;
                return name.toString();
            }
            if (c == '\\') {
                at++;
                name.append(escape(quote));
            } else if (c < ' ' || Character.isSurrogate(c) && !isPair()) {
                throw unexpected("a character of a string");
            } else {
                int length = Character.charCount(text.codePointAt(at));
                name.append(text, at, at + length);
                at += length;
            }
        }
        throw unexpected("a quote to end the string");
    }

    private boolean isPair() {
        return Character.isSupplementaryCodePoint(text.codePointAt(at));
    }

    private String escape(char quote) {
        if (at >= text.length()) {
            throw unexpected("an escape");
        }
        char c = text.charAt(at);
        if (c == 'u') {
            return unicode();
        }
        int known = "bfnrt/\\".indexOf(c);
        if (known < 0 && c != quote) {
            throw unexpected("an escape");
        }
        at++;
        return known < 0 ? String.valueOf(quote) : String.valueOf("\b\f\n\r\t/\\".charAt(known));
    }

    /** Four digits, or twice four for a character beyond the first plane; halves of a pair are none. */
    private String unicode() {
        int start = at - 1;
        char first = hexFour();
        if (!Character.isSurrogate(first)) {
            return String.valueOf(first);
        }
        if (Character.isHighSurrogate(first) && text.startsWith("\\u", at)) {
            at++;
            char second = hexFour();
            if (Character.isLowSurrogate(second)) {
                return new String(new char[] {first, second});
            }
        }
        throw new IllegalArgumentException("expected a pair of surrogates at character " + start);
    }

    private char hexFour() {
        int value = 0;
        for (int i = 0; i < 4; i++) {
            at++;
            int digit = at < text.length() && text.charAt(at) < 0x80 ? Character.digit(text.charAt(at), 16) : -1;
            if (digit < 0) {
                throw unexpected("four hexadecimal digits");
            }
            value = value << 4 | digit;
        }
        at++;
        return (char) value;
    }

    private void skipBlanks() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private boolean take(char c) {
        if (at < text.length() && text.charAt(at) == c) {
            at++;
            return true;
        }
        return false;
    }

    private IllegalArgumentException unexpected(String expected) {
        if (at >= text.length()) {
            return new IllegalArgumentException("expected " + expected + ", got the end of the path at character " + at);
        }
        char c = text.charAt(at);
        String got = c > ' ' && c < 0x7f ? "'" + c + "'" : "U+" + HexFour.of(c);
        return new IllegalArgumentException("expected " + expected + ", got " + got + " at character " + at);
    }
}
