package proxymcp.rule;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import proxymcp.text.TimeLimit;

/**
 * The rules of a process. A change is checked whole, written to the file where it concerns rules that outlive the process, and then seen at
 * once; one that is refused changes nothing. Any thread may call anything.
 */
public final class RuleBook {
    /** Milliseconds that one evaluation of an expression may take. */
    public static final int REGEX_MILLIS = 100;
    /** Milliseconds that all expressions of one decision, or of one edit, may take together. */
    public static final int DECISION_MILLIS = 500;
    /** Rules there can be. */
    public static final int RULES_MAX = 1_000;

    static final TimeLimit LIMIT = TimeLimit.ofMillis(REGEX_MILLIS, DECISION_MILLIS);

    private final Clock clock;
    private final Optional<RuleFile> file;
    private final List<String> notes;
    /** Rules in the order they were added. Guarded by {@link #changing}. */
    private List<Rule> byAge;
    /** Guarded by {@link #changing}. */
    private long nextNumber;
    private final ReentrantLock changing = new ReentrantLock();
    private volatile RuleSet current;
    private final Map<String, Counts> counts = new ConcurrentHashMap<>();

    private static final class Counts {
        private final AtomicLong hits = new AtomicLong();
        private final AtomicLong timeouts = new AtomicLong();
    }

    private RuleBook(Clock clock, Optional<RuleFile> file, RuleFile.Kept kept) {
        this.clock = clock;
        this.file = file;
        this.notes = kept.notes();
        this.byAge = kept.rules();
        this.nextNumber = kept.nextNumber();
        show();
    }

    /** An empty book whose rules all end with it. */
    public static RuleBook inMemory(Clock clock) {
        return new RuleBook(clock, Optional.empty(), RuleFile.Kept.NOTHING);
    }

    /**
     * The book of a home: with the rules that were to outlive their process. A file that cannot be understood is set aside and told by
     * {@link #notes}.
     *
     * @param home {@code rules/rules.json} below it is read now and written at changes
     */
    public static RuleBook open(Path home, Clock clock) {
        RuleFile file = new RuleFile(home.resolve("rules").resolve("rules.json"));
        return new RuleBook(clock, Optional.of(file), file.read(clock));
    }

    /** The rules now. An exchange takes them once and keeps to them. */
    public RuleSet current() {
        return current;
    }

    /** What went wrong when the file was read, a sentence each. */
    public List<String> notes() {
        return notes;
    }

    /**
     * Adds a rule.
     *
     * @throws RuleException if there are too many, or it was to outlive the process and cannot be written
     */
    public Rule add(RuleDraft draft) throws RuleException {
        changing.lock();
        try {
            if (byAge.size() >= RULES_MAX) {
                throw new RuleException(RuleException.Code.TOO_MANY_RULES, "There are " + RULES_MAX + " rules; remove one first");
            }
            Rule rule = new Rule("rule_" + nextNumber, 1, draft.description(), draft.priority(), draft.enabled(), draft.persisted(),
                    draft.matcher(), draft.action(), clock.millis());
            List<Rule> after = new ArrayList<>(byAge);
            after.add(rule);
            replace(after, nextNumber + 1, rule.persisted());
            return rule;
        } finally {
            changing.unlock();
        }
    }

    /**
     * Changes a rule, which keeps its place among those of equal priority.
     *
     * @throws RuleException if there is no such rule, or the file cannot be written
     */
    public Rule update(String id, RuleChange change) throws RuleException {
        changing.lock();
        try {
            Rule before = require(id);
            Rule changed = before.changed(change);
            List<Rule> after = new ArrayList<>(byAge);
            after.set(after.indexOf(before), changed);
            replace(after, nextNumber, before.persisted() || changed.persisted());
            return changed;
        } finally {
            changing.unlock();
        }
    }

    /**
     * Removes a rule; exchanges that follow it go on.
     *
     * @throws RuleException if there is no such rule, or the file cannot be written
     */
    public Rule remove(String id) throws RuleException {
        changing.lock();
        try {
            Rule rule = require(id);
            List<Rule> after = new ArrayList<>(byAge);
            after.remove(rule);
            replace(after, nextNumber, rule.persisted());
            return rule;
        } finally {
            changing.unlock();
        }
    }

    /**
     * Enables or disables a rule; nothing is changed, nor the version raised, if it is so already.
     *
     * @throws RuleException if there is no such rule, or the file cannot be written
     */
    public Rule setEnabled(String id, boolean enabled) throws RuleException {
        changing.lock();
        try {
            Rule rule = require(id);
            return rule.enabled() == enabled ? rule : update(id, RuleChange.enabled(enabled));
        } finally {
            changing.unlock();
        }
    }

    /**
     * Counts an exchange that follows {@code rule}; one whose rule was removed meanwhile is not counted.
     *
     * @return how many have, this one included; what {@link Delay#millis} asks for. 1 if the rule was removed
     */
    public long hit(Rule rule) {
        Counts of = counts.get(rule.id());
        return of == null ? 1 : of.hits.incrementAndGet();
    }

    /** Counts an expression of {@code rule} that took too long, or was not tried as others had; not if the rule was removed. */
    public void timedOut(Rule rule) {
        Counts of = counts.get(rule.id());
        if (of != null) {
            of.timeouts.incrementAndGet();
        }
    }

    /** How many exchanges followed the rule with this id since the process began. */
    public long hits(String id) {
        Counts of = counts.get(id);
        return of == null ? 0 : of.hits.get();
    }

    /** How often an expression of the rule with this id took too long since the process began. */
    public long timeouts(String id) {
        Counts of = counts.get(id);
        return of == null ? 0 : of.timeouts.get();
    }

    private Rule require(String id) throws RuleException {
        return current.find(id).orElseThrow(() -> new RuleException(RuleException.Code.UNKNOWN_RULE, "There is no rule " + id));
    }

    private void replace(List<Rule> after, long next, boolean write) throws RuleException {
        if (write && file.isPresent()) {
            try {
                file.get().write(after, next);
            } catch (IOException e) {
                throw new RuleException(RuleException.Code.NOT_SAVED, "The rules could not be written: " + e);
            }
        }
        byAge = List.copyOf(after);
        nextNumber = next;
        show();
    }

    /** Counters are there before their rule is seen, and are made nowhere else: an exchange that outlives its rule brings none back. */
    private void show() {
        Set<String> ids = new HashSet<>();
        for (Rule rule : byAge) {
            ids.add(rule.id());
            counts.putIfAbsent(rule.id(), new Counts());
        }
        current = new RuleSet(byAge, LIMIT);
        counts.keySet().retainAll(ids);
    }
}
