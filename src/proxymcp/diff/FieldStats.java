package proxymcp.diff;

import java.util.Arrays;
import java.util.Optional;

/**
 * What one field of one endpoint did in one session: how many values it had, of which types and formats, and whether they came from earlier
 * responses. Memory is bounded: values are kept as hashes, at most {@link #HASHES_MAX} of them. Not for several threads.
 */
final class FieldStats {
    static final int HASHES_MAX = 128;
    /** Formats of the first values are looked at one by one, of the others this part: they seldom change. */
    private static final int FORMATS_ALL = 64;
    private static final int FORMATS_EVERY = 16;
    private static final int VALUES_FOR_A_TREND = 4;
    private static final ValueFormat[] FORMATS = ValueFormat.values();
    private static final int ANSWERS = 8;
    private static final int AGAIN_TO_TELL = 3;
    private static final double NO_NUMBER = Double.NaN;
    /** A field that no exchange had. */
    static final FieldStats NONE = new FieldStats();

    /** Hashes with how often each came, 0 for a free place; a power of two in length. */
    private long[] hashes = new long[4];
    private int[] counts = new int[4];
    private int distinct;
    private int overflow;
    private final short[] formats = new short[FORMATS.length];
    private int leaves;
    private int exchanges;
    private long lastSeq = -1;
    private int types;
    private int lengthMin = Integer.MAX_VALUE;
    private int lengthMax;
    private double lastNumber = NO_NUMBER;
    private int rising;
    private int falling;
    private int fromResponses;
    /** What requests were answered with, by two hashes a place, the newest stays; none until the first. */
    private long[] answers = {};
    private int again;
    private int againOther;
    private Optional<Provenance.Origin> origin = Optional.empty();

    /** Takes a value. */
    void add(long seq, Leaf leaf, long hash) {
        if (seq != lastSeq) {
            exchanges++;
            lastSeq = seq;
        }
        types |= 1 << leaf.type().ordinal();
        String value = leaf.value();
        lengthMin = Math.min(lengthMin, value.length());
        lengthMax = Math.max(lengthMax, value.length());
        if (leaves < FORMATS_ALL || leaves % FORMATS_EVERY == 0) {
            ValueFormat format = ValueFormat.of(value);
            if (formats[format.ordinal()] < Short.MAX_VALUE) {
                formats[format.ordinal()]++;
            }
            trend(format, value);
        }
        leaves++;
        count(hash == 0 ? 1 : hash);
    }

    /** Takes note that the value just added was in an earlier response. */
    void cameFrom(Provenance.Origin earlier) {
        fromResponses++;
        if (origin.isEmpty()) {
            origin = Optional.of(earlier);
        }
    }

    /** Takes note of which request was answered with the value just added. */
    void answers(long request, long hash) {
        if (answers.length == 0) {
            answers = new long[2 * ANSWERS];
        }
        int at = 2 * (int) ((request ^ request >>> 32) & ANSWERS - 1);
        if (answers[at] == request) {
            again++;
            againOther += answers[at + 1] == hash ? 0 : 1;
        }
        answers[at] = request;
        answers[at + 1] = hash;
    }

    /** Whether the same request is answered with another value nearly each time, with nothing between that could have changed it. */
    boolean isRestless() {
        return again >= AGAIN_TO_TELL && againOther * 5 >= again * 4;
    }

    private void trend(ValueFormat format, String value) {
        double number = format == ValueFormat.INTEGER || format == ValueFormat.EPOCH_SECONDS || format == ValueFormat.EPOCH_MILLIS
                ? Double.parseDouble(value) : NO_NUMBER;
        rising += number > lastNumber ? 1 : 0;
        falling += number < lastNumber ? 1 : 0;
        lastNumber = number;
    }

    private void count(long hash) {
        int at = place(hash);
        if (counts[at] == 0) {
            if (distinct == HASHES_MAX) {
                overflow++;
                return;
            }
            hashes[at] = hash;
            distinct++;
        }
        counts[at]++;
        if (distinct * 4 > hashes.length * 3 && hashes.length < 2 * HASHES_MAX) {
            grow();
        }
    }

    private int place(long hash) {
        int mask = hashes.length - 1;
        int at = (int) (hash ^ hash >>> 32) & mask;
        while (counts[at] != 0 && hashes[at] != hash) {
            at = at + 1 & mask;
        }
        return at;
    }

    private void grow() {
        long[] before = hashes;
        int[] countsBefore = counts;
        hashes = new long[before.length * 2];
        counts = new int[before.length * 2];
        for (int i = 0; i < before.length; i++) {
            if (countsBefore[i] != 0) {
                int at = place(before[i]);
                hashes[at] = before[i];
                counts[at] = countsBefore[i];
            }
        }
    }

    /** Values, several of one exchange included. */
    int leaves() {
        return leaves;
    }

    /** Exchanges that have the field. */
    int exchanges() {
        return exchanges;
    }

    /** How often a value differed from all before, 0..1; 0 with fewer than two values. */
    double changeRate() {
        return leaves < 2 ? 0 : (double) (distinct - 1 + overflow) / (leaves - 1);
    }

    /** Whether there were values enough to tell whether it changes. */
    boolean isTelling() {
        return leaves >= 2;
    }

    /** Part of the values that the most frequent one has, 0..1. */
    double dominance() {
        int most = 0;
        for (int count : counts) {
            most = Math.max(most, count);
        }
        return leaves == 0 ? 0 : (double) most / leaves;
    }

    /** Bits of the {@link ValueType}s that came. */
    int types() {
        return types;
    }

    /** Length of all values in characters; empty if they differ. */
    Optional<Integer> fixedLength() {
        return leaves > 0 && lengthMin == lengthMax ? Optional.of(lengthMin) : Optional.empty();
    }

    /** Part of the values that were in an earlier response of the session, 0..1. */
    double fromResponses() {
        return leaves == 0 ? 0 : (double) fromResponses / leaves;
    }

    /** Where the first of them was. */
    Optional<Provenance.Origin> origin() {
        return origin;
    }

    /** The most frequent format; {@link ValueFormat#COUNTER} for integers that only rise. */
    ValueFormat format() {
        ValueFormat found = ValueFormat.EMPTY;
        int most = 0;
        for (ValueFormat format : FORMATS) {
            if (formats[format.ordinal()] > most) {
                most = formats[format.ordinal()];
                found = format;
            }
        }
        return found == ValueFormat.INTEGER && falling == 0 && rising + 1 >= VALUES_FOR_A_TREND && rising + 1 >= leaves - overflow - leaves / 4
                ? ValueFormat.COUNTER : found;
    }

    @Override
    public String toString() {
        return "FieldStats[leaves=" + leaves + ", distinct=" + distinct + ", formats=" + Arrays.toString(formats) + "]";
    }
}
