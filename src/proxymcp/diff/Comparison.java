package proxymcp.diff;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import proxymcp.store.ExchangeScan;
import proxymcp.store.StoredExchange;

/** The pairs of two sessions, read again and compared; differences are counted by field. Not for several threads. */
final class Comparison {
    /** Fields whose differences are told apart; those of more are only counted. */
    static final int FIELDS_MAX = 20_000;

    private final SessionSide a;
    private final SessionSide b;
    private final Map<FieldTally.Key, FieldTally> tallies = new LinkedHashMap<>();
    private final Map<Endpoint, Long> pairsOf = new HashMap<>();
    private final List<PairReport> reports = new ArrayList<>();
    private long ignored;
    private long untold;
    private long unreadable;

    private Comparison(SessionSide a, SessionSide b) {
        this.a = a;
        this.b = b;
    }

    static Comparison of(SessionSide a, SessionSide b, List<Pair> pairs, FieldReader reader, DiffRequest request, DiffProgress progress) throws IOException {
        Comparison comparison = new Comparison(a, b);
        try (ExchangeScan scanA = a.scan(); ExchangeScan scanB = b.scan()) {
            for (Pair pair : pairs) {
                progress.step();
                Optional<StoredExchange> storedA = SessionSide.exchange(scanA, pair.seqA());
                Optional<StoredExchange> storedB = SessionSide.exchange(scanB, pair.seqB());
                if (storedA.isEmpty() || storedB.isEmpty()) {
                    comparison.unreadable++;
                    continue;
                }
                Endpoint endpoint = a.outline(pair.seqA()).endpoint();
                PairDiff diff = FieldDiff.compare(reader.read(storedA.get(), endpoint), reader.read(storedB.get(), b.outline(pair.seqB()).endpoint()),
                        request.arrayMode());
                comparison.add(pair, endpoint, diff, request.ignored());
            }
        }
        return comparison;
    }

    private void add(Pair pair, Endpoint endpoint, PairDiff diff, IgnorePatterns patterns) {
        int statusA = a.outline(pair.seqA()).status();
        int statusB = b.outline(pair.seqB()).status();
        pairsOf.merge(endpoint, 1L, Long::sum);
        List<FieldChange> changes = new ArrayList<>();
        boolean otherPath = false;
        for (FieldChange change : diff.changes()) {
            if (patterns.matches(endpoint, change.location(), change.at())) {
                ignored++;
            } else {
                changes.add(change);
                otherPath |= change.location().part() == Part.PATH;
            }
        }
        int[] fields = new int[Math.min(PairReport.FIELDS_MAX, changes.size())];
        int told = 0;
        int total = 0;
        for (FieldChange change : changes) {
            Optional<FieldTally> tally = tally(new FieldTally.Key(endpoint, change.location(), change.kind()));
            if (tally.isEmpty()) {
                untold++;
            } else if (tally.get().add(change, reports.size(), otherPath, statusA != statusB)) {
                total++;
                if (told < fields.length) {
                    fields[told++] = tally.get().number();
                }
            }
        }
        reports.add(new PairReport(endpoint, pair.seqA(), pair.seqB(), pair.moved(), statusA, statusB, !diff.unknown().isEmpty(), Arrays.copyOf(fields, told),
                total));
    }

    private Optional<FieldTally> tally(FieldTally.Key key) {
        FieldTally known = tallies.get(key);
        if (known == null && tallies.size() < FIELDS_MAX) {
            known = new FieldTally(tallies.size());
            tallies.put(key, known);
        }
        return Optional.ofNullable(known);
    }

    /** The fields that differ, in the order of their numbers. */
    Map<FieldTally.Key, FieldTally> tallies() {
        return tallies;
    }

    /** The pairs in order; their fields are numbers of tallies. */
    List<PairReport> reports() {
        return reports;
    }

    /** Pairs of an endpoint. */
    long pairsOf(Endpoint endpoint) {
        return pairsOf.getOrDefault(endpoint, 0L);
    }

    /** What the other session's fields did. */
    SessionStats statsB() {
        return b.stats();
    }

    /** Differences that a pattern ignores. */
    long ignored() {
        return ignored;
    }

    /** Differences of fields beyond {@link #FIELDS_MAX}. */
    long untold() {
        return untold;
    }

    /** Pairs that could not be read again. */
    long unreadable() {
        return unreadable;
    }

    /** Part of an endpoint's pairs that differ in a field, 0..1; a field that comes and one that goes are the same here. */
    double rate(FieldTally.Key key) {
        long differing = pairs(key);
        ChangeKind other = switch (key.kind()) {
            case ADDED -> ChangeKind.REMOVED;
            case REMOVED -> ChangeKind.ADDED;
            case CHANGED, TYPE_CHANGED, REORDERED -> key.kind();
        };
        if (other != key.kind()) {
            differing += pairs(new FieldTally.Key(key.endpoint(), key.location(), other));
        }
        return (double) differing / Math.max(1, pairsOf(key.endpoint()));
    }

    private long pairs(FieldTally.Key key) {
        FieldTally tally = tallies.get(key);
        return tally == null ? 0 : tally.pairs();
    }
}
