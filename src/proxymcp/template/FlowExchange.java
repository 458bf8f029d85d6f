package proxymcp.template;

import java.util.List;
import java.util.Set;
import proxymcp.diff.Endpoint;

/**
 * What is known of an exchange while its session is searched.
 *
 * @param index among the exchanges that were chosen
 * @param seq its number in the session
 * @param endpoint what it asks for
 * @param url as sent
 * @param startMillis when the request began
 * @param endMillis when the client knew its answer
 * @param status of the answer, 0 without one
 * @param fixed whether it asks for an image, a script or a style sheet
 * @param uses what the request sends
 * @param sent the values of these in all their spellings
 */
record FlowExchange(int index, long seq, Endpoint endpoint, String url, long startMillis, long endMillis, int status, boolean fixed, List<Use> uses,
        Set<String> sent) {
    FlowExchange {
        uses = List.copyOf(uses);
    }

    /** Whether its answer may have been known when the other request was made; clocks count whole milliseconds. */
    boolean isBefore(FlowExchange other) {
        return index < other.index && endMillis <= other.startMillis + 1;
    }
}
