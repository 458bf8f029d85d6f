package proxymcp.diff;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Aligns the exchanges of one endpoint: by what both sessions have and few exchanges share, then by their order. Not for several threads.
 */
final class EndpointAligner {
    /** A value that more exchanges of a session have than this tells too little to look them all up. */
    private static final int SHARED_MAX = 48;
    private static final int CANDIDATES_MAX = 16;
    private static final double REQUEST_WEIGHT = 3;
    private static final double STATUS_WEIGHT = 0.05;

    private static final Comparator<Candidate> LIKEST = Comparator.comparingDouble((Candidate candidate) -> -candidate.score())
            .thenComparingDouble(Candidate::away).thenComparingInt(Candidate::a).thenComparingInt(Candidate::b);

    private record Candidate(int a, int b, double score, double away) {}

    private final List<Outline> a;
    private final List<Outline> b;
    private final int[] partnerOfA;
    private final int[] partnerOfB;
    private final Map<Long, int[]> requestPlaces;
    private final Map<Long, int[]> responsePlaces;
    private final Map<Long, Integer> requestCountsA;
    private final Map<Long, Integer> responseCountsA;

    EndpointAligner(List<Outline> a, List<Outline> b) {
        this.a = a;
        this.b = b;
        this.partnerOfA = filled(a.size());
        this.partnerOfB = filled(b.size());
        this.requestPlaces = places(b, true);
        this.responsePlaces = places(b, false);
        this.requestCountsA = counts(a, true);
        this.responseCountsA = counts(a, false);
    }

    private static int[] filled(int size) {
        int[] none = new int[size];
        Arrays.fill(none, -1);
        return none;
    }

    void align(Map<Long, Long> partners, List<Long> onlyA, List<Long> onlyB, List<Repeat> repeatsA, List<Repeat> repeatsB) {
        boolean told = byContent();
        byRequest();
        List<Integer> restA = rest(a, partnerOfA, true, repeatsA);
        List<Integer> restB = rest(b, partnerOfB, false, repeatsB);
        boolean inOrder = !told || restA.size() == restB.size();
        for (int i = 0; inOrder && i < Math.min(restA.size(), restB.size()); i++) {
            match(restA.get(i), restB.get(i));
        }
        for (int i = 0; i < a.size(); i++) {
            if (partnerOfA[i] >= 0) {
                partners.put(a.get(i).seq(), b.get(partnerOfA[i]).seq());
            }
        }
        restA.stream().filter(i -> partnerOfA[i] < 0).forEach(i -> onlyA.add(a.get(i).seq()));
        restB.stream().filter(i -> partnerOfB[i] < 0).forEach(i -> onlyB.add(b.get(i).seq()));
    }

    private void match(int ofA, int ofB) {
        partnerOfA[ofA] = ofB;
        partnerOfB[ofB] = ofA;
    }

    private static long[] features(Outline outline, boolean request) {
        return request ? outline.requestFeatures() : outline.responseFeatures();
    }

    private static Map<Long, Integer> counts(List<Outline> outlines, boolean request) {
        Map<Long, Integer> counts = new HashMap<>();
        for (Outline outline : outlines) {
            for (long feature : features(outline, request)) {
                counts.merge(feature, 1, Integer::sum);
            }
        }
        return counts;
    }

    /** Where each feature is; of those that too many exchanges have, only how many. */
    private static Map<Long, int[]> places(List<Outline> outlines, boolean request) {
        Map<Long, Integer> counts = counts(outlines, request);
        Map<Long, int[]> places = new HashMap<>();
        Map<Long, Integer> ends = new HashMap<>();
        for (int i = 0; i < outlines.size(); i++) {
            for (long feature : features(outlines.get(i), request)) {
                int count = counts.get(feature);
                if (count <= SHARED_MAX) {
                    int[] found = places.computeIfAbsent(feature, added -> new int[count]);
                    found[ends.merge(feature, 1, Integer::sum) - 1] = i;
                } else {
                    places.putIfAbsent(feature, new int[0]);
                }
            }
        }
        return places;
    }

