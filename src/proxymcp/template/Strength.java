package proxymcp.template;

import java.util.Locale;
import proxymcp.diff.ValueFormat;

/** How telling it is that two messages hold the same value, by the value alone and by the names that it has in both. */
final class Strength {
    /** From here on nobody comes upon a value by chance. */
    static final double STRONG = 0.7;
    /** Fewer characters tell nothing. */
    static final int CHARS_MIN = 4;
    static final int CHARS_MAX = 64 << 10;

    /** Two years: further off are few of the times that applications speak of. */
    private static final long NEAR_MILLIS = 2 * 365 * 86_400_000L;

    private Strength() {}

    /** 0 for what is everywhere, 1 for what nobody could guess. */
    static double of(String value) {
        int length = value.length();
        if (length < CHARS_MIN || length > CHARS_MAX) {
            return 0;
        }
        return switch (ValueFormat.of(value)) {
            case EMPTY, BOOLEAN, COUNTER -> 0;
            case UUID, JWT, TRACE, BASE64 -> 1;
            case HEX -> length >= 16 ? 1 : STRONG + 0.02 * length;
            case TOKEN -> length >= 12 ? 0.95 : 0.75;
            case EPOCH_SECONDS, ISO_TIME -> 0.35;
            case EPOCH_MILLIS -> 0.45;
            case ISO_DATE -> 0.2;
            case HTTP_DATE -> 0.3;
            case INTEGER -> integer(value, length);
            case DECIMAL -> length >= 10 ? 0.4 : 0.2;
            case URL -> value.indexOf('?') > 0 ? 0.7 : Math.min(0.6, 0.3 + length / 200.0);
            case WORD, TEXT -> text(value, length);
        };
    }

    /** The same of what is sent at that time, epoch milliseconds: a number of ten digits that is no time about then is one like others. */
    static double at(String value, long millis) {
        ValueFormat format = ValueFormat.of(value);
        boolean digits = format == ValueFormat.EPOCH_SECONDS && value.length() == 10 || format == ValueFormat.EPOCH_MILLIS && value.length() == 13;
        if (digits && value.chars().allMatch(c -> c >= '0' && c <= '9')) {
            long time = Long.parseLong(value) * (value.length() == 10 ? 1_000 : 1);
            return Math.abs(time - millis) > NEAR_MILLIS ? integer(value, value.length()) : of(value);
        }
        return of(value);
    }

    private static double integer(String value, int length) {
        if (length == 4 && (value.startsWith("19") || value.startsWith("20"))) {
            return 0.1; // A year.
        }
        return length >= 12 ? 0.8 : Math.min(0.7, 0.25 + 0.08 * (length - 4));
    }

    private static double text(String value, int length) {
        int digits = 0;
        int blanks = 0;
        for (int i = 0; i < length; i++) {
            char c = value.charAt(i);
            digits += c >= '0' && c <= '9' ? 1 : 0;
            blanks += Character.isWhitespace(c) ? 1 : 0;
        }
        if (blanks > 0) {
            return length < 24 ? 0.1 : 0.3;
        }
        if (digits == 0) {
            return length < 20 ? 0.1 : length < 40 ? 0.4 : 0.9;
        }
        return length >= 40 ? 0.9 : Math.min(0.7, 0.3 + 0.05 * (length - 4));
    }

    /**
     * What names add.
     *
     * @param producer name of the field in the answer
     * @param around name of what the field is in, perhaps empty
     * @param consumer name of the field in the request; of a segment of a path the segment before it
     * @param segment whether it is a segment of a path
     */
    static double agreement(String producer, String around, String consumer, boolean segment) {
        String from = plain(producer);
        String to = plain(consumer);
        if (from.isEmpty() || to.isEmpty()) {
            return 0;
        }
        if (from.equals(to)) {
            return 0.25;
        }
        String parent = singular(plain(around));
        String wanted = singular(to);
        boolean id = isId(from);
        if (segment) {
            return id && (parent.isEmpty() || parent.equals(wanted)) || wanted.length() > 2 && from.startsWith(wanted) ? 0.25 : id ? 0.2 : 0;
        }
        if (parent.length() > 2 && id && to.contains(parent)) {
            return 0.25;
        }
        boolean within = from.length() >= 3 && to.contains(from) || to.length() >= 3 && from.contains(to);
        return within ? 0.2 : id && isId(to) ? 0.15 : 0;
    }

    private static boolean isId(String name) {
        return name.endsWith("id") || name.endsWith("uuid") || name.endsWith("slug") || name.endsWith("key") || name.endsWith("code");
    }

    private static String singular(String word) {
        return word.endsWith("s") ? word.substring(0, word.length() - 1) : word;
    }

    private static String plain(String name) {
        StringBuilder plain = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            if (Character.isLetterOrDigit(name.charAt(i))) {
                plain.append(name.charAt(i));
            }
        }
        return plain.toString().toLowerCase(Locale.ROOT);
    }
}
