package proxymcp.parity;

import java.util.ArrayList;
import java.util.List;
import proxymcp.diff.IgnorePatterns;
import proxymcp.store.SessionQuery;

/**
 * What to judge, and how strictly.
 *
 * @param filter exchanges that take part; its direction does not matter
 * @param rules what has to hold
 * @param keyFields fields that matter most
 * @param ignored fields that are not compared
 * @param failOn from which severity on it does not pass; not {@link Severity#NONE}
 * @param minSamples samples from which on it is believed that a word is one of few, and that elements of lists always have a field, never null
 */
public record ParityRequest(SessionQuery filter, List<ParityRule> rules, KeyFields keyFields, IgnorePatterns ignored, Severity failOn, int minSamples) {
    /** Samples that are asked for unless told. */
    public static final int MIN_SAMPLES = 3;
    /** Everything, without rules. */
    public static final ParityRequest ALL = new ParityRequest(SessionQuery.ALL, List.of(), KeyFields.NONE, IgnorePatterns.NONE, Severity.MEDIUM, MIN_SAMPLES);

    /**
     * Reads what is not compared: patterns, or a path alone as in {@link KeyFields}.
     *
     * @throws IllegalArgumentException if one is none; the message names it
     */
    public static IgnorePatterns ignoring(List<String> fields) {
        List<String> patterns = new ArrayList<>();
        for (String field : fields) {
            patterns.add(field.startsWith("$") ? "response.json." + field : field);
        }
        return IgnorePatterns.parse(patterns);
    }

    /** Copies the rules. */
    public ParityRequest {
        rules = List.copyOf(rules);
        if (failOn == Severity.NONE || minSamples < 1) {
            throw new IllegalArgumentException("failOn " + failOn + ", minSamples " + minSamples);
        }
    }
}
