package proxymcp.json;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads one JSON text of any length piece by piece: the caller walks into objects and arrays, takes values that it wants to hold, streams long
 * strings and steps over the rest. Memory is 64 KiB and what the caller holds. UTF-8, with or without a byte order mark.
 *
 * <p>As strict as {@link Json} but for two things that real writers do: {@code NaN} and {@code Infinity}, as Python writes them, are strings, and
 * the text may stand in a call, {@code name(…);}. Every refusal is a {@link JsonException} that names line and column, both from 1; columns count
 * characters.
 *
 * <p>Not for several threads. The stream is not closed.
 */
public final class JsonPull {
    /** What a value is, by its first character. */
    public enum Kind {
        /** {@code {}}. */
        OBJECT,
        /** {@code []}. */
        ARRAY,
        /** Text. */
        STRING,
        /** A number, or a word: true, false, null. */
        OTHER
    }

    private static final int BUFFER_BYTES = 64 << 10;
    private static final int DEPTH_MAX = 500;
    private static final int NAME_BYTES_MAX = 64 << 10;
    private static final int WORD_CHARS_MAX = JsonLimits.NUMBER_CHARS_MAX;
    /** Memory of a value beside its text. */
    private static final int VALUE_BYTES = 48;
    private static final int REPLACEMENT = 0xFFFD;
    /** Octets that stand for themselves in a string and are characters of their own. */
    private static final boolean[] PLAIN = new boolean[256];

    static {
        for (int c = 0x20; c < 0x80; c++) {
            PLAIN[c] = c != '"' && c != '\\';
        }
    }

    private final InputStream in;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int at;
    private int limit;
    /** Octets before the buffer. */
    private long base;
    private long line = 1;
    /** Octets before the line; those behind the first of each character count too, so that columns are characters. */
    private long lineStart;
    private final boolean[] begun = new boolean[DEPTH_MAX + 1];
    private int depth;
    private boolean inCall;
    private long replaced;

    /** @param in the text; read in pieces of 64 KiB */
    public JsonPull(InputStream in) {
        this.in = in;
    }

    /** Octets of the text that were taken so far. */
    public long octets() {
        return base + at;
    }

    /** How many halves of surrogate pairs stood alone in strings and became U+FFFD so far. */
    public long replaced() {
        return replaced;
    }

    /**
     * Begins the text: steps over a byte order mark, and over the beginning of a call around the value.
     *
     * @throws JsonException if it is in UTF-16, or a name is not followed by a value in parentheses
     */
    public void begin() throws IOException {
        boolean two = ensure(2);
        if (two && (octet(0) == 0xFE && octet(1) == 0xFF || octet(0) == 0xFF && octet(1) == 0xFE || octet(0) == 0 || octet(1) == 0)) {
            throw error("expected UTF-8, got UTF-16 or binary data");
        }
        if (ensure(3) && octet(0) == 0xEF && octet(1) == 0xBB && octet(2) == 0xBF) {
            at += 3;
            lineStart += 3;
        }
        int first = skipSpace();
        boolean name = first >= 'a' && first <= 'z' || first >= 'A' && first <= 'Z' || first == '_' || first == '$';
        if (name) {
            beginCall();
        }
    }

    private void beginCall() throws IOException {
        for (int chars = 0; ensure(1) && isNameChar(octet(0)); chars++) {
            if (chars > WORD_CHARS_MAX) {
                throw error("expected a value, got a long word");
            }
            at++;
        }
        if (skipSpace() != '(') {
            throw unexpected("a value");
        }
        at++;
        inCall = true;
    }

    private static boolean isNameChar(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '$' || c == '.';
    }

    /**
     * Ends the text.
     *
     * @throws JsonException if anything but white space follows
     */
    public void end() throws IOException {
        int next = skipSpace();
        if (inCall) {
            if (next != ')') {
                throw unexpected("')'");
            }
            at++;
            next = skipSpace();
            if (next == ';') {
                at++;
                next = skipSpace();
            }
        }
        if (next >= 0) {
            throw unexpected("the end of the text");
        }
    }

