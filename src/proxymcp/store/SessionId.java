package proxymcp.store;

import java.time.Clock;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Name of a session and of its folder: {@code YYYYMMDDhhmmss_xxxxxxxx}, start in UTC and 8 random characters of {@code 0-9a-z}. Nothing else
 * ever becomes part of a path.
 *
 * @param text 23 characters
 */
public record SessionId(String text) implements Comparable<SessionId> {
    /** Length of every id. */
    public static final int LENGTH = 23;

    private static final int DIGITS = 14;
    private static final String ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";

    /** @throws IllegalArgumentException if {@code text} is not exactly an id */
    public SessionId {
        if (!isValid(text)) {
            throw new IllegalArgumentException("not a session id");
        }
    }

    /** The id that {@code text} is; empty if it is not exactly one. */
    public static Optional<SessionId> parse(String text) {
        return isValid(text) ? Optional.of(new SessionId(text)) : Optional.empty();
    }

    /** A new id. */
    static SessionId next(Clock clock, RandomGenerator random) {
        StringBuilder text = new StringBuilder(LENGTH);
        text.append(DateTimeFormatter.ofPattern("yyyyMMddHHmmss").format(LocalDateTime.ofInstant(clock.instant(), ZoneOffset.UTC)));
        text.append('_');
        while (text.length() < LENGTH) {
            text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return new SessionId(text.toString());
    }

    private static boolean isValid(String text) {
        if (text.length() != LENGTH || text.charAt(DIGITS) != '_') {
            return false;
        }
        for (int i = 0; i < LENGTH; i++) {
            char c = text.charAt(i);
            boolean digit = c >= '0' && c <= '9';
            if (i != DIGITS && !digit && !(i > DIGITS && c >= 'a' && c <= 'z')) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int compareTo(SessionId other) {
        return text.compareTo(other.text);
    }

    @Override
    public String toString() {
        return text;
    }
}
