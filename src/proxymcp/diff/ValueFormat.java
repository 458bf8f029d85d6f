package proxymcp.diff;

import java.util.Locale;

/** What a value looks like, judged by its characters alone. */
public enum ValueFormat {
    /** Nothing. */
    EMPTY(0),
    /** {@code true} or {@code false}. */
    BOOLEAN(0),
    /** A time between 2001 and 2065, in seconds, perhaps with a fraction. */
    EPOCH_SECONDS(0.9),
    /** The same in milliseconds, microseconds or nanoseconds. */
    EPOCH_MILLIS(0.9),
    /** A date with a time of day (ISO 8601, RFC 3339), also without signs between the digits. */
    ISO_TIME(0.9),
    /** A date without a time of day, {@code 2026-01-31}. */
    ISO_DATE(0.5),
    /** A date as in {@code Date} and {@code Expires}. */
    HTTP_DATE(0.9),
    /** A UUID, with or without braces. */
    UUID(0.95),
    /** At least 8 hexadecimal digits with a letter and a digit among them, or 32 and more of any; an even count. */
    HEX(0.9),
    /** Random-looking Base64 or Base64url of at least 16 characters. */
    BASE64(0.9),
    /** Three Base64url parts of which the first is a JOSE header. */
    JWT(0.95),
    /** Letters and digits in turn that no language writes, at least 8. */
    TOKEN(0.8),
    /** A trace context: version, trace, span and flags in hex. */
    TRACE(0.95),
    /** Integers that rise from value to value; judged from many values only. */
    COUNTER(0.6),
    /** Decimal digits, perhaps with a sign. */
    INTEGER(0.2),
    /** A decimal number with a point or an exponent. */
    DECIMAL(0.2),
    /** An absolute URL. */
    URL(0.15),
    /** One word. */
    WORD(0.1),
    /** Everything else. */
    TEXT(0.1);

    private static final int LOOKED_AT_CHARS = 4_096;
    private static final long EPOCH_MIN_SECONDS = 1_000_000_000L;
    private static final long EPOCH_MAX_SECONDS = 3_000_000_000L;
    private static final int EPOCH_DIGITS = 10;
    private static final int SCHEME_CHARS_MAX = 20;
    private static final int HEX_DIGITS_MIN = 8;
    private static final int CLIENT_CHARS_MIN = 17;
    private static final int CLIENT_CHARS_MAX = 64;
    private static final int CLIENT_DIGITS_MIN = 6;

    private final double fleeting;

    ValueFormat(double fleeting) {
        this.fleeting = fleeting;
    }

    /** How likely a value of this kind is made anew each time, 0..1. */
    double fleeting() {
        return fleeting;
    }

    /** For people: {@code epoch seconds}, {@code hex}. */
    public String words() {
        return switch (this) {
            case UUID, JWT, URL -> name();
            case HTTP_DATE -> "HTTP date";
            case ISO_TIME -> "ISO time";
            case ISO_DATE -> "ISO date";
            case BASE64 -> "Base64";
            case EMPTY, BOOLEAN, EPOCH_SECONDS, EPOCH_MILLIS, HEX, TOKEN, TRACE, COUNTER, INTEGER, DECIMAL, WORD, TEXT ->
                    name().toLowerCase(Locale.ROOT).replace('_', ' ');
        };
    }

    /** The format of one value; never {@link #COUNTER}. Of a long value the beginning is looked at. */
    public static ValueFormat of(String value) {
        int length = Math.min(value.length(), LOOKED_AT_CHARS);
        if (length == 0) {
            return EMPTY;
        }
        char first = value.charAt(0);
        if (isDigit(first) || first == '-' || first == '+') {
            ValueFormat number = number(value, length);
            if (number != TEXT) {
                return number == DECIMAL && isClient(value) ? TOKEN : number;
            }
        }
        if (length <= 5 && (value.equals("true") || value.equals("false"))) {
            return BOOLEAN;
        }
        if (isDigit(first) && length >= 15 && isBasicTime(value, length)) {
            return ISO_TIME;
        }
        if (length >= CLIENT_CHARS_MIN && length <= CLIENT_CHARS_MAX && isClient(value)) {
            return TOKEN;
        }
        if (isDigit(first) && length >= 10 && isDate(value)) {
            return length == 10 ? ISO_DATE : "Tt ".indexOf(value.charAt(10)) >= 0 && length > 12 && isDigit(value.charAt(11)) ? ISO_TIME : TEXT;
        }
        return letters(value, length);
    }

    /** Whether a value of this format is a secret or an id that somebody made up: something to look for elsewhere. */
    public boolean isMadeUp() {
        return switch (this) {
            case UUID, HEX, BASE64, JWT, TOKEN, TRACE -> true;
            case EMPTY, BOOLEAN, EPOCH_SECONDS, EPOCH_MILLIS, ISO_TIME, ISO_DATE, HTTP_DATE, COUNTER, INTEGER, DECIMAL, URL, WORD, TEXT -> false;
        };
    }

