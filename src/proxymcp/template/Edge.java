package proxymcp.template;

import java.util.List;

/**
 * A value that a step takes from the answer to an earlier one.
 *
 * @param from id of the step whose answer holds it
 * @param to id of the step that sends it
 * @param sample the value, shortened
 * @param location where it is sent, {@code request.form.csrf}
 * @param selector where it stands in the answer, see {@link Selector}
 * @param transform what the value goes through between both, in words: codings, {@code pkce}, {@code hmac key}
 * @param score how sure that is, 0..1
 * @param alternatives other answers that hold it, the best first
 */
public record Edge(String from, String to, String sample, String location, String selector, List<String> transform, double score,
        List<Alternative> alternatives) {
    /**
     * Another answer that holds the value.
     *
     * @param seq of its exchange, which need not be a step
     */
    public record Alternative(long seq, String selector, double score) {}

    /** Copies the lists. */
    public Edge {
        transform = List.copyOf(transform);
        alternatives = List.copyOf(alternatives);
    }
}
