package proxymcp.parity;

/**
 * A field of one endpoint that drifted.
 *
 * @param location which field, as {@code diff} writes it: {@code response.json.$.items[*].price}
 * @param kind in which way
 * @param expected what the baseline has, shortened; text from strangers
 * @param actual what came first instead, shortened; text from strangers
 * @param rate part of the pairs of the endpoint that drifted so, above 0 and at most 1
 * @param severity the highest of them
 */
public record Drift(String location, DriftKind kind, String expected, String actual, double rate, Severity severity) {}
