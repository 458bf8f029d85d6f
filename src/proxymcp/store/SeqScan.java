package proxymcp.store;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Finds exchanges in the order of their seqs, some at a time, up to the last one that was there when it was made. Not for several threads. */
public final class SeqScan {
    private final Session session;
    private final IndexFiles index;
    private final RowFilter filter;
    private final long lastSeq;
    private long through;

    SeqScan(Session session, IndexFiles index, RowFilter filter, long afterSeq, long lastSeq) {
        this.session = session;
        this.index = index;
        this.filter = filter;
        this.lastSeq = lastSeq;
        this.through = afterSeq;
    }

    /**
     * Finds the next ones.
     *
     * @param seqs takes them, from its beginning on
     * @param max how many at most
     * @return how many there were; fewer than {@code max} only at the end
     */
    public int next(long[] seqs, int max) throws IOException {
        int count = 0;
        while (count < max && through < lastSeq) {
            long seq = ++through;
            ByteBuffer row = session.checked(seq);
            if (filter.matches(row, index.at(seq))) {
                seqs[count++] = seq;
            }
        }
        return count;
    }

    /** The last seq that it looks at. */
    public long lastSeq() {
        return lastSeq;
    }
}
