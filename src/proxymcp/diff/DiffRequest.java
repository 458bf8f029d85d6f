package proxymcp.diff;

import java.util.Optional;
import proxymcp.store.SessionQuery;

/**
 * What to compare of two sessions.
 *
 * @param filter exchanges of all sessions that take part; its direction does not matter
 * @param only just these two, which need not be alike; all that the filter lets through if empty
 * @param ignored fields that are not compared
 * @param suppressVolatile whether noise is left out of what changed
 * @param arrayMode how elements of arrays are paired
 */
public record DiffRequest(SessionQuery filter, Optional<Couple> only, IgnorePatterns ignored, boolean suppressVolatile, ArrayMode arrayMode) {
    /** Everything, as far as it is no noise. */
    public static final DiffRequest ALL = new DiffRequest(SessionQuery.ALL, Optional.empty(), IgnorePatterns.NONE, true, ArrayMode.AUTO);

    /**
     * Two exchanges.
     *
     * @param seqA number within A
     * @param seqB number within B
     */
    public record Couple(long seqA, long seqB) {}
}