    /** What the next value is; nothing is taken but white space. */
    public Kind peek() throws IOException {
        return switch (skipSpace()) {
            case '{' -> Kind.OBJECT;
            case '[' -> Kind.ARRAY;
            case '"' -> Kind.STRING;
            case -1 -> throw unexpected("a value");
            default -> Kind.OTHER;
        };
    }

    /** Walks into an object. */
    public void beginObject() throws IOException {
        enter('{', "an object");
    }

    /** Walks into an array. */
    public void beginArray() throws IOException {
        enter('[', "an array");
    }

    private void enter(char bracket, String what) throws IOException {
        if (skipSpace() != bracket) {
            throw unexpected(what);
        }
        if (depth == DEPTH_MAX) {
            throw error("nesting is deeper than " + DEPTH_MAX);
        }
        at++;
        begun[++depth] = false;
    }

    /** The next member's name, whose value is to be taken; empty at the end of the object, which is left. */
    public Optional<String> nextName() throws IOException {
        if (!next('}')) {
            return Optional.empty();
        }
        if (skipSpace() != '"') {
            throw unexpected("a member name");
        }
        Held name = new Held(NAME_BYTES_MAX);
        string(name);
        if (name.overflowed()) {
            throw error("a member name is longer than " + NAME_BYTES_MAX + " octets");
        }
        if (skipSpace() != ':') {
            throw unexpected("':'");
        }
        at++;
        return Optional.of(name.text());
    }

    /** Whether there is another item, which is to be taken; false at the end of the array, which is left. */
    public boolean nextItem() throws IOException {
        return next(']');
    }

    private boolean next(char closing) throws IOException {
        int c = skipSpace();
        if (c == closing) {
            at++;
            depth--;
            return false;
        }
        if (begun[depth]) {
            if (c != ',') {
                throw unexpected("',' or '" + closing + "'");
            }
            at++;
            c = skipSpace();
            if (c == closing) {
                throw unexpected(closing == ']' ? "a value" : "a member name");
            }
        }
        begun[depth] = true;
        return true;
    }

    /**
     * Takes a value.
     *
     * @param bytesMax memory it may have: octets of its text, and 48 for each value in it
     * @return empty if it is longer; it was stepped over then
     */
    public Optional<JsonValue> value(long bytesMax) throws IOException {
        Taking taking = new Taking(octets() + bytesMax);
        JsonValue value = taking.value();
        return taking.overflowed ? Optional.empty() : Optional.of(value);
    }

    /** Steps over a value. */
    public void skip() throws IOException {
        new Taking(octets()).value();
    }

    /** A value being taken; behind its bound nothing is held any more. */
    private final class Taking {
        /** Comes nearer with each value: many small ones take more memory than their text. */
        private long end;
        private boolean overflowed;

        Taking(long end) {
            this.end = end;
        }

        JsonValue value() throws IOException {
            JsonValue value = switch (peek()) {
                case OBJECT -> object();
                case ARRAY -> array();
                case STRING -> text();
                case OTHER -> word();
            };
            end -= VALUE_BYTES;
            overflowed |= octets() > end + VALUE_BYTES;
            return value;
        }

        private JsonValue object() throws IOException {
            List<JsonObject.Member> members = new ArrayList<>();
            beginObject();
            for (Optional<String> name = nextName(); name.isPresent(); name = nextName()) {
                JsonValue value = value();
                if (overflowed) {
                    members.clear();
                } else {
                    members.add(new JsonObject.Member(name.get(), value));
                }
            }
            return members.isEmpty() ? JsonObject.EMPTY : new JsonObject(members);
        }

        private JsonValue array() throws IOException {
            List<JsonValue> values = new ArrayList<>();
            beginArray();
            while (nextItem()) {
                JsonValue value = value();
                if (overflowed) {
                    values.clear();
                } else {
                    values.add(value);
                }
            }
            return values.isEmpty() ? JsonArray.EMPTY : new JsonArray(values);
        }

