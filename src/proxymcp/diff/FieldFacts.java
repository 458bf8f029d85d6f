package proxymcp.diff;

import java.util.Optional;

/**
 * What is known of a field that differs between two sessions.
 *
 * @param location which field
 * @param kind how it differs
 * @param a what it did in A
 * @param b what it did in B
 * @param exchangesA exchanges of its endpoint in A
 * @param exchangesB the same in B
 * @param pairs pairs in which it differs
 * @param pairsOfEndpoint pairs of its endpoint
 * @param pairsOfOtherPath those of {@code pairs} in which a parameter of the path differs too
 * @param madeUpOnly whether nothing but made-up words within the values differs
 * @param comesAndGoes whether messages of either session have it now and then, whatever their endpoint
 * @param siblingsChange whether other values of the request change within a session
 * @param restless whether it is known, of this endpoint or another one of the host, to vary by itself: the same request has another value each time
 */
record FieldFacts(Location location, ChangeKind kind, FieldStats a, FieldStats b, long exchangesA, long exchangesB, long pairs,
        long pairsOfEndpoint, long pairsOfOtherPath, boolean madeUpOnly, boolean comesAndGoes, boolean siblingsChange,
        boolean restless) {
    private static final int LENGTH_TO_TELL = 8;

    /** The same of A and another session. */
    FieldFacts insteadOfB(FieldStats other, long exchanges) {
        return new FieldFacts(location, kind, a, other, exchangesA, exchanges, pairs, pairsOfEndpoint, pairsOfOtherPath, madeUpOnly, comesAndGoes, siblingsChange,
                restless);
    }

    /** Part of the pairs that could differ in it which do, 0..1. Where it comes and goes, both sides have it by chance. */
    double rate() {
        double could = pairsOfEndpoint;
        if (kind == ChangeKind.CHANGED && a.exchanges() > 0 && b.exchanges() > 0) {
            could *= shareA() * shareB();
        }
        return Math.min(1, pairs / Math.max(1, could));
    }

    /** Part of the endpoint's exchanges in A that have it, 0..1. */
    double shareA() {
        return Math.min(1, (double) a.exchanges() / Math.max(1, exchangesA));
    }

    /** The same in B. */
    double shareB() {
        return Math.min(1, (double) b.exchanges() / Math.max(1, exchangesB));
    }

    /** The format of both sides; that of one where the other has no value, or looks like a word by chance. */
    ValueFormat format() {
        return a.leaves() == 0 || b.format().isMadeUp() && isOfOneFormat() && !a.format().isMadeUp() ? b.format() : a.format();
    }

    /** Whether both sides have values that look alike. */
    boolean isOfOneFormat() {
        ValueFormat formatA = a.format();
        ValueFormat formatB = b.format();
        return formatA == formatB || formatA.isMadeUp() && formatB.isMadeUp() || formatA.isTime() && formatB.isTime()
                || isInteger(formatA) && isInteger(formatB) || isOfOneLength() && (formatA.isMadeUp() || formatB.isMadeUp());
    }

    /** Whether all values of both have the same length, as those of one maker do where one of them looks like a word by chance. */
    private boolean isOfOneLength() {
        Optional<Integer> length = a.fixedLength();
        return length.isPresent() && length.equals(b.fixedLength()) && length.get() >= LENGTH_TO_TELL;
    }

    private static boolean isInteger(ValueFormat format) {
        return format == ValueFormat.INTEGER || format == ValueFormat.COUNTER;
    }

    /** How often it changes within a session, 0..1: the higher of both. */
    double rateWithin() {
        return Math.max(a.changeRate(), b.changeRate());
    }
}
