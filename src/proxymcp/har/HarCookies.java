package proxymcp.har;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import proxymcp.http.Fields;
import proxymcp.http.SetCookie;
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
            SetCookie.parse(value).ifPresent(cookie -> cookies.add(json(cookie, receivedMillis)));
        }
        return new JsonArray(cookies);
    }

    private static Optional<JsonObject.Builder> cookie(String pair) {
        int equals = pair.indexOf('=');
        String name = equals < 0 ? "" : pair.substring(0, equals).strip();
        return name.isEmpty() ? Optional.empty()
                : Optional.of(JsonObject.builder().put("name", name).put("value", pair.substring(equals + 1).strip()));
    }

    private static JsonValue json(SetCookie cookie, long receivedMillis) {
        return JsonObject.builder().put("name", cookie.name()).put("value", cookie.value()).putIf("path", cookie.path())
                .putIf("domain", cookie.domain()).putIf("expires", cookie.endMillis(receivedMillis).map(HarTime::iso))
                .put("httpOnly", cookie.httpOnly()).put("secure", cookie.secure()).putIf("sameSite", cookie.sameSite()).build();
    }
}
