package proxymcp.rule;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import proxymcp.text.TimeBudget;
import proxymcp.text.TimeLimit;

/** The rules at one moment, in the order they are asked: ascending priority, among equals the older first. Immutable. */
public final class RuleSet {
    /** No rules. */
    public static final RuleSet EMPTY = new RuleSet(List.of(), RuleBook.LIMIT);

    /** Longer than the expressions of hundreds of ordinary rules take. */
    private static final long MOMENT_NANOS = 1_000_000;

    private final List<Rule> rules;
    private final TimeLimit limit;

    /**
     * What a request follows.
     *
     * @param rule the first that takes it; empty if none does
     * @param timedOut rules that were passed over as one of their expressions took too long or recursed too deeply, or was not tried as those
     *     before had used up the time of the decision
     */
    public record Decision(Optional<Rule> rule, List<Rule> timedOut) {
        /** Rules that {@link #notes} names. */
        static final int NAMED_MAX = 10;

        /** Copies the list. */
        public Decision {
            timedOut = List.copyOf(timedOut);
        }

        /** A sentence for each of the first ten rules that were passed over, and one that counts the others. */
        public List<String> notes() {
            List<String> notes = new ArrayList<>();
            for (Rule passed : timedOut.subList(0, Math.min(NAMED_MAX, timedOut.size()))) {
                notes.add("rule " + passed.id() + " was passed over: its expression took too long");
            }
            if (timedOut.size() > NAMED_MAX) {
                notes.add((timedOut.size() - NAMED_MAX) + " further rules were passed over: expressions took too long");
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

    /** How long expressions may take: one, and all of one decision or one edit together. */
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

    /**
     * Which rule a request follows. A body that is not known includes nothing. Once the expressions have used up the time of a decision, rules that
     * hang on one are passed over; those without are still asked.
     */
    public Decision decide(RequestView view) {
        return decide(view, true, limit.begin());
    }

    /** As {@link #decide}, if that takes no more than a moment; empty if it takes longer, and then it is work for a thread of its own. */
    public Optional<Decision> decideAtOnce(RequestView view) {
        return atOnce(view, true);
    }

    private Optional<Decision> atOnce(RequestView view, boolean withBody) {
        Decision decision = decide(view, withBody, new TimeLimit(MOMENT_NANOS, MOMENT_NANOS, limit.nanoTime()).begin());
        return decision.timedOut().isEmpty() ? Optional.of(decision) : Optional.empty();
    }

    private Decision decide(RequestView view, boolean withBody, TimeBudget budget) {
        List<Rule> timedOut = new ArrayList<>();
        for (Rule rule : rules) {
            if (rule.enabled()) {
                Matching.Verdict verdict = new Matching(rule.matcher(), view, budget).verdict(withBody);
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
        return looksAtBodies() && hangsOnBody(decide(headOnly, false, limit.begin()));
    }

    /** As {@link #needsBody}, if that takes no more than a moment; empty if it takes longer. */
    public Optional<Boolean> needsBodyAtOnce(RequestView headOnly) {
        return looksAtBodies() ? atOnce(headOnly, false).map(RuleSet::hangsOnBody) : Optional.of(false);
    }

    private static boolean hangsOnBody(Decision withoutBody) {
        return withoutBody.rule().isPresent() && withoutBody.rule().get().matcher().bodyIncludes().isPresent();
    }

    /** Whether a rule takes a request, enabled or not; empty if one of its expressions took too long. */
    public Optional<Boolean> takes(Rule rule, RequestView view) {
        return switch (new Matching(rule.matcher(), view, limit.begin()).verdict(true)) {
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

    /** Whether a rule that is enabled looks at bodies. */
    public boolean looksAtBodies() {
        for (Rule rule : rules) {
            if (rule.enabled() && rule.matcher().bodyIncludes().isPresent()) {
                return true;
            }
        }
        return false;
    }

    /** What each rule, enabled or not, says to a request, in the order they are asked. All together have the time of one decision. */
    public List<Explanation> explain(RequestView view) {
        TimeBudget budget = limit.begin();
        List<Explanation> explanations = new ArrayList<>();
        for (Rule rule : rules) {
            explanations.add(new Explanation(rule, new Matching(rule.matcher(), view, budget).checks()));
        }
        return explanations;
    }
}