    /** Matches those that share what few others have, the likest first; returns whether there were any. */
    private boolean byContent() {
        List<Candidate> candidates = new ArrayList<>();
        for (int i = 0; i < a.size(); i++) {
            Map<Integer, Double> scores = new HashMap<>();
            collect(a.get(i).requestFeatures(), requestPlaces, requestCountsA, REQUEST_WEIGHT, scores);
            collect(a.get(i).responseFeatures(), responsePlaces, responseCountsA, 1, scores);
            List<Candidate> own = new ArrayList<>();
            for (Map.Entry<Integer, Double> entry : scores.entrySet()) {
                int other = entry.getKey();
                double status = a.get(i).status() == b.get(other).status() ? STATUS_WEIGHT : 0;
                own.add(new Candidate(i, other, entry.getValue() + status, away(i, other)));
            }
            own.sort(LIKEST);
            candidates.addAll(own.subList(0, Math.min(CANDIDATES_MAX, own.size())));
        }
        candidates.sort(LIKEST);
        for (Candidate candidate : candidates) {
            if (partnerOfA[candidate.a()] < 0 && partnerOfB[candidate.b()] < 0) {
                match(candidate.a(), candidate.b());
            }
        }
        return !candidates.isEmpty();
    }

    private double away(int ofA, int ofB) {
        return Math.abs((double) ofA / a.size() - (double) ofB / b.size());
    }

    private static void collect(long[] features, Map<Long, int[]> places, Map<Long, Integer> counts, double weight, Map<Integer, Double> scores) {
        for (long feature : features) {
            int[] found = places.get(feature);
            int mine = counts.get(feature);
            if (found == null || found.length == 0 || mine > SHARED_MAX) {
                continue;
            }
            double worth = weight / (mine * (double) found.length);
            for (int place : found) {
                scores.merge(place, worth, Double::sum);
            }
        }
    }

    /** Matches what is left and asks for the same, as far as both sessions know it, in order. */
    private void byRequest() {
        Map<Long, List<Integer>> waiting = new HashMap<>();
        for (int i = 0; i < b.size(); i++) {
            if (partnerOfB[i] < 0) {
                waiting.computeIfAbsent(shared(b.get(i), requestCountsA), added -> new ArrayList<>()).add(i);
            }
        }
        Map<Long, Integer> used = new HashMap<>();
        for (int i = 0; i < a.size(); i++) {
            if (partnerOfA[i] < 0) {
                long key = shared(a.get(i), requestPlaces);
                List<Integer> found = waiting.getOrDefault(key, List.of());
                int next = used.getOrDefault(key, 0);
                if (next < found.size()) {
                    match(i, found.get(next));
                    used.put(key, next + 1);
                }
            }
        }
    }

    /** Hash of the features that the other session has too. */
    private static long shared(Outline outline, Map<Long, ?> others) {
        long hash = 1;
        for (long feature : outline.requestFeatures()) {
            if (others.containsKey(feature)) {
                hash = hash * 31 + feature;
            }
        }
        return hash;
    }

    /** What has no partner; repeats of others of the same session are told apart. */
    private List<Integer> rest(List<Outline> outlines, int[] partners, boolean inA, List<Repeat> repeats) {
        Map<Long, Integer> counts = counts(outlines, true);
        (inA ? requestPlaces : requestCountsA).keySet().forEach(feature -> counts.merge(feature, 1, Integer::sum));
        Map<Long, Long> asked = new HashMap<>();
        for (int i = 0; i < outlines.size(); i++) {
            if (partners[i] >= 0) {
                asked.putIfAbsent(known(outlines.get(i), counts), outlines.get(i).seq());
            }
        }
        List<Integer> rest = new ArrayList<>();
        for (int i = 0; i < outlines.size(); i++) {
            if (partners[i] < 0) {
                Long of = asked.get(known(outlines.get(i), counts));
                if (of == null) {
                    rest.add(i);
                } else {
                    repeats.add(new Repeat(inA, outlines.get(i).seq(), of));
                }
            }
        }
        return rest;
    }

    /** Hash of the features that are not the exchange's alone: without times and nonces. */
    private static long known(Outline outline, Map<Long, Integer> counts) {
        long hash = 1;
        for (long feature : outline.requestFeatures()) {
            if (counts.get(feature) > 1) {
                hash = hash * 31 + feature;
            }
        }
        return hash;
    }
}
