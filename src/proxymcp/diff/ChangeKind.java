package proxymcp.diff;

import java.util.Locale;

/** How a field differs. */
public enum ChangeKind {
    /** Only B has it. */
    ADDED,
    /** Only A has it. */
    REMOVED,
    /** Another value of the same type. */
    CHANGED,
    /** A value of another type. */
    TYPE_CHANGED,
    /** The same values in another order. */
    REORDERED;

    /** The word in results. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
