package proxymcp.http;

import java.nio.charset.StandardCharsets;

/** Character classes of RFC 9110 section 5.6 and case-insensitive comparison of octets. */
final class Ascii {
    private static final boolean[] TOKEN = new boolean[256];

    static {
        String punctuation = "!#$%&'*+-.^_`|~";
        for (int c = 0; c < 128; c++) {
            TOKEN[c] = c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || punctuation.indexOf(c) >= 0;
        }
    }

    private Ascii() {}

    static boolean isTokenChar(int octet) {
        return TOKEN[octet & 0xFF];
    }

    static boolean isToken(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (!TOKEN[bytes[i] & 0xFF]) {
                return false;
            }
        }
        return to > from;
    }

    static boolean isToken(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        return isToken(bytes, 0, bytes.length);
    }

    static int lower(int octet) {
        return octet >= 'A' && octet <= 'Z' ? octet + 32 : octet;
    }

    static boolean equalsIgnoreCase(byte[] bytes, int from, int to, String text) {
        if (to - from != text.length()) {
            return false;
        }
        for (int i = from; i < to; i++) {
            if (lower(bytes[i] & 0xFF) != lower(text.charAt(i - from))) {
                return false;
            }
        }
        return true;
    }

    static String text(byte[] bytes, int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
    }

    /** A printable form of one octet for messages: {@code 'a'} or {@code 0x01}. */
    static String shown(int octet) {
        int value = octet & 0xFF;
        return value > 0x20 && value < 0x7F ? "'" + (char) value + "'" : "0x" + Integer.toHexString(value);
    }
}
