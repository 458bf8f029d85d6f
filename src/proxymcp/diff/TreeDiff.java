package proxymcp.diff;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/** Compares two documents. Recursive: documents are no deeper than their readers allow. */
final class TreeDiff {
    /** From this likeness on an element whose key is new is the one whose key is gone. */
    private static final double SAME_BUT_KEY = 0.8;
    /** The same for two in the same place of arrays of one length. */
    private static final double SAME_PLACE = 0.7;

    private final Document a;
    private final Document b;
    private final ArrayMode mode;
    private final Held held;
    private final Changes changes;
    private final TreeHash hash;

    /** Documents that values of both exchanges hold. */
    interface Held {
        /** Compares what two places hold; false if it is not one kind of document on both sides, or they do not differ. */
        boolean differ(String atA, String atB);
    }

    TreeDiff(Document a, Document b, ArrayMode mode, Held held, Changes changes) {
        this.a = a;
        this.b = b;
        this.mode = a.part() == Part.BODY ? ArrayMode.ORDERED : mode;
        this.hash = new TreeHash(this.mode != ArrayMode.SET);
        this.held = held;
        this.changes = changes;
    }

    void compare() {
        compare(a.root(), TreePath.ROOT, b.root(), TreePath.ROOT);
    }

    private void compare(JsonValue one, TreePath pathA, JsonValue other, TreePath pathB) {
        if (one instanceof JsonObject objectA && other instanceof JsonObject objectB) {
            objects(objectA, pathA, objectB, pathB);
        } else if (one instanceof JsonArray arrayA && other instanceof JsonArray arrayB) {
            arrays(arrayA, pathA, arrayB, pathB);
        } else if (!one.equals(other)) {
            scalars(one, pathA, other, pathB);
        }
    }

    private void scalars(JsonValue one, TreePath pathA, JsonValue other, TreePath pathB) {
        boolean sameType = TreeLeaves.type(one) == TreeLeaves.type(other);
        if (sameType && one instanceof JsonString && a.holder().isEmpty() && a.part() != Part.BODY && held.differ(pathA.place(), pathB.place())) {
            return;
        }
        changes.changed(a.location(pathA), a.at(pathA), sameType ? ChangeKind.CHANGED : ChangeKind.TYPE_CHANGED, Excerpt.text(one), Excerpt.text(other));
    }

    private void removed(JsonValue value, TreePath path) {
        changes.removed(a.location(path), a.at(path), changes.isFull() ? "" : Excerpt.text(value));
    }

    private void added(JsonValue value, TreePath path) {
        changes.added(b.location(path), b.at(path), changes.isFull() ? "" : Excerpt.text(value));
    }

    /** Names regardless of order; of a name that comes several times the values one after the other. */
    private void objects(JsonObject objectA, TreePath pathA, JsonObject objectB, TreePath pathB) {
        Map<String, List<JsonValue>> ofB = byName(objectB);
        for (Map.Entry<String, List<JsonValue>> entry : byName(objectA).entrySet()) {
            String name = entry.getKey();
            List<JsonValue> valuesA = entry.getValue();
            List<JsonValue> valuesB = Optional.ofNullable(ofB.remove(name)).orElse(List.of());
            for (int i = 0; i < Math.max(valuesA.size(), valuesB.size()); i++) {
                if (i >= valuesB.size()) {
                    removed(valuesA.get(i), pathA.member(name));
                } else if (i >= valuesA.size()) {
                    added(valuesB.get(i), pathB.member(name));
                } else {
                    compare(valuesA.get(i), pathA.member(name), valuesB.get(i), pathB.member(name));
                }
            }
        }
        for (Map.Entry<String, List<JsonValue>> entry : ofB.entrySet()) {
            for (JsonValue value : entry.getValue()) {
                added(value, pathB.member(entry.getKey()));
            }
        }
    }

