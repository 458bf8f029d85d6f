package proxymcp.json;

import java.util.ArrayList;
import java.util.List;

/** Recursive-descent reader of one JSON text (RFC 8259), strict in every point of the grammar. */
final class JsonReader {
    private final String text;
    private final JsonLimits limits;
    private int at;
    private int depth;

    JsonReader(String text, JsonLimits limits) {
        this.text = text;
        this.limits = limits;
    }

    /** Reads the value and makes sure that nothing but white space follows. */
    JsonValue readDocument() throws JsonException {
        JsonValue value = readValue();
        skipSpace();
        if (at < text.length()) {
            throw unexpected("the end of the text");
        }
        return value;
    }

    private JsonValue readValue() throws JsonException {
        skipSpace();
        if (at >= text.length()) {
            throw unexpected("a value");
        }
        return switch (text.charAt(at)) {
            case '{' -> readObject();
            case '[' -> readArray();
            case '"' -> new JsonString(readString());
            case 't' -> readLiteral("true", JsonBoolean.TRUE);
            case 'f' -> readLiteral("false", JsonBoolean.FALSE);
            case 'n' -> readLiteral("null", JsonNull.NULL);
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> readNumber();
            default -> throw unexpected("a value");
        };
    }

    private JsonObject readObject() throws JsonException {
        enter();
        List<JsonObject.Member> members = new ArrayList<>();
        skipSpace();
        if (!take('}')) {
            do {
                skipSpace();
                if (at >= text.length() || text.charAt(at) != '"') {
                    throw unexpected("a member name");
                }
                String name = readString();
                skipSpace();
                if (!take(':')) {
                    throw unexpected("':'");
                }
                members.add(new JsonObject.Member(name, readValue()));
                skipSpace();
            } while (take(','));
            if (!take('}')) {
                throw unexpected("',' or '}'");
            }
        }
        depth--;
        return members.isEmpty() ? JsonObject.EMPTY : new JsonObject(members);
    }

    private JsonArray readArray() throws JsonException {
        enter();
        List<JsonValue> values = new ArrayList<>();
        skipSpace();
        if (!take(']')) {
            do {
                values.add(readValue());
                skipSpace();
            } while (take(','));
            if (!take(']')) {
                throw unexpected("',' or ']'");
            }
        }
        depth--;
        return values.isEmpty() ? JsonArray.EMPTY : new JsonArray(values);
    }

    private void enter() throws JsonException {
        if (++depth > limits.depthMax()) {
            throw JsonException.beyond("nesting is deeper than " + limits.depthMax(), at);
        }
        at++;
    }

    private JsonValue readLiteral(String literal, JsonValue value) throws JsonException {
        if (!text.startsWith(literal, at)) {
            throw unexpected("a value");
        }
        at += literal.length();
        return value;
    }

    private JsonNumber readNumber() throws JsonException {
        int end = JsonNumber.endOfNumber(text, at);
        if (end < 0) {
            throw new JsonException("expected a number", at);
        }
        if (end - at > JsonLimits.NUMBER_CHARS_MAX) {
            throw JsonException.beyond("number is longer than " + JsonLimits.NUMBER_CHARS_MAX + " characters", at);
        }
        JsonNumber number = new JsonNumber(text.substring(at, end));
        at = end;
        return number;
    }

    private String readString() throws JsonException {
        int start = ++at;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '"') {
                return text.substring(start, at++);
            }
            if (c == '\\') {
                return readEscapedString(start);
            }
            if (c < ' ') {
                throw new JsonException("control character in a string must be escaped", at);
            }
            at++;
        }
        throw unexpected("'\"' to end the string");
    }

    /** Goes on with a string whose first escape has been reached. */
    private String readEscapedString(int start) throws JsonException {
        StringBuilder value = new StringBuilder(at - start + 32).append(text, start, at);
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '"') {
                return value.toString();
            }
            if (c < ' ') {
                throw new JsonException("control character in a string must be escaped", at - 1);
            }
            value.append(c == '\\' ? readEscape() : c);
        }
        throw unexpected("'\"' to end the string");
    }

    private char readEscape() throws JsonException {
        if (at >= text.length()) {
            throw unexpected("an escape");
        }
        char c = text.charAt(at);
        char meant = switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> readHex();
            default -> throw unexpected("an escape");
        };
        at++;
        return meant;
    }

    private char readHex() throws JsonException {
        int value = 0;
        for (int i = 0; i < 4; i++) {
            at++;
            // Character.digit takes other scripts' digits too; JSON has ASCII ones only.
            int digit = at < text.length() && text.charAt(at) < 0x80 ? Character.digit(text.charAt(at), 16) : -1;
            if (digit < 0) {
                throw unexpected("four hexadecimal digits");
            }
            value = value << 4 | digit;
        }
        return (char) value;
    }

    private void skipSpace() {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
                return;
            }
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

    private JsonException unexpected(String expected) {
        if (at >= text.length()) {
            return new JsonException("expected " + expected + ", got the end of the text", at);
        }
        char c = text.charAt(at);
        String got = c > ' ' && c < 0x7f ? "'" + c + "'" : "U+" + HexFour.of(c);
        return new JsonException("expected " + expected + ", got " + got, at);
    }
}
