package proxymcp.replay;

import java.util.OptionalLong;
import java.util.SplittableRandom;
import proxymcp.replay.RunSettings.RetryOn;
import proxymcp.replay.RunSettings.RetryPolicy;

/**
 * Whether an item is sent again, and when. Waits double from attempt to attempt and are drawn from 0 to that bound, so that workers that failed
 * together do not come back together; the draw depends on the run's seed, the item and the attempt alone. All retries of a run come out of one
 * budget, a fifth of the items begun and ten more: a dead target is not asked three times by each of 100,000 items.
 *
 * <p>Threads: guarded by the run's lock.
 */
public final class Retries {
    /** Asked to wait longer than this, an item is not tried again: five minutes. */
    static final long RETRY_AFTER_MILLIS_MAX = 300_000;
    private static final int BUDGET_FLOOR = 10;
    private static final int BUDGET_SHARE = 5;

    private final RetryPolicy policy;
    private final long seed;
    private long begun;
    private long used;

    /** @param seed what waits are drawn from */
    public Retries(RetryPolicy policy, long seed) {
        this.policy = policy;
        this.seed = seed;
    }

    /** Notes that an item is sent for the first time. */
    public void begun() {
        begun++;
    }

    /** Retries granted. */
    long used() {
        return used;
    }

    /**
     * Decides about another attempt, and takes it out of the budget.
     *
     * @param attempt the one that ended, from 1
     * @param unsafe whether the request must not be sent twice
     * @param askedMillis what Retry-After asked for
     * @return milliseconds to wait; empty if the result stands
     */
    public OptionalLong again(int index, int attempt, boolean unsafe, SendResult result, OptionalLong askedMillis) {
        if (attempt >= policy.maxAttempts() || result.isSuccess() || result.skipped().isPresent() || unsafe && !result.nothingSent()
                || !isNamed(result) || used >= BUDGET_FLOOR + begun / BUDGET_SHARE) {
            return OptionalLong.empty();
        }
        if (askedMillis.isPresent() && askedMillis.getAsLong() > RETRY_AFTER_MILLIS_MAX) {
            return OptionalLong.empty();
        }
        used++;
        return OptionalLong.of(askedMillis.orElse(0) + draw(index, attempt, bound(attempt)));
    }

    /** How long all workers leave an origin alone that failed or pushed back {@code times} times running: half of the bound and up to as much more. */
    long backOffMillis(int host, int times, long millisMax) {
        long bound = Math.min(millisMax, bound(times));
        return bound / 2 + draw(-1 - host, times, bound - bound / 2);
    }

    private long bound(int attempt) {
        long max = Math.max(policy.maxDelayMillis(), policy.baseDelayMillis());
        return attempt > 30 ? max : Math.min(max, policy.baseDelayMillis() << attempt - 1);
    }

    private long draw(int index, int attempt, long bound) {
        return new SplittableRandom(seed * 31 + index * 0x9E3779B97F4A7C15L + attempt).nextLong(bound + 1);
    }

    private boolean isNamed(SendResult result) {
        if (result.errorClass().isPresent()) {
            return switch (result.errorClass().get()) {
                case DNS, CONNECT_REFUSED, CONNECT_TIMEOUT, CONNECT_FAILED, TLS, UPSTREAM_PROXY -> policy.on().contains(RetryOn.CONNECT);
                case TIMEOUT -> policy.on().contains(RetryOn.TIMEOUT);
                case RESET, CLOSED -> policy.on().contains(RetryOn.RESET);
                case PROTOCOL, CLIENT_ABORTED, BLOCKED_BY_RULE, LOOP, PROXY_STOPPED, INTERNAL -> false;
            };
        }
        int status = result.status().orElse(0);
        return status == 429 ? policy.on().contains(RetryOn.STATUS_429) : status >= 500 && policy.on().contains(RetryOn.STATUS_5XX);
    }
}