        private JsonValue text() throws IOException {
            Held text = new Held(Math.max(0, end - octets()));
            string(text);
            overflowed |= text.overflowed();
            return overflowed ? JsonNull.NULL : new JsonString(text.text());
        }
    }

    private JsonValue word() throws IOException {
        StringBuilder word = new StringBuilder();
        for (int c = ensure(1) ? octet(0) : -1; isNameChar(c) || c == '-' || c == '+'; c = ensure(1) ? octet(0) : -1) {
            if (word.length() == WORD_CHARS_MAX) {
                throw error("a number is longer than " + WORD_CHARS_MAX + " characters");
            }
            word.append((char) c);
            at++;
        }
        return switch (word.toString()) {
            case "true" -> JsonBoolean.TRUE;
            case "false" -> JsonBoolean.FALSE;
            case "null" -> JsonNull.NULL;
            case "NaN", "Infinity", "-Infinity" -> new JsonString(word.toString());
            case "" -> throw unexpected("a value");
            default -> number(word.toString());
        };
    }

    private JsonNumber number(String word) throws JsonException {
        if (JsonNumber.endOfNumber(word, 0) == word.length()) {
            return new JsonNumber(word);
        }
        at -= Math.min(at, word.length());
        char first = word.charAt(0);
        throw error(first == '-' || first >= '0' && first <= '9' ? "expected a number" : "expected a value, got '" + first + "'");
    }

    /**
     * Writes a string out in UTF-8, escapes undone, without holding it.
     *
     * @return octets written
     */
    public long string(OutputStream out) throws IOException {
        if (skipSpace() != '"') {
            throw unexpected("a string");
        }
        at++;
        long written = 0;
        while (true) {
            int from = at;
            boolean more = scan();
            out.write(buffer, from, at - from);
            written += at - from;
            if (!more) {
                if (!ensure(limit - at + 1)) {
                    throw unexpected("'\"' to end the string");
                }
                continue;
            }
            int c = octet(0);
            at++;
            if (c == '"') {
                return written;
            }
            written += escaped(out);
        }
    }

    /**
     * Goes on to a quote or a backslash.
     *
     * @return false where the buffer ends before, perhaps within a character
     */
    private boolean scan() throws JsonException {
        while (at < limit) {
            int c = buffer[at] & 0xFF;
            if (PLAIN[c]) {
                at++;
            } else if (c >= 0x80) {
                int length = characterBytes(c);
                if (at + length > limit) {
                    return false;
                }
                requireUtf8(c, length);
                at += length;
                lineStart += length - 1;
            } else if (c < 0x20) {
                throw error("control character in a string must be escaped");
            } else {
                return true;
            }
        }
        return false;
    }

    private int characterBytes(int first) throws JsonException {
        if (first >= 0xC2 && first <= 0xDF) {
            return 2;
        }
        if (first >= 0xE0 && first <= 0xEF) {
            return 3;
        }
        if (first >= 0xF0 && first <= 0xF4) {
            return 4;
        }
        throw notUtf8();
    }

    /** RFC 3629 section 4. */
    private void requireUtf8(int first, int length) throws JsonException {
        int second = buffer[at + 1] & 0xFF;
        int lowest = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
        int highest = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
        boolean valid = second >= lowest && second <= highest;
        for (int i = 2; i < length; i++) {
            valid &= (buffer[at + i] & 0xC0) == 0x80;
        }
        if (!valid) {
            throw notUtf8();
        }
    }

    private JsonException notUtf8() {
        return error("the octets are not UTF-8");
    }

