package proxymcp.http;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.Mutations;

/** Whatever stands in a field, it is understood or not, and nothing is thrown. */
@Timeout(600)
final class TextsFuzzTest {
    @Test
    void cookiesAreReadOrNot() {
        Mutations.ofTexts(List.of("sid=a1; Path=/; Max-Age=3600; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Secure; HttpOnly; SameSite=Lax", "a=b;Domain=.x.example;;", "=v"), ";", "=", ",",
                "\0", "\t", " ", "\"", "Max-Age=-1", "Max-Age=99999999999999999999", "Expires=", "1 Jan 1601 99:99:99", "\u00e4").run((octets, random) ->
                        SetCookie.parse(Octets.text(octets)).ifPresent(cookie -> assertTrue(cookie.toString().length() > 0)));
    }

    @Test
    void datesAreReadOrNot() {
        Mutations.ofTexts(List.of("Wed, 21 Oct 2026 07:28:00 GMT", "Wednesday, 21-Oct-26 07:28:00 GMT", "Wed Oct 21 07:28:00 2026"), ":", " ", ",", "-", "99", "0", "\u0660", "GMT", "Oct",
                "999999999999").run((octets, random) -> CookieDate.parse(new String(octets, StandardCharsets.UTF_8)));
    }
}
