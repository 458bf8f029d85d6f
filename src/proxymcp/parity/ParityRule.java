package proxymcp.parity;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import proxymcp.diff.Endpoint;
import proxymcp.json.JsonPath;
import proxymcp.json.JsonValue;
import proxymcp.text.Regex;

/**
 * What has to hold in the JSON body of each response of an endpoint.
 *
 * @param number its place among the rules, from 0
 * @param endpoint part of the endpoint's text, lower case; all endpoints if empty
 * @param path what it is about
 * @param check what has to hold
 * @param severity what it means if it does not
 */
public record ParityRule(int number, Optional<String> endpoint, JsonPath path, Check check, Severity severity) {
    /** Names of the checks. */
    static final List<String> CHECKS = List.of("equals", "type", "exists", "matches", "range", "count_band", "unique", "same_set");

    /** What has to hold of the values at the path. */
    public sealed interface Check {
        /** All are equal to a value; to what the baseline has there if empty. */
        record Equals(Optional<JsonValue> value) implements Check {}

        /** All are of a type; of the types that the baseline has there if empty. */
        record Type(Optional<String> type) implements Check {}

        /** There are some, or there are none. */
        record Exists(boolean wanted) implements Check {}

        /** All are texts or numbers that the expression is found in. */
        record Matches(Regex pattern) implements Check {}

        /** All are numbers within bounds, both included. */
        record Range(OptionalDouble min, OptionalDouble max) implements Check {}

        /**
         * How many there are; of one array, how many elements it has.
         *
         * @param tolerance part of the baseline's count that it may be above or below, where there are no bounds
         */
        record CountBand(OptionalDouble min, OptionalDouble max, double tolerance) implements Check {}

        /** No two are equal; of one array, no two elements. */
        record Unique() implements Check {}

        /**
         * They are the values of the baseline, in any order; of one array, its elements.
         *
         * @param overlap part of the baseline's values that has to be there, and of the values there that has to be the baseline's
         */
        record SameSet(double overlap) implements Check {}

        /** The word in rules. */
        default String word() {
            return switch (this) {
                case Equals any -> "equals";
                case Type any -> "type";
                case Exists any -> "exists";
                case Matches any -> "matches";
                case Range any -> "range";
                case CountBand any -> "count_band";
                case Unique any -> "unique";
                case SameSet any -> "same_set";
            };
        }
    }

    /** Whether it is about an endpoint. */
    boolean isFor(Endpoint of) {
        return endpoint.isEmpty() || of.toString().toLowerCase(Locale.ROOT).contains(endpoint.get());
    }
}
