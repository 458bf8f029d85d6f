package proxymcp.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import proxymcp.exchange.Outcome;

/** Compares rows of an index with what the log says of the same exchanges. Not for several threads. */
final class RowComparison {
    private final IndexFiles index;
    private final DamageList damage;
    private long differing;
    private long firstDiffering;

    /** @param damage what was found damaged in the log so far */
    RowComparison(IndexFiles index, DamageList damage) {
        this.index = index;
        this.damage = damage;
    }

    /** Compares the row of an exchange that ended: positions of its records, sizes of its bodies. */
    void compare(long seq, long start, long requestEnd, long response, long end, ExchangeCodec.EndFacts facts) throws IOException {
        if (seq > index.lastSeq()) {
            differ(seq);
            return;
        }
        ByteBuffer row = index.extent(seq);
        int at = index.at(seq);
        long bytes = facts.body().map(ExchangeCodec.BodyFacts::bytes).orElse(0L);
        boolean complete = facts.outcome() instanceof Outcome.Complete;
        int phase = RowLayout.state(row, at) & RowLayout.PHASE_MASK;
        if (row.getLong(at + RowLayout.START) != start || differs(seq, row.getLong(at + RowLayout.REQUEST_END), requestEnd)
                || differs(seq, row.getLong(at + RowLayout.RESPONSE), response) || row.getLong(at + RowLayout.END) != end
                || row.getLong(at + RowLayout.RESPONSE_BYTES) != bytes
                || phase != (complete ? RowLayout.COMPLETE : RowLayout.INCOMPLETE)) {
            differ(seq);
        }
    }

    /**
     * Compares the end of an exchange's messages.
     *
     * @param last position of the last one, 0 without one
     */
    void compareMessages(long seq, long last) throws IOException {
        int stream = seq > index.lastSeq() ? 0 : index.extent(seq).getInt(index.at(seq) + RowLayout.STREAM);
        long message = stream == 0 ? 0 : index.streams().extent(stream).getLong(index.streams().at(stream) + StreamRowLayout.LAST_MESSAGE);
        long known = message == 0 ? Position.NONE
                : index.messages().extent(message).getLong(index.messages().at(message) + MessageRowLayout.POSITION);
        if (known != last && !damage.refer(seq, known)) {
            differ(seq);
        }
    }

    /** A record that was not read may be where the log is damaged. */
    private boolean differs(long seq, long known, long read) {
        return known != read && !(read == Position.NONE && damage.refer(seq, known));
    }

    private void differ(long seq) {
        firstDiffering = differing == 0 ? seq : firstDiffering;
        differing++;
    }

    /** Rows that say something else than the log. */
    long differing() {
        return differing;
    }

    /** The first of them; 0 without one. */
    long firstDiffering() {
        return firstDiffering;
    }
}
