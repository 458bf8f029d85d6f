package proxymcp.replay;

import java.util.List;
import java.util.UUID;
import proxymcp.store.SessionQuery;

/** Which exchanges of a session are sent again, and in which order. */
public sealed interface Selection {
    /** Most exchanges of one plan. */
    int ITEMS_MAX = 100_000;

    /**
     * Those with these seqs, in this order; one that is named twice is sent twice. No filter holds for them.
     *
     * @param seqs at most {@link #ITEMS_MAX}
     */
    record Seqs(List<Long> seqs) implements Selection {
        /** Copies the list. */
        public Seqs {
            seqs = List.copyOf(seqs);
        }
    }

    /**
     * Those with these ids, in this order; one that is named twice is sent twice. No filter holds for them.
     *
     * @param ids at most {@link #ITEMS_MAX}
     */
    record Ids(List<UUID> ids) implements Selection {
        /** Copies the list. */
        public Ids {
            ids = List.copyOf(ids);
        }
    }

    /**
     * Those that a query finds.
     *
     * @param filters which, and in which order
     * @param ranges only those in one of these; empty for all
     * @param offset matches to leave out
     * @param limit most exchanges, 1..{@link #ITEMS_MAX}
     */
    record Matching(SessionQuery filters, List<SeqRange> ranges, long offset, int limit) implements Selection {
        /** Copies the list. */
        public Matching {
            ranges = List.copyOf(ranges);
        }
    }
}
