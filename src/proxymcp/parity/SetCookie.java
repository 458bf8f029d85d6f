package proxymcp.parity;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import proxymcp.diff.Leaf;
import proxymcp.diff.Part;

/**
 * A cookie as an answer leaves it.
 *
 * @param value as sent
 * @param attributes by name in lower case, as sent
 */
record SetCookie(String value, Map<String, String> attributes) {
    /** Before any cookie: for answers that do not say when they came. */
    private static final Instant LONG_AGO = Instant.parse("2001-01-01T00:00:00Z");

    /** The cookies that an answer sets, by name; of one that is set twice the last, as clients do. */
    static Map<String, SetCookie> all(Answer answer) {
        Map<String, SetCookie> all = new LinkedHashMap<>();
        for (Leaf leaf : answer.head()) {
            String name = leaf.location().name();
            int attribute = name.indexOf(';');
            if (leaf.location().part() == Part.COOKIE && attribute < 0) {
                all.put(name, new SetCookie(leaf.value(), new HashMap<>()));
            } else if (leaf.location().part() == Part.COOKIE && all.containsKey(name.substring(0, attribute))) {
                all.get(name.substring(0, attribute)).attributes.put(name.substring(attribute + 1), leaf.value());
            }
        }
        return all;
    }

    /** Whether clients have it no more, or with nothing in it (RFC 6265 section 5.3). */
    boolean isGone(Answer answer) {
        Optional<String> maxAge = Optional.ofNullable(attributes.get("max-age"));
        if (value.isEmpty() || value.equals("\"\"") || maxAge.isPresent() && (maxAge.get().equals("0") || maxAge.get().startsWith("-"))) {
            return true;
        }
        Instant now = answer.header("date").flatMap(SetCookie::time).orElse(LONG_AGO);
        return maxAge.isEmpty() && Optional.ofNullable(attributes.get("expires")).flatMap(SetCookie::time).map(end -> !end.isAfter(now)).orElse(false);
    }

    private static Optional<Instant> time(String text) {
        try {
            return Optional.of(ZonedDateTime.parse(text.strip().replaceFirst("([0-9]{2})-([A-Za-z]{3})-([0-9]{4})", "$1 $2 $3"), DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
        } catch (DateTimeException noTime) {
            return Optional.empty(); // What cannot be read is not kept to.
        }
    }
}
