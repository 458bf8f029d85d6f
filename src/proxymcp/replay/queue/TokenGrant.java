package proxymcp.replay.queue;

import java.util.Optional;
import proxymcp.replay.ReplayId;

/**
 * Tokens that a worker has. Those of an origin are held until they are given back, or until the worker has not been heard of for a lease's time; those of
 * the rate are good until {@code validMillis} have passed.
 *
 * @param number tells it from all other grants of the queue; 0 for one that need not be given back, which is that of a run without such a bound
 * @param run whose tokens
 * @param worker who has them
 * @param origin requests in flight there; empty for requests begun
 * @param count how many, 0 or more
 * @param validMillis how long it lasts, counted from before it was asked for, by the worker's own monotonic clock
 * @param retryMillis with fewer than wanted: when asking again makes sense at the earliest; 0 if all were granted
 */
public record TokenGrant(long number, ReplayId run, WorkerId worker, Optional<String> origin, int count, long validMillis, long retryMillis) {}
