package proxymcp.http;

import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Reads the date of an {@code Expires} attribute the way browsers do (RFC 6265 section 5.1.1): by its parts, in any order, so that the three
 * formats of HTTP and what servers make of them are all understood.
 */
public final class CookieDate {
    private static final List<String> MONTHS = List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");
    private static final int CENTURY_TURN = 70;
    private static final int FIRST_YEAR = 1601;

    private int[] time = new int[0];
    private OptionalInt day = OptionalInt.empty();
    private OptionalInt month = OptionalInt.empty();
    private OptionalInt year = OptionalInt.empty();

    private CookieDate() {}

    /** The moment in epoch milliseconds; empty if the text is no date. */
    public static Optional<Long> parse(String text) {
        CookieDate date = new CookieDate();
        int start = 0;
        for (int i = 0; i <= text.length(); i++) {
            if (i == text.length() || isDelimiter(text.charAt(i))) {
                date.take(text.substring(start, i));
                start = i + 1;
            }
        }
        return date.moment();
    }

    private static boolean isDelimiter(char c) {
        return c == '\t' || c >= ' ' && c <= '/' || c >= ';' && c <= '@' || c >= '[' && c <= '`' || c >= '{' && c <= '~';
    }

    /** Each part goes to the first place that it fits and that is free. */
    private void take(String part) {
        if (time.length == 0 && isTime(part)) {
            return;
        }
        OptionalInt number = leadingNumber(part, 4);
        int digits = digits(part);
        if (day.isEmpty() && digits >= 1 && digits <= 2) {
            day = number;
        } else if (month.isEmpty() && part.length() >= 3 && MONTHS.contains(part.substring(0, 3).toLowerCase(Locale.ROOT))) {
            month = OptionalInt.of(MONTHS.indexOf(part.substring(0, 3).toLowerCase(Locale.ROOT)) + 1);
        } else if (year.isEmpty() && digits >= 2 && digits <= 4) {
            year = number;
        }
    }

    private boolean isTime(String part) {
        String[] numbers = part.split(":", -1);
        if (numbers.length != 3 || numbers[0].length() != digits(numbers[0]) || numbers[1].length() != digits(numbers[1])) {
            return false;
        }
        int[] found = new int[3];
        for (int i = 0; i < 3; i++) {
            OptionalInt number = leadingNumber(numbers[i], 2);
            if (number.isEmpty() || digits(numbers[i]) > 2) {
                return false;
            }
            found[i] = number.getAsInt();
        }
        time = found;
        return true;
    }

    private static int digits(String text) {
        int count = 0;
        while (count < text.length() && text.charAt(count) >= '0' && text.charAt(count) <= '9') {
            count++;
        }
        return count;
    }

    private static OptionalInt leadingNumber(String text, int digitsMax) {
        int count = digits(text);
        return count == 0 || count > digitsMax ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(text.substring(0, count)));
    }

    private Optional<Long> moment() {
        if (time.length == 0 || day.isEmpty() || month.isEmpty() || year.isEmpty()) {
            return Optional.empty();
        }
        int full = year.getAsInt() < CENTURY_TURN ? year.getAsInt() + 2000 : year.getAsInt() < 100 ? year.getAsInt() + 1900 : year.getAsInt();
        if (full < FIRST_YEAR) {
            return Optional.empty();
        }
        try {
            return Optional.of(LocalDateTime.of(full, month.getAsInt(), day.getAsInt(), time[0], time[1], time[2])
                    .toInstant(ZoneOffset.UTC).toEpochMilli());
        } catch (DateTimeException e) {
            return Optional.empty(); // Such as the 31st of February.
        }
    }
}
