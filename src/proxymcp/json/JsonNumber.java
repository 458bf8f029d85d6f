package proxymcp.json;

import java.math.BigDecimal;
import java.util.OptionalLong;

/**
 * A JSON number, kept as it was written: {@code 1}, {@code 1.0} and {@code 1e0} are three different records.
 *
 * @param text the digits as written, in the grammar of RFC 8259 section 6
 */
public record JsonNumber(String text) implements JsonValue {
    /** A long has at most 19 digits; longer integers and everything with a point or exponent take the slow way. */
    private static final int DIGITS_SURELY_LONG = 18;

    /**
     * Checks the grammar.
     *
     * @throws IllegalArgumentException if {@code text} is no JSON number
     */
    public JsonNumber {
        if (endOfNumber(text, 0) != text.length()) {
            throw new IllegalArgumentException("not a JSON number: " + text);
        }
    }

    /** Returns the number {@code value}. */
    public static JsonNumber of(long value) {
        return new JsonNumber(Long.toString(value));
    }

    /**
     * Returns the number {@code value}, with as few digits as tell it from its neighbours.
     *
     * @throws IllegalArgumentException if {@code value} is infinite or not a number: JSON has neither
     */
    public static JsonNumber of(double value) {
        return new JsonNumber(Double.toString(value));
    }

    /** The exact value, if it is whole and fits a long ({@code 5}, {@code 5.0} and {@code 5e0} all give 5). */
    public OptionalLong exactLong() {
        if (text.length() <= DIGITS_SURELY_LONG && isPlainInteger()) {
            return OptionalLong.of(Long.parseLong(text));
        }
        try {
            return OptionalLong.of(new BigDecimal(text).longValueExact());
        } catch (ArithmeticException | NumberFormatException notALong) {
            // A fraction, too large, or an exponent beyond what BigDecimal holds.
            return OptionalLong.empty();
        }
    }

    /** The nearest double; infinite where the number is beyond the range of a double. */
    public double asDouble() {
        return Double.parseDouble(text);
    }

    private boolean isPlainInteger() {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '.' || c == 'e' || c == 'E') {
                return false;
            }
        }
        return true;
    }

    /** Returns where the number that begins at {@code from} ends, or -1 if none begins there. */
    static int endOfNumber(String text, int from) {
        int at = from;
        if (at < text.length() && text.charAt(at) == '-') {
            at++;
        }
        int end = endOfDigits(text, at);
        if (end == at || text.charAt(at) == '0' && end > at + 1) {
            return -1;
        }
        at = end;
        if (at < text.length() && text.charAt(at) == '.') {
            end = endOfDigits(text, at + 1);
            if (end == at + 1) {
                return -1;
            }
            at = end;
        }
        return endOfExponent(text, at);
    }

    private static int endOfExponent(String text, int from) {
        int at = from;
        if (at >= text.length() || (text.charAt(at) | 0x20) != 'e') {
            return at;
        }
        at++;
        if (at < text.length() && (text.charAt(at) == '+' || text.charAt(at) == '-')) {
            at++;
        }
        int end = endOfDigits(text, at);
        return end == at ? -1 : end;
    }

    private static int endOfDigits(String text, int from) {
        int at = from;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        return at;
    }

    @Override
    public String toString() {
        return text;
    }
}