    /** Undoes an escape whose backslash was taken. */
    private int escaped(OutputStream out) throws IOException {
        if (!ensure(1)) {
            throw unexpected("an escape");
        }
        int c = octet(0);
        int meant = switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> -1;
            default -> throw unexpected("an escape");
        };
        at++;
        return encode(meant >= 0 ? meant : unicode(), out);
    }

    private int unicode() throws IOException {
        int unit = hexFour(0);
        at += 4;
        if (unit < 0xD800 || unit > 0xDFFF) {
            return unit;
        }
        if (unit <= 0xDBFF && ensure(6) && octet(0) == '\\' && octet(1) == 'u') {
            int low = hexFour(2);
            if (low >= 0xDC00 && low <= 0xDFFF) {
                at += 6;
                return Character.toCodePoint((char) unit, (char) low);
            }
        }
        replaced++;
        return REPLACEMENT;
    }

    private int hexFour(int from) throws IOException {
        if (!ensure(from + 4)) {
            at = limit;
            throw unexpected("four hexadecimal digits");
        }
        int value = 0;
        for (int i = 0; i < 4; i++) {
            int c = octet(from + i);
            int digit = c < 0x80 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                at += from + i;
                throw unexpected("four hexadecimal digits");
            }
            value = value << 4 | digit;
        }
        return value;
    }

    private static int encode(int c, OutputStream out) throws IOException {
        if (c < 0x80) {
            out.write(c);
            return 1;
        }
        if (c < 0x800) {
            out.write(0xC0 | c >> 6);
            out.write(0x80 | c & 0x3F);
            return 2;
        }
        if (c >= 0x1_0000) {
            out.write(0xF0 | c >> 18);
            out.write(0x80 | c >> 12 & 0x3F);
        } else {
            out.write(0xE0 | c >> 12);
        }
        out.write(0x80 | c >> 6 & 0x3F);
        out.write(0x80 | c & 0x3F);
        return c < 0x1_0000 ? 3 : 4;
    }

    /** The octet behind white space, or -1 at the end of the text. */
    private int skipSpace() throws IOException {
        while (ensure(1)) {
            int c = octet(0);
            if (c == '\n') {
                line++;
                lineStart = base + at + 1;
            } else if (c != ' ' && c != '\t' && c != '\r') {
                return c;
            }
            at++;
        }
        return -1;
    }

    private int octet(int ahead) {
        return buffer[at + ahead] & 0xFF;
    }

    /** Has at least {@code count} octets at hand; false if the text ends before. */
    private boolean ensure(int count) throws IOException {
        while (limit - at < count) {
            if (at > 0) {
                System.arraycopy(buffer, at, buffer, 0, limit - at);
                base += at;
                limit -= at;
                at = 0;
            }
            int read = in.read(buffer, limit, buffer.length - limit);
            if (read < 0) {
                return false;
            }
            limit += read;
        }
        return true;
    }

    /** A refusal at the place reached. */
    public JsonException error(String reason) {
        return new JsonException(reason, line, octets() - lineStart + 1);
    }

    private JsonException unexpected(String expected) throws IOException {
        if (!ensure(1)) {
            return error("expected " + expected + ", got the end of the text");
        }
        int c = octet(0);
        String got = c > ' ' && c < 0x7F ? "'" + (char) c + "'" : c < 0x80 ? "U+" + HexFour.of((char) c) : "a character that is not ASCII";
        return error("expected " + expected + ", got " + got);
    }

    /** Octets held, up to a bound. */
    private static final class Held extends OutputStream {
        private final long bytesMax;
        private byte[] bytes = new byte[64];
        private int used;
        private boolean overflowed;

        Held(long bytesMax) {
            this.bytesMax = bytesMax;
        }

        @Override
        public void write(int octet) {
            write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] source, int offset, int length) {
            overflowed |= used + (long) length > bytesMax;
            if (overflowed) {
                used = 0;
                return;
            }
            if (used + length > bytes.length) {
                bytes = java.util.Arrays.copyOf(bytes, Math.max(2 * bytes.length, used + length));
            }
            System.arraycopy(source, offset, bytes, used, length);
            used += length;
        }

        boolean overflowed() {
            return overflowed;
        }

        String text() {
            return new String(bytes, 0, used, StandardCharsets.UTF_8);
        }
    }
}
