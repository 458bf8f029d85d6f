package proxymcp.mcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** RFC 6570 level 1, both ways. */
final class UriTemplateTest {
    @Test
    void valuesGoInEncodedAndComeOutDecoded() {
        UriTemplate template = new UriTemplate("proxy://sessions/{session_id}/exchanges/{seq}.json");
        assertEquals(List.of("session_id", "seq"), template.variables());
        Map<String, String> values = Map.of("session_id", "a/b?c%d é\uD834\uDD1E", "seq", "1.2~_-");
        String uri = template.expand(values);
        assertEquals("proxy://sessions/a%2Fb%3Fc%25d%20%C3%A9%F0%9D%84%9E/exchanges/1.2~_-.json", uri);
        assertEquals(Optional.of(values), template.match(uri));
    }

    @Test
    void urisThatDoNotFitGiveNothing() {
        UriTemplate template = new UriTemplate("t://{a}/x.y");
        String[] others = {"", "t://", "t:///x.y", "t://q/xzy", "t://q/x.y/", "t://q/r/x.y", "t://q?/x.y", "t://q#/x.y", "T://q/x.y",
            "t://%/x.y", "t://%4/x.y", "t://%zz/x.y", "t://%ff/x.y", "t://%c0%80/x.y"};
        for (String uri : others) {
            assertEquals(Optional.empty(), template.match(uri), uri);
        }
        assertEquals(Optional.of(Map.of("a", "%41")), template.match("t://%2541/x.y"), "decoded once");
        assertEquals(Optional.of(Map.of("a", "../..")), template.match("t://..%2f../x.y"), "the reader has to check it");
    }

    @Test
    void variablesMayBeDividedByWhatTheyMayHold() {
        UriTemplate template = new UriTemplate("t://{a}-{b}");
        assertEquals(Optional.of(Map.of("a", "1-2", "b", "3")), template.match("t://1-2-3"));
        assertEquals(Optional.empty(), template.match("t://1"));
        assertEquals(Optional.empty(), template.match("t://-1"));
    }

    @Test
    void templateWithoutVariablesFitsItself() {
        assertEquals(Optional.of(Map.of()), new UriTemplate("t://x").match("t://x"));
        assertEquals(Optional.empty(), new UriTemplate("t://x").match("t://xy"));
    }

    @Test
    void mistakesInATemplateAreFound() {
        String[] wrong = {"t://{", "t://{}", "t://{a}{b}", "t://{a}/{a}"};
        for (String text : wrong) {
            assertThrows(IllegalArgumentException.class, () -> new UriTemplate(text), text);
        }
        assertThrows(IllegalArgumentException.class, () -> new UriTemplate("t://{a}").expand(Map.of()));
        assertThrows(IllegalArgumentException.class, () -> new UriTemplate("t://{a}").expand(Map.of("a", "")));
    }
}
