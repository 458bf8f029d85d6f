package proxymcp.diff;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Compares the fields of one side that are in no document. */
final class FlatDiff {
    /** Answers that take this many times as long are slower, */
    private static final int SLOWER_TIMES = 4;
    /** if they take so much longer too: quick ones vary by more than that for no reason. */
    private static final long SLOWER_MILLIS = 200;

    private final Side side;
    private final boolean bodies;
    private final TreeDiff.Held held;
    private final Changes changes;
    /** Parts of which something was put in, taken out, changed or moved. */
    private final Set<Part> touched = new HashSet<>();

    /**
     * @param bodies whether bodies are compared too
     * @param held compares what values hold
     */
    FlatDiff(Side side, boolean bodies, TreeDiff.Held held, Changes changes) {
        this.side = side;
        this.bodies = bodies;
        this.held = held;
        this.changes = changes;
    }

    void compare(List<Leaf> leavesA, List<Leaf> leavesB) {
        Map<Location, List<Leaf>> byLocationA = byLocation(leavesA);
        Map<Location, List<Leaf>> byLocationB = byLocation(leavesB);
        for (Map.Entry<Location, List<Leaf>> entry : byLocationA.entrySet()) {
            if (!isSpecial(entry.getKey())) {
                compare(entry.getKey(), entry.getValue(), byLocationB.getOrDefault(entry.getKey(), List.of()));
            }
        }
        for (Map.Entry<Location, List<Leaf>> entry : byLocationB.entrySet()) {
            if (!isSpecial(entry.getKey()) && !byLocationA.containsKey(entry.getKey())) {
                compare(entry.getKey(), List.of(), entry.getValue());
            }
        }
        for (Part part : List.of(Part.QUERY, Part.COOKIE, Part.FORM, Part.MULTIPART)) {
            order(part, leavesA, leavesB);
        }
        for (Part part : List.of(Part.QUERY, Part.FORM)) {
            spelling(new Location(side, part, ""), byLocationA, byLocationB);
        }
        names(Part.HEADER_ORDER, byLocationA, byLocationB);
        names(Part.HEADER_CASE, byLocationA, byLocationB);
        timing(byLocationA, byLocationB);
    }

    /** Fields of this side by location, in order of appearance; those of bodies only where bodies are compared. */
    private Map<Location, List<Leaf>> byLocation(List<Leaf> leaves) {
        Map<Location, List<Leaf>> byLocation = new LinkedHashMap<>();
        for (Leaf leaf : leaves) {
            Part part = leaf.location().part();
            boolean ofBody = part == Part.FORM || part == Part.MULTIPART || part == Part.BODY;
            if (leaf.location().side() == side && (bodies || !ofBody)) {
                byLocation.computeIfAbsent(leaf.location(), any -> new ArrayList<>(1)).add(leaf);
            }
        }
        return byLocation;
    }

    /** Whether a field has a comparison of its own. */
    private static boolean isSpecial(Location location) {
        return switch (location.part()) {
            case HEADER_ORDER, HEADER_CASE, TIMING -> true;
            case QUERY, FORM -> location.name().isEmpty();
            case METHOD, PATH, HEADER, COOKIE, MULTIPART, JSON, JWT, LAYER, STATUS, BODY, VERSION, TLS -> false;
        };
    }

    private void compare(Location location, List<Leaf> valuesA, List<Leaf> valuesB) {
        if (valuesA.size() == 1 && valuesB.size() == 1) {
            compare(valuesA.get(0), valuesB.get(0));
            return;
        }
        long[] hashesA = hashes(valuesA);
        long[] hashesB = hashes(valuesB);
        if (!Arrays.equals(hashesA, hashesB) && Arrays.equals(sorted(hashesA), sorted(hashesB))) {
            touched.add(location.part());
            changes.changed(location, location.name(), ChangeKind.REORDERED, joined(valuesA), joined(valuesB));
            return;
        }
        int[] partners = Matching.of(hashesA, hashesB).partners();
        GapPairs.fill(partners, valuesB.size(), (i, j) -> 0);
        for (int i = 0; i < partners.length; i++) {
            if (partners[i] >= 0) {
                compare(valuesA.get(i), valuesB.get(partners[i]));
            } else {
                touched.add(location.part());
                changes.removed(location, valuesA.get(i).at(), valuesA.get(i).value());
            }
        }
        for (int j : GapPairs.unpaired(partners, valuesB.size())) {
            touched.add(location.part());
            changes.added(location, valuesB.get(j).at(), valuesB.get(j).value());
        }
    }

    private void compare(Leaf one, Leaf other) {
        boolean sameType = one.type() == other.type();
        if (sameType && one.value().equals(other.value())) {
            return;
        }
        touched.add(one.location().part());
        Part part = one.location().part();
        boolean inside = held.differ(FieldList.holder(part, one.at()), FieldList.holder(part, other.at()));
        if (!inside) {
            changes.changed(one.location(), one.at(), sameType ? ChangeKind.CHANGED : ChangeKind.TYPE_CHANGED, one.value(), other.value());
        }
    }

    private static long[] hashes(List<Leaf> leaves) {
        long[] hashes = new long[leaves.size()];
        for (int i = 0; i < hashes.length; i++) {
            hashes[i] = TreeHash.ofText(leaves.get(i).value());
        }
        return hashes;
    }

