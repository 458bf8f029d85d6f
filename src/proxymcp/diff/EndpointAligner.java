package proxymcp.diff;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Aligns the exchanges of one endpoint: those that ask for exactly the same first, then the likest, by what tells them apart, then by where they are
 * to be expected. What speaks against a pair more than for it stays alone. Not for several threads.
 */
final class EndpointAligner {
    private static final double SURE_BY = 1;
    /** A request that has so much in common is the same whatever came back. */
    private static final double REQUEST_ENOUGH = 1.5;
    private static final double REQUEST_LEAST = -2.5;
    private static final double TOTAL_LEAST = -1.5;
    private static final double AWAY_WEIGHT = 0.3;
    private static final int ROUNDS = 3;

    private static final Comparator<Candidate> LIKEST = Comparator.comparing(Candidate::exact).reversed()
            .thenComparingDouble(candidate -> -candidate.score()).thenComparingDouble(Candidate::away).thenComparingInt(Candidate::a)
            .thenComparingInt(Candidate::b);

    private record Candidate(int a, int b, boolean exact, double score, double away) {}

    private final List<Outline> a;
    private final List<Outline> b;
    private final FeatureIndex inA;
    private final FeatureIndex inB;
    private final long[][] featuresA;
    private final Evidence evidence;
    private final long[][] featuresB;
    private final int[] partnerOfA;
    private final int[] partnerOfB;

    /** @param a at least one, in order, as is {@code b} */
    EndpointAligner(List<Outline> a, List<Outline> b) {
        this.a = a;
        this.b = b;
        this.featuresA = features(a);
        this.featuresB = features(b);
        this.inA = new FeatureIndex(featuresA);
        this.inB = new FeatureIndex(featuresB);
        this.evidence = new Evidence(featuresA, featuresB, inA, inB);
        this.partnerOfA = filled(a.size());
        this.partnerOfB = filled(b.size());
    }

    private static int[] filled(int size) {
        int[] none = new int[size];
        Arrays.fill(none, -1);
        return none;
    }

    /** Features of both messages without the hashes of the wholes, rising. */
    private static long[][] features(List<Outline> outlines) {
        long[][] features = new long[outlines.size()][];
        for (int i = 0; i < features.length; i++) {
            long[] request = outlines.get(i).requestFeatures();
            long[] response = outlines.get(i).responseFeatures();
            features[i] = Arrays.copyOfRange(request, 1, request.length + response.length - 1);
            System.arraycopy(response, 1, features[i], request.length - 1, response.length - 1);
        }
        return features;
    }

    /** Partners of the exchanges of A, by their places in the list of B; -1 for none. */
    int[] partners() {
        return partnerOfA;
    }

    /** Partners of the exchanges of B, by their places in the list of A; -1 for none. */
    int[] partnersOfB() {
        return partnerOfB;
    }

    Evidence evidence() {
        return evidence;
    }

    FeatureIndex index(boolean ofA) {
        return ofA ? inA : inB;
    }

    /** Features of an exchange, without the hashes of the wholes. */
    long[] features(boolean ofA, int place) {
        return ofA ? featuresA[place] : featuresB[place];
    }

    /** Pairs that are the likest from both sides by far, as places in both lists; learns from them. */
    List<int[]> sure() {
        double[][] bestOfA = best(a.size());
        double[][] bestOfB = best(b.size());
        Candidates candidates = candidates();
        int[] likestOfA = filled(a.size());
        int[] likestOfB = filled(b.size());
        for (int i = 0; i < a.size(); i++) {
            int place = i;
            candidates.of(place, (int) ((long) i * b.size() / a.size()), other -> {
                double score = likeness(place, other).total() + (isExact(place, other) ? SURE_BY : 0);
                rank(bestOfA[place], likestOfA, place, other, score);
                rank(bestOfB[other], likestOfB, other, place, score);
            });
        }
        List<int[]> sure = new ArrayList<>();
        for (int i = 0; i < a.size(); i++) {
            int other = likestOfA[i];
            if (other >= 0 && likestOfB[other] == i && bestOfA[i][0] - bestOfA[i][1] >= SURE_BY && bestOfB[other][0] - bestOfB[other][1] >= SURE_BY) {
                sure.add(new int[] {i, other});
            }
        }
        evidence.learn(sure);
        return sure;
    }

    /** The best and the second best score of each. */
    private static double[][] best(int size) {
        double[][] best = new double[size][2];
        for (double[] pair : best) {
            Arrays.fill(pair, TOTAL_LEAST);
        }
        return best;
    }

