package proxymcp.replay.queue;

/**
 * Tells a lease from all others of a queue.
 *
 * @param number rises from lease to lease, from 1
 */
public record Fence(long number) {}
