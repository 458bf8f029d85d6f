package proxymcp.replay;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * What a run sends, in order.
 *
 * @param sessionId where the requests were recorded
 * @param items requests, skipped ones too
 * @param refreshItems requests that renew an expired authorisation; not sent unless needed, and not counted as items
 * @param notes what was asked for and is not among the items, a sentence each
 */
public record Plan(String sessionId, List<PlanItem> items, List<PlanItem> refreshItems, List<String> notes) {
    /** Copies the lists. */
    public Plan {
        items = List.copyOf(items);
        refreshItems = List.copyOf(refreshItems);
        notes = List.copyOf(notes);
    }

    /** A plan with all that was asked for. */
    public Plan(String sessionId, List<PlanItem> items, List<PlanItem> refreshItems) {
        this(sessionId, items, refreshItems, List.of());
    }

    /** The same with one more note. */
    public Plan noting(String sentence) {
        List<String> more = new ArrayList<>(notes);
        more.add(sentence);
        return new Plan(sessionId, items, refreshItems, more);
    }

    /** Whether one of its requests, those that renew an authorisation among them, fits. */
    boolean isMet(Predicate<PlanItem> condition) {
        return items.stream().anyMatch(condition) || refreshItems.stream().anyMatch(condition);
    }

    /** How many items are not sent. */
    public int skippedCount() {
        int skipped = 0;
        for (PlanItem item : items) {
            skipped += item.skipped().isPresent() ? 1 : 0;
        }
        return skipped;
    }
}
