package proxymcp.json;

/**
 * Bounds on a text that is read.
 *
 * @param depthMax nesting of arrays and objects, 1..1000 (reading is recursive, so it is bounded by the stack)
 * @param bytesMax length of the text, in bytes for bytes and in characters for a string, at least 1
 */
public record JsonLimits(int depthMax, int bytesMax) {
    /** 200 levels, 64 MiB. */
    public static final JsonLimits DEFAULT = new JsonLimits(200, 64 << 20);

    /** Characters in one number; more would make the exact reading of it quadratic in its length. */
    static final int NUMBER_CHARS_MAX = 1000;

    /** Checks the ranges. */
    public JsonLimits {
        if (depthMax < 1 || depthMax > 1000) {
            throw new IllegalArgumentException("depthMax: expected 1..1000, got " + depthMax);
        }
        if (bytesMax < 1) {
            throw new IllegalArgumentException("bytesMax: expected at least 1, got " + bytesMax);
        }
    }
}
