package proxymcp.replay;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import proxymcp.json.JsonObject;
import proxymcp.text.TimeLimit;

/** The changes of one run of a plan: overrides, placeholders, captures, cookies and redirects. For many threads. */
public final class RunChanges implements PlannedChanges {
    private static final String CAPTURED = "captured";

    private final RequestChanges changes;
    private final Values values;
    private final RunCaptures captures;
    private final RunCookies cookies;
    private final boolean followRedirects;
    /** Of items whose answers led elsewhere; by index. */
    private final Map<Integer, RedirectTrail> trails = new ConcurrentHashMap<>();
    /** Literals that were somewhere. */
    private final Set<RequestOverride.Literal> found = ConcurrentHashMap.newKeySet();
    /** Held while something is learned and told, so that it is told in the order in which it was learned. */
    private final ReentrantLock learning = new ReentrantLock();
    /** Guarded by {@link #learning}. */
    private Consumer<JsonObject> journal = learned -> { };

    private RunChanges(RequestChanges changes, Values values, RunCaptures captures, RunCookies cookies, boolean followRedirects) {
        this.changes = changes;
        this.values = values;
        this.captures = captures;
        this.cookies = cookies;
        this.followRedirects = followRedirects;
    }

    /**
     * Checks a plan and begins a run of it.
     *
     * @param limit for one expression on one answer
     * @throws PlanException if a placeholder is unknown, or a request uses what is not captured before it
     */
    public static RunChanges begin(Plan plan, RequestChanges changes, Captures captures, Values values, RunCookies cookies, boolean followRedirects,
            TimeLimit limit) throws PlanException {
        return new RunChanges(changes, values, captures.begin(plan.items(), changes, values, limit), cookies, followRedirects);
    }

    /**
     * The same for a request whose plan was checked elsewhere: it waits for none, and has what others gave from {@link #recall}.
     *
     * @throws PlanException if a placeholder is unknown
     */
    public static RunChanges apart(RequestChanges changes, Captures captures, Values values, RunCookies cookies, boolean followRedirects,
            TimeLimit limit) throws PlanException {
        return new RunChanges(changes, values, captures.apart(changes, values, limit), cookies, followRedirects);
    }

    @Override
    public boolean isChained(PlanItem item) {
        return cookies.mode() == RunCookies.Mode.JAR || captures.isChained(item);
    }

    @Override
    public Outcome preview(PlanItem item, OutgoingRequest request) {
        return change(item, request, values.planned(item));
    }

    private Outcome change(PlanItem item, OutgoingRequest request, Values.OfItem ofItem) {
        try {
            return new Outcome.Ready(changes.apply(request, item, ofItem, cookies, found::add));
        } catch (ChangeException e) {
            return new Outcome.Skipped(new Skip(Skip.Reason.NOT_CHANGEABLE, e.getMessage()));
        }
    }

    /**
     * What a plan shows to be without effect, a sentence each: overrides that fit no request, captures without a source.
     */
    public static List<String> withoutEffect(Plan plan, RequestChanges changes, Captures captures) {
        List<String> sentences = new ArrayList<>(changes.unmet(plan));
        sentences.addAll(captures.unmet(plan));
        return sentences;
    }

    /** What had no effect on the requests that were made so far, a sentence each: literals that were in none of them. */
    @Override
    public List<String> remarks() {
        return changes.unfound(found);
    }

    @Override
    public Outcome change(PlanItem item, OutgoingRequest request) {
        try {
            Optional<String> missing = captures.awaitNeeded(item);
            return missing.isPresent() ? new Outcome.Skipped(new Skip(Skip.Reason.CAPTURE_MISSING, missing.get()))
                    : change(item, request, values.of(item));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Outcome.Skipped(new Skip(Skip.Reason.CANCELLED, "the run ended while the request waited for a value of another answer"));
        }
    }

    @Override
    public void answered(PlanItem item, OutgoingRequest sent, Answer answer) {
        Map<String, String> found = captures.find(item, answer);
        learning.lock();
        try {
            cookies.received(sent.endpoint(), sent.head().target(), answer.head().fields()).forEach(journal);
            found.forEach((name, value) -> {
                if (values.capture(name, value)) {
                    journal.accept(JsonObject.builder().put(CAPTURED, name).put("value", value).build());
                }
            });
        } finally {
            learning.unlock();
        }
    }

    @Override
    public void recall(JsonObject learned) {
        Optional<String> name = learned.string(CAPTURED);
        if (name.isPresent()) {
            values.capture(name.get(), learned.string("value").orElse(""));
        } else {
            cookies.recall(learned);
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
    public Next redirected(PlanItem item, OutgoingRequest sent, Answer answer, int hop) {
        if (!followRedirects) {
            return new Next.Nothing();
        }
        RedirectTrail trail = hop == 1 ? new RedirectTrail(sent, cookies) : trails.getOrDefault(item.index(), new RedirectTrail(sent, cookies));
        Next next = trail.after(sent, answer.head());
        switch (next) {
            case Next.Follow follow -> trails.put(item.index(), trail);
            case Next.Page page -> throw new IllegalStateException("a redirect leads to no page");
            case Next.Nothing nothing -> trails.remove(item.index());
            case Next.Refused refused -> trails.remove(item.index());
        }
        return next;
    }

    @Override
    public void ended(PlanItem item) {
        trails.remove(item.index());
        captures.ended(item);
    }

    @Override
    public void close() {
        captures.close();
    }
}
