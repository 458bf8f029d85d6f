package proxymcp.diff;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How two sessions differ.
 *
 * @param counts in numbers
 * @param first where they part; empty if nothing differs
 * @param fields every field that differs, noise too, the most telling first
 * @param endpoints all of both sessions; those that changed first
 * @param pairs in the order of A
 * @param onlyA numbers without a partner in B, with their endpoints
 * @param onlyB numbers without a partner in A
 * @param repeated retries and repeats
 */
public record DiffReport(Counts counts, Optional<FirstDivergence> first, List<ChangedField> fields, List<EndpointDiff> endpoints,
        List<PairReport> pairs, List<Single> onlyA, List<Single> onlyB, List<Repeated> repeated) {
    /** Copies the lists. */
    public DiffReport {
        fields = List.copyOf(fields);
        endpoints = List.copyOf(endpoints);
        pairs = List.copyOf(pairs);
        onlyA = List.copyOf(onlyA);
        onlyB = List.copyOf(onlyB);
        repeated = List.copyOf(repeated);
    }

    /**
     * A comparison in numbers.
     *
     * @param exchangesA exchanges of A that took part
     * @param exchangesB exchanges of B that took part
     * @param matched pairs
     * @param onlyA exchanges without a partner in B
     * @param onlyB exchanges without a partner in A
     * @param moved pairs that stand elsewhere in the order of B
     * @param repeated retries and repeats, of both
     * @param endpointsChanged endpoints with a difference that is no noise
     * @param statusChanges pairs whose status differs
     * @param unknown pairs with a body that was not compared, as it is not known whole
     * @param damaged exchanges that could not be read, of both
     * @param ignored differences that a pattern ignores
     * @param suppressed fields that differ and are left out as noise
     * @param untold differences that were counted but belong to no field, as there were too many fields
     */
    public record Counts(long exchangesA, long exchangesB, long matched, long onlyA, long onlyB, long moved, long repeated, long endpointsChanged,
            long statusChanges, long unknown, long damaged, long ignored, long suppressed, long untold) {}

    /**
     * An exchange without a partner.
     *
     * @param seq number within its session
     * @param endpoint which request
     * @param status its status; 0 for no response
     */
    public record Single(long seq, Endpoint endpoint, int status) {}

    /**
     * An exchange that repeats another one of its session.
     *
     * @param inA whether of A, else of B
     * @param seq number within its session
     * @param of number of the one that it repeats
     * @param endpoint which request
     * @param status its status; 0 for no response
     */
    public record Repeated(boolean inA, long seq, long of, Endpoint endpoint, int status) {}

    /** Fields that are not left out. */
    public List<ChangedField> shown() {
        return chosen(false);
    }

    /** Fields that are left out as noise. */
    public List<ChangedField> suppressed() {
        return chosen(true);
    }

    private List<ChangedField> chosen(boolean suppressed) {
        List<ChangedField> chosen = new ArrayList<>();
        for (ChangedField field : fields) {
            if (field.suppressed() == suppressed) {
                chosen.add(field);
            }
        }
        return chosen;
    }
}
