package proxymcp.chrome;

/**
 * Size of a browser's window.
 *
 * @param width device-independent pixels, 1..{@value #MAX}
 * @param height device-independent pixels, 1..{@value #MAX}
 */
public record WindowSize(int width, int height) {
    /** Longest side. */
    public static final int MAX = 16_384;

    /** Checks the bounds. */
    public WindowSize {
        if (width < 1 || width > MAX || height < 1 || height > MAX) {
            throw new IllegalArgumentException("a window of " + width + " x " + height);
        }
    }
}
