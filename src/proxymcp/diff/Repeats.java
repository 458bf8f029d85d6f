package proxymcp.diff;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Tells which exchanges without a partner repeat one that has one: they ask for the same but for what is new in every request, and are answered alike
 * or one of them with an error. Pages of a list are no repeats: the page differs, or what it holds.
 */
final class Repeats {
    private static final int ERROR_STATUS_LEAST = 400;
    /** Share of the telling values of a response that both have, from which on it is the same answer. */
    private static final double ALIKE = 0.5;
    /** The same for requests that name the same one of many things: its state may have changed. */
    private static final double ALIKE_OF_ONE = 0.2;
    private static final double ONE_OF_MANY = 0.2;
    /** Exchanges with partners that are held against one without, nearest first. */
    private static final int LOOKS_MAX = 8;

    private final List<Outline> own;
    private final boolean ofA;
    private final EndpointAligner group;
    private final long[] keys;
    private final Map<Long, List<Integer>> matched = new HashMap<>();

    /** @param partners of the exchanges of {@code own}; below 0 for none */
    Repeats(List<Outline> own, boolean ofA, EndpointAligner group, int[] partners) {
        this.own = own;
        this.ofA = ofA;
        this.group = group;
        this.keys = new long[own.size()];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = hash(i);
            if (partners[i] >= 0) {
                matched.computeIfAbsent(keys[i], added -> new ArrayList<>()).add(i);
            }
        }
    }

    /** The exchange that this one repeats, by its place; empty if there is none. */
    OptionalInt of(int place) {
        List<Integer> same = matched.getOrDefault(keys[place], List.of());
        int after = 0;
        while (after < same.size() && same.get(after) < place) {
            after++;
        }
        int before = after - 1;
        for (int looks = 0; looks < LOOKS_MAX && (before >= 0 || after < same.size()); looks++) {
            boolean earlier = after == same.size() || before >= 0 && place - same.get(before) <= same.get(after) - place;
            int candidate = same.get(earlier ? before-- : after++);
            if (isRepeat(place, candidate)) {
                return OptionalInt.of(candidate);
            }
        }
        return OptionalInt.empty();
    }

    private boolean isRepeat(int place, int candidate) {
        Outline one = own.get(place);
        Outline other = own.get(candidate);
        if (one.requestFeatures()[0] == other.requestFeatures()[0] || isError(one) || isError(other)) {
            return true;
        }
        return alike(place, candidate) > (namesOne(place) ? ALIKE_OF_ONE : ALIKE);
    }

    /** Whether the request has a value again that few of its session have. */
    private boolean namesOne(int place) {
        FeatureIndex mine = group.index(ofA);
        for (long feature : group.features(ofA, place)) {
            int count = mine.count(mine.at(feature));
            if (!Outlines.isOfResponse(feature) && !Outlines.isField(feature) && count > 1 && count <= ONE_OF_MANY * mine.size()) {
                return true;
            }
        }
        return false;
    }

    private static boolean isError(Outline outline) {
        return outline.status() == 0 || outline.status() >= ERROR_STATUS_LEAST;
    }

    private double alike(int place, int candidate) {
        long[] one = group.features(ofA, place);
        long[] other = group.features(ofA, candidate);
        int same = 0;
        int all = 0;
        int i = 0;
        int j = 0;
        while (i < one.length || j < other.length) {
            int order = i == one.length ? 1 : j == other.length ? -1 : Long.compare(one[i], other[j]);
            long feature = order <= 0 ? one[i] : other[j];
            if (Outlines.isOfResponse(feature) && !Outlines.isField(feature) && group.evidence().isTelling(feature)) {
                all++;
                same += order == 0 ? 1 : 0;
            }
            i += order <= 0 ? 1 : 0;
            j += order >= 0 ? 1 : 0;
        }
        return all == 0 ? 1 : (double) same / all;
    }

    private long hash(int place) {
        long hash = 0;
        for (long feature : group.features(ofA, place)) {
            if (!Outlines.isOfResponse(feature) && isKnown(feature)) {
                hash = ValueHash.mixed(hash + feature);
            }
        }
        return hash;
    }

    /**
     * Whether a value is not the exchange's alone, as times and nonces are; those of fields that both sessions share are not either. Who tries again
     * does not change the path.
     */
    private boolean isKnown(long feature) {
        FeatureIndex mine = group.index(ofA);
        return Outlines.isOfPath(feature) || group.evidence().isShared(feature) || mine.count(mine.at(feature)) > 1 || group.index(!ofA).at(feature) >= 0;
    }
}
