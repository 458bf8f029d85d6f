package proxymcp.replay.queue;

import java.util.Locale;

/**
 * What a worker tells of itself.
 *
 * @param id its id
 * @param name what it is called, to people; others may be called the same
 * @param host machine it runs on
 * @param pid its process
 * @param concurrency requests that it has in flight at most
 * @param state what it does
 * @param done jobs it committed
 * @param failed those of them that were no success
 * @param inFlight leases it has
 */
public record WorkerInfo(WorkerId id, String name, String host, long pid, int concurrency, State state, long done, long failed, int inFlight) {
    /** What a worker does. */
    public enum State {
        /** Takes jobs. */
        ACTIVE,
        /** Ends what it has, and takes nothing new. */
        DRAINING,
        /** Has left. */
        STOPPED;

        private final String id = name().toLowerCase(Locale.ROOT);

        /** The stable name in results. */
        public String id() {
            return id;
        }
    }
}
