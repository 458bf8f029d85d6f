package proxymcp.replay;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;

/**
 * How a run goes about its items.
 *
 * @param concurrency most requests in flight, 1..256; with 1 they go out strictly in order
 * @param perHostConcurrency most requests in flight to one origin; empty for {@code concurrency}
 * @param ratePerSecond most requests begun in a second; empty for no bound
 * @param burst requests that may begin at once after a pause, at least 1
 * @param pacing gaps between requests
 * @param retry what is tried again
 * @param stopOn when the run ends early; empty for never
 * @param authRefresh what is done about an expired authorisation; empty for nothing
 */
public record RunSettings(int concurrency, OptionalInt perHostConcurrency, OptionalDouble ratePerSecond, int burst, Pacing pacing,
        RetryPolicy retry, Optional<StopOn> stopOn, Optional<AuthRefresh> authRefresh) {
    /** Four at a time, as fast as they go, nothing tried again. */
    public static final RunSettings DEFAULT = new RunSettings(4, OptionalInt.empty(), OptionalDouble.empty(), 1, new Pacing.None(),
            RetryPolicy.NONE, Optional.empty(), Optional.empty());

    /** Gaps between the starts of requests. */
    public sealed interface Pacing {
        /** As fast as the other bounds allow. */
        record None() implements Pacing {}

        /**
         * The gaps of the recording.
         *
         * @param speed 2 halves them; above 0
         */
        record Recorded(double speed) implements Pacing {}
    }

    /** What an attempt must have come to for another one. */
    public enum RetryOn {
        /** No connection: dns, connect_refused, connect_timeout, connect_failed, tls, upstream_proxy. */
        CONNECT,
        /** The origin was silent for too long. */
        TIMEOUT,
        /** The connection broke: reset, closed. */
        RESET,
        /** Status 429. */
        STATUS_429,
        /** Status 500..599. */
        STATUS_5XX
    }

    /**
     * When an item is sent again; unsafe ones only if nothing had been sent.
     *
     * @param maxAttempts attempts in all, at least 1
     * @param baseDelayMillis wait before the second attempt at most; doubles from then on
     * @param maxDelayMillis longest wait
     * @param on what leads to another attempt
     */
    public record RetryPolicy(int maxAttempts, long baseDelayMillis, long maxDelayMillis, Set<RetryOn> on) {
        /** One attempt each. */
        public static final RetryPolicy NONE = new RetryPolicy(1, 200, 10_000, Set.of());

        /** Copies the set. */
        public RetryPolicy {
            on = Set.copyOf(on);
        }
    }

    /**
     * When too much fails for going on to make sense.
     *
     * @param errorRate share of the last {@code minRequests} executed items that failed, above 0 and at most 1
     * @param minRequests executed items before it is looked at, at least 1
     */
    public record StopOn(double errorRate, int minRequests) {}

    /**
     * What is done when an authorisation expired.
     *
     * @param status codes that say so
     * @param refreshSeqs seqs that are sent then, in order; the plan's refresh items
     */
    public record AuthRefresh(Set<Integer> status, List<Long> refreshSeqs) {
        /** Copies set and list. */
        public AuthRefresh {
            status = Set.copyOf(status);
            refreshSeqs = List.copyOf(refreshSeqs);
        }
    }
}
