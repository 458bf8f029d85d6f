package proxymcp.parity;

import proxymcp.diff.Location;

/**
 * A drift of one pair.
 *
 * @param location which field
 * @param at the same as text, cut where it is very long; of a rule with its check
 * @param kind in which way
 * @param expected what the baseline has, shortened
 * @param actual what came instead, shortened
 * @param severity above {@link Severity#NONE}
 */
record Finding(Location location, String at, DriftKind kind, String expected, String actual, Severity severity) {}
