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

    private static final int DEPTH_MAX = 500;
    private static final int NAME_BYTES_MAX = 64 << 10;
    private static final int WORD_CHARS_MAX = JsonLimits.NUMBER_CHARS_MAX;
    /** Memory of a value beside its text. */
    private static final int VALUE_BYTES = 48;

    private final JsonInput in;
    private final boolean[] begun = new boolean[DEPTH_MAX + 1];
    private int depth;
    private boolean inCall;

    /** @param in the text; read in pieces of 64 KiB */
    public JsonPull(InputStream in) {
        this.in = new JsonInput(in);
    }

    /** Octets of the text that were taken so far. */
    public long octets() {
        return in.octets();
    }

    /** How many halves of surrogate pairs stood alone in strings and became U+FFFD so far. */
    public long replaced() {
        return in.replaced();
    }

    /**
     * Begins the text: steps over a byte order mark, and over the beginning of a call around the value.
     *
     * @throws JsonException if it is in UTF-16
     */
    public void begin() throws IOException {
        in.begin();
        in.skipSpace();
        int name = 0;
        while (name < WORD_CHARS_MAX && in.ensure(name + 1) && isNameChar(in.octet(name))) {
            name++;
        }
        int bracket = name;
        while (bracket < WORD_CHARS_MAX && in.ensure(bracket + 1) && in.octet(bracket) == ' ') {
            bracket++;
        }
        inCall = name > 0 && in.ensure(bracket + 1) && in.octet(bracket) == '(';
        for (int i = 0; inCall && i <= bracket; i++) {
            in.step();
        }
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
        int next = in.skipSpace();
        if (inCall) {
            if (next != ')') {
                throw in.unexpected("')'");
            }
            in.step();
            next = in.skipSpace();
            if (next == ';') {
                in.step();
                next = in.skipSpace();
            }
        }
        if (next >= 0) {
            throw in.unexpected("the end of the text");
        }
    }

    /** What the next value is; nothing is taken but white space. */
    public Kind peek() throws IOException {
        return switch (in.skipSpace()) {
            case '{' -> Kind.OBJECT;
            case '[' -> Kind.ARRAY;
            case '"' -> Kind.STRING;
            case -1 -> throw in.unexpected("a value");
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
        if (in.skipSpace() != bracket) {
            throw in.unexpected(what);
        }
        if (depth == DEPTH_MAX) {
            throw in.error("nesting is deeper than " + DEPTH_MAX);
        }
        in.step();
        begun[++depth] = false;
    }

    /** The next member's name, whose value is to be taken; empty at the end of the object, which is left. */
    public Optional<String> nextName() throws IOException {
        if (!next('}')) {
            return Optional.empty();
        }
        if (in.skipSpace() != '"') {
            throw in.unexpected("a member name");
        }
        Held name = new Held(NAME_BYTES_MAX);
        string(name);
        if (name.overflowed()) {
            throw in.error("a member name is longer than " + NAME_BYTES_MAX + " octets");
        }
        if (in.skipSpace() != ':') {
            throw in.unexpected("':'");
        }
        in.step();
        return Optional.of(name.text());
    }

    /** Whether there is another item, which is to be taken; false at the end of the array, which is left. */
    public boolean nextItem() throws IOException {
        return next(']');
    }

    private boolean next(char closing) throws IOException {
        int c = in.skipSpace();
        if (c == closing) {
            in.step();
            depth--;
            return false;
        }
        if (begun[depth]) {
            if (c != ',') {
                throw in.unexpected("',' or '" + closing + "'");
            }
            in.step();
            c = in.skipSpace();
            if (c == closing) {
                throw in.unexpected(closing == ']' ? "a value" : "a member name");
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
        for (int c = in.ensure(1) ? in.octet(0) : -1; isNameChar(c) || c == '-' || c == '+'; c = in.ensure(1) ? in.octet(0) : -1) {
            if (word.length() == WORD_CHARS_MAX) {
                throw in.error("a number is longer than " + WORD_CHARS_MAX + " characters");
            }
            word.append((char) c);
            in.step();
        }
        return switch (word.toString()) {
            case "true" -> JsonBoolean.TRUE;
            case "false" -> JsonBoolean.FALSE;
            case "null" -> JsonNull.NULL;
            case "NaN", "Infinity", "-Infinity" -> new JsonString(word.toString());
            case "" -> throw in.unexpected("a value");
            default -> number(word.toString());
        };
    }

    private JsonNumber number(String word) throws JsonException {
        if (JsonNumber.endOfNumber(word, 0) == word.length()) {
            return new JsonNumber(word);
        }
        in.stepBack(word.length());
        char first = word.charAt(0);
        throw in.error(first == '-' || first >= '0' && first <= '9' ? "expected a number" : "expected a value, got '" + first + "'");
    }

    /**
     * Writes a string out in UTF-8, escapes undone, without holding it.
     *
     * @return octets written
     */
    public long string(OutputStream out) throws IOException {
        return in.string(out);
    }

    /** A refusal at the place reached. */
    public JsonException error(String reason) {
        return in.error(reason);
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
