package proxymcp.replay;

import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import proxymcp.rule.RuleThreads;
import proxymcp.rule.RulesStoppedException;
import proxymcp.text.GivenUpException;
import proxymcp.text.TimeLimit;

/**
 * The captures of one run: finds values in answers and holds a request back until those that it needs are there. For many threads; nothing is
 * computed or sent under the lock.
 *
 * <p>An item waits for earlier ones alone, and those were begun before it; so the waiting ends, as long as {@link #ended} is called for each item that
 * has its result, be it an answer, a failure or a skip.
 */
final class RunCaptures {
    /** An expression is tried within this part of its time first: longer than ordinary ones take. */
    private static final int SOON_PART = 10;

    private final List<Captures.Capture> captures;
    /** Of each name the indexes of the items that it is captured from and that have no result yet. */
    private final Map<String, BitSet> pending = new TreeMap<>();
    private final List<RequestChanges.Uses> uses;
    private final Values values;
    private final TimeLimit limit;
    /** Expressions may go on for ever, which the thread of an exchange would hold others up with. */
    private final RuleThreads threads = new RuleThreads();
    /** Names whose expressions took too long on some answer. */
    private final Set<String> givenUp = ConcurrentHashMap.newKeySet();
    private final int itemCount;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean closed;

    RunCaptures(List<Captures.Capture> captures, List<List<PlanItem>> items, int itemCount, List<RequestChanges.Uses> uses, Values values,
            TimeLimit limit) {
        this.itemCount = itemCount;
        this.captures = captures;
        this.uses = uses;
        this.values = values;
        this.limit = limit;
        for (int i = 0; i < captures.size(); i++) {
            BitSet indexes = new BitSet();
            items.get(i).stream().filter(item -> item.skipped().isEmpty()).forEach(item -> indexes.set(item.index()));
            pending.computeIfAbsent(captures.get(i).name(), name -> new BitSet()).or(indexes);
        }
    }

    /**
     * Waits until all that an item uses has been captured, or cannot be any more. Requests outside of the plan, such as those that renew a login, do
     * not wait.
     *
     * @return why the item is to be skipped ({@code capture_missing}), a sentence that names the value; empty if it can be sent
     * @throws InterruptedException if the thread is
     */
    Optional<String> awaitNeeded(PlanItem item) throws InterruptedException {
        Set<String> needed = needed(item);
        if (needed.isEmpty()) {
            return Optional.empty();
        }
        lock.lockInterruptibly();
        try {
            while (!closed && item.index() < itemCount && !areEnded(needed, item.index())) {
                changed.await();
            }
        } finally {
            lock.unlock();
        }
        for (String name : needed) {
            if (!values.isCaptured(name) && isRequired(name)) {
                return Optional.of("it uses {" + name + "}, which was not found in any answer before it"
                        + (givenUp.contains(name) ? "; its expression took too long" : ""));
            }
        }
        return Optional.empty();
    }

    /** The values that an item's answer holds, by name. */
    Map<String, String> find(PlanItem item, Answer answer) {
        Map<String, String> found = new TreeMap<>();
        for (int i = 0; i < captures.size(); i++) {
            Captures.Capture capture = captures.get(i);
            // By what it is and not by its index: requests outside of the plan, such as those that renew a login, are sources too.
            if (capture.isFrom(item)) {
                find(capture, answer).ifPresent(value -> found.put(capture.name(), value));
            }
        }
        return found;
    }

    private Optional<String> find(Captures.Capture capture, Answer answer) {
        if (!(capture.source() instanceof CaptureSource.OfText expression)) {
            return capture.source().find(answer, limit);
        }
        try {
            Optional<Optional<String>> found = threads.run(() -> Optional.of(tried(expression, answer, limit.part(SOON_PART))).filter(Optional::isPresent),
                    () -> tried(expression, answer, limit));
            if (found.isEmpty()) {
                givenUp.add(capture.name());
            }
            return found.orElse(Optional.empty());
        } catch (RulesStoppedException e) {
            // The run is over, and an answer that still came is kept with its values for one that goes on: there are no others to hold up.
            return tried(expression, answer, limit).orElse(Optional.empty());
        }
    }

    /** What was found, if anything; empty outside if that took too long. */
    private static Optional<Optional<String>> tried(CaptureSource expression, Answer answer, TimeLimit limit) {
        try {
            return Optional.of(expression.find(answer, limit));
        } catch (GivenUpException e) {
            return Optional.empty();
        }
    }

    /** Notes that an item has its result: nothing more is captured from it. */
    void ended(PlanItem item) {
        lock.lock();
        try {
            pending.values().forEach(indexes -> indexes.clear(item.index()));
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Lets all go that wait, as the run is over. */
    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        threads.close();
    }

    /** Whether an item uses a captured value, or is the source of one. */
    boolean isChained(PlanItem item) {
        for (Captures.Capture capture : captures) {
            if (capture.isFrom(item)) {
                return true;
            }
        }
        return !needed(item).isEmpty();
    }

    private Set<String> needed(PlanItem item) {
        Set<String> needed = new TreeSet<>();
        for (RequestChanges.Uses use : uses) {
            if (!use.names().isEmpty() && use.match().fits(item)) {
                needed.addAll(use.names());
            }
        }
        return needed;
    }

    private boolean isRequired(String name) {
        for (Captures.Capture capture : captures) {
            if (capture.name().equals(name) && capture.required()) {
                return true;
            }
        }
        return false;
    }

    /** Called with the lock held. */
    private boolean areEnded(Set<String> names, int before) {
        for (String name : names) {
            int first = pending.getOrDefault(name, new BitSet()).nextSetBit(0);
            if (first >= 0 && first < before) {
                return false;
            }
        }
        return true;
    }
}
