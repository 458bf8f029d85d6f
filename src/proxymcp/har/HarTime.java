package proxymcp.har;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import proxymcp.exchange.Timings;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;

/** Moments and durations as HAR writes them. */
final class HarTime {
    private static final long LAST_MILLIS = 253_402_300_799_999L;
    private static final DateTimeFormatter ISO = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private HarTime() {}

    /** ISO 8601 in UTC with milliseconds; a year has four digits. */
    static String iso(long epochMillis) {
        return ISO.format(Instant.ofEpochMilli(Math.clamp(epochMillis, 0, LAST_MILLIS)));
    }

    /** Milliseconds, -1 for a phase that is not known. */
    static JsonValue millis(long nanos) {
        return nanos < 0 ? JsonNumber.of(-1L) : nanos % 1_000_000 == 0 ? JsonNumber.of(nanos / 1_000_000) : JsonNumber.of(Timings.millis(nanos));
    }

    /** The phases; {@code connect} includes {@code ssl}, as HAR 1.2 wants it. */
    static JsonObject timings(Timings timings) {
        long connect = timings.connect() < 0 ? timings.tls() : timings.connect() + Math.max(0, timings.tls());
        return JsonObject.builder().put("blocked", millis(timings.blocked())).put("dns", millis(timings.dns())).put("connect", millis(connect))
                .put("send", millis(timings.send())).put("wait", millis(timings.await())).put("receive", millis(timings.receive()))
                .put("ssl", millis(timings.tls())).build();
    }
}
