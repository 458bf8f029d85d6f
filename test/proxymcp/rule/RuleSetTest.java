package proxymcp.rule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.http.Fields;
import proxymcp.text.SteppedTime;

/** In which order rules are asked, when they need a body, and how long they may take together. */
@Timeout(20)
final class RuleSetTest {
    private static final RequestView GET = Rules.request();
    private static final RequestView SLOW = RequestView.of("GET", "http://a/" + "a".repeat(200) + "!", "a", "/", Fields.EMPTY);

    @Test void theSmallestPriorityWinsAndAmongEqualsTheOldest() {
        RuleSet rules = set(Rules.rule(1, 100, true, RuleMatcher.ANY), Rules.rule(2, -5, true, Rules.method("PUT")),
                Rules.rule(3, 50, true, RuleMatcher.ANY), Rules.rule(4, 50, true, RuleMatcher.ANY), Rules.rule(5, Integer.MIN_VALUE, false,
                        RuleMatcher.ANY), Rules.rule(6, Integer.MAX_VALUE, true, RuleMatcher.ANY));
        assertEquals(List.of("rule_5", "rule_2", "rule_3", "rule_4", "rule_1", "rule_6"), ids(rules.rules()));
        assertEquals("rule_3", rules.decide(GET).rule().get().id());
        assertEquals(List.of(true, false, true, true, true, true), rules.explain(GET).stream().map(Explanation::matched).toList());
        assertEquals(ids(rules.rules()), rules.explain(GET).stream().map(explanation -> explanation.rule().id()).toList());
    }

    @Test void rulesThatAreNotEnabledAreNotAsked() {
        RuleSet rules = set(Rules.rule(1, 1, false, RuleMatcher.ANY));
        assertTrue(rules.isIdle());
        assertEquals(Optional.empty(), rules.decide(GET).rule());
        assertFalse(set(Rules.rule(1, 1, false, RuleMatcher.ANY), Rules.rule(2, 2, true, RuleMatcher.ANY)).isIdle());
        assertTrue(RuleSet.EMPTY.isIdle());
        assertEquals(Optional.empty(), RuleSet.EMPTY.decide(GET).rule());
    }

    @Test void aRuleIsFoundById() {
        RuleSet rules = set(Rules.rule(1, 1, false, RuleMatcher.ANY), Rules.rule(12, 2, true, RuleMatcher.ANY));
        assertEquals(12 + "", rules.find("rule_12").get().id().substring(5));
        assertEquals(Optional.empty(), rules.find("rule_2"));
    }

    @Test void theBodyIsNeededWhereTheFirstRuleThatMayWinLooksAtIt() {
        RuleMatcher body = Rules.body("x");
        RuleMatcher other = Rules.both(Rules.method("PUT"), body);
        RuleMatcher same = Rules.both(Rules.method("GET"), body);
        assertFalse(RuleSet.EMPTY.needsBody(GET));
        assertNeeds(false, RuleMatcher.ANY);
        assertNeeds(true, body);
        assertNeeds(true, body, RuleMatcher.ANY);
        assertNeeds(false, RuleMatcher.ANY, body);
        assertNeeds(true, Rules.method("PUT"), body);
        assertNeeds(false, other);
        assertNeeds(false, other, RuleMatcher.ANY, body);
        assertNeeds(true, other, same, RuleMatcher.ANY);
        assertNeeds(false, Rules.both(RuleMatcher.url("^nowhere"), body));
        assertNeeds(true, Rules.both(RuleMatcher.url("users"), body));
        assertNeeds(false, Rules.both(Rules.headers("Absent", "a"), body));
        assertFalse(set(Rules.rule(1, 1, false, body)).needsBody(GET));
        assertTrue(set(Rules.rule(1, 1, false, RuleMatcher.ANY), Rules.rule(2, 2, true, body)).needsBody(GET));
        // By priority, not by age.
        assertTrue(set(Rules.rule(1, 9, true, RuleMatcher.ANY), Rules.rule(2, 2, true, body)).needsBody(GET));
    }

    /** Where the body is said not to be needed, it does not change the decision. */
    @Test void aDecisionThatNeedsNoBodyIsTheSameWithEveryBody() {
        List<RuleMatcher> matchers = List.of(RuleMatcher.ANY, Rules.body("x"), Rules.body("y"), Rules.method("PUT"),
                Rules.both(Rules.method("PUT"), Rules.body("x")), Rules.both(Rules.method("GET"), Rules.body("x")));
        int needed = 0;
        for (RuleMatcher first : matchers) {
            for (RuleMatcher second : matchers) {
                for (RuleMatcher third : matchers) {
                    RuleSet rules = set(Rules.rule(1, 1, true, first), Rules.rule(2, 1, true, second), Rules.rule(3, 1, true, third));
                    if (rules.needsBody(GET)) {
                        needed++;
                    } else {
                        for (String body : List.of("", "x", "y", "xy")) {
                            assertEquals(rules.decide(GET), rules.decide(GET.withBody(body.getBytes(StandardCharsets.UTF_8))));
                        }
                    }
                }
            }
        }
        assertTrue(needed > 50 && needed < 216, needed + " needed");
    }

