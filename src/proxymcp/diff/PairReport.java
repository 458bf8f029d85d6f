package proxymcp.diff;

/**
 * How a pair differs.
 *
 * @param endpoint of the one in A
 * @param seqA number within A
 * @param seqB number within B
 * @param moved whether it stands elsewhere in the order of B
 * @param statusA status in A; 0 for no response
 * @param statusB status in B
 * @param isUnknown whether a body was not compared, as it is not known whole
 * @param fields what differs, as indexes into {@link DiffReport#fields}, rising, of at most {@link #FIELDS_MAX} fields
 * @param fieldsTotal how many fields differ
 */
public record PairReport(Endpoint endpoint, long seqA, long seqB, boolean moved, int statusA, int statusB, boolean isUnknown, int[] fields,
        int fieldsTotal) {
    /** Fields that are kept of each pair. */
    public static final int FIELDS_MAX = 100;
}
