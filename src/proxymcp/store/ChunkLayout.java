package proxymcp.store;

/**
 * Payload of a chunk of a long body.
 * <pre>
 *   offset  size  field
 *        0     8  previous   position of the body's chunk before this one, or 0
 *        8     8  offset     of the first octet in the body
 *       16     n  data       1 to 64 KiB
 * </pre>
 */
final class ChunkLayout {
    static final int PREVIOUS_OFFSET = 0;
    static final int BODY_OFFSET = 8;
    static final int DATA_OFFSET = 16;

    private ChunkLayout() {}

    /** Octets of the body up to the end of a chunk whose payload of {@code length} octets stands at {@code at}. */
    static long end(byte[] bytes, int at, int length) {
        return RecordLayout.getLong(bytes, at + BODY_OFFSET) + length - DATA_OFFSET;
    }
}
