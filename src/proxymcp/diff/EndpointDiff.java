package proxymcp.diff;

import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * An endpoint in both sessions.
 *
 * @param endpoint which
 * @param countA its exchanges in A
 * @param countB its exchanges in B
 * @param matched pairs
 * @param statusA statuses in A with how often each came; 0 for no response
 * @param statusB the same of B
 * @param verdict in a word
 * @param changedFields fields that differ and are no noise
 */
public record EndpointDiff(Endpoint endpoint, long countA, long countB, long matched, SortedMap<Integer, Integer> statusA,
        SortedMap<Integer, Integer> statusB, Verdict verdict, int changedFields) {
    /** How an endpoint compares. */
    public enum Verdict {
        /** B does not ask for it. */
        ONLY_A,
        /** A does not ask for it. */
        ONLY_B,
        /** A pair has different statuses. */
        STATUS_CHANGED,
        /** Fields differ. */
        CHANGED,
        /** Some exchanges have no partner. */
        COUNTS_DIFFER,
        /** Nothing is seen to differ, but bodies are not known whole. */
        UNKNOWN,
        /** Nothing differs. */
        SAME;

        /** The word in results. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Whether something differs. */
        public boolean isChange() {
            return this != SAME && this != UNKNOWN;
        }
    }

    /** Copies the maps. */
    public EndpointDiff {
        statusA = new TreeMap<>((Map<Integer, Integer>) statusA);
        statusB = new TreeMap<>((Map<Integer, Integer>) statusB);
    }
}
