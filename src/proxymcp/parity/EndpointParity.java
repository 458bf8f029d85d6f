package proxymcp.parity;

import java.util.List;
import java.util.Map;
import proxymcp.diff.Endpoint;

/**
 * How the exchanges of one endpoint compare.
 *
 * @param endpoint what kind of request
 * @param compared pairs
 * @param samples exchanges of all baselines that its schema was learned from
 * @param verdicts pairs by verdict, those that there are
 * @param severity the highest
 * @param score 0..1, 1 where nothing drifted
 * @param drift the worst first, {@link ParityReport#DRIFT_MAX} at most
 * @param driftTotal how many there are
 */
public record EndpointParity(Endpoint endpoint, long compared, long samples, Map<Verdict, Long> verdicts, Severity severity, double score, List<Drift> drift,
        long driftTotal) {
    /** Copies the collections. */
    public EndpointParity {
        verdicts = Map.copyOf(verdicts);
        drift = List.copyOf(drift);
    }
}
