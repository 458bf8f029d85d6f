package proxymcp.http;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A field section: field lines in the order, case and number they came in (RFC 9110 section 5). Immutable.
 *
 * <p>The lines are views into one block of octets, usually the message head as received, so reading a head copies nothing.
 * Names compare without regard to case; text is Latin-1, one character an octet.
 */
public final class Fields {
    /** No field lines. */
    public static final Fields EMPTY = new Fields(new byte[0], new int[0], 0);

    /** Offsets a line: name start, name end, value start, value end (outer white space excluded). */
    static final int OFFSETS_PER_LINE = 4;

    private final byte[] block;
    private final int[] offsets;
    private final int size;

    /** Takes the arrays over; {@code offsets} holds {@value #OFFSETS_PER_LINE} entries a line. */
    Fields(byte[] block, int[] offsets, int size) {
        this.block = block;
        this.offsets = offsets;
        this.size = size;
    }

    /** One field line as text. */
    public record Line(String name, String value) {}

    /**
     * Fields with the given lines, in order.
     *
     * @throws IllegalArgumentException if a name is no token or a value holds CR, LF or NUL
     */
    public static Fields of(List<Line> lines) {
        Builder builder = new Builder();
        lines.forEach(line -> builder.add(line.name(), line.value()));
        return builder.build();
    }

    /** Number of field lines. */
    public int size() {
        return size;
    }

    /** Whether there is no line. */
    public boolean isEmpty() {
        return size == 0;
    }

    /** Name of line {@code index} as received. */
    public String name(int index) {
        return text(index, 0);
    }

    /** Value of line {@code index} as Latin-1 text, outer white space removed. */
    public String value(int index) {
        return text(index, 2);
    }

    /** Whether line {@code index} has this name, ignoring case. */
    public boolean isNamed(int index, String name) {
        int at = index * OFFSETS_PER_LINE;
        return Ascii.equalsIgnoreCase(block, offsets[at], offsets[at + 1], name);
    }

    /** Index of the first line with this name, or -1. */
    public int indexOf(String name) {
        for (int i = 0; i < size; i++) {
            if (isNamed(i, name)) {
                return i;
            }
        }
        return -1;
    }

    /** Whether there is a line with this name. */
    public boolean contains(String name) {
        return indexOf(name) >= 0;
    }

    /** Number of lines with this name. */
    public int count(String name) {
        int count = 0;
        for (int i = 0; i < size; i++) {
            count += isNamed(i, name) ? 1 : 0;
        }
        return count;
    }

    /** Value of the first line with this name. */
    public Optional<String> first(String name) {
        int index = indexOf(name);
        return index < 0 ? Optional.empty() : Optional.of(value(index));
    }

    /** Values of all lines with this name, in order. */
    public List<String> all(String name) {
        List<String> values = new ArrayList<>(2);
        for (int i = 0; i < size; i++) {
            if (isNamed(i, name)) {
                values.add(value(i));
            }
        }
        return values;
    }

    /**
     * Members of a comma-separated list field over all its lines, trimmed, empty ones dropped (RFC 9110 section 5.6.1). For fields
     * without quoted strings, such as {@code Connection} and {@code Transfer-Encoding}.
     */
    public List<String> members(String name) {
        if (!contains(name)) {
            return List.of();
        }
        List<String> members = new ArrayList<>(2);
        for (String value : all(name)) {
            int start = 0;
            while (start <= value.length()) {
                int comma = value.indexOf(',', start);
                int end = comma < 0 ? value.length() : comma;
                String member = trim(value.substring(start, end));
                if (!member.isEmpty()) {
                    members.add(member);
                }
                start = end + 1;
            }
        }
        return members;
    }

    /** Whether the list field {@code name} has the member {@code token}, ignoring case. */
    public boolean hasMember(String name, String token) {
        for (String member : members(name)) {
            if (member.equalsIgnoreCase(token)) {
                return true;
            }
        }
        return false;
    }

    /** The other lines, their octets unchanged. */
    public Fields without(String name) {
        Builder others = new Builder();
        for (int i = 0; i < size; i++) {
            if (!isNamed(i, name)) {
                others.addLine(this, i);
            }
        }
        return others.build();
    }

