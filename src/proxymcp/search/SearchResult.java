package proxymcp.search;

import java.util.List;

/**
 * What a search found.
 *
 * @param counts of all that was looked at
 * @param hits the first ones, in the order of their seqs
 * @param end why it ended
 * @param throughSeq the last exchange that was looked at
 */
public record SearchResult(SearchCounts counts, List<Hit> hits, End end, long throughSeq) {
    /** Why a search ended. */
    public enum End {
        /** There are no more exchanges. */
        ALL,
        /** As many exchanges were looked at as asked for, and there are more. */
        SCANNED,
        /** As many hits were found as asked for. */
        FULL,
        /** The expression took too long on too many bodies. */
        TOO_SLOW
    }
}
