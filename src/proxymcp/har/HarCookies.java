package proxymcp.har;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import proxymcp.http.Fields;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;

/** Cookies of both messages. What is no cookie is left out here and stays in the headers. */
final class HarCookies {
    private HarCookies() {}

    /** Pairs of all {@code Cookie} fields (RFC 6265 section 4.2). */
    static JsonArray sent(Fields fields) {
        List<JsonValue> cookies = new ArrayList<>();
        for (String value : fields.all("Cookie")) {
            for (String pair : value.split(";")) {
                cookie(pair).ifPresent(cookie -> cookies.add(cookie.build()));
            }
        }
        return new JsonArray(cookies);
    }

    /**
     * Cookies of all {@code Set-Cookie} fields with their attributes (RFC 6265 section 5.2).
     *
     * @param receivedMillis what {@code Max-Age} counts from, epoch milliseconds
     */
    static JsonArray set(Fields fields, long receivedMillis) {
        List<JsonValue> cookies = new ArrayList<>();
        for (String value : fields.all("Set-Cookie")) {
            String[] parts = value.split(";");
            if (parts.length > 0) {
                cookie(parts[0]).ifPresent(cookie -> cookies.add(withAttributes(cookie, parts, receivedMillis)));
            }
        }
        return new JsonArray(cookies);
    }

    private static Optional<JsonObject.Builder> cookie(String pair) {
        int equals = pair.indexOf('=');
        String name = equals < 0 ? "" : pair.substring(0, equals).strip();
        return name.isEmpty() ? Optional.empty()
                : Optional.of(JsonObject.builder().put("name", name).put("value", pair.substring(equals + 1).strip()));
    }

    /** Of an attribute that stands twice the last one counts, and {@code Max-Age} before {@code Expires} (RFC 6265 section 5.3). */
    private static JsonObject withAttributes(JsonObject.Builder cookie, String[] parts, long receivedMillis) {
        Optional<String> path = Optional.empty();
        Optional<String> domain = Optional.empty();
        Optional<String> sameSite = Optional.empty();
        Optional<Long> expires = Optional.empty();
        Optional<Long> maxAge = Optional.empty();
        boolean httpOnly = false;
        boolean secure = false;
        for (int i = 1; i < parts.length; i++) {
            int equals = parts[i].indexOf('=');
            String name = (equals < 0 ? parts[i] : parts[i].substring(0, equals)).strip().toLowerCase(Locale.ROOT);
            String value = equals < 0 ? "" : parts[i].substring(equals + 1).strip();
            switch (name) {
                case "path" -> path = Optional.of(value);
                case "domain" -> domain = Optional.of(value);
                case "samesite" -> sameSite = Optional.of(value);
                case "expires" -> expires = CookieDate.parse(value).or(parsed(expires));
                case "max-age" -> maxAge = seconds(value).or(parsed(maxAge));
                case "httponly" -> httpOnly = true;
                case "secure" -> secure = true;
                default -> { } // RFC 6265 section 5.2: unknown attributes are passed over.
            }
        }
        Optional<Long> end = maxAge.isPresent() ? Optional.of(receivedMillis + maxAge.get() * 1_000) : expires;
        return cookie.putIf("path", path).putIf("domain", domain).putIf("expires", end.map(HarTime::iso)).put("httpOnly", httpOnly)
                .put("secure", secure).putIf("sameSite", sameSite).build();
    }

    private static java.util.function.Supplier<Optional<Long>> parsed(Optional<Long> before) {
        return () -> before;
    }

    /** Seconds until a cookie ends, none in the past; years that no date can have count as the last one that it can. */
    private static Optional<Long> seconds(String text) {
        boolean negative = text.startsWith("-");
        String digits = negative ? text.substring(1) : text;
        if (digits.isEmpty() || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return Optional.empty();
        }
        if (negative) {
            return Optional.of(0L);
        }
        return Optional.of(digits.length() > 12 ? HarTime.SECONDS_MAX : Math.min(HarTime.SECONDS_MAX, Long.parseLong(digits)));
    }
}
