/**
 * Sessions on disk: an append-only log of checksummed segments, which is the truth, and a memory-mapped index, which is derived from it.
 *
 * <p>Knows no proxy and no tool: it is an {@link proxymcp.exchange.ExchangeSink} on one side and a thing to query on the other. The byte layout
 * is FORMAT.md beside this file, precise enough to write a reader from it alone.
 *
 * <p>Threads: producers encode records and hand them over; one platform thread a session writes the log and the index, another forces it to the
 * disk. Neither is ever interrupted, as an interrupt during I/O closes a FileChannel for good. Readers take no lock: a row of the index is
 * published by a release store. Read {@link proxymcp.store.SessionCatalog} first, then {@link proxymcp.store.SessionWriter}, {@code LogWriter},
 * {@code SegmentReader}, {@code SessionRecovery}. Streams are written by {@code RecordedStream} and read by {@code StoredStreams}.
 */
package proxymcp.store;
