package proxymcp.store;

import java.io.IOException;
import java.util.Arrays;

/**
 * Puts matches that come in the order of their seqs into the order of their starts.
 *
 * <p>Exchanges that begin at once on several connections get their seqs a millisecond or so out of step with their starts. The index keeps the
 * largest such step back, so that a match can be handed on as soon as nothing that starts before it can follow: only a window of that length is
 * held, be the session ever so long. Where starts have no order at all, as in an imported file, the window is all of them.
 */
final class StartOrder {
    private static final int CAPACITY = 64;

    /** Takes matches in their order; says whether to go on. */
    interface Match {
        boolean found(long seq, long startedAtMillis) throws IOException;
    }

    private final boolean descending;
    private final long stepBackMillis;
    private final Match match;
    /** A binary heap, the next one first; starts and seqs side by side. */
    private long[] starts = new long[CAPACITY];
    private long[] seqs = new long[CAPACITY];
    private int held;
    /** The latest start so far; descending, the earliest. */
    private long frontier;
    private boolean begun;

    /**
     * @param descending whether seqs come from the highest down, and starts shall
     * @param stepBackMillis no exchange starts earlier than one with a lower seq by more than this
     * @param match takes what is in order
     */
    StartOrder(boolean descending, long stepBackMillis, Match match) {
        this.descending = descending;
        this.stepBackMillis = stepBackMillis;
        this.match = match;
    }

    /**
     * Takes the next match.
     *
     * @return whether to go on
     */
    boolean add(long seq, long startedAtMillis) throws IOException {
        push(startedAtMillis, seq);
        if (!begun || (descending ? startedAtMillis < frontier : startedAtMillis > frontier)) {
            frontier = startedAtMillis;
            begun = true;
        }
        while (held > 0 && isDue(starts[0])) {
            if (!handOn()) {
                return false;
            }
        }
        return true;
    }

    private boolean isDue(long start) {
        return descending ? start - frontier >= stepBackMillis : frontier - start >= stepBackMillis;
    }

    /** Hands on what is held; nothing more comes. */
    void end() throws IOException {
        while (held > 0 && handOn()) {
            continue;
        }
    }

    private boolean handOn() throws IOException {
        long start = starts[0];
        long seq = seqs[0];
        held--;
        starts[0] = starts[held];
        seqs[0] = seqs[held];
        int at = 0;
        for (int child = 1; child < held; child = 2 * at + 1) {
            int first = child + 1 < held && isBefore(child + 1, child) ? child + 1 : child;
            if (!isBefore(first, at)) {
                break;
            }
            swap(first, at);
            at = first;
        }
        return match.found(seq, start);
    }

    private void push(long start, long seq) {
        if (held == starts.length) {
            starts = Arrays.copyOf(starts, 2 * held);
            seqs = Arrays.copyOf(seqs, 2 * held);
        }
        starts[held] = start;
        seqs[held] = seq;
        int at = held++;
        while (at > 0 && isBefore(at, (at - 1) / 2)) {
            swap(at, (at - 1) / 2);
            at = (at - 1) / 2;
        }
    }

    private boolean isBefore(int a, int b) {
        boolean earlier = starts[a] < starts[b] || starts[a] == starts[b] && seqs[a] < seqs[b];
        return a != b && descending != earlier;
    }

    private void swap(int a, int b) {
        long start = starts[a];
        starts[a] = starts[b];
        starts[b] = start;
        long seq = seqs[a];
        seqs[a] = seqs[b];
        seqs[b] = seq;
    }
}