    private static long[] sorted(long[] values) {
        long[] copy = values.clone();
        Arrays.sort(copy);
        return copy;
    }

    private static String joined(List<Leaf> leaves) {
        StringBuilder joined = new StringBuilder();
        for (Leaf leaf : leaves) {
            joined.append(joined.isEmpty() ? "" : ", ").append(leaf.value());
        }
        return joined.toString();
    }

    /** The order of the names that both have. */
    private void order(Part part, List<Leaf> leavesA, List<Leaf> leavesB) {
        if (!bodies && (part == Part.FORM || part == Part.MULTIPART)) {
            return;
        }
        report(new Location(side, part, ""), places(part, leavesA), places(part, leavesB));
    }

    private List<String> places(Part part, List<Leaf> leaves) {
        List<String> places = new ArrayList<>();
        for (Leaf leaf : leaves) {
            if (leaf.location().side() == side && leaf.location().part() == part && !leaf.location().name().isEmpty()) {
                places.add(leaf.at());
            }
        }
        return places;
    }

    private void report(Location location, List<String> placesA, List<String> placesB) {
        List<String> commonA = common(placesA, placesB);
        List<String> commonB = common(placesB, placesA);
        if (!commonA.equals(commonB)) {
            touched.add(location.part());
            changes.changed(location, "", ChangeKind.REORDERED, String.join(", ", commonA), String.join(", ", commonB));
        }
    }

    private static List<String> common(List<String> places, List<String> others) {
        Set<String> there = new HashSet<>(others);
        List<String> common = new ArrayList<>();
        for (String place : places) {
            if (there.contains(place)) {
                common.add(place);
            }
        }
        return common;
    }

    /** The same values, spelled in another way. */
    private void spelling(Location location, Map<Location, List<Leaf>> byLocationA, Map<Location, List<Leaf>> byLocationB) {
        if (!touched.contains(location.part()) && byLocationA.containsKey(location) && byLocationB.containsKey(location)) {
            Leaf one = byLocationA.get(location).get(0);
            Leaf other = byLocationB.get(location).get(0);
            if (!one.value().equals(other.value())) {
                changes.changed(location, "", ChangeKind.CHANGED, one.value(), other.value());
            }
        }
    }

    private void names(Part part, Map<Location, List<Leaf>> byLocationA, Map<Location, List<Leaf>> byLocationB) {
        Location location = new Location(side, part, "");
        if (!byLocationA.containsKey(location) || !byLocationB.containsKey(location)) {
            return;
        }
        List<String> namesA = HeadFields.names(byLocationA.get(location).get(0).value());
        List<String> namesB = HeadFields.names(byLocationB.get(location).get(0).value());
        if (part == Part.HEADER_ORDER) {
            report(location, numbered(namesA), numbered(namesB));
        } else {
            spelledOtherwise(location, namesA, namesB);
        }
    }

    /** Names that come again with their number, as places of other fields are written. */
    private static List<String> numbered(List<String> names) {
        Map<String, Integer> counts = new HashMap<>();
        List<String> numbered = new ArrayList<>();
        for (String name : names) {
            int count = counts.merge(name, 1, Integer::sum);
            numbered.add(count == 1 ? name : name + "#" + count);
        }
        return numbered;
    }

    /** One change for all names of which the other side has the same in other letters. */
    private void spelledOtherwise(Location location, List<String> namesA, List<String> namesB) {
        Map<String, Set<String>> spelledB = new HashMap<>();
        for (String name : namesB) {
            spelledB.computeIfAbsent(name.toLowerCase(Locale.ROOT), any -> new LinkedHashSet<>()).add(name);
        }
        Set<String> differA = new LinkedHashSet<>();
        Set<String> differB = new LinkedHashSet<>();
        for (String name : namesA) {
            Set<String> spelled = spelledB.getOrDefault(name.toLowerCase(Locale.ROOT), Set.of());
            if (!spelled.isEmpty() && !spelled.contains(name)) {
                differA.add(name);
                differB.addAll(spelled);
            }
        }
        if (!differA.isEmpty()) {
            changes.changed(location, "", ChangeKind.CHANGED, String.join(", ", differA), String.join(", ", differB));
        }
    }

    private void timing(Map<Location, List<Leaf>> byLocationA, Map<Location, List<Leaf>> byLocationB) {
        for (Map.Entry<Location, List<Leaf>> entry : byLocationA.entrySet()) {
            List<Leaf> others = byLocationB.getOrDefault(entry.getKey(), List.of());
            if (entry.getKey().part() == Part.TIMING && !others.isEmpty()) {
                Leaf one = entry.getValue().get(0);
                Leaf other = others.get(0);
                if (isOtherBand(Long.parseLong(one.value()), Long.parseLong(other.value()))) {
                    changes.changed(one.location(), one.at(), ChangeKind.CHANGED, one.value(), other.value());
                }
            }
        }
    }

    /** Whether one of two durations in milliseconds is so much longer that it means something. */
    static boolean isOtherBand(long millisA, long millisB) {
        long shorter = Math.min(millisA, millisB);
        long longer = Math.max(millisA, millisB);
        return longer >= SLOWER_TIMES * shorter && longer - shorter > SLOWER_MILLIS;
    }
}
