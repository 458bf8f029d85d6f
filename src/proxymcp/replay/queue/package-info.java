/**
 * Replay by many workers: jobs wait in a queue, workers lease them, send them and commit what came of it, and every job is counted once, whoever
 * dies on the way.
 *
 * <p>Lives here: the contract of a queue ({@link proxymcp.replay.queue.JobQueue}), the embedded one that needs no other service
 * ({@link proxymcp.replay.queue.EmbeddedQueue}), the one in a Redis server ({@link proxymcp.replay.queue.RedisQueue}), and who puts jobs in and takes them out.
 *
 * <p>Does not know: tools, the protocol they are called by, the proxy. A queue knows nothing of requests: what a job carries is octets to it.
 *
 * <p>Threads: a queue may be called by any thread; its calls block, and none is interrupted while it writes.
 *
 * <p>Read {@link proxymcp.replay.queue.JobQueue} first.
 */
package proxymcp.replay.queue;
