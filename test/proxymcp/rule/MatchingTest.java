package proxymcp.rule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.http.Fields;
import proxymcp.text.Regex;
import proxymcp.text.SteppedTime;

/** Each member of a matcher; whatever is asked here is asked of the decision and of its explanation. */
@Timeout(20)
final class MatchingTest {
    @Test void nothingGivenTakesEverything() {
        assertTakes(RuleMatcher.ANY, Rules.request());
    }

    @Test void methodIsComparedIgnoringCase() {
        assertTakes(Rules.method("GET"), Rules.request());
        assertTakes(Rules.method("get"), Rules.request());
        assertRefuses("method", Rules.method("POST"), Rules.request());
        assertRefuses("method", Rules.method("GE"), Rules.request());
    }

    @Test void hostnameIsComparedWholeIgnoringCaseAndPort() {
        assertTakes(RuleMatcher.host("api.example.com"), Rules.request());
        assertTakes(RuleMatcher.host("API.Example.COM"), Rules.request());
        assertRefuses("hostname", RuleMatcher.host("example.com"), Rules.request());
        assertRefuses("hostname", RuleMatcher.host("api.example.com.evil"), Rules.request());
    }

    @Test void urlPatternIsSearchedInTheWholeUrl() {
        assertTakes(RuleMatcher.url("users"), Rules.request());
        assertTakes(RuleMatcher.url("^https://api\\.example\\.com:8443/v1/users\\?id=7&x=%20$"), Rules.request());
        assertRefuses("urlPattern", RuleMatcher.url("^users"), Rules.request());
        assertRefuses("urlPattern", RuleMatcher.url("Users"), Rules.request());
    }

    @Test void pathPatternIsSearchedInPathAndQuery() {
        assertTakes(Rules.path("^/v1/users\\?id=\\d&"), Rules.request());
        assertTakes(Rules.path("x=%20$"), Rules.request());
        assertRefuses("pathPattern", Rules.path("example"), Rules.request());
    }

    @Test void everyHeaderMustBeThereWithItsValue() {
        RequestView view = Rules.request("Accept", "text/html", "X-Tag", "one", "x-tag", "two", "Empty", "");
        assertTakes(Rules.headers("accept", "text/html"), view);
        assertTakes(Rules.headers("ACCEPT", "text/html", "x-tag", "one"), view);
        assertTakes(Rules.headers("x-tag", "two", "X-Tag", "one"), view);
        assertTakes(Rules.headers("X-Tag", "one, two"), view);
        assertTakes(Rules.headers("Empty", ""), view);
        assertRefuses("headers", Rules.headers("Accept", "TEXT/HTML"), view);
        assertRefuses("headers", Rules.headers("Accept", "text"), view);
        assertRefuses("headers", Rules.headers("X-Tag", "two, one"), view);
        assertRefuses("headers", Rules.headers("X-Tag", "three"), view);
        assertRefuses("headers", Rules.headers("Accept", "text/html", "Absent", ""), view);
    }

    @Test void mismatchesNameEachHeaderThatDiffers() {
        Explanation.Check check = explain(Rules.headers("Accept", "text/html", "X-Tag", "three", "Absent", "a"),
                Rules.request("Accept", "text/html", "X-Tag", "one", "X-Tag", "two")).checks().get(4);
        assertEquals(new Explanation.Check("headers", true, false, Optional.empty(), Optional.empty(), Optional.of("2 of 3 differ"),
                List.of(new Explanation.Mismatch("X-Tag", "three", Optional.of("one, two")),
                        new Explanation.Mismatch("Absent", "a", Optional.empty()))), check);
    }

    @Test void outerWhiteSpaceIsNoPartOfAHeader() {
        RuleMatcher matcher = new RuleMatcher(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(),
                List.of(new Fields.Line("Accept", " a\t")), Optional.empty());
        assertTakes(matcher, Rules.request("Accept", "a"));
        for (Fields.Line bad : List.of(new Fields.Line("a b", "c"), new Fields.Line("", "c"), new Fields.Line("a", "b\nc"))) {
            assertThrows(IllegalArgumentException.class, () -> new RuleMatcher(Optional.empty(), Optional.empty(), Optional.empty(),
                    Optional.empty(), List.of(bad), Optional.empty()));
        }
    }

    @Test void bodyIsLookedAtInItsCharset() {
        for (String charset : List.of("UTF-8", "ISO-8859-1", "UTF-16LE", "windows-1252")) {
            RequestView view = Rules.request("Content-Type", "text/plain; charset=" + charset)
                    .withBody("a caf\u00e9 here".getBytes(Charset.forName(charset)));
            assertTakes(Rules.body("caf\u00e9 h"), view);
            assertRefuses("bodyIncludes", Rules.body("Caf\u00e9"), view);
        }
        assertTakes(Rules.body("\u65e5\u672c"), Rules.request("Content-Type", "application/json").withBody(utf8("{\"a\":\"\u65e5\u672c\"}")));
        assertTakes(Rules.body("\u65e5\u672c"), Rules.request().withBody(utf8("\u65e5\u672c")));
        assertTakes(Rules.body("caf\u00e9"), Rules.request().withBody("caf\u00e9".getBytes(StandardCharsets.ISO_8859_1)));
    }

