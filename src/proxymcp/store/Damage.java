package proxymcp.store;

import java.util.List;

/**
 * Octets of a session that are not what was written.
 *
 * <p>Damage beside the log has segment 0: kinds {@code index} and {@code checkpoint}, which are made again from the log, {@code artifact}, which is made
 * again by decoding, and {@code manifest}.
 *
 * @param segment segment number
 * @param offset where in its file
 * @param length octets
 * @param kind {@code torn_tail} where the log ends in the middle of a record, as after a crash; {@code record} for a damaged payload behind an
 *     intact header; {@code bytes} for anything else; {@code segment} where a whole file cannot be read; {@code cut} where the log
 *     ends though its session had gone on
 * @param seq exchange that the damaged record belongs to; 0 if unknown or none
 * @param exchanges seqs of all exchanges that are known to have lost something by it, ascending: the one it belongs to, and those that refer
 *     to it, as they share a body or a connection
 */
public record Damage(int segment, long offset, long length, String kind, long seq, List<Long> exchanges) {
    /** The log ends in the middle of a record. */
    public static final String TORN_TAIL = "torn_tail";
    /** A payload is damaged, its header is not. */
    public static final String RECORD = "record";
    /** Octets that are no record. */
    public static final String BYTES = "bytes";
    /** The log ends here, and more of it had been written. */
    public static final String CUT = "cut";
    /** The index is not what its checkpoint saw, or not what the log says. */
    public static final String INDEX = "index";
    /** A checkpoint file cannot be used. */
    public static final String CHECKPOINT = "checkpoint";
    /** What a body was decoded to cannot be read. */
    public static final String ARTIFACT = "artifact";
    /** The manifest cannot be read. */
    public static final String MANIFEST = "manifest";
    /** A file that cannot be read. */
    public static final String SEGMENT = "segment";

    /** Keeps a copy of the list. */
    public Damage {
        exchanges = List.copyOf(exchanges);
    }

    /** Whether it is more than the harmless end of a log after a crash. */
    public boolean isHarmful() {
        return !kind.equals(TORN_TAIL);
    }
}