    /** All lines as text, in order. */
    public List<Line> lines() {
        List<Line> lines = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            lines.add(new Line(name(i), value(i)));
        }
        return lines;
    }

    /** Writes line {@code index} with the spacing around the colon as received, then CRLF. */
    void writeLine(int index, WireWriter out) throws java.io.IOException {
        int at = index * OFFSETS_PER_LINE;
        out.write(block, offsets[at], offsets[at + 3] - offsets[at]);
        out.crlf();
    }

    private String text(int index, int member) {
        if (index < 0 || index >= size) {
            throw new IndexOutOfBoundsException("field line " + index + " of " + size);
        }
        int at = index * OFFSETS_PER_LINE + member;
        return Ascii.text(block, offsets[at], offsets[at + 1]);
    }

    private static String trim(String text) {
        int start = 0;
        int end = text.length();
        while (start < end && isBlank(text.charAt(start))) {
            start++;
        }
        while (end > start && isBlank(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Fields fields && lines().equals(fields.lines());
    }

    @Override
    public int hashCode() {
        return lines().hashCode();
    }

    @Override
    public String toString() {
        return lines().toString();
    }

    /** Collects field lines; not for several threads. */
    public static final class Builder {
        private byte[] block = new byte[256];
        private int[] offsets = new int[16 * OFFSETS_PER_LINE];
        private int blockBytes;
        private int size;

        /**
         * Adds a line at the end; outer white space is no part of the value (RFC 9110 section 5.5) and is left out.
         *
         * @throws IllegalArgumentException if {@code name} is no token or {@code value} holds CR, LF, NUL or a character above 0xFF
         */
        public Builder add(String name, String value) {
            if (!Ascii.isToken(name)) {
                throw new IllegalArgumentException("field name is not a token: " + name);
            }
            for (int i = 0; i < value.length(); i++) {
                char c = value.charAt(i);
                if (c == '\r' || c == '\n' || c == 0 || c > 0xFF) {
                    throw new IllegalArgumentException("value of " + name + " holds U+" + Integer.toHexString(c).toUpperCase(Locale.ROOT)
                            + " at " + i);
                }
            }
            append((name + ": " + trim(value)).getBytes(StandardCharsets.ISO_8859_1), name.length());
            return this;
        }

        /**
         * Adds a line that was recorded elsewhere and need not be one of HTTP/1: its name may be a pseudo-header of HTTP/2
         * ({@code :authority}), or hold any octet but those that would end the name or the line.
         *
         * @throws IllegalArgumentException if {@code name} is empty or blank at an end, holds a colon other than as its first of several
         *     characters, or either holds CR, LF, NUL or a character above 0xFF
         */
        public Builder addRecorded(String name, String value) {
            if (name.isEmpty() || !trim(name).equals(name) || name.equals(":") || name.indexOf(':', 1) >= 0) {
                throw new IllegalArgumentException("field name is empty, blank at an end or holds a colon: " + name);
            }
            requireOneLine(name, name);
            requireOneLine(name, value);
            append((name + ": " + trim(value)).getBytes(StandardCharsets.ISO_8859_1), name.length());
            return this;
        }

        private static void requireOneLine(String name, String text) {
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                if (c == '\r' || c == '\n' || c == 0 || c > 0xFF) {
                    throw new IllegalArgumentException("line " + name + " holds U+" + Integer.toHexString(c).toUpperCase(Locale.ROOT) + " at " + i);
                }
            }
        }

        /** Adds line {@code index} of {@code fields} with its octets unchanged. */
        public Builder addLine(Fields fields, int index) {
            int at = index * OFFSETS_PER_LINE;
            int base = blockBytes - fields.offsets[at];
            int length = fields.offsets[at + 3] - fields.offsets[at];
            reserve(length);
            System.arraycopy(fields.block, fields.offsets[at], block, blockBytes, length);
            for (int i = 0; i < OFFSETS_PER_LINE; i++) {
                offsets[size * OFFSETS_PER_LINE + i] = base + fields.offsets[at + i];
            }
            blockBytes += length;
            size++;
            return this;
        }

        /** The lines added so far. The builder may go on. */
        public Fields build() {
            return new Fields(Arrays.copyOf(block, blockBytes), Arrays.copyOf(offsets, size * OFFSETS_PER_LINE), size);
        }

        private void append(byte[] line, int nameBytes) {
            reserve(line.length);
            System.arraycopy(line, 0, block, blockBytes, line.length);
            int at = size * OFFSETS_PER_LINE;
            offsets[at] = blockBytes;
            offsets[at + 1] = blockBytes + nameBytes;
            offsets[at + 2] = blockBytes + nameBytes + 2;
            offsets[at + 3] = blockBytes + line.length;
            blockBytes += line.length;
            size++;
        }

        private void reserve(int bytes) {
            if (blockBytes + bytes > block.length) {
                block = Arrays.copyOf(block, Math.max(block.length * 2, blockBytes + bytes));
            }
            if ((size + 1) * OFFSETS_PER_LINE > offsets.length) {
                offsets = Arrays.copyOf(offsets, offsets.length * 2);
            }
        }
    }
}
