package proxymcp.replay;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.random.RandomGenerator;
import proxymcp.store.SessionId;

/**
 * Name of a run and of its folder: {@code replay_YYYYMMDDhhmmss_xxxxxxxx}, its begin in UTC and 8 random characters of {@code 0-9a-z}. Nothing else
 * ever becomes part of a path.
 *
 * @param text 30 characters
 */
public record ReplayId(String text) implements Comparable<ReplayId> {
    private static final String PREFIX = "replay_";
    private static final String ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";

    /** @throws IllegalArgumentException if {@code text} is not exactly an id */
    public ReplayId {
        if (!isValid(text)) {
            throw new IllegalArgumentException("not a replay id");
        }
    }

    /** The id that {@code text} is; empty if it is not exactly one. */
    public static Optional<ReplayId> parse(String text) {
        return isValid(text) ? Optional.of(new ReplayId(text)) : Optional.empty();
    }

    /** A new id. */
    static ReplayId next(long epochMillis, RandomGenerator random) {
        StringBuilder text = new StringBuilder(PREFIX);
        text.append(DateTimeFormatter.ofPattern("yyyyMMddHHmmss").format(LocalDateTime.ofInstant(Instant.ofEpochMilli(epochMillis), ZoneOffset.UTC)));
        text.append('_');
        while (text.length() < PREFIX.length() + SessionId.LENGTH) {
            text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return new ReplayId(text.toString());
    }

    /** Behind the prefix it looks as a session's id does. */
    private static boolean isValid(String text) {
        return text.startsWith(PREFIX) && SessionId.parse(text.substring(PREFIX.length())).isPresent();
    }

    @Override
    public int compareTo(ReplayId other) {
        return text.compareTo(other.text);
    }

    @Override
    public String toString() {
        return text;
    }
}
