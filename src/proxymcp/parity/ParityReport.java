package proxymcp.parity;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import proxymcp.diff.Endpoint;

/**
 * Whether something means the same as its baseline.
 *
 * @param baseline session that works
 * @param other session or replay that was compared with it
 * @param passed whether no severity reaches {@code failOn}, and nothing is blocked or unknown
 * @param score 0..1, 1 where nothing drifted: the mean of all pairs
 * @param severity the highest
 * @param failOn from which severity on it does not pass
 * @param compared pairs
 * @param verdicts pairs by verdict, those that there are
 * @param endpoints the worst first
 * @param findings pairs that are neither identical nor equivalent, in the order of the baseline
 * @param unmatched exchanges without a partner, those of the baseline first
 * @param notes what was not looked at as closely as asked, a sentence each
 */
public record ParityReport(String baseline, String other, boolean passed, double score, Severity severity, Severity failOn, long compared,
        Map<Verdict, Long> verdicts, List<EndpointParity> endpoints, List<PairParity> findings, List<Unmatched> unmatched, List<String> notes) {
    /** Drifts that are listed of one endpoint. */
    public static final int DRIFT_MAX = 100;

    /**
     * An exchange without a partner.
     *
     * @param ofBaseline whether it is one of the baseline
     * @param seq its number
     * @param endpoint what kind of request
     * @param status response status; 0 if there was no response
     */
    public record Unmatched(boolean ofBaseline, long seq, Endpoint endpoint, int status) {}

    /** Copies the collections. */
    public ParityReport {
        verdicts = Map.copyOf(verdicts);
        endpoints = List.copyOf(endpoints);
        findings = List.copyOf(findings);
        unmatched = List.copyOf(unmatched);
        notes = List.copyOf(notes);
    }

    /** The same with another note. */
    public ParityReport noting(String sentence) {
        List<String> more = new ArrayList<>(notes);
        more.add(sentence);
        return new ParityReport(baseline, other, passed, score, severity, failOn, compared, verdicts, endpoints, findings, unmatched, more);
    }

    /** Pairs of one verdict. */
    public long count(Verdict verdict) {
        return verdicts.getOrDefault(verdict, 0L);
    }

    /** Findings of one verdict, in order. */
    public List<PairParity> findings(Verdict verdict) {
        List<PairParity> found = new ArrayList<>();
        for (PairParity pair : findings) {
            if (pair.verdict() == verdict) {
                found.add(pair);
            }
        }
        return found;
    }
}
