package proxymcp.diff;

import java.util.OptionalLong;

/**
 * Where two sessions part.
 *
 * @param seqA number within A; empty for a request that only B has
 * @param seqB number within B; empty for a request that only A has
 * @param why what differs there, one sentence
 */
public record FirstDivergence(OptionalLong seqA, OptionalLong seqB, String why) {}
