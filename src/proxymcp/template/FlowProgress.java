package proxymcp.template;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How far a run of a template is: which steps have ended, how, and what was taken from their answers. For many threads; nothing is computed or sent
 * under its lock.
 *
 * <p>A step waits for earlier ones alone, and those were begun before it; so the waiting ends, as long as {@link #ended} is called for each step.
 */
final class FlowProgress {
    private static final int SENTENCE_CHARS_MAX = 300;

    /**
     * Why a step is no success.
     *
     * @param root index of the step that failed or was not sent, itself or one before it
     * @param sent whether that one was sent
     */
    record Failure(int root, boolean sent, String sentence) {}

    private final RunnableFlow flow;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    /** All below guarded by {@link #lock}. */
    private final BitSet ended = new BitSet();
    private final BitSet passed = new BitSet();
    private final Map<Integer, Failure> failures = new HashMap<>();
    private final Map<String, TreeMap<Integer, String>> values = new HashMap<>();
    private boolean closed;

    FlowProgress(RunnableFlow flow) {
        this.flow = flow;
    }

    private String id(int step) {
        return flow.steps().get(step).step().id();
    }

    /** Waits until all that a step depends on has ended. */
    void await(RunnableFlow.Step step) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!closed && isWaiting(step)) {
                changed.await();
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean isWaiting(RunnableFlow.Step step) {
        for (int other : step.dependsOn()) {
            if (!ended.get(other)) {
                return true;
            }
        }
        for (String name : step.names()) {
            BitSet producers = flow.producers(name);
            for (int producer = producers.nextSetBit(0); producer >= 0 && producer < step.index(); producer = producers.nextSetBit(producer + 1)) {
                if (!ended.get(producer)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Why a step is not sent: one that it depends on is no success. */
    Optional<Failure> obstacle(RunnableFlow.Step step) {
        lock.lock();
        try {
            for (int other : step.dependsOn()) {
                Failure failure = failures.get(other);
                if (failure != null) {
                    String why = failure.root() == other ? (failure.sent() ? ", which failed: " : ", which was not sent: ")
                            : ", which was not sent as step " + id(failure.root()) + (failure.sent() ? " failed: " : " was not: ");
                    return Optional.of(new Failure(failure.root(), failure.sent(), "it depends on step " + id(other) + why + failure.sentence()));
                }
            }
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /**
     * The newest value of a name that answers to earlier steps held, or to earlier pages of this one.
     *
     * @throws UnfilledException if there is none, or the newest answer should have had one
     */
    String value(String name, int step, boolean ownPages) throws UnfilledException {
        BitSet producers = flow.producers(name);
        lock.lock();
        try {
            Map<Integer, String> taken = values.getOrDefault(name, new TreeMap<>());
            Optional<String> last = Optional.empty();
            for (int producer = producers.previousSetBit(ownPages ? step : step - 1); producer >= 0; producer = producers.previousSetBit(producer - 1)) {
                if (taken.containsKey(producer)) {
                    return taken.get(producer);
                }
                RunnableFlow.Taken extract = extract(producer, name);
                last = last.or(() -> Optional.of(extract.selector().toString()));
                if (extract.required() && producer < step) {
                    Failure failure = failures.get(producer);
                    throw new UnfilledException("it uses {" + name + "}, which step " + id(producer) + " takes by " + shortened(extract.selector().toString()) + ": "
                            + (failure == null ? "there was nothing in its answer" : failure.sentence()), true);
                }
            }
            throw new UnfilledException("it uses {" + name + "}, which no answer before it held" + last.map(at -> " at " + shortened(at)).orElse(""), true);
        } finally {
            lock.unlock();
        }
    }

    private RunnableFlow.Taken extract(int step, String name) {
        for (RunnableFlow.Taken extract : flow.steps().get(step).extracts()) {
            if (extract.as().equals(name)) {
                return extract;
            }
        }
        throw new IllegalStateException(name + " is no extract of " + id(step));
    }

    private static String shortened(String text) {
        return text.length() <= SENTENCE_CHARS_MAX ? text : text.substring(0, SENTENCE_CHARS_MAX) + "…";
    }

    /** Takes a value of an answer. */
    void took(int step, String name, String value) {
        lock.lock();
        try {
            values.computeIfAbsent(name, added -> new TreeMap<>()).put(step, value);
        } finally {
            lock.unlock();
        }
    }

    /** Forgets what an earlier attempt took. */
    void begins(RunnableFlow.Step step) {
        lock.lock();
        try {
            for (RunnableFlow.Taken extract : step.extracts()) {
                TreeMap<Integer, String> taken = values.get(extract.as());
                if (taken != null) {
                    taken.remove(step.index());
                }
            }
            failures.remove(step.index());
            passed.clear(step.index());
        } finally {
            lock.unlock();
        }
    }

    /** Notes what an answer was worth. */
    void judged(int step, Optional<String> failure) {
        lock.lock();
        try {
            passed.set(step, failure.isEmpty());
            if (failure.isPresent()) {
                failures.put(step, new Failure(step, true, shortened(failure.get())));
            } else {
                failures.remove(step);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Notes why a step is not sent. */
    void skipped(int step, Failure why) {
        lock.lock();
        try {
            failures.put(step, new Failure(why.root(), why.sent(), shortened(why.sentence())));
        } finally {
            lock.unlock();
        }
    }

    /** What is wrong with the last answer to a step; empty for nothing. */
    Optional<String> failure(int step) {
        lock.lock();
        try {
            return Optional.ofNullable(failures.get(step)).map(Failure::sentence);
        } finally {
            lock.unlock();
        }
    }

    /** Notes that a step has its result. */
    void ended(int step, Optional<String> skip) {
        lock.lock();
        try {
            ended.set(step);
            if (!passed.get(step)) {
                failures.putIfAbsent(step, new Failure(step, skip.isEmpty(), shortened(skip.orElse("it had no whole answer"))));
            }
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
    }

    /** Whether the run is over. */
    boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }
}
