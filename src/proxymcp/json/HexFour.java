package proxymcp.json;

/** A UTF-16 unit as four hexadecimal digits, without the cost of a formatter. */
final class HexFour {
    private static final String DIGITS = "0123456789abcdef";

    private HexFour() {
    }

    static String of(char c) {
        return "" + DIGITS.charAt(c >> 12) + DIGITS.charAt(c >> 8 & 15) + DIGITS.charAt(c >> 4 & 15) + DIGITS.charAt(c & 15);
    }
}
