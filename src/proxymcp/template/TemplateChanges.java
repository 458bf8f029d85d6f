package proxymcp.template;

import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.replay.Answer;
import proxymcp.replay.Changed;
import proxymcp.replay.OutgoingRequest;
import proxymcp.replay.PlanItem;
import proxymcp.replay.PlannedChanges;
import proxymcp.replay.Skip;
import proxymcp.replay.Target;
import proxymcp.rule.RuleThreads;
import proxymcp.rule.RulesStoppedException;
import proxymcp.text.GivenUpException;
import proxymcp.text.TimeLimit;

/**
 * The requests of one run of a template: each is made of its step when all that it depends on has ended, and what later ones need is taken from its answer.
 * For many threads.
 */
public final class TemplateChanges implements PlannedChanges {
    private static final TimeLimit LIMIT = TimeLimit.ofMillis(500, 2_000);
    /** Ordinary expressions take less than this part of their time. */
    private static final int SOON_PART = 10;
    private static final int VALUE_CHARS_MAX = 1 << 20;
    private static final String STEP = "step";

    private final RunnableFlow flow;
    private final FlowProgress progress;
    private final StepMaker maker;
    private final long seed;
    private final Clock clock;
    private final RuleThreads threads = new RuleThreads();
    /** What leads to the page that is asked for, of steps that are repeated; by index. */
    private final Map<Integer, String> cursors = new ConcurrentHashMap<>();
    private final Map<Integer, String> skips = new ConcurrentHashMap<>();
    private final Set<String> bounded = new ConcurrentSkipListSet<>();
    /** Held while something is learned and told, so that it is told in the order in which it was learned. */
    private final ReentrantLock learning = new ReentrantLock();
    /** Guarded by {@link #learning}. */
    private Consumer<JsonObject> journal = learned -> { };

    /**
     * A run that begins, or goes on when it has recalled what it learned.
     *
     * @param seed of all that is random
     * @param target where requests go instead of their own origins
     */
    public TemplateChanges(RunnableFlow flow, long seed, Clock clock, Optional<Target> target) {
        this.flow = flow;
        this.progress = new FlowProgress(flow);
        this.maker = new StepMaker(target);
        this.seed = seed;
        this.clock = clock;
    }

    private RunnableFlow.Step step(PlanItem item) {
        return flow.steps().get(item.index());
    }

    private StepValues values(RunnableFlow.Step step, int page, boolean planned) {
        return new StepValues(flow, progress, step, page, seed, clock.instant(), planned);
    }

    @Override
    public Outcome change(PlanItem item, OutgoingRequest request) {
        RunnableFlow.Step step = step(item);
        try {
            progress.await(step);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Outcome.Skipped(new Skip(Skip.Reason.CANCELLED, "the run ended while the step waited for another one"));
        }
        if (progress.isClosed()) {
            return new Outcome.Skipped(new Skip(Skip.Reason.CANCELLED, "the run ended while the step waited for another one"));
        }
        progress.begins(step);
        Optional<FlowProgress.Failure> obstacle = progress.obstacle(step);
        if (obstacle.isPresent()) {
            progress.skipped(step.index(), obstacle.get());
            return new Outcome.Skipped(new Skip(Skip.Reason.STEP_FAILED, obstacle.get().sentence()));
        }
        try {
            StepValues values = values(step, 1, false);
            Outcome.Ready ready = new Outcome.Ready(new Changed(maker.request(step, values, request),
                    List.of("step " + step.step().id() + " of template " + flow.template().id())));
            noteCursor(step, values);
            return ready;
        } catch (UnfilledException e) {
            skips.put(step.index(), e.getMessage());
            return new Outcome.Skipped(new Skip(e.isMissing() ? Skip.Reason.CAPTURE_MISSING : Skip.Reason.NOT_CHANGEABLE, e.getMessage()));
        }
    }

    private void noteCursor(RunnableFlow.Step step, StepValues values) throws UnfilledException {
        if (step.pages().isPresent() && step.names().contains(step.pages().get().loop().variable())) {
            cursors.put(step.index(), values.value(step.pages().get().loop().variable()));
        }
    }

    @Override
    public Outcome preview(PlanItem item, OutgoingRequest request) {
        RunnableFlow.Step step = step(item);
        List<String> sentences = new ArrayList<>();
        sentences.add("step " + step.step().id() + (step.step().dependsOn().isEmpty() ? "" : ", waits for " + String.join(", ", step.step().dependsOn())));
        StepValues values = values(step, 1, true);
        TreeSet<String> open = new TreeSet<>();
        for (String name : step.names()) {
            if (flow.definition(name).isEmpty() && values.isOpen(name)) {
                open.add("{" + name + "}");
            }
        }
        if (!open.isEmpty()) {
            sentences.add("takes " + String.join(", ", open) + " from their answers");
        }
        step.pages().ifPresent(pages -> sentences.add("repeated for each page, at most " + pages.most() + " times"));
        try {
            return new Outcome.Ready(new Changed(maker.request(step, values, request), sentences));
        } catch (UnfilledException e) {
            return new Outcome.Skipped(new Skip(Skip.Reason.NOT_CHANGEABLE, e.getMessage()));
        }
    }

