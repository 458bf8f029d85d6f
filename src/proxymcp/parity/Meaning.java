package proxymcp.parity;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import proxymcp.diff.Location;
import proxymcp.diff.ValueFormat;

/** What another value means where its name or itself leaves no doubt: an outcome that turned bad, or nothing where there was something. */
final class Meaning {
    private static final Set<String> GOOD_FLAGS = Set.of("success", "successful", "succeeded", "ok", "okay", "authenticated", "authorized", "authorised", "loggedin",
            "signedin", "valid", "healthy");
    private static final Set<String> BAD_FLAGS = Set.of("error", "errors", "failed", "failure", "denied", "blocked", "unauthorized", "unauthorised", "maintenance");
    private static final Set<String> CODES = Set.of("code", "status", "statuscode", "httpstatus", "httpcode", "responsecode", "resultcode");
    private static final Set<String> OUTCOMES = Set.of("status", "state", "result", "outcome");
    private static final Set<String> GOOD_WORDS = Set.of("ok", "success", "successful", "succeeded", "healthy", "up", "authenticated", "authorized");
    private static final Set<String> BAD_WORDS = Set.of("error", "fail", "failed", "failure", "unhealthy", "down", "unauthenticated", "unauthorized", "denied",
            "unavailable");
    /** What programs write where they have no value and do not know it. */
    private static final Set<String> HOLLOW = Set.of("undefined", "null", "nan", "[object object]");
    private static final Pattern ACCOUNT = Pattern.compile("[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}");
    private static final int OK = 200;
    private static final int OK_END = 300;
    private static final int ERROR = 400;
    private static final int ERROR_END = 600;

    private Meaning() {}

    /**
     * How bad it is that values of a field became others; none where that is not plain.
     *
     * @param values of the baseline, in order
     */
    static Severity of(Location location, List<String> values, List<String> others) {
        String name = name(location);
        int good = 0;
        boolean bad = false;
        int nowBad = 0;
        for (String value : values) {
            good += isGood(name, value) ? 1 : 0;
            bad |= isBad(name, value);
        }
        for (String other : others) {
            nowBad += isBad(name, other) ? 1 : 0;
        }
        if (good > 0 && !bad && nowBad > 0) {
            return nowBad == others.size() ? Severity.HIGH : Severity.MEDIUM;
        }
        return isHollowed(values, others) ? Severity.MEDIUM : Severity.NONE;
    }

    /** Whether all are account numbers (IBAN, ISO 13616) by form and check digits: they look made up, and are no accident. */
    static boolean areAccounts(List<String> values) {
        for (String value : values) {
            if (!ACCOUNT.matcher(value).matches()) {
                return false;
            }
            int remainder = 0;
            for (char c : (value.substring(4) + value.substring(0, 4)).toCharArray()) {
                int digit = Character.digit(c, Character.MAX_RADIX);
                remainder = (remainder * (digit < 10 ? 10 : 100) + digit) % 97;
            }
            if (remainder != 1) {
                return false;
            }
        }
        return !values.isEmpty();
    }

    /** The last step, lower case, without what divides its words and an {@code is} or {@code has} before them. */
    private static String name(Location location) {
        String path = location.name();
        int end = path.length();
        while (end >= 3 && path.startsWith("[*]", end - 3)) {
            end -= 3;
        }
        String step = path.substring(path.lastIndexOf('.', end - 1) + 1, end);
        String plain = step.replaceAll("[^A-Za-z]", "").toLowerCase(Locale.ROOT);
        boolean question = step.matches("(is|has|was)([A-Z_-].*)");
        return question ? plain.substring(plain.startsWith("is") ? 2 : 3) : plain;
    }

    private static boolean isGood(String name, String value) {
        return GOOD_FLAGS.contains(name) && value.equals("true") || BAD_FLAGS.contains(name) && value.equals("false")
                || CODES.contains(name) && isWithin(value, OK, OK_END) || OUTCOMES.contains(name) && GOOD_WORDS.contains(value.toLowerCase(Locale.ROOT));
    }

    private static boolean isBad(String name, String value) {
        return GOOD_FLAGS.contains(name) && value.equals("false") || BAD_FLAGS.contains(name) && value.equals("true")
                || CODES.contains(name) && isWithin(value, ERROR, ERROR_END) || OUTCOMES.contains(name) && BAD_WORDS.contains(value.toLowerCase(Locale.ROOT));
    }

    private static boolean isWithin(String value, int from, int to) {
        if (!value.matches("[0-9]{3}")) {
            return false;
        }
        int number = Integer.parseInt(value);
        return number >= from && number < to;
    }

    /** Whether a word that stands for nothing came, an empty text in place of what is made up, or 0 in place of a time, and the baseline has none of them. */
    private static boolean isHollowed(List<String> values, List<String> others) {
        Set<String> before = new HashSet<>();
        boolean times = true;
        boolean madeUp = true;
        for (String value : values) {
            before.add(value.toLowerCase(Locale.ROOT));
            ValueFormat format = ValueFormat.of(value);
            madeUp &= format.isMadeUp();
            times &= format == ValueFormat.EPOCH_SECONDS || format == ValueFormat.EPOCH_MILLIS;
        }
        for (String other : others) {
            String text = other.toLowerCase(Locale.ROOT);
            boolean hollow = HOLLOW.contains(text) || madeUp && text.isBlank() || times && text.equals("0");
            if (hollow && !before.contains(text)) {
                return true;
            }
        }
        return false;
    }
}
