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

    private final int number;
    private final List<String> samplesA = new ArrayList<>();
    private final List<String> samplesB = new ArrayList<>();
    private long count;
    private long pairs;
    private long pairsOfOtherPath;
    private long pairsOfOtherStatus;
    private long lastPair = -1;
    private boolean madeUpOnly = true;

    /** @param number in which order the fields were first seen to differ */
    FieldTally(int number) {
        this.number = number;
    }

    /** Takes a difference; returns whether it is the first of its pair. */
    boolean add(FieldChange change, long pair, boolean otherPath, boolean otherStatus) {
        count++;
        madeUpOnly = madeUpOnly && change.valueA().isPresent() && change.valueB().isPresent() && isWhole(change.valueA().get())
                && MadeUpWords.differAlone(change.valueA().get(), change.valueB().get());
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
        return madeUpOnly && count > 0;
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
