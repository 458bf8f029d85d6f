package bench;

import java.util.Locale;

/**
 * One line of the table.
 *
 * @param what what was measured
 * @param target what we hold ourselves to, as text
 * @param measured what came out, with the baseline
 * @param verdict whether the target was met
 */
record Result(String what, String target, String measured, Verdict verdict) {
    /** How a measurement compares with its target. */
    enum Verdict { PASS, SHORT, SKIPPED }

    static Result of(String what, String target, String measured, boolean met) {
        return new Result(what, target, measured, met ? Verdict.PASS : Verdict.SHORT);
    }

    static Result skipped(String what, String target, String why) {
        return new Result(what, target, why, Verdict.SKIPPED);
    }

    String line() {
        return String.format(Locale.ROOT, "%-46s | %-30s | %-66s | %s", what, target, measured, verdict.name().toLowerCase(Locale.ROOT));
    }
}