    private static Map<String, List<JsonValue>> byName(JsonObject object) {
        Map<String, List<JsonValue>> byName = LinkedHashMap.newLinkedHashMap(object.members().size());
        for (JsonObject.Member member : object.members()) {
            List<JsonValue> first = byName.putIfAbsent(member.name(), List.of(member.value()));
            if (first != null) {
                List<JsonValue> all = new ArrayList<>(first);
                all.add(member.value());
                byName.put(member.name(), all);
            }
        }
        return byName;
    }

    private void arrays(JsonArray arrayA, TreePath pathA, JsonArray arrayB, TreePath pathB) {
        if (arrayA.size() == 1 && arrayB.size() == 1) {
            compare(arrayA.values().get(0), pathA.item(0), arrayB.values().get(0), pathB.item(0));
            return;
        }
        boolean keyed = mode == ArrayMode.AUTO || mode == ArrayMode.KEYED;
        Optional<String> key = keyed ? ArrayKey.of(arrayA, arrayB) : Optional.empty();
        if (key.isPresent()) {
            keyed(arrayA, pathA, arrayB, pathB, key.get());
            return;
        }
        long[] hashesA = hash.ofEach(arrayA);
        long[] hashesB = hash.ofEach(arrayB);
        switch (mode) {
            case SET -> sets(arrayA, pathA, hashesA, arrayB, pathB, hashesB);
            case AUTO -> {
                if (!Arrays.equals(hashesA, hashesB) && Arrays.equals(sorted(hashesA), sorted(hashesB))) {
                    reordered(arrayA, pathA, arrayB);
                } else {
                    ordered(arrayA, pathA, hashesA, arrayB, pathB, hashesB);
                }
            }
            case ORDERED, KEYED -> ordered(arrayA, pathA, hashesA, arrayB, pathB, hashesB);
        }
    }

    private static long[] sorted(long[] values) {
        long[] copy = values.clone();
        Arrays.sort(copy);
        return copy;
    }

    private void reordered(JsonArray arrayA, TreePath pathA, JsonArray arrayB) {
        changes.changed(a.location(pathA), a.at(pathA), ChangeKind.REORDERED, Excerpt.text(arrayA), Excerpt.text(arrayB));
    }

    private void keyed(JsonArray arrayA, TreePath pathA, JsonArray arrayB, TreePath pathB, String key) {
        Map<JsonValue, Integer> placesA = ArrayKey.places(arrayA, key).orElseThrow();
        Map<JsonValue, Integer> placesB = ArrayKey.places(arrayB, key).orElseThrow();
        int[] partners = new int[arrayA.size()];
        for (int i = 0; i < partners.length; i++) {
            partners[i] = placesB.getOrDefault(keyOf(arrayA, i, key), -1);
        }
        if (!Rising.isRising(Arrays.stream(partners).filter(partner -> partner >= 0).toArray())) {
            reordered(keys(arrayA, key, placesB), pathA, keys(arrayB, key, placesA));
        }
        renamed(arrayA, arrayB, partners);
        pairs(arrayA, pathA, arrayB, pathB, partners, i -> false);
    }

    private static JsonValue keyOf(JsonArray array, int index, String key) {
        return ((JsonObject) array.values().get(index)).get(key).orElseThrow();
    }

