package proxymcp.diff;

/**
 * An exchange that repeats another one of its own session and has no partner.
 *
 * @param inA whether it is of A, else of B
 * @param seq number within its session
 * @param of number of the one that it repeats
 */
public record Repeat(boolean inA, long seq, long of) {}
