package proxymcp.replay;

import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What is done about an expired authorisation: one refresh at a time, during which nothing else begins; then the items that were refused are sent again,
 * each once. An item that had begun before the last refresh ended is sent again without another one.
 *
 * <p>A refresh after which an item is refused again was futile. After two of them running, no item that was sent again having been let in between, there
 * are no more: the answers stand.
 *
 * <p>Threads: guarded by the run's lock.
 */
final class AuthRenewal {
    /** Futile refreshes after which no other one is sent. */
    static final int FUTILE_MAX = 2;
    /** What the report says then. */
    static final String GIVEN_UP = "on_auth_expired: after two refreshes running the requests that were sent again were refused again; no more refreshes "
            + "are sent in this run";

    private final Set<Integer> status;
    private final List<PlanItem> refreshItems;
    private final BitSet renewed = new BitSet();
    private int generation;
    private boolean running;
    private boolean inFlight;
    private int at;
    private int attempt;
    private long dueAt;
    private int futile;
    private int judged;

    AuthRenewal(RunSettings settings, Plan plan) {
        this.status = settings.authRefresh().map(RunSettings.AuthRefresh::status).orElse(Set.of());
        this.refreshItems = plan.refreshItems();
    }

    /** How many refreshes have ended; a request keeps the number it began with. */
    int generation() {
        return generation;
    }

    /** Whether nothing but the refresh may begin. */
    boolean isRunning() {
        return running;
    }

    /** The request of the refresh that is next; empty if one is in flight. */
    Optional<PlanItem> next() {
        return inFlight ? Optional.empty() : Optional.of(refreshItems.get(at));
    }

    /** When it may begin. */
    long dueAt() {
        return dueAt;
    }

    /** Begins it; the number of the attempt. */
    int take() {
        inFlight = true;
        return attempt;
    }

    /**
     * Whether the answer says that the authorisation expired, for the first time for this item. If so, a refresh runs from now on, unless one has ended
     * since the item began.
     */
    boolean expired(PlanItem item, int begunIn, SendResult result, long now) {
        boolean says = result.status().isPresent() && status.contains(result.status().getAsInt()) && result.errorClass().isEmpty();
        if (refreshItems.isEmpty()) {
            return false;
        }
        if (renewed.get(item.index())) {
            judge(begunIn, says, result.isSuccess());
            return false;
        }
        if (!says || hasGivenUp() && !running && begunIn == generation) {
            return false;
        }
        renewed.set(item.index());
        if (!running && begunIn == generation) {
            running = true;
            at = 0;
            attempt = 1;
            dueAt = now;
        }
        return true;
    }

    /** What came of an item that was sent again tells about the refresh before it, once. */
    private void judge(int begunIn, boolean refused, boolean letIn) {
        if (letIn) {
            futile = 0;
        } else if (refused && begunIn > judged) {
            judged = begunIn;
            futile++;
        }
    }

    /** Whether no more refreshes begin. */
    boolean hasGivenUp() {
        return futile >= FUTILE_MAX;
    }

    /** The request in flight is tried again at {@code time}. */
    void again(long time) {
        inFlight = false;
        attempt++;
        dueAt = time;
    }

    /** The request in flight succeeded; true if the refresh has ended with it. */
    boolean succeeded(long now) {
        inFlight = false;
        attempt = 1;
        dueAt = now;
        at++;
        if (at == refreshItems.size()) {
            running = false;
            generation++;
        }
        return !running;
    }
}
