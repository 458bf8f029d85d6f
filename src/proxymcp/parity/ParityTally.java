package proxymcp.parity;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import proxymcp.diff.Endpoint;

/** Judgements of pairs, counted by endpoint. Not for several threads. */
final class ParityTally {
    /** Drifts of one endpoint that are told apart. */
    private static final int DRIFTS_MAX = 1_000;
    private static final int DRIFTS_ALL_MAX = 100_000;

    private record Key(String at, DriftKind kind) {}

    /** A drift of an endpoint while its pairs are counted. */
    private static final class Counted {
        private final String expected;
        private final String actual;
        private Severity severity;
        private long pairs;
        private long lastPair = -1;

        Counted(Finding first) {
            this.expected = first.expected();
            this.actual = first.actual();
            this.severity = first.severity();
        }
    }

    /** An endpoint while its pairs are counted. */
    private static final class Of {
        private final Map<Verdict, Long> verdicts = new EnumMap<>(Verdict.class);
        private final Map<Key, Counted> drifts = new LinkedHashMap<>();
        private Severity severity = Severity.NONE;
        private double score;
        private long all;
        private long compared;
    }

    private final Map<Endpoint, Of> endpoints = new LinkedHashMap<>();
    private final List<PairParity> findings = new ArrayList<>();
    private final Set<String> notes = new LinkedHashSet<>();
    private long pairs;
    private int drifts;

    /** Takes a pair, or an exchange that has no partner. */
    void add(Endpoint endpoint, long seq, OptionalLong otherSeq, PairJudge.Judgement judgement) {
        Of of = endpoints.computeIfAbsent(endpoint, added -> new Of());
        pairs++;
        of.all++;
        of.compared += otherSeq.isPresent() ? 1 : 0;
        Verdict verdict = judgement.verdict();
        of.verdicts.merge(verdict, 1L, Long::sum);
        of.severity = of.severity.max(judgement.severity());
        of.score += score(verdict, judgement.severity());
        for (Finding finding : judgement.findings()) {
            count(of, finding);
        }
        if (verdict != Verdict.IDENTICAL && verdict != Verdict.EQUIVALENT) {
            Map<Question, Verdict> questions = judgement.questions();
            findings.add(new PairParity(endpoint, seq, otherSeq, verdict, judgement.severity(), questions.get(Question.TRANSPORT), questions.get(Question.SHAPE),
                    questions.get(Question.VALUE), judgement.reason()));
        }
    }

    private void count(Of of, Finding finding) {
        Key key = new Key(finding.at(), finding.kind());
        Counted counted = of.drifts.get(key);
        if (counted == null) {
            if (of.drifts.size() >= DRIFTS_MAX || drifts >= DRIFTS_ALL_MAX) {
                notes.add("there are more drifts than are listed: " + DRIFTS_MAX + " of an endpoint, " + DRIFTS_ALL_MAX + " of all");
                return;
            }
            drifts++;
            counted = new Counted(finding);
            of.drifts.put(key, counted);
        }
        counted.severity = counted.severity.max(finding.severity());
        if (counted.lastPair != pairs) {
            counted.lastPair = pairs;
            counted.pairs++;
        }
    }

    private static double score(Verdict verdict, Severity severity) {
        return switch (verdict) {
            case IDENTICAL, EQUIVALENT -> 1;
            case DRIFTED -> severity == Severity.LOW ? 0.9 : 0.7;
            case BREAKING -> severity == Severity.CRITICAL ? 0 : 0.2;
            case BLOCKED, UNKNOWN -> 0;
        };
    }

    /** Whether a pair of the endpoint was judged. */
    boolean has(Endpoint endpoint) {
        return endpoints.containsKey(endpoint);
    }

    /** The report. */
    ParityReport report(String baseline, String other, ParityRequest request, SchemaLearner schemas, List<ParityReport.Unmatched> unmatched) {
        Map<Verdict, Long> verdicts = new EnumMap<>(Verdict.class);
        List<EndpointParity> list = new ArrayList<>();
        Severity severity = Severity.NONE;
        double score = 0;
        long compared = 0;
        for (Map.Entry<Endpoint, Of> entry : endpoints.entrySet()) {
            Of of = entry.getValue();
            of.verdicts.forEach((verdict, count) -> verdicts.merge(verdict, count, Long::sum));
            severity = severity.max(of.severity);
            score += of.score;
            compared += of.compared;
            List<Drift> drifts = drifts(of);
            list.add(new EndpointParity(entry.getKey(), of.compared, schemas.samples(entry.getKey()), of.verdicts, of.severity, of.score / of.all,
                    drifts.subList(0, Math.min(ParityReport.DRIFT_MAX, drifts.size())), drifts.size()));
        }
        list.sort(Comparator.comparing(EndpointParity::severity).reversed().thenComparing(EndpointParity::score)
                .thenComparing(endpoint -> endpoint.endpoint().toString()));
        for (ParityRule rule : request.rules()) {
            if (endpoints.keySet().stream().noneMatch(rule::isFor)) {
                notes.add("rules[" + rule.number() + "] was not checked: its endpoint is part of none that was compared");
            }
        }
        boolean passed = !severity.isAtLeast(request.failOn()) && !verdicts.containsKey(Verdict.UNKNOWN) && !verdicts.containsKey(Verdict.BLOCKED);
        return new ParityReport(baseline, other, passed, pairs == 0 ? 0 : score / pairs, severity, request.failOn(), compared, verdicts, list, findings, unmatched,
                List.copyOf(notes));
    }

    private static List<Drift> drifts(Of of) {
        List<Drift> drifts = new ArrayList<>();
        of.drifts.forEach((key, counted) -> drifts.add(new Drift(key.at(), key.kind(), counted.expected, counted.actual,
                (double) counted.pairs / Math.max(1, of.compared), counted.severity)));
        drifts.sort(Comparator.comparing(Drift::severity).reversed().thenComparing(Comparator.comparingDouble(Drift::rate).reversed())
                .thenComparing(Drift::location).thenComparing(Drift::kind));
        return drifts;
    }
}
