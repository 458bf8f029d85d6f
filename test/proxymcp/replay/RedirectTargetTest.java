package proxymcp.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import proxymcp.exchange.Endpoint;

/** Where a Location leads. */
final class RedirectTargetTest {
    private static final Endpoint BASE = new Endpoint("http", "a", 80);

    /** RFC 3986 section 5.4: references seen from {@code http://a/b/c/d;p?q}, fragments left out. */
    @Test void referencesAreResolvedAsTheStandardShows() {
        String[][] rows = {{"g", "http://a/b/c/g"}, {"./g", "http://a/b/c/g"}, {"g/", "http://a/b/c/g/"}, {"/g", "http://a/g"}, {"//g", "http://g/"},
            {"?y", "http://a/b/c/d;p?y"}, {"g?y", "http://a/b/c/g?y"}, {"#s", "http://a/b/c/d;p?q"}, {"g#s", "http://a/b/c/g"},
            {"g?y#s", "http://a/b/c/g?y"}, {";x", "http://a/b/c/;x"}, {"g;x=1/../y", "http://a/b/c/y"}, {"", "http://a/b/c/d;p?q"},
            {".", "http://a/b/c/"}, {"./", "http://a/b/c/"}, {"..", "http://a/b/"}, {"../", "http://a/b/"}, {"../g", "http://a/b/g"},
            {"../..", "http://a/"}, {"../../", "http://a/"}, {"../../g", "http://a/g"}, {"../../../g", "http://a/g"}, {"/./g", "http://a/g"},
            {"/../g", "http://a/g"}, {"g.", "http://a/b/c/g."}, {"..g", "http://a/b/c/..g"}, {"./../g", "http://a/b/g"}, {"g/./h", "http://a/b/c/g/h"},
            {"g/../h", "http://a/b/c/h"}, {"g?y/../x", "http://a/b/c/g?y/../x"}};
        for (String[] row : rows) {
            assertEquals(Optional.of(row[1]), resolved(row[0]), row[0]);
        }
    }

    @Test void otherOriginsAreReached() {
        assertEquals(Optional.of("https://b.test/x?y=1"), resolved("HTTPS://B.test/x?y=1#z"));
        assertEquals(Optional.of("http://b.test:8080/"), resolved("http://b.test:8080"));
        assertEquals(Optional.of("http://b.test/?q"), resolved("http://b.test?q"));
        assertEquals(Optional.of("http://[::1]:81/p"), resolved("//[::1]:81/p"));
        assertEquals(Optional.of("https://b.test/"), resolved("https://b.test:443/"));
    }

    @Test void whatNoTargetMayHoldIsEscaped() {
        assertEquals(Optional.of("http://a/b/c/x%20y%C3%BC|"), resolved(" x y\u00c3\u00bc| "));
        assertEquals(Optional.of("http://a/b/c/xy"), resolved("x\ty"));
    }

    @Test void whatLeadsToNoWebOriginIsRefused() {
        for (String location : new String[] {"ftp://b.test/", "javascript:alert(1)", "mailto:x@y", "http:/b.test", "http://", "http://user:pw@b.test/", "//@b/",
            "http://b.test:99999/", "https:b.test", "tunnel://b:1/"}) {
            assertEquals(Optional.empty(), resolved(location), location);
        }
    }

    private static Optional<String> resolved(String location) {
        return RedirectTarget.of(BASE, "/b/c/d;p?q", location).map(target -> target.endpoint().url(target.target()));
    }
}
