package proxymcp.store;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What the index needs of a raw message head, without parsing it whole. */
final class HeadScan {
    private static final long ONES = 0x0101_0101_0101_0101L;
    private static final long HIGHS = 0x8080_8080_8080_8080L;

    private HeadScan() {}

    /** Octets of the method, with which a request head begins. */
    static int methodBytes(byte[] bytes, int from, int length) {
        return Math.max(0, indexOf(bytes, (byte) ' ', from, from + length) - from);
    }

    /** Where the target of a request head ends; {@code from} without one. */
    static int targetEnd(byte[] bytes, int from, int length) {
        int start = from + methodBytes(bytes, from, length) + 1;
        return start == from + 1 ? from : Math.max(from, indexOf(bytes, (byte) ' ', start, from + length));
    }

    /** The target of a request head, whatever it is; {@code stop} as {@link #targetEnd} says. */
    static byte[] target(byte[] bytes, int from, int length, int stop) {
        int start = from + methodBytes(bytes, from, length) + 1;
        return start < stop ? Arrays.copyOfRange(bytes, start, stop) : new byte[0];
    }

    /**
     * Where path and query of a request head's target begin; where the target begins that is no path.
     *
     * @param stop {@link #targetEnd}
     */
    static int pathStart(byte[] bytes, int from, int length, int stop) {
        if (stop == from) {
            return from;
        }
        int start = from + methodBytes(bytes, from, length) + 1;
        if (bytes[start] != '/') {
            int authority = indexOf(bytes, (byte) ':', start, stop);
            boolean absolute = authority > 0 && authority + 2 < stop && bytes[authority + 1] == '/' && bytes[authority + 2] == '/';
            if (absolute) {
                int slash = authority + 3;
                while (slash < stop && bytes[slash] != '/' && bytes[slash] != '?') {
                    slash++;
                }
                start = slash;
            }
        }
        return start;
    }

    /** The status code of a response head; 0 if there is none. */
    static int status(byte[] bytes, int from, int length) {
        int at = indexOf(bytes, (byte) ' ', from, from + length) + 1;
        if (at <= from || at + 3 > from + length) {
            return 0;
        }
        int status = 0;
        for (int i = at; i < at + 3; i++) {
            int digit = bytes[i] - '0';
            if (digit < 0 || digit > 9) {
                return 0;
            }
            status = status * 10 + digit;
        }
        return status;
    }

    /** Media type of the first Content-Type field, lower case, without parameters; empty without one. */
    static byte[] mediaType(byte[] bytes, int from, int length) {
        int end = from + length;
        for (int line = nextLine(bytes, from, end); line < end; line = nextLine(bytes, line, end)) {
            if (isContentType(bytes, line, end)) {
                int start = line + 13;
                int stop = start;
                while (stop < end && bytes[stop] != '\r' && bytes[stop] != '\n' && bytes[stop] != ';') {
                    stop++;
                }
                String text = new String(bytes, start, stop - start, StandardCharsets.ISO_8859_1).strip();
                return text.toLowerCase(Locale.ROOT).getBytes(StandardCharsets.UTF_8);
            }
        }
        return new byte[0];
    }

    /**
     * Values of the field lines of one name, in wire order; a line that was folded is one value.
     *
     * @param name lower case
     */
    static List<String> values(byte[] bytes, int from, int length, String name) {
        List<String> values = new ArrayList<>();
        int end = from + length;
        String start = name + ":";
        for (int line = nextLine(bytes, from, end); line < end; line = nextLine(bytes, line, end)) {
            if (startsWith(bytes, line, end, start)) {
                int stop = nextLine(bytes, line, end);
                while (stop < end && (bytes[stop] == ' ' || bytes[stop] == '\t')) {
                    stop = nextLine(bytes, stop, end);
                }
                values.add(new String(bytes, line + start.length(), stop - line - start.length(), StandardCharsets.ISO_8859_1).strip());
            }
        }
        return values;
    }

    /** Where the field lines of a head begin: behind its first line that is not empty. */
    static int fieldsAt(byte[] bytes) {
        int line = 0;
        while (line < bytes.length && (bytes[line] == '\r' || bytes[line] == '\n')) {
            line++;
        }
        return nextLine(bytes, line, bytes.length);
    }

    private static boolean isContentType(byte[] bytes, int line, int end) {
        return startsWith(bytes, line, end, "content-type:");
    }

    /** Whether a line begins with {@code name}, which is in lower case. */
    private static boolean startsWith(byte[] bytes, int line, int end, String name) {
        if (line + name.length() > end) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            int octet = bytes[line + i];
            if ((octet >= 'A' && octet <= 'Z' ? octet + 32 : octet) != name.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static int nextLine(byte[] bytes, int from, int end) {
        int feed = indexOf(bytes, (byte) '\n', from, end);
        return feed < 0 ? end : feed + 1;
    }

    /** Eight octets at a time: heads are read whole for a few of their lines. */
    private static int indexOf(byte[] bytes, byte wanted, int from, int to) {
        long everywhere = (wanted & 0xFFL) * ONES;
        int at = from;
        for (; at + Long.BYTES <= to; at += Long.BYTES) {
            // The lowest octet of x that is 0 is told exactly.
            long x = RecordLayout.getLong(bytes, at) ^ everywhere;
            long found = x - ONES & ~x & HIGHS;
            if (found != 0) {
                return at + (Long.numberOfTrailingZeros(found) >>> 3);
            }
        }
        for (; at < to; at++) {
            if (bytes[at] == wanted) {
                return at;
            }
        }
        return -1;
    }
}
