package proxymcp.decode;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Percent-encoding (RFC 3986 section 2.1; with plus signs for spaces in forms). */
public final class PercentCoding {
    private PercentCoding() {}

    /** The octets; what is no escape stays as it is. */
    static byte[] octets(String text, boolean plusIsSpace) {
        ByteArrayOutputStream octets = new ByteArrayOutputStream(text.length());
        byte[] source = text.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < source.length; i++) {
            int value = source[i] == '%' ? escape(source, i) : -1;
            if (value >= 0) {
                octets.write(value);
                i += 2;
            } else {
                octets.write(plusIsSpace && source[i] == '+' ? ' ' : source[i]);
            }
        }
        return octets.toByteArray();
    }

    /** The same as text in UTF-8, with U+FFFD for what is not. */
    public static String text(String text, boolean plusIsSpace) {
        boolean plain = text.indexOf('%') < 0 && (!plusIsSpace || text.indexOf('+') < 0);
        return plain ? text : new String(octets(text, plusIsSpace), StandardCharsets.UTF_8);
    }

    /** Number of escapes; -1 if a percent sign begins none. */
    static int escapes(byte[] source, int offset, int length) {
        int count = 0;
        for (int i = offset; i < offset + length; i++) {
            if (source[i] == '%') {
                boolean cut = i + 2 >= offset + length;
                if (cut || escape(source, i) < 0) {
                    return -1;
                }
                count++;
                i += 2;
            }
        }
        return count;
    }

    private static int escape(byte[] source, int at) {
        if (at + 2 >= source.length) {
            return -1;
        }
        int high = Character.digit(source[at + 1], 16);
        int low = Character.digit(source[at + 2], 16);
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }
}
