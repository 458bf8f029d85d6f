package proxymcp.parity;

import java.io.IOException;
import java.util.List;
import proxymcp.decode.Decoders;
import proxymcp.store.Session;
import proxymcp.store.WorkWatch;

/**
 * Judges whether a session, or a replay, means the same as the session that it repeats: a schema is learned of each endpoint from all baselines, then each
 * pair is judged by transport, shape and value. Each exchange is read at most twice and never kept.
 */
public final class ParityRun {
    private final Decoders decoders;

    /** Judgements that look into bodies with these decoders. */
    public ParityRun(Decoders decoders) {
        this.decoders = decoders;
    }

    /**
     * Judges.
     *
     * @param baseline the session that works
     * @param moreBaselines more of them: what differs among those is noise
     * @param other what is judged
     * @param request what of it, and how strictly
     * @param watch told how far it got
     * @throws java.util.concurrent.CancellationException if nobody waits for it any more
     * @throws ParityException if there is nothing to compare, or too much
     * @throws IOException if a session cannot be read
     */
    public ParityReport run(Session baseline, List<Session> moreBaselines, Counterpart other, ParityRequest request, WorkWatch watch)
            throws IOException, ParityException {
        throw new UnsupportedOperationException("not yet " + decoders);
    }
}