    /** The keys that both arrays have, in the order of this one. */
    private static JsonArray keys(JsonArray array, String key, Map<JsonValue, Integer> others) {
        List<JsonValue> keys = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            JsonValue value = keyOf(array, i, key);
            if (others.containsKey(value)) {
                keys.add(value);
            }
        }
        return new JsonArray(keys);
    }

    /** Pairs elements that are the same but for their key, as far as their neighbours go. */
    private void renamed(JsonArray arrayA, JsonArray arrayB, int[] partners) {
        ItemLikeness likeness = new ItemLikeness(hash);
        int[] free = GapPairs.unpaired(partners, arrayB.size());
        int next = 0;
        for (int i = 0; i < partners.length && next < free.length; i++) {
            if (partners[i] < 0) {
                int j = free[next];
                double alike = likeness.of(arrayA.values().get(i), arrayB.values().get(j));
                if (alike >= SAME_BUT_KEY || i == j && arrayA.size() == arrayB.size() && alike >= SAME_PLACE) {
                    partners[i] = j;
                    next++;
                } else if (arrayA.size() == arrayB.size() && j < i) {
                    next++;
                }
            }
        }
    }

    private void ordered(JsonArray arrayA, TreePath pathA, long[] hashesA, JsonArray arrayB, TreePath pathB, long[] hashesB) {
        Matching matching = Matching.of(hashesA, hashesB);
        int[] partners = matching.partners();
        boolean[] equal = new boolean[partners.length];
        for (int i = 0; i < partners.length; i++) {
            equal[i] = partners[i] >= 0;
        }
        ItemLikeness likeness = new ItemLikeness(hash);
        boolean coarse = GapPairs.fill(partners, arrayB.size(), (i, j) -> likeness.of(arrayA.values().get(i), arrayB.values().get(j)));
        if (coarse || matching.isCoarse()) {
            noteByIndex(pathA);
        }
        // An equal element needs no second look; a partner of itself says so.
        pairs(arrayA, pathA, arrayB, pathB, partners, i -> equal[i]);
    }

    /** Pairs equal elements wherever they stand, then containers that are alike. */
    private void sets(JsonArray arrayA, TreePath pathA, long[] hashesA, JsonArray arrayB, TreePath pathB, long[] hashesB) {
        Map<Long, List<Integer>> free = new HashMap<>();
        for (int j = hashesB.length - 1; j >= 0; j--) {
            free.computeIfAbsent(hashesB[j], any -> new ArrayList<>()).add(j);
        }
        int[] partners = new int[arrayA.size()];
        for (int i = 0; i < partners.length; i++) {
            List<Integer> places = free.getOrDefault(hashesA[i], List.of());
            partners[i] = places.isEmpty() ? -1 : places.remove(places.size() - 1);
        }
        if (alike(arrayA, arrayB, partners)) {
            noteByIndex(pathA);
        }
        pairs(arrayA, pathA, arrayB, pathB, partners, i -> false);
    }

    private void noteByIndex(TreePath pathA) {
        changes.note("elements of " + a.location(pathA) + " differ too much to be aligned; those without an equal are compared by index");
    }

    /** Pairs containers that have no equal; true if there are too many to look at each pair. */
    private boolean alike(JsonArray arrayA, JsonArray arrayB, int[] partners) {
        List<Integer> left = new ArrayList<>();
        for (int i = 0; i < partners.length; i++) {
            if (partners[i] < 0 && isContainer(arrayA.values().get(i))) {
                left.add(i);
            }
        }
        List<Integer> right = new ArrayList<>();
        for (int j : GapPairs.unpaired(partners, arrayB.size())) {
            if (isContainer(arrayB.values().get(j))) {
                right.add(j);
            }
        }
        int[] inner = new int[left.size()];
        Arrays.fill(inner, -1);
        ItemLikeness likeness = new ItemLikeness(hash);
        boolean coarse = GapPairs.fill(inner, right.size(), (i, j) -> likeness.of(arrayA.values().get(left.get(i)), arrayB.values().get(right.get(j))));
        for (int i = 0; i < inner.length; i++) {
            partners[left.get(i)] = inner[i] < 0 ? -1 : right.get(inner[i]);
        }
        return coarse;
    }

    private static boolean isContainer(JsonValue value) {
        return value instanceof JsonObject || value instanceof JsonArray;
    }

    private void pairs(JsonArray arrayA, TreePath pathA, JsonArray arrayB, TreePath pathB, int[] partners, IntPredicate known) {
        for (int i = 0; i < partners.length; i++) {
            if (partners[i] < 0) {
                removed(arrayA.values().get(i), pathA.item(i));
            } else if (!known.test(i)) {
                compare(arrayA.values().get(i), pathA.item(i), arrayB.values().get(partners[i]), pathB.item(partners[i]));
            }
        }
        for (int j : GapPairs.unpaired(partners, arrayB.size())) {
            added(arrayB.values().get(j), pathB.item(j));
        }
    }
}
