package proxymcp.diff;

/**
 * An exchange of A and the one of B that answers to it.
 *
 * @param seqA number within A
 * @param seqB number within B
 * @param moved whether it stands elsewhere in the order of B
 */
public record Pair(long seqA, long seqB, boolean moved) {}
