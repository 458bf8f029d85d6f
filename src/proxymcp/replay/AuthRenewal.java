package proxymcp.replay;

import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What is done about an expired authorisation: one refresh at a time, during which nothing else begins; then the items that were refused are sent again,
 * each once. An item that had begun before the last refresh ended is sent again without another one.
 *
 * <p>Threads: guarded by the run's lock.
 */
final class AuthRenewal {
    private static final int FUTILE_MAX = 2;

    private final Set<Integer> status;
    private final List<PlanItem> refreshItems;
    private final BitSet renewed = new BitSet();
    private int generation;
    /** Refreshes in a row behind which the same request was refused again, and the newest of them. */
    private int futile;
    private int lastFutile;
    private boolean running;
    private boolean inFlight;
    private int at;
    private int attempt;
    private long dueAt;

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
        if (renewed.get(item.index())) {
            helped(says, begunIn);
            return false;
        }
        if (!says || refreshItems.isEmpty() || isGivenUp()) {
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

    /** What came of a request that was sent again behind a refresh. */
    private void helped(boolean refused, int begunIn) {
        if (!refused) {
            futile = 0;
        } else if (begunIn > lastFutile) {
            lastFutile = begunIn;
            futile++;
        }
    }

    /** Whether refreshes did not help so often that none is sent any more: what is refused is forbidden then, not expired. */
    boolean isGivenUp() {
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
