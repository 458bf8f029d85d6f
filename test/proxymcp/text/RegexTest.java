package proxymcp.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class RegexTest {
    /** Runs for days on a few dozen characters: a group that is referred to keeps the JDK from remembering where it failed. */
    private static final String ENDLESS = "(a+)+\\1$";

    @Test void anExpressionIsFoundAnywhere() {
        assertTrue(Regex.of("b+").find("abbc", budget()));
        assertFalse(Regex.of("^b").find("abbc", budget()));
        assertTrue(Regex.of("").find("", budget()));
    }

    @Test void anEndlessExpressionIsGivenUp() {
        for (String endless : List.of(ENDLESS, "(.*)*\\1x", "a*a*a*a*a*a*a*b")) {
            GivenUpException e = assertThrows(GivenUpException.class, () -> Regex.of(endless).find("a".repeat(200) + "!", budget()), endless);
            assertFalse(e.isTooDeep());
            assertEquals("took too long", e.getMessage());
        }
    }

    @Test void theUsualCatastropheEndsInTime() {
        String text = "a".repeat(5_000) + "!";
        TimeBudget budget = TimeLimit.ofMillis(100, 500).begin();
        try {
            assertFalse(Regex.of("(a+)+$").find(text, budget));
        } catch (GivenUpException e) {
            assertTrue(List.of("took too long", "recursed too deeply").contains(e.getMessage()));
        }
    }

    @Test void anEndlessExpressionIsGivenUpWhereItReplaces() {
        assertThrows(GivenUpException.class, () -> Regex.of(ENDLESS).replaceAll("a".repeat(200) + "!", "b", budget()));
    }

    @Test void matchesOfNothingTakeTimeToo() {
        // They read no character each; the clock is looked at a hundred times for 2 Mi of them.
        assertThrows(GivenUpException.class,
                () -> Regex.of("").replaceAll("a".repeat(1 << 21), "", budget()));
    }

    @Test void deepRecursionIsGivenUp() {
        String text = "ab".repeat(1_000_000);
        assertTrue(assertThrows(GivenUpException.class, () -> Regex.of("(?:a|b)*c").find(text, generous())).isTooDeep());
        assertTrue(assertThrows(GivenUpException.class, () -> Regex.of("(?:a|b)*").replaceAll(text, "", generous())).isTooDeep());
    }

    @Test void oneEvaluationTakesNoMoreThanItsShareAndAllNoMoreThanTheWhole() {
        SteppedTime time = new SteppedTime(1);
        TimeBudget budget = time.limit().begin();
        String text = "a".repeat(200) + "!";
        int tried = 0;
        long before = time.passedMillis();
        while (before < 500) {
            assertThrows(GivenUpException.class, () -> Regex.of(ENDLESS).find(text, budget));
            long passed = time.passedMillis() - before;
            assertTrue(passed <= 104, "one took " + passed);
            before = time.passedMillis();
            tried++;
        }
        assertTrue(tried >= 5 && tried <= 6, tried + " tried");
        assertTrue(before <= 506, "all took " + before);
        // Even what would be found at once is not tried any more.
        assertEquals("took too long", assertThrows(GivenUpException.class, () -> Regex.of("a").find("a", budget)).getMessage());
        assertThrows(GivenUpException.class, () -> Regex.of("a").replaceAll("a", "b", budget));
    }

    /** A hundred rules ask a hundred expressions about each request: what every evaluation costs besides matching, all requests pay for. */
    @Test void anEvaluationReadsTheClockOnceAndATextIsCopiedOnce() {
        SteppedTime time = new SteppedTime(1);
        TimeBudget budget = new TimeLimit(Long.MAX_VALUE / 4, Long.MAX_VALUE / 4, time).begin();
        WatchedText first = budget.watch("abc");
        long before = time.passedMillis();
        for (int i = 0; i < 100; i++) {
            assertTrue(Regex.of("b").find("abc", budget));
        }
        assertEquals(100, time.passedMillis() - before);
        assertSame(first, budget.watch("abc"));
        assertTrue(Regex.of("^xy$").find("xy", budget));
        assertFalse(Regex.of("xy").find("abc", budget));
        assertFalse(Regex.of("a").find("", budget));
    }

    @Test void groupsStandInTheReplacement() {
        assertEquals("b-a b-a", Regex.of("(a)(b)").replaceAll("ab ab", "$2-$1", budget()));
        assertEquals("<ab>", Regex.of("ab").replaceAll("ab", "<$0>", budget()));
        assertEquals("/v2/users/7", Regex.of("/v1/(?<what>\\w+)").replaceAll("/v1/users/7", "/v2/${what}", budget()));
        assertEquals("[]", Regex.of("a|(b)").replaceAll("a", "[$1]", budget()));
        assertEquals("$1 \\ x", Regex.of("a").replaceAll("a", "\\$1 \\\\ \\x", budget()));
        assertEquals("-a-b-", Regex.of("").replaceAll("ab", "-", budget()));
        assertEquals("untouched", Regex.of("z").replaceAll("untouched", "-", budget()));
    }

    @Test void aNumberNamesTheLongestGroupThatIsThere() {
        assertEquals("a0", Regex.of("(a)").replaceAll("a", "$10", budget()));
        assertEquals("j", Regex.of("(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)").replaceAll("abcdefghij", "$10", budget()));
        assertEquals("j0", Regex.of("(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)").replaceAll("abcdefghij", "$100", budget()));
    }

    /** Whatever the JDK makes of a replacement, we make of it too. */
    @Test void replacementsAreThoseOfTheJdk() {
        List<String> pieces = List.of("$", "1", "0", "2", "{", "n", "}", "\\", "x", "$1", "${n}", "\\$");
        Pattern pattern = Pattern.compile("(?<n>a)(b)?");
        Regex regex = Regex.of(pattern.pattern());
        for (String first : pieces) {
            for (String second : pieces) {
                for (String third : pieces) {
                    String replacement = first + second + third;
                    String expected;
                    try {
                        expected = pattern.matcher("-a-ab-").replaceAll(replacement);
                    } catch (RuntimeException e) {
                        assertThrows(IllegalArgumentException.class, () -> regex.checkReplacement(replacement), replacement);
                        continue;
                    }
                    regex.checkReplacement(replacement);
                    assertEquals(expected, regex.replaceAll("-a-ab-", replacement, budget()), replacement);
                }
            }
        }
    }

    @Test void replacementsThatNameNoGroupAreRefused() {
        Regex regex = Regex.of("(a)(?<name>b)");
        for (String fine : List.of("", "$0", "$1", "$2", "$29", "${name}", "\\$9", "x\\\\")) {
            regex.checkReplacement(fine);
        }
        for (String bad : List.of("$", "$3", "$x", "${other}", "${name", "${}", "\\", "x$")) {
            String message = assertThrows(IllegalArgumentException.class, () -> regex.checkReplacement(bad), bad).getMessage();
            assertTrue(message.startsWith("expected "), message);
        }
    }

    @Test void whatGrowsTooLargeIsGivenUpBeforeItIsMade() {
        // One match of a million characters a thousand times over, and a million matches of a thousand characters.
        String million = "a".repeat(1 << 20);
        GivenUpException e = assertThrows(GivenUpException.class, () -> Regex.of("a++").replaceAll(million, "$0".repeat(1_000), generous()));
        assertEquals("made a text of more than 32 Mi characters", e.getMessage());
        assertThrows(GivenUpException.class, () -> Regex.of("a").replaceAll(million, "b".repeat(1_000), generous()));
        assertEquals(32 << 20, Regex.of("a++").replaceAll(million, "$0".repeat(32), generous()).length());
        assertThrows(GivenUpException.class, () -> Regex.of("a++").replaceAll(million + "b", "$0".repeat(32), generous()));
    }

    @Test void whatIsNoExpressionIsRefused() {
        for (String bad : List.of("(", "[", "*", "(?<n>a)(?<n>b)", "a{3,2}", "(".repeat(100_000) + ")".repeat(100_000), "(?:(?:){99999}){99999}")) {
            PatternSyntaxException e = assertThrows(PatternSyntaxException.class, () -> Regex.of(bad));
            assertTrue(e.getMessage().length() < 1_000 || bad.length() < 100);
        }
    }

    @Test void expressionsWrittenTheSameAreEqual() {
        assertEquals(Regex.of("a+"), Regex.of("a+"));
        assertEquals(Regex.of("a+").hashCode(), Regex.of("a+").hashCode());
        assertNotEquals(Regex.of("a+"), Regex.of("a{1,}"));
        assertEquals("a+", Regex.of("a+").source());
    }

    private static TimeBudget budget() {
        return new SteppedTime(1).limit().begin();
    }

    private static TimeBudget generous() {
        return TimeLimit.ofMillis(20_000, 20_000).begin();
    }

    @Test void firstMatchGivesItsFirstGroupOrAllOfIt() {
        TimeLimit limit = new SteppedTime(0).limit();
        assertEquals(Optional.of("b2"), Regex.of("b\\d").firstMatch("a1 b2 b3", limit.begin()));
        assertEquals(Optional.of("2"), Regex.of("b(\\d)").firstMatch("a1 b2 b3", limit.begin()));
        assertEquals(Optional.of("y"), Regex.of("(x)|(y)").firstMatch("..y", limit.begin()));
        assertEquals(Optional.of(""), Regex.of("a(z*)").firstMatch("a", limit.begin()));
        assertEquals(Optional.empty(), Regex.of("a(z)?").firstMatch("a", limit.begin()));
        assertEquals(Optional.empty(), Regex.of("q").firstMatch("a", limit.begin()));
        assertThrows(GivenUpException.class, () -> Regex.of("(a+)+$b").firstMatch("a".repeat(50_000), new SteppedTime(1).limit().begin()));
        assertThrows(GivenUpException.class, () -> Regex.of("(?:a|b)*c").firstMatch("ab".repeat(500_000), limit.begin()));
    }
}
