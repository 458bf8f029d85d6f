package proxymcp.replay.queue;

import java.util.List;

/**
 * Some jobs of a run that have ended.
 *
 * @param ends in the order in which they ended
 * @param nextCursor where the next page begins; the same as this one's where nothing was left
 */
public record ResultPage(List<JobEnd> ends, long nextCursor) {
    /** Copies the list. */
    public ResultPage {
        ends = List.copyOf(ends);
    }
}
