package proxymcp.replay.queue;

/**
 * A worker as the queue last heard of it.
 *
 * @param info what it told
 * @param lastSeenMillis when, epoch milliseconds by the queue's time
 * @param silentMillis how long ago that is
 */
public record WorkerSeen(WorkerInfo info, long lastSeenMillis, long silentMillis) {}
