package proxymcp.diff;

import java.util.Arrays;

/**
 * Pairs elements that have no equal partner, gap by gap between those that have: so that as much as possible is alike, in order. An element of the
 * shorter side of a gap always gets a partner, for a value that changed is one change and not two.
 */
final class GapPairs {
    /** Pairs of one gap that are looked at; a larger gap is paired by index. */
    private static final int GAP_PAIRS_MAX = 10_000;
    /** The same for a whole array. */
    private static final int PAIRS_MAX = 200_000;
    private static final double ANY = 0.05;

    /** How much two elements are alike. */
    interface Likeness {
        /** 0 to 1. */
        double of(int a, int b);
    }

    private final int[] partners;
    private final int sizeB;
    private final Likeness likeness;
    private int pairsLeft = PAIRS_MAX;
    private boolean coarse;

    private GapPairs(int[] partners, int sizeB, Likeness likeness) {
        this.partners = partners;
        this.sizeB = sizeB;
        this.likeness = likeness;
    }

    /**
     * Fills the gaps.
     *
     * @param partners for each element of A its partner in B or -1, rising; filled in place
     * @return whether a gap was too large and was paired by index
     */
    static boolean fill(int[] partners, int sizeB, Likeness likeness) {
        GapPairs gaps = new GapPairs(partners, sizeB, likeness);
        gaps.fill();
        return gaps.coarse;
    }

    private void fill() {
        int fromA = 0;
        int fromB = 0;
        for (int i = 0; i < partners.length; i++) {
            if (partners[i] >= 0) {
                int partner = partners[i];
                gap(fromA, i, fromB, partner);
                fromA = i + 1;
                fromB = partner + 1;
            }
        }
        gap(fromA, partners.length, fromB, sizeB);
    }

    private void gap(int fromA, int toA, int fromB, int toB) {
        int n = toA - fromA;
        int m = toB - fromB;
        if (n == 0 || m == 0) {
            return;
        }
        if (n == 1 && m == 1) {
            partners[fromA] = fromB;
        } else if ((long) n * m > Math.min(GAP_PAIRS_MAX, pairsLeft)) {
            coarse = true;
            for (int i = 0; i < Math.min(n, m); i++) {
                partners[fromA + i] = fromB + i;
            }
        } else {
            pairsLeft -= n * m;
            best(fromA, n, fromB, m);
        }
    }

    private void best(int fromA, int n, int fromB, int m) {
        double[][] gain = new double[n + 1][m + 1];
        double[][] alike = new double[n][m];
        for (int i = n - 1; i >= 0; i--) {
            for (int j = m - 1; j >= 0; j--) {
                alike[i][j] = ANY + likeness.of(fromA + i, fromB + j);
                gain[i][j] = Math.max(alike[i][j] + gain[i + 1][j + 1], Math.max(gain[i + 1][j], gain[i][j + 1]));
            }
        }
        int i = 0;
        int j = 0;
        while (i < n && j < m) {
            if (alike[i][j] + gain[i + 1][j + 1] >= gain[i][j]) {
                partners[fromA + i++] = fromB + j++;
            } else if (gain[i + 1][j] >= gain[i][j + 1]) {
                i++;
            } else {
                j++;
            }
        }
    }

    /** Which elements of B have no partner, rising. */
    static int[] unpaired(int[] partners, int sizeB) {
        boolean[] taken = new boolean[sizeB];
        for (int partner : partners) {
            if (partner >= 0) {
                taken[partner] = true;
            }
        }
        int[] free = new int[sizeB];
        int count = 0;
        for (int j = 0; j < sizeB; j++) {
            if (!taken[j]) {
                free[count++] = j;
            }
        }
        return Arrays.copyOf(free, count);
    }
}
