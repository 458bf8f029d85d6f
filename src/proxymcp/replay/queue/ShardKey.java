package proxymcp.replay.queue;

import java.nio.charset.StandardCharsets;

/**
 * What jobs share that go out in order, on one worker. It holds within one run.
 *
 * @param text 1 to {@value #BYTES_MAX} octets of UTF-8
 */
public record ShardKey(String text) {
    /** Octets of the longest key. */
    public static final int BYTES_MAX = 200;

    /** @throws IllegalArgumentException if {@code text} is empty or too long */
    public ShardKey {
        if (text.isEmpty() || text.getBytes(StandardCharsets.UTF_8).length > BYTES_MAX) {
            throw new IllegalArgumentException("a shard key has 1 to " + BYTES_MAX + " octets");
        }
    }
}
