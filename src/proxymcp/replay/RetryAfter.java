package proxymcp.replay;

import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How long an origin asks to be left alone: the Retry-After field, seconds or a date (RFC 9110 sections 10.2.3 and 5.6.7). */
public final class RetryAfter {
    private static final List<String> MONTHS = List.of("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec");
    private static final Pattern IMF_FIXDATE =
            Pattern.compile("[A-Z][a-z]{2}, (?<day>\\d\\d) (?<month>[A-Z][a-z]{2}) (?<year>\\d{4}) (?<time>\\d\\d:\\d\\d:\\d\\d) GMT");
    private static final Pattern RFC_850 =
            Pattern.compile("[A-Z][a-z]{5,8}, (?<day>\\d\\d)-(?<month>[A-Z][a-z]{2})-(?<year>\\d\\d) (?<time>\\d\\d:\\d\\d:\\d\\d) GMT");
    private static final Pattern ASCTIME =
            Pattern.compile("[A-Z][a-z]{2} (?<month>[A-Z][a-z]{2}) (?<day>[ \\d]\\d) (?<time>\\d\\d:\\d\\d:\\d\\d) (?<year>\\d{4})");
    private static final List<Pattern> FORMS = List.of(IMF_FIXDATE, RFC_850, ASCTIME);
    private static final int DIGITS_MAX = 9;
    /** A year of two digits that seems more than this far ahead is one of the century before (RFC 9110 section 5.6.7). */
    private static final int YEARS_AHEAD_MAX = 50;

    private RetryAfter() {
    }

    /**
     * The wait that a response asks for. A date is measured against the response's own Date, as the origin's clock may differ from ours.
     *
     * @param field value of Retry-After
     * @param date value of the response's Date, if it has one
     * @param nowMillis our clock, for a response without a readable Date
     * @return milliseconds, at least 0; empty if the field is neither form
     */
    public static OptionalLong millis(String field, Optional<String> date, long nowMillis) {
        String value = field.strip();
        if (!value.isEmpty() && value.chars().allMatch(c -> c >= '0' && c <= '9')) {
            long seconds = value.length() > DIGITS_MAX ? 999_999_999L : Long.parseLong(value);
            return OptionalLong.of(seconds * 1_000);
        }
        OptionalLong until = epochMillis(value, nowMillis);
        if (until.isEmpty()) {
            return OptionalLong.empty();
        }
        OptionalLong theirs = date.isPresent() ? epochMillis(date.get().strip(), nowMillis) : OptionalLong.empty();
        return OptionalLong.of(Math.max(0, until.getAsLong() - theirs.orElse(nowMillis)));
    }

    /** An HTTP-date in any of its three forms, as epoch milliseconds; empty if it is none. */
    static OptionalLong epochMillis(String text, long nowMillis) {
        for (Pattern form : FORMS) {
            Matcher date = form.matcher(text);
            if (date.matches()) {
                return epochMillis(date, form == RFC_850, nowMillis);
            }
        }
        return OptionalLong.empty();
    }

    private static OptionalLong epochMillis(Matcher date, boolean shortYear, long nowMillis) {
        int year = Integer.parseInt(date.group("year"));
        if (shortYear) {
            int thisYear = LocalDateTime.ofEpochSecond(Math.floorDiv(nowMillis, 1_000), 0, ZoneOffset.UTC).getYear();
            year += thisYear - thisYear % 100;
            year -= year > thisYear + YEARS_AHEAD_MAX ? 100 : 0;
        }
        String[] time = date.group("time").split(":");
        int second = Math.min(59, Integer.parseInt(time[2])); // A leap second is told as 60.
        try {
            return OptionalLong.of(LocalDateTime.of(year, MONTHS.indexOf(date.group("month")) + 1, Integer.parseInt(date.group("day").strip()),
                    Integer.parseInt(time[0]), Integer.parseInt(time[1]), second).toEpochSecond(ZoneOffset.UTC) * 1_000);
        } catch (DateTimeException e) {
            return OptionalLong.empty(); // The 31st of a month that has 30 days, 25:00:00, or no such month.
        }
    }
}
