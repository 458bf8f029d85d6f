package proxymcp.store;

import java.util.Optional;
import proxymcp.exchange.StreamKind;

/** Messages of a stream that passed and are not in the log. */
final class MissingMessages {
    private MissingMessages() {}

    /**
     * Says that messages of a stream are missing, or may be.
     *
     * @param passed how many had passed before its messages are counted here: of a stream that is being recorded there may be more by now
     * @param shed whether something of its exchange was not recorded
     * @return a sentence; empty if all that passed are there
     */
    static Optional<String> of(StoredStreams.Row row, long passed, boolean shed) {
        long missing = passed - row.number(StreamRowLayout.FRAMES_IN) - row.number(StreamRowLayout.FRAMES_OUT);
        if (row.kind() == StreamKind.TUNNEL) {
            return Optional.empty();
        }
        if (missing > 0) {
            return Optional.of(missing + " of its " + passed + " messages " + (shed ? "were not recorded" : "are missing: the log is damaged"));
        }
        // Only its end says how many passed in all.
        return shed && row.number(StreamRowLayout.END) == Position.NONE
                ? Optional.of("messages of it may be missing: not all of its exchange was recorded") : Optional.empty();
    }
}
