package proxymcp.store;

import java.util.Optional;

/**
 * A checkpoint as callers see it: a place of the log that a recovery can begin at, and that a caller may have named.
 *
 * @param number rises by one per checkpoint of a session, from 1
 * @param label what a caller named it; empty for automatic ones
 * @param seq highest seq at that time
 * @param segment number of the segment that it stands in
 * @param offset where in that file the first record stands that it does not cover
 * @param takenAtMillis epoch milliseconds
 */
public record CheckpointInfo(long number, Optional<String> label, long seq, int segment, long offset, long takenAtMillis) {
    static CheckpointInfo of(Checkpoint checkpoint) {
        return new CheckpointInfo(checkpoint.number(), checkpoint.label(), checkpoint.lastSeq(), Position.segment(checkpoint.position()),
                Position.offset(checkpoint.position()) & 0xFFFF_FFFFL, checkpoint.takenAtMillis());
    }
}