    @Test void bodyIsLookedAtDecoded() throws IOException {
        byte[] coded = gzip(gzip(utf8("needle")));
        assertTakes(Rules.body("needle"), Rules.request("Content-Encoding", "gzip, x-gzip").withBody(coded));
        assertTakes(Rules.body("needle"), Rules.request("Content-Encoding", "unheard").withBody(utf8("a needle")));
        assertRefuses("bodyIncludes", Rules.body("needle"), Rules.request("Content-Encoding", "gzip").withBody(coded));
        // Cut in the middle: what is there counts.
        byte[] noise = new byte[40_000];
        new Random(1).nextBytes(noise);
        byte[] cut = Arrays.copyOf(gzip(utf8("needle" + Arrays.toString(noise))), 10_000);
        assertTakes(Rules.body("needle"), Rules.request("Content-Encoding", "gzip").withBody(cut));
    }

    @Test void aBodyIsLookedAtAsFarAsOneMebibyte() throws IOException {
        String filler = "a".repeat(RequestView.BODY_BYTES_MAX - 6);
        assertTakes(Rules.body("needle"), Rules.request().withBody(utf8(filler + "needle")));
        assertRefuses("bodyIncludes", Rules.body("needle"), Rules.request().withBody(utf8(filler + "-needle")));
        assertRefuses("bodyIncludes", Rules.body("needle"),
                Rules.request("Content-Encoding", "gzip").withBody(gzip(utf8(filler + "-needle"))));
    }

    @Test void aBodyThatIsNotKnownIncludesNothing() {
        assertRefuses("bodyIncludes", Rules.body("a"), Rules.request());
        assertEquals(Optional.of("there is no body"), explain(Rules.body("a"), Rules.request()).checks().get(5).reason());
        assertRefuses("bodyIncludes", Rules.body("a"), Rules.request().withBody(new byte[0]));
        assertTakes(Rules.body(""), Rules.request().withBody(new byte[0]));
    }

    @Test void allMembersMustHold() {
        RequestView view = Rules.request("Accept", "a").withBody(utf8("body"));
        for (int wrong = -1; wrong < 6; wrong++) {
            RuleMatcher matcher = new RuleMatcher(Optional.of(wrong == 0 ? "PUT" : "GET"), Optional.of(Regex.of(wrong == 1 ? "^x" : "v1")),
                    Optional.of(wrong == 2 ? "other" : "api.example.com"), Optional.of(Regex.of(wrong == 3 ? "^x" : "^/v1")),
                    List.of(new Fields.Line("Accept", wrong == 4 ? "b" : "a")), Optional.of(wrong == 5 ? "absent" : "body"));
            List<String> members = List.of("method", "urlPattern", "hostname", "pathPattern", "headers", "bodyIncludes");
            if (wrong < 0) {
                assertTakes(matcher, view);
            } else {
                assertRefuses(members.get(wrong), matcher, view);
            }
        }
    }

    @Test void checksSayWhatWasExpectedAndWhatIsThere() {
        assertEquals(List.of(
                new Explanation.Check("method", true, false, Optional.of("PUT"), Optional.of("GET"), Optional.of("another method"), List.of()),
                absent("urlPattern"), absent("hostname"), absent("pathPattern"), absent("headers"), absent("bodyIncludes")),
                explain(Rules.method("PUT"), Rules.request()).checks());
        assertEquals(new Explanation.Check("pathPattern", true, true, Optional.of("^/v1"), Optional.of("/v1/users?id=7&x=%20"), Optional.empty(),
                List.of()), explain(Rules.path("^/v1"), Rules.request()).checks().get(3));
    }

    @Test void anEndlessExpressionDoesNotMatchAndSaysWhy() {
        RequestView view = RequestView.of("GET", "http://a/" + "a".repeat(200) + "!", "a", "/" + "a".repeat(200) + "!", Fields.EMPTY);
        RuleSet rules = set(RuleMatcher.url(Rules.ENDLESS));
        assertEquals(Optional.empty(), rules.decide(view).rule());
        assertEquals(rules.rules(), rules.decide(view).timedOut());
        Explanation.Check check = rules.explain(view).get(0).checks().get(1);
        assertFalse(check.passed());
        assertEquals(Optional.of("the expression took too long"), check.reason());
        // Another method decides before the expression is tried.
        assertEquals(List.of(), set(new RuleMatcher(Optional.of("PUT"), Optional.of(Regex.of(Rules.ENDLESS)), Optional.empty(), Optional.empty(),
                List.of(), Optional.empty())).decide(view).timedOut());
    }

    private static Explanation.Check absent(String member) {
        return new Explanation.Check(member, false, true, Optional.empty(), Optional.empty(), Optional.empty(), List.of());
    }

    private static void assertTakes(RuleMatcher matcher, RequestView view) {
        RuleSet rules = set(matcher);
        assertEquals(new RuleSet.Decision(Optional.of(rules.rules().get(0)), List.of()), rules.decide(view));
        assertTrue(explain(matcher, view).matched());
    }

    private static void assertRefuses(String member, RuleMatcher matcher, RequestView view) {
        assertEquals(new RuleSet.Decision(Optional.empty(), List.of()), set(matcher).decide(view));
        Explanation explanation = explain(matcher, view);
        assertFalse(explanation.matched());
        for (Explanation.Check check : explanation.checks()) {
            assertEquals(!check.member().equals(member), check.passed(), check.member());
            assertEquals(check.passed(), check.reason().isEmpty());
        }
    }

    private static Explanation explain(RuleMatcher matcher, RequestView view) {
        return set(matcher).explain(view).get(0);
    }

    private static RuleSet set(RuleMatcher matcher) {
        return new RuleSet(List.of(Rules.rule(1, 100, true, matcher)), new SteppedTime(1).limit());
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream coded = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(coded)) {
            out.write(content);
        }
        return coded.toByteArray();
    }
}
