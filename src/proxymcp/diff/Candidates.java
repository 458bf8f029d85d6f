package proxymcp.diff;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * Which exchanges of B are looked at for one of A, so that not all are: those that ask for the same, those that share what is rare, and those that
 * stand where it is to be expected. Not for several threads.
 */
final class Candidates {
    /** Of two groups that have no more pairs than this all are looked at. */
    private static final long PAIRS_MAX = 2_500;
    /** A value that more exchanges have than this tells too little to look them all up. */
    private static final int SHARED_MAX = 48;
    private static final int RARE_MAX = 12;
    private static final int FOUND_MAX = 32;
    private static final int WINDOW = 5;

    private final long[][] a;
    private final FeatureIndex inA;
    private final FeatureIndex inB;
    private final long[] keysA;
    private final Map<Long, int[]> byKey = new HashMap<>();
    private final Map<Long, Integer> countsA = new HashMap<>();
    private final int[] rankA;
    private final boolean[] takenB;
    private final int[] seenBy;
    private int looks;

    /**
     * @param keysA what each exchange of A asks for, as far as both sessions can know it
     * @param keysB the same of B
     * @param takenA exchanges of A that have a partner
     * @param takenB exchanges of B that have a partner: they are no candidates
     */
    Candidates(long[][] a, FeatureIndex inA, FeatureIndex inB, long[] keysA, long[] keysB, boolean[] takenA, boolean[] takenB) {
        this.a = a;
        this.inA = inA;
        this.inB = inB;
        this.keysA = keysA;
        this.takenB = takenB;
        this.rankA = new int[keysA.length];
        this.seenBy = new int[keysB.length];
        for (int i = 0; i < keysA.length; i++) {
            rankA[i] = takenA[i] ? 0 : countsA.merge(keysA[i], 1, Integer::sum) - 1;
        }
        Map<Long, List<Integer>> waiting = new HashMap<>();
        for (int j = 0; j < keysB.length; j++) {
            if (!takenB[j]) {
                waiting.computeIfAbsent(keysB[j], added -> new ArrayList<>()).add(j);
            }
        }
        waiting.forEach((key, places) -> byKey.put(key, places.stream().mapToInt(Integer::intValue).toArray()));
    }

    /**
     * Hands over each candidate for an exchange of A once.
     *
     * @param expected its place among those of B
     */
    void of(int ofA, int expected, IntConsumer consumer) {
        looks++;
        if ((long) keysA.length * takenB.length <= PAIRS_MAX) {
            for (int j = 0; j < takenB.length; j++) {
                offer(j, consumer);
            }
            return;
        }
        sameKey(ofA, expected, consumer);
        rare(ofA, consumer);
        for (int j = Math.max(0, expected - WINDOW); j < Math.min(takenB.length, expected + WINDOW); j++) {
            offer(j, consumer);
        }
    }

    private void offer(int ofB, IntConsumer consumer) {
        if (!takenB[ofB] && seenBy[ofB] != looks) {
            seenBy[ofB] = looks;
            consumer.accept(ofB);
        }
    }

    /** Those with the same key about the same rank, counted from the first and from the last, and about the expected place. */
    private void sameKey(int ofA, int expected, IntConsumer consumer) {
        int[] same = byKey.getOrDefault(keysA[ofA], new int[0]);
        int rank = rankA[ofA];
        int found = Arrays.binarySearch(same, expected);
        for (int middle : new int[] {rank, rank + same.length - countsA.getOrDefault(keysA[ofA], 0), found < 0 ? -found - 1 : found}) {
            for (int i = Math.max(0, middle - WINDOW); i < Math.min(same.length, middle + WINDOW); i++) {
                offer(same[i], consumer);
            }
        }
    }

    /** Those that share values which few others have, by the rarest first. */
    private void rare(int ofA, IntConsumer consumer) {
        long[] found = new long[a[ofA].length];
        int count = 0;
        for (long feature : a[ofA]) {
            int at = inB.at(feature);
            int others = inB.count(at);
            if (others > 0 && others <= SHARED_MAX && !Outlines.isField(feature)) {
                found[count++] = (long) others * Math.min(1 << 20, inA.count(inA.at(feature))) << 32 | at;
            }
        }
        Arrays.sort(found, 0, count);
        int offered = 0;
        for (int k = 0; k < Math.min(RARE_MAX, count) && offered < FOUND_MAX; k++) {
            int at = (int) found[k];
            for (int index = inB.start(at); index < inB.start(at) + inB.count(at); index++) {
                offer(inB.place(index), consumer);
                offered++;
            }
        }
    }
}
