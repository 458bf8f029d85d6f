package proxymcp.diff;

/** Compares two exchanges field by field. */
public final class FieldDiff {
    private FieldDiff() {}

    /** What differs between {@code a} and {@code b}, deterministically. */
    public static PairDiff compare(ExchangeFields a, ExchangeFields b, ArrayMode mode) {
        throw new UnsupportedOperationException(a + " " + b + " " + mode);
    }
}
