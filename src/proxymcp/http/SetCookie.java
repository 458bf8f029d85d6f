package proxymcp.http;

import java.util.Locale;
import java.util.Optional;

/**
 * One {@code Set-Cookie} field as RFC 6265 section 5.2 reads it. Of an attribute that stands twice the last one counts; unknown ones are passed over.
 *
 * @param name not empty
 * @param value as it stood, quotes included
 * @param path the attribute as it stood
 * @param domain the attribute as it stood, a leading dot included
 * @param expires epoch milliseconds
 * @param maxAgeSeconds 0 where it was negative, at most {@link #SECONDS_MAX}
 * @param secure for secure connections only
 * @param httpOnly not for scripts
 * @param sameSite the attribute as it stood
 */
public record SetCookie(String name, String value, Optional<String> path, Optional<String> domain, Optional<Long> expires,
        Optional<Long> maxAgeSeconds, boolean secure, boolean httpOnly, Optional<String> sameSite) {
    /** Seconds to any moment within the years of four digits. */
    public static final long SECONDS_MAX = 200_000_000_000L;

    private static final int SURELY_LONG_DIGITS = 12;

    /** Reads a field value; empty if it has no name. */
    public static Optional<SetCookie> parse(String fieldValue) {
        String[] parts = fieldValue.split(";");
        int equals = parts.length == 0 ? -1 : parts[0].indexOf('=');
        String name = equals < 0 ? "" : parts[0].substring(0, equals).strip();
        if (name.isEmpty()) {
            return Optional.empty();
        }
        SetCookie cookie = new SetCookie(name, parts[0].substring(equals + 1).strip(), Optional.empty(), Optional.empty(), Optional.empty(),
                Optional.empty(), false, false, Optional.empty());
        for (int i = 1; i < parts.length; i++) {
            int end = parts[i].indexOf('=');
            cookie = cookie.with((end < 0 ? parts[i] : parts[i].substring(0, end)).strip().toLowerCase(Locale.ROOT),
                    end < 0 ? "" : parts[i].substring(end + 1).strip());
        }
        return Optional.of(cookie);
    }

    /** When it ends, epoch milliseconds: {@code Max-Age} goes before {@code Expires} (section 5.3); empty for the end of the session. */
    public Optional<Long> endMillis(long receivedMillis) {
        return maxAgeSeconds.isPresent() ? Optional.of(receivedMillis + maxAgeSeconds.get() * 1_000) : expires;
    }

    private SetCookie with(String attribute, String text) {
        return switch (attribute) {
            case "path" -> new SetCookie(name, value, Optional.of(text), domain, expires, maxAgeSeconds, secure, httpOnly, sameSite);
            case "domain" -> new SetCookie(name, value, path, Optional.of(text), expires, maxAgeSeconds, secure, httpOnly, sameSite);
            case "expires" -> new SetCookie(name, value, path, domain, CookieDate.parse(text).or(() -> expires), maxAgeSeconds, secure, httpOnly, sameSite);
            case "max-age" -> new SetCookie(name, value, path, domain, expires, seconds(text).or(() -> maxAgeSeconds), secure, httpOnly, sameSite);
            case "secure" -> new SetCookie(name, value, path, domain, expires, maxAgeSeconds, true, httpOnly, sameSite);
            case "httponly" -> new SetCookie(name, value, path, domain, expires, maxAgeSeconds, secure, true, sameSite);
            case "samesite" -> new SetCookie(name, value, path, domain, expires, maxAgeSeconds, secure, httpOnly, Optional.of(text));
            default -> this;
        };
    }

    /** Seconds until the end, none in the past; years that no date can have count as the last one that it can. */
    private static Optional<Long> seconds(String text) {
        boolean negative = text.startsWith("-");
        String digits = negative ? text.substring(1) : text;
        if (digits.isEmpty() || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return Optional.empty();
        }
        if (negative) {
            return Optional.of(0L);
        }
        return Optional.of(digits.length() > SURELY_LONG_DIGITS ? SECONDS_MAX : Math.min(SECONDS_MAX, Long.parseLong(digits)));
    }
}
