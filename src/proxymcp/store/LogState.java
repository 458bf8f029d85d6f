package proxymcp.store;

/**
 * Where a log ends.
 *
 * @param lastSegment number of the last segment file, 0 without one
 * @param lastSegmentBytes octets of that file
 * @param lastNumber number of the last record, 0 without one
 * @param bytes octets of all segments
 * @param losses what the log says was lost
 */
record LogState(int lastSegment, int lastSegmentBytes, long lastNumber, long bytes, Losses losses) {
    /** A session without a log. */
    static final LogState NEW = new LogState(0, 0, 0, 0, Losses.NONE);
}
