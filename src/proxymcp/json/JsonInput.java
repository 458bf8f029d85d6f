package proxymcp.json;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** The octets of a JSON text behind a {@link JsonPull}: a window that moves on, strings, and the place in lines and columns. */
final class JsonInput {
    private static final int BUFFER_BYTES = 64 << 10;
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
    private long replaced;

    JsonInput(InputStream in) {
        this.in = in;
    }

    /** Octets taken so far. */
    long octets() {
        return base + at;
    }

    long replaced() {
        return replaced;
    }

    /** Steps over a byte order mark; refuses UTF-16. */
    void begin() throws IOException {
        boolean two = ensure(2);
        if (two && (octet(0) == 0xFE && octet(1) == 0xFF || octet(0) == 0xFF && octet(1) == 0xFE || octet(0) == 0 || octet(1) == 0)) {
            throw error("expected UTF-8, got UTF-16 or binary data");
        }
        if (ensure(3) && octet(0) == 0xEF && octet(1) == 0xBB && octet(2) == 0xBF) {
            at += 3;
            lineStart += 3;
        }
    }

    /** Takes an octet that is at hand and ends no line. */
    void step() {
        at++;
    }

    /** Goes back, as far as the window allows: for the place in a message. */
    void stepBack(int count) {
        at -= Math.min(at, count);
    }

    /**
     * Writes a string out in UTF-8, escapes undone, without holding it.
     *
     * @return octets written
     */
    long string(OutputStream out) throws IOException {
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
    int skipSpace() throws IOException {
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

    int octet(int ahead) {
        return buffer[at + ahead] & 0xFF;
    }

    /** Has at least {@code count} octets at hand; false if the text ends before. */
    boolean ensure(int count) throws IOException {
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
    JsonException error(String reason) {
        return new JsonException(reason, line, octets() - lineStart + 1);
    }

    JsonException unexpected(String expected) throws IOException {
        if (!ensure(1)) {
            return error("expected " + expected + ", got the end of the text");
        }
        int c = octet(0);
        String got = c > ' ' && c < 0x7F ? "'" + (char) c + "'" : c < 0x80 ? "U+" + HexFour.of((char) c) : "a character that is not ASCII";
        return error("expected " + expected + ", got " + got);
    }
}