    /** Whether it tells a time. */
    boolean isTime() {
        return this == EPOCH_SECONDS || this == EPOCH_MILLIS || this == ISO_TIME || this == ISO_DATE || this == HTTP_DATE;
    }

    private static ValueFormat number(String value, int length) {
        int digits = 0;
        int point = -1;
        boolean exponent = false;
        for (int i = isDigit(value.charAt(0)) ? 0 : 1; i < length && !exponent; i++) {
            char c = value.charAt(i);
            if (isDigit(c)) {
                digits++;
            } else if (c == '.' && point < 0 && i + 1 < length) {
                point = digits;
            } else if ((c == 'e' || c == 'E') && digits > 0 && isExponent(value, i + 1, length)) {
                exponent = true;
            } else {
                return TEXT;
            }
        }
        if (digits == 0) {
            return TEXT;
        }
        int whole = point < 0 ? digits : point;
        if (!exponent && isDigit(value.charAt(0)) && isEpoch(value, whole)) {
            return whole == EPOCH_DIGITS ? EPOCH_SECONDS : EPOCH_MILLIS;
        }
        if (exponent && point < 0 && length >= HEX_DIGITS_MIN && length % 2 == 0 && isHexExponent(value, length)) {
            return HEX;
        }
        if (point >= 0 || exponent) {
            return DECIMAL;
        }
        return digits == 32 || digits == 40 || digits == 64 ? HEX : INTEGER;
    }

