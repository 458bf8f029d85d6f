package proxymcp.http;

/**
 * Bounds of one message head.
 *
 * @param headBytesMax start line and field section together, in bytes, at least 256
 * @param fieldsMax number of field lines, at least 1
 */
public record HeadLimits(int headBytesMax, int fieldsMax) {
    /** 64 KiB and 500 field lines. */
    public static final HeadLimits DEFAULT = new HeadLimits(64 * 1024, 500);

    /** @throws IllegalArgumentException if a bound is too small to hold any request */
    public HeadLimits {
        if (headBytesMax < 256 || fieldsMax < 1) {
            throw new IllegalArgumentException("headBytesMax " + headBytesMax + ", fieldsMax " + fieldsMax);
        }
    }
}
