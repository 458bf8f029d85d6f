package proxymcp.diff;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Finds where two sessions part: the first pair, in the order of A, that differs in more than noise, or a request that only one has. */
final class Divergence {
    private final List<ChangedField> fields;

    /** @param fields what {@link PairReport#fields} are indexes into */
    Divergence(List<ChangedField> fields) {
        this.fields = fields;
    }

    Optional<FirstDivergence> first(List<PairReport> pairs, List<DiffReport.Single> onlyA, List<DiffReport.Single> onlyB) {
        long before = Long.MAX_VALUE;
        Optional<FirstDivergence> first = Optional.empty();
        for (PairReport pair : pairs) {
            Optional<String> why = why(pair);
            if (why.isPresent()) {
                before = pair.seqA();
                first = Optional.of(new FirstDivergence(OptionalLong.of(pair.seqA()), OptionalLong.of(pair.seqB()), why.get()));
                break;
            }
        }
        if (!onlyA.isEmpty() && onlyA.get(0).seq() < before) {
            DiffReport.Single single = onlyA.get(0);
            before = single.seq();
            first = Optional.of(new FirstDivergence(OptionalLong.of(single.seq()), OptionalLong.empty(), "only A has " + single.endpoint()));
        }
        if (!onlyB.isEmpty() && placeInA(onlyB.get(0).seq(), pairs) < before) {
            DiffReport.Single single = onlyB.get(0);
            first = Optional.of(new FirstDivergence(OptionalLong.empty(), OptionalLong.of(single.seq()), "only B has " + single.endpoint()));
        }
        return first;
    }

    /** The exchange of A that one of B stands behind; 0 if it comes before all. */
    private static long placeInA(long seqB, List<PairReport> pairs) {
        long place = 0;
        for (PairReport pair : pairs) {
            if (!pair.moved() && pair.seqB() < seqB) {
                place = Math.max(place, pair.seqA());
            }
        }
        return place;
    }

    private Optional<String> why(PairReport pair) {
        StringBuilder text = new StringBuilder();
        if (pair.statusA() != pair.statusB()) {
            text.append("status ").append(status(pair.statusA())).append(" became ").append(status(pair.statusB()));
        }
        int more = 0;
        for (int field : pair.fields()) {
            ChangedField changed = fields.get(field);
            if (changed.isNoise() || changed.location().part() == Part.STATUS || changed.afterStatus()) {
                continue;
            }
            if (more == 0) {
                text.append(text.isEmpty() ? "" : "; ").append(changed.location()).append(' ').append(changed.kind().word().replace('_', ' '));
            }
            more++;
        }
        if (more > 1) {
            text.append(" and ").append(more - 1).append(more == 2 ? " more field" : " more fields");
        }
        return text.isEmpty() ? Optional.empty() : Optional.of(text + " in " + pair.endpoint());
    }

    private static String status(int status) {
        return status == 0 ? "none" : Integer.toString(status);
    }
}
