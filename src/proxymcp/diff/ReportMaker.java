package proxymcp.diff;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Makes the report of what was found. */
record ReportMaker(SessionSide a, SessionSide b, Alignment alignment, Comparison comparison, DiffRequest request) {
    DiffReport report(List<Comparison> baselines) {
        List<ChangedField> byNumber = new FieldRanking(a, b, comparison, request.only().map(couple -> b.outline(couple.seqB()).endpoint()), baselines).fields(request.suppressVolatile());
        List<ChangedField> ranked = FieldRanking.ranked(byNumber);
        List<PairReport> pairs = pairs(FieldRanking.places(ranked, byNumber));
        List<EndpointDiff> endpoints = endpoints(pairs, ranked);
        List<DiffReport.Single> onlyA = singles(alignment.onlyA(), a);
        List<DiffReport.Single> onlyB = singles(alignment.onlyB(), b);
        Optional<FirstDivergence> first = new Divergence(ranked).first(pairs, onlyA, onlyB);
        return new DiffReport(counts(pairs, ranked, endpoints), first, ranked, endpoints, pairs, onlyA, onlyB, repeated());
    }

    private List<PairReport> pairs(int[] places) {
        List<PairReport> pairs = new ArrayList<>();
        for (PairReport pair : comparison.reports()) {
            int[] fields = new int[pair.fields().length];
            for (int i = 0; i < fields.length; i++) {
                fields[i] = places[pair.fields()[i]];
            }
            Arrays.sort(fields);
            pairs.add(new PairReport(pair.endpoint(), pair.seqA(), pair.seqB(), pair.moved(), pair.statusA(), pair.statusB(), pair.isUnknown(), fields,
                    pair.fieldsTotal()));
        }
        return pairs;
    }

    private DiffReport.Counts counts(List<PairReport> pairs, List<ChangedField> fields, List<EndpointDiff> endpoints) {
        long moved = 0;
        long statusChanges = 0;
        long unknown = 0;
        for (PairReport pair : pairs) {
            moved += pair.moved() ? 1 : 0;
            statusChanges += pair.statusA() != pair.statusB() ? 1 : 0;
            unknown += pair.isUnknown() ? 1 : 0;
        }
        long suppressed = 0;
        for (ChangedField field : fields) {
            suppressed += field.suppressed() ? 1 : 0;
        }
        long changed = 0;
        for (EndpointDiff endpoint : endpoints) {
            changed += endpoint.verdict().isChange() ? 1 : 0;
        }
        boolean two = request.only().isPresent();
        return new DiffReport.Counts(two ? 1 : a.outlines().size(), two ? 1 : b.outlines().size(), pairs.size(), alignment.onlyA().size(),
                alignment.onlyB().size(), moved, alignment.repeated().size(), changed, statusChanges, unknown,
                a.damaged() + b.damaged() + comparison.unreadable(), comparison.ignored(), suppressed, comparison.untold());
    }

    private List<EndpointDiff> endpoints(List<PairReport> pairs, List<ChangedField> fields) {
        Map<Endpoint, Integer> changedFields = new HashMap<>();
        for (ChangedField field : fields) {
            if (!field.suppressed()) {
                changedFields.merge(field.endpoint(), 1, Integer::sum);
            }
        }
        Set<Endpoint> otherStatus = new HashSet<>();
        Set<Endpoint> unknown = new HashSet<>();
        for (PairReport pair : pairs) {
            if (pair.statusA() != pair.statusB()) {
                otherStatus.add(pair.endpoint());
            }
            if (pair.isUnknown()) {
                unknown.add(pair.endpoint());
            }
        }
        Set<Endpoint> alone = new HashSet<>();
        alignment.onlyA().forEach(seq -> alone.add(a.outline(seq).endpoint()));
        alignment.onlyB().forEach(seq -> alone.add(b.outline(seq).endpoint()));
        List<EndpointDiff> found = new ArrayList<>();
        if (request.only().isPresent()) {
            pairs.forEach(pair -> found.add(ofTwo(pair, changedFields.getOrDefault(pair.endpoint(), 0))));
            return found;
        }
        for (Endpoint endpoint : all()) {
            EndpointStats ofA = a.stats().of(endpoint);
            EndpointStats ofB = b.stats().of(endpoint);
            int changed = changedFields.getOrDefault(endpoint, 0);
            EndpointDiff.Verdict verdict = verdict(ofA, ofB, changed > 0, otherStatus.contains(endpoint), alone.contains(endpoint),
                    unknown.contains(endpoint));
            found.add(new EndpointDiff(endpoint, ofA.exchanges(), ofB.exchanges(), comparison.pairsOf(endpoint), ofA.statuses(), ofB.statuses(), verdict,
                    changed));
        }
        found.sort(Comparator.comparing((EndpointDiff diff) -> !diff.verdict().isChange()).thenComparing(EndpointDiff::verdict)
                .thenComparing(diff -> diff.endpoint().toString()));
        return found;
    }

    private static EndpointDiff ofTwo(PairReport pair, int changed) {
        EndpointDiff.Verdict verdict = pair.statusA() != pair.statusB() ? EndpointDiff.Verdict.STATUS_CHANGED
                : changed > 0 ? EndpointDiff.Verdict.CHANGED : pair.isUnknown() ? EndpointDiff.Verdict.UNKNOWN : EndpointDiff.Verdict.SAME;
        return new EndpointDiff(pair.endpoint(), 1, 1, 1, new TreeMap<>(Map.of(pair.statusA(), 1)), new TreeMap<>(Map.of(pair.statusB(), 1)), verdict, changed);
    }

    private EndpointDiff.Verdict verdict(EndpointStats ofA, EndpointStats ofB, boolean changed, boolean otherStatus, boolean alone, boolean unknown) {
        if (otherStatus) {
            return EndpointDiff.Verdict.STATUS_CHANGED;
        }
        if (changed) {
            return EndpointDiff.Verdict.CHANGED;
        }
        if (ofA.exchanges() == 0 || ofB.exchanges() == 0) {
            return ofB.exchanges() == 0 ? EndpointDiff.Verdict.ONLY_A : EndpointDiff.Verdict.ONLY_B;
        }
        if (alone) {
            return EndpointDiff.Verdict.COUNTS_DIFFER;
        }
        return unknown ? EndpointDiff.Verdict.UNKNOWN : EndpointDiff.Verdict.SAME;
    }

    /** Endpoints of both. */
    private Set<Endpoint> all() {
        Set<Endpoint> all = new LinkedHashSet<>();
        a.stats().endpoints().forEach(all::add);
        b.stats().endpoints().forEach(all::add);
        return all;
    }

    private static List<DiffReport.Single> singles(List<Long> seqs, SessionSide side) {
        List<DiffReport.Single> singles = new ArrayList<>();
        for (long seq : seqs) {
            Outline outline = side.outline(seq);
            singles.add(new DiffReport.Single(seq, outline.endpoint(), outline.status()));
        }
        return singles;
    }

    private List<DiffReport.Repeated> repeated() {
        List<DiffReport.Repeated> repeated = new ArrayList<>();
        for (Repeat repeat : alignment.repeated()) {
            Outline outline = (repeat.inA() ? a : b).outline(repeat.seq());
            repeated.add(new DiffReport.Repeated(repeat.inA(), repeat.seq(), repeat.of(), outline.endpoint(), outline.status()));
        }
        return repeated;
    }
}
