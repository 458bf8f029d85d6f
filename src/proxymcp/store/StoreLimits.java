package proxymcp.store;

/**
 * Bounds and rhythms of the store.
 *
 * @param segmentBytesMax size at which a segment is sealed and the next begun
 * @param queueBytes records handed over and not written yet; producers wait when it is full
 * @param queueWaitMillis how long they wait before a body is shed
 * @param inlineBodyBytes a body that ends within so many octets is written whole, and once for all that are equal
 * @param pendingBodyMillis octets of a body that has not ended are written after so long
 * @param previewBytes octets kept of each body in the preview profile
 * @param forceMillis how often what was written is forced to the disk
 * @param checkpointBytes log between two automatic checkpoints
 * @param checkpointMillis time between two automatic checkpoints, if anything was written
 * @param rowsPerExtent index rows that are mapped together
 * @param stringBytesPerExtent index text that is mapped together
 */
public record StoreLimits(int segmentBytesMax, int queueBytes, long queueWaitMillis, int inlineBodyBytes, long pendingBodyMillis,
        int previewBytes, long forceMillis, long checkpointBytes, long checkpointMillis, int rowsPerExtent, int stringBytesPerExtent) {
    /** 64 MiB segments, a 4 MiB queue, 64 KiB inline bodies, forced each 200 ms, a checkpoint each 16 MiB or 10 s. */
    public static final StoreLimits DEFAULT =
            new StoreLimits(64 << 20, 4 << 20, 2_000, 64 << 10, 50, 4_096, 200, 16L << 20, 10_000, 8_192, 1 << 20);

    private static final long PATIENT_MILLIS = 600_000;

    /** For a program that fills a session and can wait: nothing is shed, and bodies are kept whatever the profile. */
    StoreLimits patient() {
        return new StoreLimits(segmentBytesMax, queueBytes, PATIENT_MILLIS, inlineBodyBytes, pendingBodyMillis, Integer.MAX_VALUE, forceMillis,
                checkpointBytes, checkpointMillis, rowsPerExtent, stringBytesPerExtent);
    }
}
