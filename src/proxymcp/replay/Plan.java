package proxymcp.replay;

import java.util.List;

/**
 * What a run sends, in order.
 *
 * @param sessionId where the requests were recorded
 * @param items requests, skipped ones too
 * @param refreshItems requests that renew an expired authorisation; not sent unless needed, and not counted as items
 */
public record Plan(String sessionId, List<PlanItem> items, List<PlanItem> refreshItems) {
    /** Copies the lists. */
    public Plan {
        items = List.copyOf(items);
        refreshItems = List.copyOf(refreshItems);
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
