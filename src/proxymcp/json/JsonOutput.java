package proxymcp.json;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Writes one JSON text to a stream while it is made, so that neither the text nor a long string in it is ever held. Compact; the commas and
 * colons are put by this class, the order of calls is the caller's: a name, then its value.
 *
 * <p>Not for several threads. {@link #flush} hands over what is collected; the stream is closed by whoever opened it.
 */
public final class JsonOutput {
    private static final int BUFFER_BYTES = 1 << 16;
    /** Most octets that one character becomes: {@code \}{@code u001f}. */
    private static final int CHARACTER_BYTES_MAX = 6;
    private static final int READ_CHARS = 1 << 13;
    /** A multiple of three, so that only the last group of a string is padded. */
    private static final int READ_BYTES = 3 << 14;
    private static final int REPLACEMENT = 0xFFFD;

    private final OutputStream out;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private final char[] chars = new char[READ_CHARS];
    private int used;
    private boolean comma;

    /** @param out where the UTF-8 octets go */
    public JsonOutput(OutputStream out) {
        this.out = out;
    }

    /** Begins an object: names and values follow. */
    public JsonOutput beginObject() throws IOException {
        return begin('{');
    }

    /** Ends the object begun last. */
    public JsonOutput endObject() throws IOException {
        return end('}');
    }

    /** Begins an array: values follow. */
    public JsonOutput beginArray() throws IOException {
        return begin('[');
    }

    /** Ends the array begun last. */
    public JsonOutput endArray() throws IOException {
        return end(']');
    }

    /** Writes a member's name; its value follows. */
    public JsonOutput name(String name) throws IOException {
        separate();
        string(name);
        put(':');
        comma = false;
        return this;
    }

    /** Writes a value that is at hand. */
    public JsonOutput value(JsonValue value) throws IOException {
        switch (value) {
            case JsonObject object -> beginObject().members(object).endObject();
            case JsonArray array -> {
                beginArray();
                for (JsonValue one : array.values()) {
                    value(one);
                }
                endArray();
            }
            case JsonString string -> {
                separate();
                string(string.value());
            }
            case JsonNumber number -> word(number.text());
            case JsonBoolean bool -> word(Boolean.toString(bool.value()));
            case JsonNull none -> word("null");
        }
        comma = true;
        return this;
    }

    private void word(String ascii) throws IOException {
        separate();
        for (int i = 0; i < ascii.length(); i++) {
            put(ascii.charAt(i));
        }
    }

    private void string(String text) throws IOException {
        put('"');
        for (int from = 0; from < text.length();) {
            int count = Math.min(chars.length, text.length() - from);
            text.getChars(from, from + count, chars, 0);
            from += escaped(count, from + count == text.length());
        }
        put('"');
    }

    /** Writes a member. */
    public JsonOutput member(String name, JsonValue value) throws IOException {
        return name(name).value(value);
    }

    /** Writes a member with a string. */
    public JsonOutput member(String name, String value) throws IOException {
        return member(name, new JsonString(value));
    }

    /** Writes all members of {@code object} into the one that was begun. */
    public JsonOutput members(JsonObject object) throws IOException {
        for (JsonObject.Member member : object.members()) {
            member(member.name(), member.value());
        }
        return this;
    }

    /** Writes the rest of {@code text} as a string; a lone surrogate becomes U+FFFD. Does not close it. */
    public JsonOutput text(Reader text) throws IOException {
        separate();
        put('"');
        int held = 0;
        for (int count = text.read(chars, 0, chars.length); count >= 0; count = text.read(chars, held, chars.length - held)) {
            held += count;
            int done = escaped(held, false);
            System.arraycopy(chars, done, chars, 0, held - done);
            held -= done;
        }
        escaped(held, true);
        put('"');
        comma = true;
        return this;
    }

    /** Writes the rest of {@code octets} as a string in Base64 (RFC 4648 section 4). Does not close it. */
    public JsonOutput base64(InputStream octets) throws IOException {
        separate();
        put('"');
        byte[] block = new byte[READ_BYTES];
        for (int count = octets.readNBytes(block, 0, block.length); count > 0; count = octets.readNBytes(block, 0, block.length)) {
            put(Base64.getEncoder().encode(count == block.length ? block : java.util.Arrays.copyOf(block, count)));
        }
        put('"');
        comma = true;
        return this;
    }

    /** Hands over what is collected. */
    public void flush() throws IOException {
        flushBuffer();
        out.flush();
    }

    /**
     * Writes the first {@code held} characters.
     *
     * @param last whether none follow; else a high surrogate at the end waits for its other half
     * @return how many were written
     */
    private int escaped(int held, boolean last) throws IOException {
        for (int i = 0; i < held; i++) {
            if (used > BUFFER_BYTES - CHARACTER_BYTES_MAX) {
                flushBuffer();
            }
            char c = chars[i];
            if (c >= ' ' && c < 0x7F && c != '"' && c != '\\') {
                buffer[used++] = (byte) c;
            } else if (c <= 0x7F) {
                escape(c);
            } else if (!Character.isSurrogate(c)) {
                encode(c);
            } else if (Character.isHighSurrogate(c) && i + 1 == held && !last) {
                return i;
            } else if (Character.isHighSurrogate(c) && i + 1 < held && Character.isLowSurrogate(chars[i + 1])) {
                encode(Character.toCodePoint(c, chars[++i]));
            } else {
                encode(REPLACEMENT);
            }
        }
        return held;
    }

    private void escape(char c) {
        buffer[used++] = '\\';
        switch (c) {
            case '"', '\\' -> buffer[used++] = (byte) c;
            case '\n' -> buffer[used++] = 'n';
            case '\r' -> buffer[used++] = 'r';
            case '\t' -> buffer[used++] = 't';
            default -> {
                byte[] digits = HexFour.of(c).getBytes(StandardCharsets.US_ASCII);
                buffer[used++] = 'u';
                System.arraycopy(digits, 0, buffer, used, digits.length);
                used += digits.length;
            }
        }
    }

    /** UTF-8 of a character above U+007F (RFC 3629 section 3). */
    private void encode(int codePoint) {
        if (codePoint < 0x800) {
            buffer[used++] = (byte) (0xC0 | codePoint >> 6);
        } else {
            if (codePoint < 0x10000) {
                buffer[used++] = (byte) (0xE0 | codePoint >> 12);
            } else {
                buffer[used++] = (byte) (0xF0 | codePoint >> 18);
                buffer[used++] = (byte) (0x80 | codePoint >> 12 & 0x3F);
            }
            buffer[used++] = (byte) (0x80 | codePoint >> 6 & 0x3F);
        }
        buffer[used++] = (byte) (0x80 | codePoint & 0x3F);
    }

    private JsonOutput begin(char bracket) throws IOException {
        separate();
        put(bracket);
        comma = false;
        return this;
    }

    private JsonOutput end(char bracket) throws IOException {
        put(bracket);
        comma = true;
        return this;
    }

    private void separate() throws IOException {
        if (comma) {
            put(',');
        }
    }

    private void put(char ascii) throws IOException {
        if (used == BUFFER_BYTES) {
            flushBuffer();
        }
        buffer[used++] = (byte) ascii;
    }

    private void put(byte[] octets) throws IOException {
        if (octets.length > BUFFER_BYTES - used) {
            flushBuffer();
        }
        if (octets.length > BUFFER_BYTES) {
            out.write(octets);
            return;
        }
        System.arraycopy(octets, 0, buffer, used, octets.length);
        used += octets.length;
    }

    private void flushBuffer() throws IOException {
        int count = used;
        used = 0;
        out.write(buffer, 0, count);
    }
}