    /** Whether the rest is an exponent: digits, or a sign and digits. Keeps {@code 12e} and {@code 1e+} out, and hex such as {@code 4e7} in. */
    private static boolean isExponent(String value, int from, int length) {
        int start = from < length && (value.charAt(from) == '-' || value.charAt(from) == '+') ? from + 1 : from;
        if (start >= length || length - start > 3) {
            return false;
        }
        for (int i = start; i < length; i++) {
            if (!isDigit(value.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /** Whether a number with an exponent is hex of which one digit is an e by chance: no sign, and more digits than a number has before an exponent. */
    private static boolean isHexExponent(String value, int length) {
        for (int i = 0; i < length; i++) {
            if (!isHex(value.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isEpoch(String value, int whole) {
        if (whole != EPOCH_DIGITS && whole != EPOCH_DIGITS + 3 && whole != EPOCH_DIGITS + 6 && whole != EPOCH_DIGITS + 9) {
            return false;
        }
        long seconds = Long.parseLong(value.substring(0, EPOCH_DIGITS));
        return seconds >= EPOCH_MIN_SECONDS && seconds < EPOCH_MAX_SECONDS;
    }

    private static boolean isDate(String value) {
        for (int i = 0; i < 10; i++) {
            char c = value.charAt(i);
            if (i == 4 || i == 7 ? c != '-' : !isDigit(c)) {
                return false;
            }
        }
        return value.charAt(5) <= '1' && value.charAt(8) <= '3';
    }

    /** {@code 20250808T120000Z}, as in signed queries. */
    private static boolean isBasicTime(String value, int length) {
        for (int i = 0; i < 15; i++) {
            if (i == 8 ? value.charAt(i) != 'T' : !isDigit(value.charAt(i))) {
                return false;
            }
        }
        return value.charAt(4) <= '1' && value.charAt(6) <= '3' && (length == 15 || "Z.+-".indexOf(value.charAt(15)) >= 0);
    }

    /** A number that was drawn and the time when, with a point between them, as {@code GA1.2.158392209.1730433351}: what analytics call a client. */
    private static boolean isClient(String value) {
        boolean drawn = false;
        boolean time = false;
        int start = 0;
        for (int i = 0; i <= value.length(); i++) {
            char c = i < value.length() ? value.charAt(i) : '.';
            if (c != '.') {
                if (!isDigit(c) && (drawn || time || c < 'A' || c > 'z')) {
                    return false;
                }
                continue;
            }
            String part = value.substring(start, i);
            start = i + 1;
            if (part.isEmpty() || !isDigit(part.charAt(0))) {
                continue;
            }
            if (!time && isAllDigits(part) && isEpoch(part, part.length())) {
                time = true;
            } else {
                drawn |= part.length() >= CLIENT_DIGITS_MIN && isAllDigits(part);
            }
        }
        return drawn && time;
    }

    private static boolean isAllDigits(String value) {
        for (int i = 0; i < value.length(); i++) {
            if (!isDigit(value.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static ValueFormat letters(String value, int length) {
        if (isUuid(value, length)) {
            return UUID;
        }
        Marks marks = Marks.of(value, length);
        if (marks.isHex(length)) {
            return HEX;
        }
        if (value.startsWith("eyJ") && marks.dots == 2 && marks.other == marks.dots) {
            return JWT;
        }
        if (isTrace(value, length)) {
            return TRACE;
        }
        if (length >= 26 && length <= 33 && isHttpDate(value)) {
            return HTTP_DATE;
        }
        if (marks.isRandom(length)) {
            return length >= 16 ? BASE64 : TOKEN;
        }
        int space = marks.spaces == 1 ? value.indexOf(' ') : -1;
        if (space > 0 && space <= SCHEME_CHARS_MAX && length - space > 8) {
            // An authentication scheme and its credentials.
            ValueFormat credentials = of(value.substring(space + 1));
            return credentials.isMadeUp() ? credentials : TEXT;
        }
        if (value.startsWith("http://") || value.startsWith("https://") || value.startsWith("ws://") || value.startsWith("wss://")) {
            return URL;
        }
        return marks.spaces == 0 && marks.other - marks.dots == 0 && length <= 64 ? WORD : TEXT;
    }

    private static boolean isUuid(String value, int length) {
        int start = length == 38 && value.charAt(0) == '{' && value.charAt(37) == '}' ? 1 : 0;
        if (length - 2 * start != 36) {
            return false;
        }
        for (int i = 0; i < 36; i++) {
            char c = value.charAt(start + i);
            if (i == 8 || i == 13 || i == 18 || i == 23 ? c != '-' : !isHex(c)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isTrace(String value, int length) {
        if (length < 55 || value.charAt(2) != '-' || value.charAt(35) != '-' || value.charAt(52) != '-') {
            return false;
        }
        for (int i = 0; i < 52; i++) {
            if (i != 2 && i != 35 && !isHex(value.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /** {@code Tue, 07 Oct 2025 08:00:00 GMT}, or with dashes as in old cookies. */
    private static boolean isHttpDate(String value) {
        int comma = value.indexOf(", ");
        return comma >= 3 && comma <= 9 && value.endsWith("GMT") && value.indexOf(':') > comma && isDigit(value.charAt(comma + 2));
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isHex(char c) {
        return isDigit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F';
    }

    /** What a value's characters are, counted once. */
    private static final class Marks {
        private static final int OTHER = 0;
        private static final int DIGIT = 1;
        private static final int SMALL = 2;
        private static final int CAPITAL = 3;

        private int digits;
        private int lower;
        private int upper;
        private int hex;
        /** From small to capital letters, and between letters and digits; a capital at the beginning of a word is none. */
        private int changes;
        private int dots;
        private int spaces;
        /** Neither letter, digit nor one of the signs of Base64, Base64url and its padding. */
        private int other;
        private int signs;
        private int longestLetters;

        static Marks of(String value, int length) {
            Marks marks = new Marks();
            int kindBefore = OTHER;
            int letters = 0;
            for (int i = 0; i < length; i++) {
                char c = value.charAt(i);
                int kind = marks.count(c);
                boolean within = kind != OTHER && kindBefore != OTHER && kind != kindBefore;
                marks.changes += within && !(kindBefore == CAPITAL && kind == SMALL) ? 1 : 0;
                letters = kind == SMALL || kind == CAPITAL && letters == 0 ? letters + 1 : 0;
                marks.longestLetters = Math.max(marks.longestLetters, letters);
                kindBefore = kind;
            }
            return marks;
        }

        private int count(char c) {
            hex += ValueFormat.isHex(c) ? 1 : 0;
            if (ValueFormat.isDigit(c)) {
                digits++;
                return DIGIT;
            }
            if (c >= 'a' && c <= 'z') {
                lower++;
                return SMALL;
            }
            if (c >= 'A' && c <= 'Z') {
                upper++;
                return CAPITAL;
            }
            if (c == '+' || c == '/' || c == '-' || c == '_' || c == '=') {
                signs++;
                return OTHER;
            }
            dots += c == '.' ? 1 : 0;
            spaces += c == ' ' ? 1 : 0;
            other++;
            return OTHER;
        }

        boolean isHex(int length) {
            return hex == length && length % 2 == 0 && (length >= 32 || length >= HEX_DIGITS_MIN && digits > 0 && digits < length);
        }

        /**
         * Whether the characters change their kind too often for words: digits within letters, capitals within words. Random letters of 62 do so at
         * 45 of 100 places, words and names seldom. A few signs may divide such a value, as in {@code sess_} or a signed cookie.
         */
        boolean isRandom(int length) {
            int letters = lower + upper;
            int body = letters + digits;
            if (length < 8 || spaces > 0 || letters == 0 || body * 4 < length * 3 || other > (length >= 20 ? 2 : 0)) {
                return false;
            }
            boolean mixed = digits >= 2 || digits > 0 && length >= 16 || lower > 3 && upper > 3 && length >= 16;
            boolean balanced = length >= 16 && upper * 4 >= letters && lower * 4 >= letters && changes * 6 >= body;
            return mixed && (changes * 4 >= body || balanced) && longestLetters * 2 <= Math.max(8, body);
        }
    }
}
