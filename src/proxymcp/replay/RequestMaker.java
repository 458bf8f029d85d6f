package proxymcp.replay;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes the requests of a plan as they go out: read, changed, and held against what may be sent. Any thread may call. */
public final class RequestMaker {
    private final Plan plan;
    private final ItemSource source;
    private final ItemChanges changes;
    private final Safety safety;

    /**
     * @param source has the requests, as recordings as a rule
     * @param changes what is made of them
     * @param safety holds for items, not for those that renew an authorisation
     */
    public RequestMaker(Plan plan, ItemSource source, ItemChanges changes, Safety safety) {
        this.plan = plan;
        this.source = source;
        this.changes = changes;
        this.safety = safety;
    }

    /** The request of {@code item}, or why it is not sent. A dry run shows what this gives, a run sends it. */
    public ItemChanges.Outcome make(PlanItem item) {
        if (item.skipped().isPresent()) {
            return new ItemChanges.Outcome.Skipped(item.skipped().get());
        }
        return switch (source.request(item)) {
            case ItemChanges.Outcome.Skipped skipped -> skipped;
            case ItemChanges.Outcome.Ready(Changed recorded) -> switch (changes.change(item, recorded.request())) {
                case ItemChanges.Outcome.Skipped skipped -> skipped;
                case ItemChanges.Outcome.Ready(Changed changed) -> guarded(item, recorded, changed);
            };
        };
    }

    private ItemChanges.Outcome guarded(PlanItem item, Changed recorded, Changed changed) {
        OutgoingRequest request = changed.request();
        boolean isItem = item.index() < plan.items().size();
        Optional<Skip> unsafe = isItem ? safety.check(effectiveMethod(request), request.url()) : Optional.empty();
        if (unsafe.isPresent()) {
            return new ItemChanges.Outcome.Skipped(unsafe.get());
        }
        List<String> all = new ArrayList<>(recorded.changes());
        all.addAll(changed.changes());
        return new ItemChanges.Outcome.Ready(new Changed(request, all, sentAs(recorded.request(), request)));
    }

    private static Optional<SentAs> sentAs(OutgoingRequest recorded, OutgoingRequest sent) {
        SentAs as = new SentAs(sent.head().method(), sent.url());
        return as.method().equals(recorded.head().method()) && as.url().equals(recorded.url()) ? Optional.empty() : Optional.of(as);
    }

    /** Frameworks let a field turn one method into another. */
    private static String effectiveMethod(OutgoingRequest request) {
        String method = request.head().method();
        if (!Safety.isSafe(method)) {
            return method;
        }
        for (String name : List.of("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")) {
            Optional<String> other = request.head().fields().first(name);
            if (other.isPresent() && !Safety.isSafe(other.get().strip().toUpperCase(java.util.Locale.ROOT))) {
                return other.get().strip();
            }
        }
        return method;
    }
}