    @Test void aThousandEndlessExpressionsTakeTheTimeOfOneDecision() {
        SteppedTime time = new SteppedTime(1);
        List<Rule> all = new ArrayList<>();
        for (int i = 1; i <= 1_000; i++) {
            all.add(Rules.rule(i, 1, true, RuleMatcher.url(Rules.ENDLESS)));
        }
        all.add(Rules.rule(1_001, 2, true, RuleMatcher.url("^http")));
        all.add(Rules.rule(1_002, 3, true, Rules.method("PUT")));
        all.add(Rules.rule(1_003, 4, true, Rules.method("GET")));
        RuleSet rules = new RuleSet(all, time.limit());
        RuleSet.Decision decision = rules.decide(SLOW);
        // Reading the clock is what takes the time: once for an expression that is not tried.
        assertTrue(time.passedMillis() < 510 + 1_000, time.passedMillis() + " ms");
        assertEquals("rule_1003", decision.rule().get().id());
        assertEquals(ids(all.subList(0, 1_001)), ids(decision.timedOut()));
        assertEquals(11, decision.notes().size());
        assertEquals("rule rule_1 was passed over: its expression took too long", decision.notes().get(0));
        assertEquals("991 further rules were passed over: expressions took too long", decision.notes().get(10));

        long before = time.passedMillis();
        assertEquals(1_003, rules.explain(SLOW).size());
        assertTrue(time.passedMillis() - before < 510 + 1_001, "explained in " + (time.passedMillis() - before));
        before = time.passedMillis();
        assertFalse(rules.needsBody(SLOW));
        assertTrue(time.passedMillis() - before < 510, "needsBody");
    }

    @Test void ordinaryRulesAreDecidedOnAtOnceAndEndlessOnesAreNot() {
        RuleSet rules = new RuleSet(List.of(Rules.rule(1, 1, true, Rules.method("PUT")), Rules.rule(2, 2, true, RuleMatcher.url("^http"))),
                new SteppedTime(0).limit());
        assertEquals(Optional.of(rules.decide(GET)), rules.decideAtOnce(GET));
        assertEquals("rule_2", rules.decideAtOnce(GET).get().rule().get().id());

        SteppedTime time = new SteppedTime(1);
        RuleSet endless = new RuleSet(List.of(Rules.rule(1, 1, true, RuleMatcher.url(Rules.ENDLESS)), Rules.rule(2, 2, true, RuleMatcher.ANY)),
                time.limit());
        assertEquals(Optional.empty(), endless.decideAtOnce(SLOW));
        assertTrue(time.passedMillis() < 10, time.passedMillis() + " ms");
        assertEquals(List.of("rule_1"), ids(endless.decide(SLOW).timedOut()));
    }

    @Test void needsBodyTakesTheTimeOfOneDecision() {
        SteppedTime time = new SteppedTime(1);
        List<Rule> all = new ArrayList<>();
        for (int i = 1; i <= 200; i++) {
            all.add(Rules.rule(i, 1, true, Rules.both(RuleMatcher.url(Rules.ENDLESS), Rules.body("x"))));
        }
        assertFalse(new RuleSet(all, time.limit()).needsBody(SLOW));
        assertTrue(time.passedMillis() < 510 + 200, time.passedMillis() + " ms");
    }

    /** After one that took too long there is time for the others. */
    @Test void anEndlessExpressionTakesItsShareAlone() {
        RuleSet rules = set(Rules.rule(1, 1, true, RuleMatcher.url(Rules.ENDLESS)), Rules.rule(2, 2, true, RuleMatcher.url("^http")));
        RuleSet.Decision decision = rules.decide(SLOW);
        assertEquals("rule_2", decision.rule().get().id());
        assertEquals(List.of("rule_1"), ids(decision.timedOut()));
        assertEquals(1, decision.notes().size());
    }

    @Test void setAndDecisionAreImmutable() {
        List<Rule> given = new ArrayList<>(List.of(Rules.rule(1, 1, true, RuleMatcher.ANY)));
        RuleSet rules = new RuleSet(given, new SteppedTime(1).limit());
        given.clear();
        assertEquals(1, rules.rules().size());
        assertThrows(UnsupportedOperationException.class, () -> rules.rules().clear());
        assertThrows(UnsupportedOperationException.class, () -> rules.decide(GET).timedOut().add(rules.rules().get(0)));
    }

    private static void assertNeeds(boolean expected, RuleMatcher... matchers) {
        List<Rule> rules = new ArrayList<>();
        for (RuleMatcher matcher : matchers) {
            rules.add(Rules.rule(rules.size() + 1, 1, true, matcher));
        }
        assertEquals(expected, set(rules.toArray(new Rule[0])).needsBody(GET));
    }

    private static RuleSet set(Rule... rules) {
        return new RuleSet(List.of(rules), new SteppedTime(1).limit());
    }

    private static List<String> ids(List<Rule> rules) {
        return rules.stream().map(Rule::id).toList();
    }
}
