package proxymcp.diff;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Finds which exchanges of two sessions answer to each other, by content and order. Near-linear in the number of exchanges. */
final class Aligner {
    private Aligner() {}

    /** Aligns two sessions; each list is in the order of its session. */
    static Alignment align(List<Outline> a, List<Outline> b) {
        Map<Endpoint, List<Outline>> groupsA = grouped(a);
        Map<Endpoint, List<Outline>> groupsB = grouped(b);
        Map<Long, Long> partners = new HashMap<>();
        List<Long> onlyA = new ArrayList<>();
        List<Long> onlyB = new ArrayList<>();
        List<Repeat> repeatsA = new ArrayList<>();
        List<Repeat> repeatsB = new ArrayList<>();
        for (Map.Entry<Endpoint, List<Outline>> entry : groupsA.entrySet()) {
            EndpointAligner group = new EndpointAligner(entry.getValue(), groupsB.getOrDefault(entry.getKey(), List.of()));
            group.align(partners, onlyA, onlyB, repeatsA, repeatsB);
        }
        for (Map.Entry<Endpoint, List<Outline>> entry : groupsB.entrySet()) {
            if (!groupsA.containsKey(entry.getKey())) {
                entry.getValue().forEach(outline -> onlyB.add(outline.seq()));
            }
        }
        onlyA.sort(null);
        onlyB.sort(null);
        repeatsA.addAll(repeatsB);
        return new Alignment(pairs(a, b, partners), onlyA, onlyB, repeatsA);
    }

    private static Map<Endpoint, List<Outline>> grouped(List<Outline> outlines) {
        Map<Endpoint, List<Outline>> groups = new LinkedHashMap<>();
        for (Outline outline : outlines) {
            groups.computeIfAbsent(outline.endpoint(), added -> new ArrayList<>()).add(outline);
        }
        return groups;
    }

    /** Pairs in the order of A; those outside of a longest run that rises in B too have moved. */
    private static List<Pair> pairs(List<Outline> a, List<Outline> b, Map<Long, Long> partners) {
        Map<Long, Integer> placesB = new HashMap<>();
        for (int i = 0; i < b.size(); i++) {
            placesB.put(b.get(i).seq(), i);
        }
        List<Long> seqs = new ArrayList<>();
        for (Outline outline : a) {
            if (partners.containsKey(outline.seq())) {
                seqs.add(outline.seq());
            }
        }
        int[] places = new int[seqs.size()];
        for (int i = 0; i < places.length; i++) {
            places[i] = placesB.get(partners.get(seqs.get(i)));
        }
        boolean[] kept = new boolean[places.length];
        for (int index : Rising.longest(places)) {
            kept[index] = true;
        }
        List<Pair> pairs = new ArrayList<>();
        for (int i = 0; i < places.length; i++) {
            pairs.add(new Pair(seqs.get(i), partners.get(seqs.get(i)), !kept[i]));
        }
        return pairs;
    }
}
