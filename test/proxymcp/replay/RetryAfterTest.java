package proxymcp.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Retry-After in its forms; the date is that of RFC 9110 section 5.6.7. */
final class RetryAfterTest {
    private static final long NOW = Instant.parse("1994-11-06T08:49:07Z").toEpochMilli();
    private static final List<String> FORMS =
            List.of("Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994");

    private static OptionalLong millis(String field, String date) {
        return RetryAfter.millis(field, Optional.of(date).filter(text -> !text.isEmpty()), NOW);
    }

    @Test void secondsAreSeconds() {
        assertEquals(OptionalLong.of(120_000), millis("120", ""));
        assertEquals(OptionalLong.of(0), millis(" 0 ", ""));
        assertEquals(OptionalLong.of(999_999_999_000L), millis("99999999999999999999", ""));
    }

    @Test void eachFormOfADateIsMeasuredAgainstOurClockOrTheResponsesDate() {
        for (String form : FORMS) {
            assertEquals(OptionalLong.of(30_000), millis(form, ""), form);
            assertEquals(OptionalLong.of(10_000), millis(form, "Sun, 06 Nov 1994 08:49:27 GMT"), form);
            assertEquals(OptionalLong.of(3_610_000), millis(form, "Sunday, 06-Nov-94 07:49:27 GMT"), form);
        }
    }

    @Test void aDateThatHasPassedIsNoWait() {
        assertEquals(OptionalLong.of(0), millis("Sun, 06 Nov 1994 08:00:00 GMT", ""));
    }

    @Test void aShortYearIsAtMostFiftyYearsAhead() {
        long now = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();
        assertEquals(Instant.parse("2076-01-01T00:00:00Z").toEpochMilli(), RetryAfter.epochMillis("Friday, 01-Jan-76 00:00:00 GMT", now).getAsLong());
        assertEquals(Instant.parse("1977-01-01T00:00:00Z").toEpochMilli(), RetryAfter.epochMillis("Friday, 01-Jan-77 00:00:00 GMT", now).getAsLong());
    }

    @Test void whatIsNeitherFormIsNothing() {
        for (String junk : List.of("", "soon", "-1", "1.5", "+3", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT",
                "Sun, 06 Foo 1994 08:49:37 GMT", "1994-11-06T08:49:37Z", "٣")) {
            assertEquals(OptionalLong.empty(), millis(junk, ""), junk);
        }
    }
}