    @Override
    public void answered(PlanItem item, OutgoingRequest sent, Answer answer) {
        RunnableFlow.Step step = step(item);
        Map<String, String> found = new LinkedHashMap<>();
        StringBuilder givenUp = new StringBuilder();
        boolean last = look(step, answer, found, givenUp);
        Optional<String> failure = StepCheck.failure(step, answer, last).or(() -> givenUp.isEmpty() ? Optional.empty() : Optional.of(givenUp.toString()));
        learning.lock();
        try {
            found.forEach((name, value) -> {
                progress.took(step.index(), name, value);
                journal.accept(JsonObject.builder().put(STEP, step.index()).put("took", name).put("value", value).build());
            });
            progress.judged(step.index(), failure);
            journal.accept(JsonObject.builder().put(STEP, step.index()).putIf("failed", failure).build());
        } finally {
            learning.unlock();
        }
        if (last) {
            cursors.remove(step.index());
        }
    }

    /** Takes the extracts; whether a loop ends with this answer. */
    private boolean look(RunnableFlow.Step step, Answer answer, Map<String, String> found, StringBuilder givenUp) {
        ResponseParts parts = ResponseParts.of(answer.head().fields(), answer.body());
        for (RunnableFlow.Taken extract : step.extracts()) {
            find(extract.selector(), parts, givenUp).filter(value -> value.length() <= VALUE_CHARS_MAX).ifPresent(value -> found.put(extract.as(), value));
            if (!givenUp.isEmpty()) {
                return true; // One that takes this long makes each answer take as long for each of them.
            }
        }
        if (step.pages().isEmpty() || step.pages().get().until().isEmpty()) {
            return false;
        }
        Optional<String> more = find(step.pages().get().until().get(), parts, givenUp);
        return step.pages().get().isLast(more, Optional.ofNullable(cursors.get(step.index())));
    }

    private Optional<String> find(Selector selector, ResponseParts parts, StringBuilder givenUp) {
        try {
            Optional<Optional<String>> found = threads.run(() -> Optional.of(tried(selector, parts, LIMIT.part(SOON_PART))).filter(Optional::isPresent),
                    () -> tried(selector, parts, LIMIT));
            if (found.isEmpty()) {
                givenUp.append("the expression of ").append(RunnableFlow.shown(selector.toString())).append(" took too long on its answer");
            }
            return found.orElse(Optional.empty());
        } catch (RulesStoppedException e) {
            // The run is over, and an answer that still came is kept with its values for one that goes on: there are no others to hold up.
            return tried(selector, parts, LIMIT).orElse(Optional.empty());
        }
    }

    /** What was found, if anything; empty outside if that took too long. */
    private static Optional<Optional<String>> tried(Selector selector, ResponseParts parts, TimeLimit limit) {
        try {
            return Optional.of(selector.find(parts, limit.begin()));
        } catch (GivenUpException e) {
            return Optional.empty();
        }
    }

    @Override
    public Verdict verdict(PlanItem item, Answer answer) {
        Optional<String> failure = progress.failure(item.index());
        if (failure.isPresent()) {
            return new Verdict.Failed(failure.get());
        }
        return StepCheck.namesStatus(step(item)) ? new Verdict.Expected() : new Verdict.Usual();
    }

    /** A loop goes on with the next page: {@code hop} counts them. */
    @Override
    public Next redirected(PlanItem item, OutgoingRequest sent, Answer answer, int hop) {
        RunnableFlow.Step step = step(item);
        boolean last = step.pages().isPresent() && step.pages().get().until().isPresent() && !cursors.containsKey(step.index());
        if (step.pages().isEmpty() || last || progress.failure(step.index()).isPresent()) {
            return new Next.Nothing();
        }
        RunnableFlow.Pages pages = step.pages().get();
        if (hop >= pages.most()) {
            if (pages.until().isPresent()) {
                bounded.add("step " + step.step().id() + " stopped after " + hop + " pages, the most that its loop may have");
            }
            return new Next.Nothing();
        }
        try {
            StepValues values = values(step, hop + 1, false);
            Optional<String> before = Optional.ofNullable(cursors.get(step.index()));
            OutgoingRequest next = maker.request(step, values, sent);
            noteCursor(step, values);
            if (pages.until().isPresent() && before.isPresent() && before.equals(Optional.ofNullable(cursors.get(step.index())))) {
                throw new UnfilledException("its loop leads to the same page again, by {" + pages.loop().variable() + "}");
            }
            return new Next.Page(next);
        } catch (UnfilledException e) {
            progress.judged(step.index(), Optional.of(e.getMessage()));
            return new Next.Nothing();
        }
    }

    @Override
    public boolean opensWebSockets() {
        return true;
    }

    @Override
    public List<String> remarks() {
        return List.copyOf(bounded);
    }

    @Override
    public void ended(PlanItem item) {
        Optional<String> skip = item.skipped().map(Skip::sentence).or(() -> Optional.ofNullable(skips.remove(item.index())));
        progress.ended(item.index(), skip);
        cursors.remove(item.index());
    }

    @Override
    public void recall(JsonObject learned) {
        int index = learned.get(STEP).filter(JsonNumber.class::isInstance).map(number -> (int) ((JsonNumber) number).asDouble()).orElse(-1);
        if (index < 0 || index >= flow.steps().size()) {
            return; // Another version of the program learned it.
        }
        if (learned.has("took")) {
            progress.took(index, learned.string("took").orElse(""), learned.string("value").orElse(""));
        } else {
            progress.judged(index, learned.string("failed"));
        }
    }

    @Override
    public void tell(Consumer<JsonObject> listener) {
        learning.lock();
        try {
            journal = listener;
        } finally {
            learning.unlock();
        }
    }

    @Override
    public boolean isChained(PlanItem item) {
        return true;
    }

    /** Lets all requests go that wait for others, as the run is over. */
    @Override
    public void close() {
        progress.close();
        threads.close();
    }
}
