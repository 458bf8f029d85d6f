package proxymcp.rule;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import proxymcp.text.TimeLimit;

/** The rules at one moment, in the order they are asked: ascending priority, among equals the older first. Immutable. */
public final class RuleSet {
    /** No rules. */
    public static final RuleSet EMPTY = new RuleSet(List.of(), TimeLimit.ofMillis(RuleBook.REGEX_MILLIS));

    private final List<Rule> rules;
    private final TimeLimit limit;

    /**
     * What a request follows.
     *
     * @param rule the first that takes it; empty if none does
     * @param timedOut rules that were passed over as one of their expressions took too long
     */
    public record Decision(Optional<Rule> rule, List<Rule> timedOut) {
        /** A sentence for each rule that was passed over. */
        public List<String> notes() {
            List<String> notes = new ArrayList<>();
            for (Rule passed : timedOut) {
                notes.add("rule " + passed.id() + " was passed over: its expression took too long");
            }
            return notes;
        }
    }

    /** Takes rules in the order they were added. */
    RuleSet(List<Rule> rules, TimeLimit limit) {
        List<Rule> sorted = new ArrayList<>(rules);
        sorted.sort(Comparator.comparingInt(Rule::priority));
        this.rules = List.copyOf(sorted);
        this.limit = limit;
    }

    /** All rules, in the order they are asked; also those that are not enabled. */
    public List<Rule> rules() {
        return rules;
    }

    /** Whether no rule is enabled, so that nothing needs to be decided. */
    public boolean isIdle() {
        for (Rule rule : rules) {
            if (rule.enabled()) {
                return false;
            }
        }
        return true;
    }

    /** How long an expression may take. */
    public TimeLimit limit() {
        return limit;
    }

    /** The rule with this id. */
    public Optional<Rule> find(String id) {
        for (Rule rule : rules) {
            if (rule.id().equals(id)) {
                return Optional.of(rule);
            }
        }
        return Optional.empty();
    }

    /** Which rule a request follows. A body that is not known includes nothing. */
    public Decision decide(RequestView view) {
        List<Rule> timedOut = new ArrayList<>();
        for (Rule rule : rules) {
            if (rule.enabled()) {
                Matching.Verdict verdict = new Matching(rule.matcher(), view, limit).verdict(true);
                if (verdict == Matching.Verdict.TAKEN) {
                    return new Decision(Optional.of(rule), timedOut);
                }
                if (verdict == Matching.Verdict.TIMED_OUT) {
                    timedOut.add(rule);
                }
            }
        }
        return new Decision(Optional.empty(), timedOut);
    }

    /** Whether the decision hangs on the body: a rule that takes the request otherwise looks at it, and none before takes it without. */
    public boolean needsBody(RequestView headOnly) {
        if (!looksAtBodies()) {
            return false;
        }
        for (Rule rule : rules) {
            if (rule.enabled() && new Matching(rule.matcher(), headOnly, limit).verdict(false) == Matching.Verdict.TAKEN) {
                return rule.matcher().bodyIncludes().isPresent();
            }
        }
        return false;
    }

    /** Whether a rule takes a request, enabled or not; empty if one of its expressions took too long. */
    public Optional<Boolean> takes(Rule rule, RequestView view) {
        return switch (new Matching(rule.matcher(), view, limit).verdict(true)) {
            case TAKEN -> Optional.of(true);
            case NOT_TAKEN -> Optional.of(false);
            case TIMED_OUT -> Optional.empty();
        };
    }

    /** These rules and one more, as if it had been added just now with this id. */
    public RuleSet with(String id, RuleDraft draft) {
        List<Rule> more = new ArrayList<>(rules);
        more.add(new Rule(id, 1, draft.description(), draft.priority(), draft.enabled(), draft.persisted(), draft.matcher(), draft.action(), 0));
        return new RuleSet(more, limit);
    }

    private boolean looksAtBodies() {
        for (Rule rule : rules) {
            if (rule.enabled() && rule.matcher().bodyIncludes().isPresent()) {
                return true;
            }
        }
        return false;
    }

    /** What each rule, enabled or not, says to a request, in the order they are asked. */
    public List<Explanation> explain(RequestView view) {
        List<Explanation> explanations = new ArrayList<>();
        for (Rule rule : rules) {
            explanations.add(new Explanation(rule, new Matching(rule.matcher(), view, limit).checks()));
        }
        return explanations;
    }
}
