package proxymcp.diff;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Finds which exchanges of two sessions answer to each other, by content and order. Near-linear in the number of exchanges. */
public final class Aligner {
    private Aligner() {}

    /** The exchanges of one endpoint and where they stand in their sessions. */
    private record Group(List<Outline> a, List<Outline> b, int[] placesA, int[] placesB) {}

    /** Aligns two sessions; each list is in the order of its session. */
    public static Alignment align(List<Outline> a, List<Outline> b) {
        List<Group> groups = groups(a, b);
        List<int[]> sure = new ArrayList<>();
        for (Group group : groups) {
            if (group.a().size() == 1 && group.b().size() == 1) {
                sure.add(new int[] {group.placesA()[0], group.placesB()[0]});
            } else if (!group.a().isEmpty() && !group.b().isEmpty()) {
                for (int[] pair : new EndpointAligner(group.a(), group.b()).sure()) {
                    sure.add(new int[] {group.placesA()[pair[0]], group.placesB()[pair[1]]});
                }
            }
        }
        SessionOrder order = SessionOrder.of(sure);
        Map<Long, Long> partners = new HashMap<>();
        List<Repeat> repeatsA = new ArrayList<>();
        List<Repeat> repeatsB = new ArrayList<>();
        for (Group group : groups) {
            if (group.a().size() == 1 && group.b().size() == 1) {
                partners.put(group.a().get(0).seq(), group.b().get(0).seq());
            } else if (!group.a().isEmpty() && !group.b().isEmpty()) {
                align(group, order, partners, repeatsA, repeatsB);
            }
        }
        List<Long> onlyA = alone(a, partners.keySet(), repeatsA);
        List<Long> onlyB = alone(b, new HashSet<>(partners.values()), repeatsB);
        List<Repeat> repeats = new ArrayList<>(repeatsA);
        repeats.addAll(repeatsB);
        repeats.sort(Comparator.comparing(Repeat::inA).reversed().thenComparingLong(Repeat::seq));
        return new Alignment(pairs(a, b, partners), onlyA, onlyB, repeats);
    }

    private static void align(Group group, SessionOrder order, Map<Long, Long> partners, List<Repeat> repeatsA, List<Repeat> repeatsB) {
        EndpointAligner aligner = new EndpointAligner(group.a(), group.b());
        aligner.sure();
        aligner.align(order, group.placesA(), group.placesB());
        int[] ofA = aligner.partners();
        for (int i = 0; i < ofA.length; i++) {
            if (ofA[i] >= 0) {
                partners.put(group.a().get(i).seq(), group.b().get(ofA[i]).seq());
            }
        }
        repeats(group.a(), true, aligner, ofA, repeatsA);
        repeats(group.b(), false, aligner, aligner.partnersOfB(), repeatsB);
    }

    private static void repeats(List<Outline> own, boolean inA, EndpointAligner aligner, int[] partners, List<Repeat> repeats) {
        Repeats found = new Repeats(own, inA, aligner, partners);
        for (int i = 0; i < partners.length; i++) {
            int place = i;
            if (partners[place] < 0) {
                found.of(place).ifPresent(of -> repeats.add(new Repeat(inA, own.get(place).seq(), own.get(of).seq())));
            }
        }
    }

    private static List<Long> alone(List<Outline> all, Set<Long> matched, List<Repeat> repeats) {
        Set<Long> repeating = new HashSet<>();
        repeats.forEach(repeat -> repeating.add(repeat.seq()));
        List<Long> alone = new ArrayList<>();
        for (Outline outline : all) {
            if (!matched.contains(outline.seq()) && !repeating.contains(outline.seq())) {
                alone.add(outline.seq());
            }
        }
        alone.sort(null);
        return alone;
    }

    private static List<Group> groups(List<Outline> a, List<Outline> b) {
        Map<Endpoint, List<Integer>> ofA = places(a);
        Map<Endpoint, List<Integer>> ofB = places(b);
        List<Group> groups = new ArrayList<>();
        ofA.forEach((endpoint, placesA) -> {
            List<Integer> placesB = ofB.getOrDefault(endpoint, List.of());
            groups.add(new Group(placesA.stream().map(a::get).toList(), placesB.stream().map(b::get).toList(),
                    placesA.stream().mapToInt(Integer::intValue).toArray(), placesB.stream().mapToInt(Integer::intValue).toArray()));
        });
        return groups;
    }

    private static Map<Endpoint, List<Integer>> places(List<Outline> outlines) {
        Map<Endpoint, List<Integer>> places = new LinkedHashMap<>();
        for (int i = 0; i < outlines.size(); i++) {
            places.computeIfAbsent(outlines.get(i).endpoint(), added -> new ArrayList<>()).add(i);
        }
        return places;
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
