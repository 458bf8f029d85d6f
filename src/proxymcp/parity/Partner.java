package proxymcp.parity;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import proxymcp.replay.RecordedAs;
import proxymcp.replay.RunItem;
import proxymcp.store.Session;

/** What answers to an exchange of the baseline. */
sealed interface Partner {
    /** Number of the exchange in the baseline. */
    long seq();

    /**
     * An exchange.
     *
     * @param session where it is
     * @param otherSeq its number there
     */
    record Recorded(long seq, Session session, long otherSeq) implements Partner {}

    /** Nothing that could be judged. */
    record Missing(long seq, String reason) implements Partner {}

    /** What the items of a run came to, in order. */
    static List<Partner> of(Counterpart.OfRun run) throws IOException {
        List<Partner> partners = new ArrayList<>();
        for (RunItem item : run.items()) {
            partners.add(of(run, item));
        }
        return partners;
    }

    private static Partner of(Counterpart.OfRun run, RunItem item) throws IOException {
        long seq = item.item().seq();
        if (item.skipped().isPresent()) {
            return new Missing(seq, "not sent: " + item.skipped().get().sentence());
        }
        if (item.recorded().isEmpty()) {
            boolean pending = item.state() == RunItem.State.PENDING;
            return new Missing(seq, pending ? "not sent yet" : item.reason().isEmpty() ? "its answer was not recorded" : Shown.text(item.reason()));
        }
        RecordedAs recorded = item.recorded().get();
        Session session = run.sessions().get(recorded.sessionId());
        if (session == null) {
            return new Missing(seq, "session " + recorded.sessionId() + ", which its answer was recorded to, is not there");
        }
        OptionalLong other = recorded.seq() > 0 ? OptionalLong.of(recorded.seq()) : session.seqOf(recorded.exchangeId());
        return other.isEmpty() ? new Missing(seq, "its answer was not recorded") : new Recorded(seq, session, other.getAsLong());
    }
}