    private static void rank(double[] best, int[] likest, int of, int other, double score) {
        if (score > best[0]) {
            best[1] = best[0];
            best[0] = score;
            likest[of] = other;
        } else if (score > best[1]) {
            best[1] = score;
        }
    }

    private Evidence.Likeness likeness(int ofA, int ofB) {
        return evidence.likeness(ofA, ofB, a.get(ofA).status(), b.get(ofB).status());
    }

    private boolean isExact(int ofA, int ofB) {
        return a.get(ofA).requestFeatures()[0] == b.get(ofB).requestFeatures()[0];
    }

    /** Finds all partners. */
    void align(SessionOrder order, int[] placesA, int[] placesB) {
        int matched = -1;
        int[] expected = new int[a.size()];
        for (int i = 0; i < expected.length; i++) {
            expected[i] = rank(placesB, order.expected(placesA[i]));
        }
        for (int round = 0; round < ROUNDS && matched != 0; round++) {
            matched = match(order.trust(), expected);
        }
        uncross();
    }

    private static int rank(int[] places, double place) {
        int at = Arrays.binarySearch(places, (int) Math.ceil(place));
        return at < 0 ? -at - 1 : at;
    }

    private int match(double trust, int[] expected) {
        Candidates candidates = candidates();
        List<Candidate> found = new ArrayList<>();
        for (int i = 0; i < a.size(); i++) {
            int place = i;
            if (partnerOfA[i] < 0) {
                candidates.of(place, expected[place], other -> {
                    Evidence.Likeness likeness = likeness(place, other);
                    boolean exact = isExact(place, other);
                    if (exact || likeness.request() >= REQUEST_ENOUGH || likeness.request() > REQUEST_LEAST && likeness.total() > TOTAL_LEAST) {
                        double away = Math.abs(other + 0.25 - expected[place]);
                        found.add(new Candidate(place, other, exact, likeness.total() - trust * AWAY_WEIGHT * Math.log1p(away), away));
                    }
                });
            }
        }
        found.sort(LIKEST);
        int matched = 0;
        for (Candidate candidate : found) {
            if (partnerOfA[candidate.a()] < 0 && partnerOfB[candidate.b()] < 0) {
                partnerOfA[candidate.a()] = candidate.b();
                partnerOfB[candidate.b()] = candidate.a();
                matched++;
            }
        }
        return matched;
    }

    private Candidates candidates() {
        return new Candidates(featuresA, inA, inB, keys(featuresA, inB), keys(featuresB, inA), taken(partnerOfA), taken(partnerOfB));
    }

    private static boolean[] taken(int[] partners) {
        boolean[] taken = new boolean[partners.length];
        for (int i = 0; i < taken.length; i++) {
            taken[i] = partners[i] >= 0;
        }
        return taken;
    }

    /** What each asks for: its values of fields that have the same values in both sessions. */
    private long[] keys(long[][] documents, FeatureIndex other) {
        long[] keys = new long[documents.length];
        for (int i = 0; i < keys.length; i++) {
            for (long feature : documents[i]) {
                if (!Outlines.isOfResponse(feature) && evidence.isShared(feature) && other.at(feature) >= 0) {
                    keys[i] = ValueHash.mixed(keys[i] + feature);
                }
            }
        }
        return keys;
    }

    /** Puts pairs that nothing tells apart into the same order in both sessions. */
    private void uncross() {
        long[] known = known(featuresA, inB);
        long[] knownB = known(featuresB, inA);
        Map<Long, List<Integer>> alike = new HashMap<>();
        for (int i = 0; i < a.size(); i++) {
            if (partnerOfA[i] >= 0) {
                alike.computeIfAbsent(ValueHash.mixed(known[i]) + knownB[partnerOfA[i]], added -> new ArrayList<>()).add(i);
            }
        }
        for (List<Integer> places : alike.values()) {
            int[] others = places.stream().mapToInt(place -> partnerOfA[place]).sorted().toArray();
            for (int i = 0; i < others.length; i++) {
                partnerOfA[places.get(i)] = others[i];
                partnerOfB[others[i]] = places.get(i);
            }
        }
    }

    /** Hashes of what of each exchange the other session knows too. */
    private static long[] known(long[][] documents, FeatureIndex other) {
        long[] known = new long[documents.length];
        for (int i = 0; i < known.length; i++) {
            for (long feature : documents[i]) {
                known[i] = other.at(feature) >= 0 ? ValueHash.mixed(known[i] + feature) : known[i];
            }
        }
        return known;
    }
}
