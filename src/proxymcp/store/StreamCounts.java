package proxymcp.store;

import java.io.IOException;

/**
 * Streams of a session.
 *
 * @param streams how many there are
 * @param messages messages of all of them
 */
public record StreamCounts(long streams, long messages) {
    /** There are none. */
    public static final StreamCounts NONE = new StreamCounts(0, 0);

    static StreamCounts of(IndexFiles index) throws IOException {
        return new StreamCounts(index.streamCount(), index.messageCount());
    }
}
