package proxymcp.diff;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Differences of one field of one endpoint, counted. Not for several threads. */
final class FieldTally {
    /** Which differences are counted together. */
    record Key(Endpoint endpoint, Location location, ChangeKind kind) {}

    private static final int SAMPLES_MAX = 3;
    private static final int SAMPLE_CHARS = 200;
    private static final int ANSWERS = 16;
    /** One in so many random numbers may be short enough to look as if it meant something. */
    private static final int SHORT_NUMBERS_IN = 50;
    private static final int AGAIN_TO_TELL = 4;

    private final int number;
    private final List<String> samplesA = new ArrayList<>();
    private final List<String> samplesB = new ArrayList<>();
    private long count;
    private long pairs;
    private long pairsOfOtherPath;
    private long pairsOfOtherStatus;
    private long lastPair = -1;
    private boolean madeUpOnly = true;
    private long shortNumbers;
    /** What the last pair with a value of A had in B: two hashes a place, the newest stays. */
    private final long[] answers = new long[2 * ANSWERS];
    private long again;
    private long againOther;
    private long knownToBoth;

    /** @param number in which order the fields were first seen to differ */
    FieldTally(int number) {
        this.number = number;
    }

    /** Takes a difference; returns whether it is the first of its pair. */
    boolean add(FieldChange change, long pair, boolean otherPath, boolean otherStatus) {
        count++;
        if (change.valueA().isPresent() && change.valueB().isPresent()) {
            compare(change.valueA().get(), change.valueB().get());
        } else {
            madeUpOnly = false;
        }
        sample(samplesA, change.valueA());
        sample(samplesB, change.valueB());
        if (pair == lastPair) {
            return false;
        }
        lastPair = pair;
        pairs++;
        pairsOfOtherPath += otherPath ? 1 : 0;
        pairsOfOtherStatus += otherStatus ? 1 : 0;
        return true;
    }

    private void compare(String valueA, String valueB) {
        relate(ValueHash.of(valueA), ValueHash.of(valueB));
        if (!madeUpOnly || isWhole(valueA) && MadeUpWords.differAlone(valueA, valueB)) {
            return;
        }
        if (ValueFormat.of(valueA) == ValueFormat.INTEGER && ValueFormat.of(valueB) == ValueFormat.INTEGER) {
            shortNumbers++;
        } else {
            madeUpOnly = false;
        }
    }

    private void relate(long hashA, long hashB) {
        int at = place(hashA);
        if (answers[at] == hashA) {
            again++;
            againOther += answers[at + 1] == hashB ? 0 : 1;
        }
        knownToBoth += answers[place(hashB)] == hashB ? 1 : 0;
        answers[at] = hashA;
        answers[at + 1] = hashB;
    }

    private static int place(long hash) {
        return 2 * (int) ((hash ^ hash >>> 32) & ANSWERS - 1);
    }

    /**
     * Whether both sides draw from the same few values and which one comes has nothing to do with the other side: where a value comes again, the other
     * side has another one than before.
     */
    boolean isDrawn() {
        return again >= AGAIN_TO_TELL && againOther * 5 >= again * 2 && knownToBoth * 2 >= again;
    }

    private static void sample(List<String> samples, Optional<String> value) {
        if (value.isEmpty() || samples.size() >= SAMPLES_MAX) {
            return;
        }
        String text = value.get();
        String shown = text.length() <= SAMPLE_CHARS ? text : text.substring(0, SAMPLE_CHARS) + "… (" + text.length() + " characters)";
        if (!samples.contains(shown)) {
            samples.add(shown);
        }
    }

    int number() {
        return number;
    }

    long count() {
        return count;
    }

    long pairs() {
        return pairs;
    }

    long pairsOfOtherPath() {
        return pairsOfOtherPath;
    }

    /** Of a longer value a part is known, and the rest may say something else. */
    private static boolean isWhole(String value) {
        return value.length() <= Excerpt.CHARS_MAX;
    }

    /** Whether nothing but made-up words within the values differs. */
    boolean isMadeUpOnly() {
        return madeUpOnly && count > 0 && shortNumbers * SHORT_NUMBERS_IN <= count;
    }

    /** Whether the status differs in all of its pairs. */
    boolean isAfterStatus() {
        return pairsOfOtherStatus == pairs;
    }

    List<String> samplesA() {
        return samplesA;
    }

    List<String> samplesB() {
        return samplesB;
    }
}
