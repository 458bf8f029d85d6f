package proxymcp.parity;

import java.util.Optional;
import proxymcp.diff.ValueFormat;

/**
 * How a value is written, where that is telling: a time, a UUID, an amount with its currency and decimal mark, a date with its order.
 *
 * @param form what is the same for all values of a field
 * @param mark what some values do not show: the decimal mark, or {@code d} or {@code m} for which of day and month comes first; {@code ?} if not
 */
record TextStyle(String form, char mark) {
    static final char OPEN = '?';
    private static final int AMOUNT_CHARS_MAX = 30;

    /** The style of a value; empty for what is just text. */
    static Optional<TextStyle> of(String value) {
        ValueFormat format = ValueFormat.of(value);
        return switch (format) {
            case EPOCH_SECONDS, EPOCH_MILLIS, ISO_TIME, ISO_DATE, HTTP_DATE, UUID, JWT, URL, BOOLEAN -> Optional.of(new TextStyle(format.words(), OPEN));
            case INTEGER, DECIMAL, TEXT, WORD, TOKEN -> {
                Optional<TextStyle> date = date(value);
                yield date.isPresent() ? date : amount(value);
            }
            case EMPTY, HEX, BASE64, TRACE, COUNTER -> Optional.empty();
        };
    }

    /** Whether both may be values of one field. */
    boolean isLike(TextStyle other) {
        return form.equals(other.form) && (mark == other.mark || mark == OPEN || other.mark == OPEN);
    }

    /** Whether it is a bare number, as ids and names can be too. */
    boolean isBare() {
        return form.equals("amount") || form.equals("boolean");
    }

    /** For people. */
    String words() {
        return form + (mark == OPEN ? "" : form.startsWith("date") ? (mark == 'd' ? ", day first" : ", month first") : " with decimal " + mark);
    }

    /** {@code 31.12.2026}, {@code 12/31/26}. */
    private static Optional<TextStyle> date(String value) {
        if (value.length() < 6 || value.length() > 10) {
            return Optional.empty();
        }
        int[] parts = {0, 0, 0};
        int[] digits = {0, 0, 0};
        int part = 0;
        char separator = 0;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c >= '0' && c <= '9') {
                parts[part] = parts[part] * 10 + (c - '0');
                digits[part]++;
            } else if ((c == '/' || c == '.' || c == '-') && (separator == 0 || separator == c) && part < 2) {
                separator = c;
                part++;
            } else {
                return Optional.empty();
            }
        }
        boolean fits = part == 2 && digits[0] >= 1 && digits[0] <= 2 && digits[1] >= 1 && digits[1] <= 2 && (digits[2] == 2 || digits[2] == 4)
                && parts[0] <= 31 && parts[1] <= 31 && parts[0] > 0 && parts[1] > 0;
        return !fits ? Optional.empty() : Optional.of(new TextStyle("date with " + separator, parts[0] > 12 ? 'd' : parts[1] > 12 ? 'm' : OPEN));
    }

    /** {@code 1,299.00}, {@code $ 5}, {@code 12,50 EUR}, {@code 7 %}. */
    private static Optional<TextStyle> amount(String value) {
        if (value.length() > AMOUNT_CHARS_MAX) {
            return Optional.empty();
        }
        int start = 0;
        while (start < value.length() && !isDigit(value.charAt(start))) {
            start++;
        }
        int end = value.length();
        while (end > start && !isDigit(value.charAt(end - 1))) {
            end--;
        }
        Optional<String> before = symbol(value.substring(0, start));
        Optional<String> behind = symbol(value.substring(end));
        if (start == end || before.isEmpty() || behind.isEmpty()) {
            return Optional.empty();
        }
        String form = "amount" + (before.get().isEmpty() ? "" : " in " + before.get()) + (behind.get().isEmpty() ? "" : " followed by " + behind.get());
        return mark(value.substring(start, end)).map(mark -> new TextStyle(form, mark));
    }

    /** A currency, a sign of percent, or nothing; a sign of the number does not count. Empty if it is anything else. */
    private static Optional<String> symbol(String around) {
        StringBuilder symbol = new StringBuilder();
        int letters = 0;
        for (int i = 0; i < around.length(); i++) {
            char c = around.charAt(i);
            boolean currency = Character.getType(c) == Character.CURRENCY_SYMBOL || c == '%';
            boolean capital = c >= 'A' && c <= 'Z';
            if (currency || capital) {
                symbol.append(c);
                letters += capital ? 1 : 0;
            } else if (!isSpace(c) && c != '-' && c != '+') {
                return Optional.empty();
            }
        }
        return letters != 0 && letters != 3 || symbol.length() > 4 ? Optional.empty() : Optional.of(symbol.toString());
    }

    /** The decimal mark of digits in groups; empty if they are no number, as those of a version or an address. */
    private static Optional<Character> mark(String digits) {
        int points = 0;
        int commas = 0;
        int last = -1;
        for (int i = 0; i < digits.length(); i++) {
            char c = digits.charAt(i);
            if (c == '.' || c == ',') {
                points += c == '.' ? 1 : 0;
                commas += c == ',' ? 1 : 0;
                last = i;
            } else if (!isDigit(c) && c != '\'' && !isSpace(c)) {
                return Optional.empty();
            }
        }
        if (last < 0) {
            return Optional.of(OPEN);
        }
        char mark = digits.charAt(last);
        int behind = digits.length() - last - 1;
        if (points > 0 && commas > 0) {
            return (mark == '.' ? points : commas) == 1 ? Optional.of(mark) : Optional.empty();
        }
        if (points + commas == 1) {
            return Optional.of(behind == 3 && last <= 3 && digits.charAt(0) != '0' ? OPEN : mark);
        }
        return behind == 3 ? Optional.of(mark == '.' ? ',' : '.') : Optional.empty();
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\u00a0' || c == '\u202f';
    }
}
