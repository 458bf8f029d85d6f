package proxymcp.mcp;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A URI with variables, RFC 6570 level 1: {@code proxy://sessions/{session_id}/summary}. A variable stands for one or
 * more characters other than {@code / ? #}, percent-encoded where they are not unreserved.
 */
public final class UriTemplate {
    private static final String HEX = "0123456789ABCDEF";

    private final String text;
    /** Literals and variables in turn, beginning and ending with a literal, which may be empty there. */
    private final List<String> literals = new ArrayList<>();
    private final List<String> variables = new ArrayList<>();

    /**
     * Reads a template.
     *
     * @throws IllegalArgumentException if braces do not pair, a name is empty or used twice, or two variables touch
     */
    public UriTemplate(String text) {
        this.text = text;
        int at = 0;
        for (int open = text.indexOf('{'); open >= 0; open = text.indexOf('{', at)) {
            int close = text.indexOf('}', open);
            if (close < open + 2 || open == at && at > 0 || variables.contains(text.substring(open + 1, close))) {
                throw new IllegalArgumentException("not a level 1 template: " + text);
            }
            literals.add(text.substring(at, open));
            variables.add(text.substring(open + 1, close));
            at = close + 1;
        }
        literals.add(text.substring(at));
    }

    /** As it was written. */
    public String text() {
        return text;
    }

    /** The names of the variables, in order. */
    public List<String> variables() {
        return List.copyOf(variables);
    }

    /** How many characters are fixed: of two templates that fit a URI the one with more is meant. */
    int literalChars() {
        int chars = 0;
        for (String literal : literals) {
            chars += literal.length();
        }
        return chars;
    }

    /**
     * Puts values in.
     *
     * @throws IllegalArgumentException if a variable has no value, or an empty one
     */
    public String expand(Map<String, String> values) {
        StringBuilder uri = new StringBuilder(literals.get(0));
        for (int i = 0; i < variables.size(); i++) {
            String value = values.getOrDefault(variables.get(i), "");
            if (value.isEmpty()) {
                throw new IllegalArgumentException("no value for " + variables.get(i) + " of " + text);
            }
            encode(value, uri);
            uri.append(literals.get(i + 1));
        }
        return uri.toString();
    }

    /** The decoded values of a URI that fits; empty if it does not, or if its percent-encoding is broken. */
    public Optional<Map<String, String>> match(String uri) {
        if (!uri.startsWith(literals.get(0))) {
            return Optional.empty();
        }
        List<String> values = new ArrayList<>();
        return match(uri, literals.get(0).length(), values) ? decode(values) : Optional.empty();
    }

    /** Matches from a variable on, the longest value first. */
    private boolean match(String uri, int from, List<String> values) {
        int index = values.size();
        if (index == variables.size()) {
            return from == uri.length();
        }
        String literal = literals.get(index + 1);
        for (int end = endOfValue(uri, from); end > from; end--) {
            if (uri.startsWith(literal, end)) {
                values.add(uri.substring(from, end));
                if (match(uri, end + literal.length(), values)) {
                    return true;
                }
                values.remove(index);
            }
        }
        return false;
    }

    private static int endOfValue(String uri, int from) {
        int end = from;
        while (end < uri.length() && uri.charAt(end) != '/' && uri.charAt(end) != '?' && uri.charAt(end) != '#') {
            end++;
        }
        return end;
    }

    private Optional<Map<String, String>> decode(List<String> values) {
        Map<String, String> decoded = new LinkedHashMap<>();
        for (int i = 0; i < values.size(); i++) {
            Optional<String> value = decode(values.get(i));
            if (value.isEmpty()) {
                return Optional.empty();
            }
            decoded.put(variables.get(i), value.get());
        }
        return Optional.of(decoded);
    }

    private static Optional<String> decode(String value) {
        byte[] raw = value.getBytes(StandardCharsets.UTF_8);
        ByteBuffer decoded = ByteBuffer.allocate(raw.length);
        for (int i = 0; i < raw.length; i++) {
            if (raw[i] != '%') {
                decoded.put(raw[i]);
                continue;
            }
            int high = i + 2 < raw.length ? Character.digit(raw[i + 1], 16) : -1;
            int low = i + 2 < raw.length ? Character.digit(raw[i + 2], 16) : -1;
            if (high < 0 || low < 0) {
                return Optional.empty();
            }
            decoded.put((byte) (high << 4 | low));
            i += 2;
        }
        try {
            return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(decoded.flip()).toString());
        } catch (CharacterCodingException notUtf8) {
            // Bytes that are no text name nothing.
            return Optional.empty();
        }
    }

    private static void encode(String value, StringBuilder uri) {
        for (byte b : value.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            if (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || "-._~".indexOf(c) >= 0) {
                uri.append(c);
            } else {
                uri.append('%').append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
            }
        }
    }

    @Override
    public String toString() {
        return text;
    }
}
