package proxymcp.diff;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Where in one session the things are to be expected that stand at some place in another, by pairs that are sure. */
final class SessionOrder {
    private final int[] placesA;
    private final int[] placesB;
    private final double trust;

    private SessionOrder(int[] placesA, int[] placesB, double trust) {
        this.placesA = placesA;
        this.placesB = placesB;
        this.trust = trust;
    }

    /** @param sure places in A and B of exchanges that surely answer to each other; sorted here */
    static SessionOrder of(List<int[]> sure) {
        List<int[]> sorted = new ArrayList<>(sure);
        sorted.sort(Comparator.comparingInt(pair -> pair[0]));
        int[] all = new int[sorted.size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = sorted.get(i)[1];
        }
        int[] rising = Rising.longest(all);
        int[] placesA = new int[rising.length];
        int[] placesB = new int[rising.length];
        for (int i = 0; i < rising.length; i++) {
            placesA[i] = sorted.get(rising[i])[0];
            placesB[i] = sorted.get(rising[i])[1];
        }
        return new SessionOrder(placesA, placesB, all.length == 0 ? 1 : (double) rising.length / all.length);
    }

    /** How far the sessions have the same order: 1 if they do, near 0 if they do not at all. */
    double trust() {
        return trust;
    }

    /** The place in B for a place in A; between those of the neighbours that are sure. */
    double expected(int placeA) {
        int after = 0;
        int high = placesA.length;
        while (after < high) {
            int middle = (after + high) >>> 1;
            if (placesA[middle] <= placeA) {
                after = middle + 1;
            } else {
                high = middle;
            }
        }
        if (placesA.length == 0) {
            return placeA;
        }
        if (after == 0) {
            return placesB[0] - (placesA[0] - placeA);
        }
        int from = after - 1;
        if (after == placesA.length) {
            return placesB[from] + (placeA - placesA[from]);
        }
        double share = (double) (placeA - placesA[from]) / (placesA[after] - placesA[from]);
        return placesB[from] + share * (placesB[after] - placesB[from]);
    }
}
