package proxymcp.diff;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A longest common subsequence of two sequences of hashes (Myers, "An O(ND) Difference Algorithm", 1986), as long as they differ in at most
 * {@value #DIFFERENCES_MAX} places. Beyond that, elements that come once on each side hold it together, and between them the same is tried again;
 * what remains stays without a partner and {@link #isCoarse}.
 */
final class Matching {
    static final int DIFFERENCES_MAX = 1_000;
    private static final int BETWEEN_MAX = 200;
    private static final int DEPTH_MAX = 3;
    private static final int NOWHERE = -1;

    private final long[] a;
    private final long[] b;
    /** For each element of A its partner in B, or -1. */
    private final int[] partners;
    private boolean coarse;

    private Matching(long[] a, long[] b) {
        this.a = a;
        this.b = b;
        this.partners = new int[a.length];
        Arrays.fill(partners, NOWHERE);
    }

    static Matching of(long[] a, long[] b) {
        Matching matching = new Matching(a, b);
        matching.match(0, a.length, 0, b.length, 0);
        return matching;
    }

    /** For each element of A the index of its equal in B, or -1; rising. */
    int[] partners() {
        return partners;
    }

    /** Whether a longer common subsequence may exist. */
    boolean isCoarse() {
        return coarse;
    }

    private void match(int fromA, int toA, int fromB, int toB, int depth) {
        int startA = fromA;
        int startB = fromB;
        int endA = toA;
        int endB = toB;
        while (startA < endA && startB < endB && a[startA] == b[startB]) {
            partners[startA++] = startB++;
        }
        while (startA < endA && startB < endB && a[endA - 1] == b[endB - 1]) {
            partners[--endA] = --endB;
        }
        if (startA == endA || startB == endB || shortest(startA, endA, startB, endB, depth == 0 ? DIFFERENCES_MAX : BETWEEN_MAX)) {
            return;
        }
        int[] anchors = depth < DEPTH_MAX ? anchors(startA, endA, startB, endB) : new int[0];
        if (anchors.length == 0) {
            coarse = true;
            return;
        }
        int previousA = startA;
        int previousB = startB;
        for (int at : anchors) {
            match(previousA, at, previousB, partners[at], depth + 1);
            previousA = at + 1;
            previousB = partners[at] + 1;
        }
        match(previousA, endA, previousB, endB, depth + 1);
    }

    /** Myers' greedy search; false if there are more differences than {@code most}. Nothing is matched then. */
    private boolean shortest(int fromA, int toA, int fromB, int toB, int most) {
        int n = toA - fromA;
        int m = toB - fromB;
        int limit = Math.min(most, n + m);
        int[] furthest = new int[2 * limit + 3];
        int zero = limit + 1;
        List<int[]> steps = new ArrayList<>();
        for (int d = 0; d <= limit; d++) {
            for (int k = -d; k <= d; k += 2) {
                int x = reach(furthest, zero, k, d, n, m);
                while (x >= 0 && x < n && x - k < m && a[fromA + x] == b[fromB + x - k]) {
                    x++;
                }
                furthest[zero + k] = x;
                if (k == n - m && x >= n) {
                    walkBack(steps, fromA, fromB, d, k, n, m);
                    return true;
                }
            }
            steps.add(Arrays.copyOfRange(furthest, zero - d, zero + d + 1));
        }
        return false;
    }

    /** Where diagonal {@code k} begins after {@code d} differences; far below 0 if it cannot be reached inside of the two sequences. */
    private static int reach(int[] furthest, int zero, int k, int d, int n, int m) {
        if (d == 0) {
            return 0;
        }
        int down = k < d ? furthest[zero + k + 1] : Integer.MIN_VALUE;
        int right = k > -d ? furthest[zero + k - 1] + 1 : Integer.MIN_VALUE;
        down = down - k > m ? Integer.MIN_VALUE : down;
        right = right > n ? Integer.MIN_VALUE : right;
        int x = Math.max(down, right);
        return x < 0 ? Integer.MIN_VALUE / 2 : x;
    }

    private void walkBack(List<int[]> steps, int fromA, int fromB, int differences, int diagonal, int n, int m) {
        int k = diagonal;
        int x = n;
        for (int d = differences; d > 0; d--) {
            int[] before = steps.get(d - 1);
            int down = k < d && Math.abs(k + 1) < d ? before[k + d] : Integer.MIN_VALUE;
            int right = k > -d && Math.abs(k - 1) < d ? before[k - 2 + d] + 1 : Integer.MIN_VALUE;
            down = down - k > m ? Integer.MIN_VALUE : down;
            right = right > n ? Integer.MIN_VALUE : right;
            boolean fromAbove = down >= right;
            int start = fromAbove ? down : right;
            while (x > start) {
                x--;
                partners[fromA + x] = fromB + x - k;
            }
            x = fromAbove ? start : start - 1;
            k = fromAbove ? k + 1 : k - 1;
        }
        while (x > 0) {
            x--;
            partners[fromA + x] = fromB + x;
        }
    }

    /** Elements of A that come once on each side, in an order that both have; they are matched. */
    private int[] anchors(int fromA, int toA, int fromB, int toB) {
        Map<Long, Integer> placesA = once(a, fromA, toA);
        Map<Long, Integer> placesB = once(b, fromB, toB);
        int[] candidates = new int[toA - fromA];
        int[] places = new int[toA - fromA];
        int count = 0;
        for (int i = fromA; i < toA; i++) {
            int inB = placesB.getOrDefault(a[i], NOWHERE);
            if (inB >= 0 && placesA.get(a[i]) == i) {
                candidates[count] = i;
                places[count++] = inB;
            }
        }
        int[] rising = Rising.longest(Arrays.copyOf(places, count));
        int[] anchors = new int[rising.length];
        for (int i = 0; i < rising.length; i++) {
            anchors[i] = candidates[rising[i]];
            partners[anchors[i]] = places[rising[i]];
        }
        return anchors;
    }

    /** Places of the hashes that come once, and -1 for the others. */
    private static Map<Long, Integer> once(long[] hashes, int from, int to) {
        Map<Long, Integer> places = new HashMap<>();
        for (int i = from; i < to; i++) {
            if (places.putIfAbsent(hashes[i], i) != null) {
                places.put(hashes[i], NOWHERE);
            }
        }
        return places;
    }
}
