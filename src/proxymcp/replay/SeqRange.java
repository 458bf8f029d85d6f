package proxymcp.replay;

/**
 * Exchanges that follow one another in a session.
 *
 * @param first lowest seq, at least 1
 * @param last highest seq, at least {@code first}
 */
public record SeqRange(long first, long last) {
    /** @throws IllegalArgumentException if it holds nothing */
    public SeqRange {
        if (first < 1 || last < first) {
            throw new IllegalArgumentException("expected a range of seqs such as 10-20, got " + first + "-" + last);
        }
    }

    /** Whether {@code seq} is in it. */
    public boolean contains(long seq) {
        return seq >= first && seq <= last;
    }
}
