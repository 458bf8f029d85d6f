package proxymcp.har;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/** Numbers and dates of a HAR file, in the forms in which programs write them. */
final class ImportedValues {
    private static final int NUMBER_CHARS_MAX = 100;
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double NANOS_MAX = 4e18;
    /** Numbers above are milliseconds since 1970, below seconds. */
    private static final double SECONDS_MAX = 1e11;
    private static final Pattern DATE = Pattern.compile("(\\d{4})-(\\d{1,2})-(\\d{1,2})[Tt ](\\d{1,2}):(\\d{2})(?::(\\d{2})(?:[.,](\\d{1,30}))?)?"
            + "\\s*([Zz]|[+-]\\d{2}(?::?\\d{2})?)?");

    private final HarImportReport report;

    ImportedValues(HarImportReport report) {
        this.report = report;
    }

    /** A number, also one that stands in quotes; empty without one, and for what is none. */
    OptionalDouble number(JsonObject in, String name) throws HarImportException {
        JsonValue value = in.get(name).orElse(JsonNull.NULL);
        return switch (value) {
            case JsonNumber number -> OptionalDouble.of(number.asDouble());
            case JsonNull none -> OptionalDouble.empty();
            case JsonString text -> quoted(name, text.value());
            default -> odd(name, value.toString());
        };
    }

    private OptionalDouble quoted(String name, String text) throws HarImportException {
        if (text.length() > NUMBER_CHARS_MAX) {
            return odd(name, text);
        }
        try {
            double number = new BigDecimal(text.strip()).doubleValue();
            report.repair("bad_number", name + " is a number in quotes");
            return OptionalDouble.of(number);
        } catch (NumberFormatException e) {
            return odd(name, text);
        }
    }

    private OptionalDouble odd(String name, String text) throws HarImportException {
        report.repair("bad_number", name + " is no number: " + text);
        return OptionalDouble.empty();
    }

    /** A whole number of octets or the like; -1 where it is not known. */
    long count(JsonObject in, String name) throws HarImportException {
        OptionalDouble number = number(in, name);
        return number.isPresent() && number.getAsDouble() >= 0 ? (long) number.getAsDouble() : -1;
    }

    /** Milliseconds as nanoseconds; -1 where they are not known. */
    long nanos(JsonObject in, String name) throws HarImportException {
        OptionalDouble millis = number(in, name);
        if (millis.isEmpty() || millis.getAsDouble() == -1) {
            return -1;
        }
        if (!(millis.getAsDouble() >= 0)) {
            report.repair("bad_number", name + " is negative: " + millis.getAsDouble());
            return -1;
        }
        return (long) Math.min(NANOS_MAX, Math.rint(millis.getAsDouble() * NANOS_PER_MILLI));
    }

    /** When an entry began, epoch milliseconds; empty if that cannot be told. */
    OptionalLong date(JsonObject in, String name) throws HarImportException {
        JsonValue value = in.get(name).orElse(JsonNull.NULL);
        if (value instanceof JsonNumber number) {
            return OptionalLong.of(epoch(number.asDouble()));
        }
        if (!(value instanceof JsonString text)) {
            return OptionalLong.empty();
        }
        if (text.value().length() > NUMBER_CHARS_MAX) {
            return OptionalLong.empty();
        }
        Matcher parts = DATE.matcher(text.value().strip());
        if (parts.matches()) {
            return date(parts);
        }
        try {
            return OptionalLong.of(epoch(new BigDecimal(text.value().strip()).doubleValue()));
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    private long epoch(double number) throws HarImportException {
        report.repair("bad_date", "startedDateTime is a number; it was taken as "
                + (number > SECONDS_MAX ? "milliseconds" : "seconds") + " since 1970");
        return (long) (number > SECONDS_MAX ? number : number * 1_000);
    }

    private OptionalLong date(Matcher parts) throws HarImportException {
        try {
            String fraction = Optional.ofNullable(parts.group(7)).orElse("") + "000";
            LocalDateTime local = LocalDateTime.of(part(parts, 1), part(parts, 2), part(parts, 3), part(parts, 4), part(parts, 5),
                    parts.group(6) == null ? 0 : Math.min(59, part(parts, 6)), Integer.parseInt(fraction.substring(0, 3)) * 1_000_000);
            String zone = Optional.ofNullable(parts.group(8)).orElse("");
            if (zone.isEmpty()) {
                report.repair("bad_date", "startedDateTime has no time zone; it was taken as UTC");
            }
            ZoneOffset offset = zone.isEmpty() || zone.equalsIgnoreCase("Z") ? ZoneOffset.UTC : ZoneOffset.of(zone);
            return OptionalLong.of(local.toInstant(offset).toEpochMilli());
        } catch (DateTimeException e) {
            return OptionalLong.empty();
        }
    }

    private static int part(Matcher parts, int group) {
        return Integer.parseInt(parts.group(group));
    }
}
