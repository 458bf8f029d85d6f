package proxymcp.rule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.text.Regex;
import proxymcp.text.SteppedTime;

/** URLs rewritten by expressions, and those that requests are forwarded to. */
@Timeout(20)
final class UrlEditTest {
    private static final String URL = "http://api.example.com:8080/v1/users?id=7&x=%20";

    @Test void everyMatchIsReplacedAndGroupsStand() {
        assertRewritten("http://api.example.com:8080/v2/users?id=7&x=%20", "/v1/", "/v2/");
        assertRewritten("http://api.example.com:8080/users/v1?id=7&x=%20", "/(v\\d)/(\\w+)", "/$2/$1");
        assertRewritten("http://api.example.com:8080/v1/users?id=8&x=8", "(?<name>\\w+)=[%\\d]+", "${name}=8");
        assertRewritten("http://api.example.com:8080/$1/users?id=7&x=%20", "v1", "\\$1");
    }

    @Test void schemeHostAndPortMayChange() {
        assertRewritten("https://api.example.com:8443/v1/users?id=7&x=%20", "^http://(.*):8080", "https://$1:8443");
        assertRewritten("http://127.0.0.1/v1/users?id=7&x=%20", "api.example.com:8080", "127.0.0.1");
        assertRewritten("http://[::1]:9/v1/users?id=7&x=%20", "api.example.com:8080", "[::1]:9");
        assertRewritten("http://my_service:8080/v1/users?id=7&x=%20", "api.example.com", "my_service");
        assertRewritten("http://api.example.com:8080", "/v1.*", "");
        assertRewritten("http://api.example.com:8080?id=7&x=%20", "/v1/users", "");
    }

    @Test void aUrlThatWasOddMayStayOdd() {
        String odd = "http://my_host/a|b{c}\"^`\u00e9?q=[1]\\2";
        assertEquals(Edited.changed(odd.replace("my_host", "other")), edit("my_host", "other").apply(odd, new SteppedTime(1).limit()));
    }

    @Test void whatIsNoUsableUrlIsNotRewritten() {
        for (String bad : List.of("ftp://a/", "http:///a", "http://", "", "a", "/a", "http://user@a/", "http://user:pw@a/", "http://a/#b", "http://a/ b",
                "http://a b/", "http://a:0/", "http://a:65536/", "http://a:b/", "http://a\tb/", "file:///etc/passwd", "http://a|b/", "http://[::1/",
                "://a/", "http:/a/")) {
            assertEquals(Edited.same(URL, "the URL was not rewritten: what came out is no http or https URL"),
                    edit("^.*$", bad).apply(URL, new SteppedTime(1).limit()), bad);
        }
    }

    @Test void aUrlWithoutAMatchIsTheSame() {
        assertEquals(Edited.same(URL), edit("nowhere", "x").apply(URL, new SteppedTime(1).limit()));
        assertEquals(Edited.same(URL), edit("v1", "v1").apply(URL, new SteppedTime(1).limit()));
    }

    @Test void anEndlessExpressionLeavesTheUrl() {
        String url = "http://a/" + "a".repeat(200) + "!";
        Edited<String> edited = edit(Rules.ENDLESS, "x").apply(url, new SteppedTime(1).limit());
        assertEquals(new Edited<>(url, false, Optional.of("the URL was not rewritten: the expression took too long"), true), edited);
    }

    @Test void aForwardedRequestKeepsPathAndQueryBelowTheBase() {
        String[][] rows = {
            {"http://b:1", "http://a/x?y=1", "http://b:1/x?y=1"},
            {"http://b:1/", "http://a/x?y=1", "http://b:1/x?y=1"},
            {"https://b/base", "http://a:80/x", "https://b/base/x"},
            {"https://b/base/", "http://a/x/", "https://b/base/x/"},
            {"http://b", "http://a", "http://b/"},
            {"http://b/c", "http://a?q", "http://b/c/?q"},
            {"http://[::1]:8080", "https://a/x?u=http://c/d", "http://[::1]:8080/x?u=http://c/d"},
            {"http://my_service:8080", "http://a/x|y", "http://my_service:8080/x|y"},
            {"http://b/c%20d", "http://a/%2F", "http://b/c%20d/%2F"},
        };
        for (String[] row : rows) {
            assertEquals(row[2], new RuleAction.Forward(URI.create(row[0]), Transforms.NONE, Pace.FREE).url(row[1]), row[0] + " " + row[1]);
        }
    }

    @Test void aBaseThatLeadsNowhereIsRefused() {
        for (String bad : List.of("b", "/b", "ftp://b", "http:b", "http:/b", "http://u@b", "http://b?q", "http://b/#f", "http://b:0", "http://b:65536",
                "mailto:a@b", "http:///x")) {
            String message = assertThrows(IllegalArgumentException.class,
                    () -> new RuleAction.Forward(URI.create(bad), Transforms.NONE, Pace.FREE), bad).getMessage();
            assertTrue(message.startsWith("expected an http or https URL") && message.endsWith(", got " + bad), message);
        }
    }

    private static UrlEdit edit(String match, String replacement) {
        return new UrlEdit(Regex.of(match), replacement);
    }

    private static void assertRewritten(String expected, String match, String replacement) {
        assertEquals(Edited.changed(expected), edit(match, replacement).apply(URL, new SteppedTime(1).limit()));
    }
}
