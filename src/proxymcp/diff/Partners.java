package proxymcp.diff;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which exchanges of two recordings answer to each other, as a comparison of sessions has it. Not for several threads. */
public final class Partners {
    private final List<Outline> outlines = new ArrayList<>();

    /**
     * Takes an exchange of a recording, in order.
     *
     * @param endpoint learned from both recordings
     * @param startedAt epoch milliseconds
     * @param status of the response, 0 without one
     */
    public void add(ExchangeFields fields, Endpoint endpoint, long startedAt, int status) {
        outlines.add(Outlines.of(fields, endpoint, startedAt, status));
    }

    /** The seq in the other recording by the seq in this one, of those that have a partner there. */
    public Map<Long, Long> in(Partners other) {
        Map<Long, Long> partners = new HashMap<>();
        Aligner.align(outlines, other.outlines).pairs().forEach(pair -> partners.put(pair.seqA(), pair.seqB()));
        return partners;
    }
}
