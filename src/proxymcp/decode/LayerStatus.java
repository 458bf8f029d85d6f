package proxymcp.decode;

import java.util.Locale;

/** What became of a layer. */
public enum LayerStatus {
    /** All of it was read. */
    DECODED,
    /** A true beginning of it was read: the input ends early, is damaged further on, or the limit was reached. */
    PARTIAL,
    /** Nothing could be read. */
    FAILED,
    /** Not tried: the decoder cannot run here, or there is none. */
    SKIPPED;

    /** The word in results. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
